"""Keys: our actors' pairs, opened when they are needed, and the public keys of others, fetched and remembered.

Fetching is bounded (IN9): one fetch per unknown key however many requests wait for it, failures
remembered for 10 minutes, a refresh after a failed verification at most once in 5 minutes.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Protocol

from sqlalchemy import Connection

from federation.signatures.httpsig import Claim, Message, verify
from federation.signatures.keypairs import Algorithm, PublicKey, SigningKey
from federation.signatures.multikey import decode_multikey
from node.clock import HOUR, MINUTE, Clock
from node.domain.actors import RemoteActor
from node.domain.uris import host_of
from node.errors import NodeError, ProofUnavailable, RemoteError, RemoteGone, RemoteUnavailable, SignatureInvalid
from node.ids import Ids
from node.secretbox import ACTOR_KEY, SecretBox
from node.store import facts
from node.store.database.engine import Store
from node.store.people import keys as table
from node.store.people.actors import Actor
from node.store.people.keys import OwnKey, RemoteKey

GOOD_FOR = 24 * HOUR
FAILED_FOR = 10 * MINUTE
REFRESH_PAUSE = 5 * MINUTE
#: For so long a key is taken from memory without a look at the store, where its owner may have replaced it.
TRUSTED_FOR = MINUTE
_REMEMBERED = 10_000

#: Lemmy's parser demands that key ids have a fragment.
_FRAGMENTS = {Algorithm.RSA: "main-key", Algorithm.ED25519: "ed25519-key"}


def make_keys(
    ids: Ids, now: int, actor_id: int, actor_uri: str, box: SecretBox, *, is_first: bool = True
) -> list[OwnKey]:
    """A fresh RSA and a fresh Ed25519 pair for one of our actors; takes some 25 ms, so call it in a thread.

    The first keys of an actor sign at once; later ones have ids of their own and wait
    (``federation.signatures.rotation``).
    """
    made = []
    for algorithm, name in _FRAGMENTS.items():
        key_id = ids.new()
        uri, state = (name, table.CURRENT) if is_first else (f"{name}-{key_id}", table.NEXT)
        pair = SigningKey.generate(f"{actor_uri}#{uri}", algorithm)
        sealed = box.seal(pair.to_pkcs8(), purpose=ACTOR_KEY)
        made.append(
            OwnKey(key_id, pair.key_id, actor_id, algorithm.value, pair.public.to_pem(), sealed, state, now, None)
        )
    return made


class Keyring:
    """The signing keys of our own actors."""

    def __init__(self, store: Store, box: SecretBox) -> None:
        self._store, self._box = store, box
        self._open: dict[tuple[int, Algorithm], SigningKey] = {}
        self._switched_at: str | None = None

    async def signing_key(self, actor_id: int, algorithm: Algorithm = Algorithm.RSA) -> SigningKey:
        """The current key of this kind; opened once and kept."""
        if (key := self._open.get((actor_id, algorithm))) is None:
            rows = await self._store.read(table.load_own_keys, actor_id)
            row = next(row for row in rows if row.algorithm == algorithm and row.state == table.CURRENT)
            opened = self._box.open(row.private_sealed, purpose=ACTOR_KEY)
            key = self._open[actor_id, algorithm] = SigningKey.from_pkcs8(row.uri, opened)
        return key

    async def check(self) -> None:
        """Notice, in every process within seconds, that other keys sign now."""
        switched_at = await self._store.read(facts.load_fact, facts.KEYS_SWITCHED_AT)
        if switched_at != self._switched_at:
            self._switched_at = switched_at
            self._open.clear()


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A public key and the actor that lists it."""

    uri: str
    owner_uri: str
    public: PublicKey
    refreshed_at: int | None
    read_at: int


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose signature holds. ``unstored``: the owner of the key as read a moment ago, for the caller to store: in one
    commit with what was signed, told by ``RemoteKeys.note_stored``, or by ``RemoteKeys.keep``. Everybody who asks
    meanwhile gets it, too, so that nobody rests on a commit that may fail.
    """

    key: KnownKey
    unstored: RemoteActor | None = None


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A key as its host shows it, or the memory that it shows none, and what is not stored of its owner."""

    row: RemoteKey
    unstored: RemoteActor | None = None


class ActorSource(Protocol):
    """Fetches the actor that a key id leads to, and stores actors with their keys; raises RemoteError."""

    async def fetch_key_owner(self, key_id: str) -> RemoteActor: ...

    async def keep(self, remote: RemoteActor) -> Actor: ...


