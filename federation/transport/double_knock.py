"""How to sign to a host: what worked last time, else draft-cavage-12, and one or two more knocks where that is refused.

Deployed servers take draft-cavage-12, RFC 9421, or both; nobody says which before the first
request. The variant without the query string is for servers that leave it out of ``(request-target)``. Who announces
that it verifies Ed25519 (FEP-844e) gets that first: it costs a tenth of what RSA does (docs/adr/0012).
"""

from collections.abc import Mapping
from functools import lru_cache

from federation.signatures.httpsig import Ask, Message, Scheme, read_accept_signature, sign
from federation.signatures.keypairs import Algorithm, SigningKey
from federation.transport.knock import Knock

_COMPLAINT = b"signature"


def algorithm_of(knock: Knock) -> Algorithm:
    """The key that it is signed with."""
    return Algorithm.ED25519 if knock is Knock.ED25519 else Algorithm.RSA


def knocks(hopeful: str, url: str) -> tuple[Knock, ...]:
    """Ways to sign to an address, the most promising first; ``hopeful`` is what its host took before, or announces.

    Ed25519 is only for who announces it.

    >>> [str(knock) for knock in knocks("rfc9421", "https://b.example/inbox")]
    ['rfc9421', 'cavage']
    """
    return _order(hopeful, "?" in url)


@lru_cache(maxsize=16)
def _order(hopeful: str, has_query: bool) -> tuple[Knock, ...]:
    last = {Knock.CAVAGE_WITHOUT_QUERY: not has_query, Knock.ED25519: hopeful != Knock.ED25519}
    ways = [knock for knock in Knock if not last.get(knock)]
    return tuple(sorted(ways, key=lambda knock: knock != hopeful))


_MODERN = frozenset({Knock.RFC9421, Knock.ED25519})


def may_knock_again(status: int, body: bytes, *, is_proven: bool) -> bool:
    """Whether an answer may be about how the request was signed. ``is_proven``: the host took this way before.

    Some servers answer every activity that they do not know with 400; once a way to sign is proven it is not blamed.
    """
    if status == 403:
        return _COMPLAINT in body.lower()
    return status == 401 or (status == 400 and not is_proven)


def read_ask(headers: Mapping[str, str], message: Message) -> Ask | None:
    """What the host asked for with ``Accept-Signature`` (RFC 9421 section 5), where ``Knock.RFC9421`` can give it."""
    field = headers.get("accept-signature")
    return read_accept_signature(field, message, algorithm_of(Knock.RFC9421)) if field else None


def sign_for(
    knock: Knock,
    message: Message,
    key: SigningKey,
    *,
    now: int,
    body_digest: str | None = None,
    also: tuple[str, ...] = (),
    ask: Ask | None = None,
) -> dict[str, str]:
    """The header fields that sign ``message`` in this way, with a key of ``algorithm_of(knock)``.

    ``also`` names further fields to cover.
    """
    if knock in _MODERN:
        return sign(message, key, scheme=Scheme.RFC9421, now=now, body_digest=body_digest, also=also, ask=ask)
    include_query = knock is Knock.CAVAGE
    return sign(
        message, key, scheme=Scheme.CAVAGE, now=now, include_query=include_query, body_digest=body_digest, also=also
    )
