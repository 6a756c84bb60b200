"""GETs that are signed in a way which the host takes.

As with deliveries: the way that is remembered, else draft-cavage-12, then the others where the answer complains, or
what the host asks for with ``Accept-Signature``. An answer to a first knock proves nothing, since most hosts answer
everybody; a way that was taken after another was refused is remembered.
"""

from collections.abc import Collection, Mapping
from functools import partial

from federation.signatures.httpsig import Ask, Message
from federation.signatures.keypairs import SigningKey
from federation.signatures.keys import Keyring
from federation.signatures.signing import Signing
from federation.transport.circuit import remembered_scheme
from federation.transport.double_knock import algorithm_of, knocks, may_knock_again, read_ask, sign_for
from federation.transport.hosts import Hosts
from federation.transport.http import OutboundClient, Response, Sign
from federation.transport.knock import Knock
from federation.transport.mediatype import ACCEPT_ACTIVITY
from node.clock import Clock
from node.domain.uris import host_of


class SignedGet:
    """Asks other hosts in the name of one of our actors."""

    def __init__(self, client: OutboundClient, keyring: Keyring, signing: Signing, hosts: Hosts, clock: Clock) -> None:
        self._client, self._keyring, self._signing, self._hosts = client, keyring, signing, hosts
        self._clock = clock

    async def ask(
        self, url: str, *, actor_id: int, headers: Mapping[str, str] | None = None, caused_by_others: bool = False
    ) -> Response:
        """The answer to a GET for an ActivityPub document in the name of this actor of ours, whatever its status.

        Raises as ``OutboundClient.get`` does.
        """
        host = host_of(url)
        remembered = remembered_scheme(await self._hosts.get(host), self._clock.now())
        left, ask, refused = list(knocks(self._hosts.hopeful(host), url)), None, False
        while True:
            knock = left.pop(0)
            key = await self._keyring.signing_key(actor_id, algorithm_of(knock))
            response = await self._client.get(
                url,
                accept=ACCEPT_ACTIVITY,
                headers=headers,
                sign=self._signer(key, knock, ask),
                caused_by_others=caused_by_others,
            )
            if not may_knock_again(response.status, response.body, is_proven=knock == remembered):
                if refused and response.status < 400:
                    await self._hosts.answered(host, scheme=str(knock))
                return response
            refused = True
            self._hosts.refused(host, knock)
            if ask is None and (ask := read_ask(response.headers, Message("GET", url, {}, b""))) is not None:
                left = [Knock.RFC9421]  # the host says what it wants: once, and nothing else
            if not left:
                return response

    def _signer(self, key: SigningKey, knock: Knock, ask: Ask | None) -> Sign:
        """Signs each hop anew."""

        async def signed(url: str) -> dict[str, str]:
            message = Message("GET", url, {}, b"")
            sign = partial(sign_for, knock, message, key, now=self._clock.now(), ask=ask)
            return await self._signing.run(sign, hurries=True) if key.is_slow else sign()

        return signed

    def note_capabilities(self, host: str, capabilities: Collection[str]) -> None:
        """What an actor that was read announces of its server (FEP-844e): how it is signed to from now on."""
        self._hosts.announces(host, capabilities)