class RemoteKeys:
    """The public keys of others."""

    def __init__(self, store: Store, clock: Clock, source: ActorSource) -> None:
        self._store, self._clock, self._source = store, clock, source
        self._known: OrderedDict[str, Signer] = OrderedDict()
        self._failed_hosts: OrderedDict[str, int] = OrderedDict()
        self._fetches: dict[str, asyncio.Task[_Fetched]] = {}

    async def find(self, key_id: str) -> KnownKey:
        """The key, from memory, the store or its host.

        Raises SignatureInvalid where there is none, RemoteGone where its actor is deleted, ProofUnavailable where its
        host cannot be reached right now (the sender may try again).
        """
        signer = await self._find(key_id)
        await self.keep(signer.unstored)
        return signer.key

    async def keep(self, unstored: RemoteActor | None) -> None:
        """Store the owner of a key, where there is something to store."""
        if unstored is not None:
            await self._source.keep(unstored)
            self.note_stored(unstored)

    def note_stored(self, remote: RemoteActor | None) -> None:
        """The owner of a key has been committed: nobody else has to store it."""
        for key in remote.keys if remote is not None else ():
            signer = self._known.get(key.id)
            if signer is not None and signer.unstored is remote:
                self._known[key.id] = Signer(signer.key)

    async def _find(self, key_id: str) -> Signer:
        now = self._clock.now()
        if (known := self._known.get(key_id)) is not None and now - known.key.read_at < TRUSTED_FOR:
            return known
        row = await self._store.collect(table.find_remote_keys, key_id)
        if row is None or now - row.fetched_at >= (GOOD_FOR if row.owner_uri else FAILED_FOR):
            return self._remember(await self._fetch(key_id, caused_by_failure=False))
        return self._remember(_Fetched(row))

    async def refresh(self, known: KnownKey) -> Signer | None:
        """The key as its host shows it now, after a verification failed; None when that was asked too recently."""
        now = self._clock.now()
        if known.refreshed_at is not None and now - known.refreshed_at < REFRESH_PAUSE:
            return None
        return self._remember(await self._fetch(known.uri, caused_by_failure=True))

    async def verified(self, message: Message, claim: Claim) -> Signer:
        """Whose key signed ``message``; one good signature is enough where there are several (RFC 9421).

        A key that does not fit is fetched anew, as often as ``refresh`` allows. Raises as ``find`` does.
        """
        refusal: SignatureInvalid | None = None
        for candidate in claim.candidates:
            try:
                return await self._fitting(message, candidate, await self._find(candidate.key_id))
            except SignatureInvalid as error:
                refusal = error
        raise refusal or SignatureInvalid

    async def _fitting(self, message: Message, claim: Claim, signer: Signer) -> Signer:
        try:
            verify(message, claim, signer.key.public)
        except SignatureInvalid:
            fresh = await self.refresh(signer.key)
            if fresh is None:
                raise
            verify(message, claim, fresh.key.public)
            return fresh
        return signer

    def _remember(self, fetched: _Fetched) -> Signer:
        row = fetched.row
        if not row.owner_uri:
            raise SignatureInvalid(detail=f"no key {row.uri}: {row.error}")
        read = decode_multikey if row.public.startswith("z") else PublicKey.from_pem
        public = read(row.uri, row.public)
        known = KnownKey(row.uri, row.owner_uri, public, row.refreshed_at, self._clock.now())
        signer = self._known[row.uri] = Signer(known, fetched.unstored)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return signer

    async def _fetch(self, key_id: str, *, caused_by_failure: bool) -> _Fetched:
        task = self._fetches.get(key_id)
        if task is None:
            task = asyncio.create_task(self._fetch_once(key_id, caused_by_failure=caused_by_failure))
            self._fetches[key_id] = task
            task.add_done_callback(lambda _: self._fetches.pop(key_id, None))
        return await asyncio.shield(task)

    async def _fetch_once(self, key_id: str, *, caused_by_failure: bool) -> _Fetched:
        now, host = self._clock.now(), host_of(key_id)
        refreshed_at = now if caused_by_failure else None
        failed = RemoteKey(key_id, "", host, "", "", now, refreshed_at)
        if (until := self._failed_hosts.get(host)) is not None and until > now:
            raise ProofUnavailable("The host of the key could not be reached a moment ago.", detail=host)
        try:
            owner = await self._source.fetch_key_owner(key_id)
            listed = owner.find_key(key_id)
            if listed is not None and not caused_by_failure:  # as nearly always: the rest is for who asked
                row = RemoteKey(key_id, owner.uri, owner.host, listed.algorithm.value, listed.public, now)
                return _Fetched(row, owner)
            await self._source.keep(owner)
        except RemoteGone:
            raise
        except RemoteError as error:
            if is_passing(error):
                self._note_failed_host(host, now + MINUTE)
                raise ProofUnavailable("The host of the key cannot be reached.", detail=str(error)) from error
            failed = replace(failed, error=str(error)[:200])
        except NodeError as error:
            failed = replace(failed, error=str(error)[:200])
        return _Fetched(await self._store.write(_settle, failed))

    def _note_failed_host(self, host: str, until: int) -> None:
        self._failed_hosts[host] = until
        if len(self._failed_hosts) > _REMEMBERED:
            self._failed_hosts.popitem(last=False)


def is_passing(error: RemoteError) -> bool:
    """Whether another try may succeed; an address that we refuse to call never does."""
    return isinstance(error, RemoteUnavailable)


def _settle(conn: Connection, failed: RemoteKey) -> RemoteKey:
    """What the store holds after the fetch: the key as it was just stored, or the memory that there is none."""
    row = table.find_remote_key(conn, failed.uri)
    if row is not None and _is_settled(row, failed):
        return row
    settled = replace(row, refreshed_at=failed.refreshed_at) if row is not None and row.owner_uri else failed
    table.save_remote_key(conn, settled)
    return settled


def _is_settled(row: RemoteKey, failed: RemoteKey) -> bool:
    """Whether the key is there as it should be; an owner who lists it no more has had it removed."""
    return bool(row.owner_uri) and row.refreshed_at == failed.refreshed_at
