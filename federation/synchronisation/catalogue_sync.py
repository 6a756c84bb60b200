"""Keeping our copies of followed catalogues equal to the catalogues.

One look at a catalogue goes: ask for its root, with the entity tag of the state that we hold. Nothing changed, or the
digests are equal: done. Else read the log from where we stand and fetch the entries whose digest differs. Still
different (the owner came back from a backup, we were away for longer than the log reaches, an entry could not be
fetched): compare the 256 buckets and bring those that differ in line, at most once a day unless the last look ended
equal. Whatever remains is told to the administrator and tried again with a later look; nothing here loops.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from federation.mapping.digest import article_digest
from federation.synchronisation import catalogue_reading as reading
from federation.synchronisation.catalogue_reading import BucketPage, Listed, Root
from federation.synchronisation.partner_sync import PartnerSync
from node import log
from node.clock import DAY, HOUR, SECOND
from node.domain.uris import host_of, same_origin
from node.errors import (
    Blocked,
    Invalid,
    RateLimited,
    RemoteError,
    RemoteMalformed,
    RemoteNotFound,
    RemoteUnavailable,
    Unavailable,
)
from node.jobs.kind import Kind, single
from node.jobs.kinds import CATALOGUE
from node.jobs.outcome import PAUSES, Done, Outcome, Park, Retry, judge
from node.ports import FetchedDocument, Fetcher
from node.ratelimit import Rate
from node.services.context import Unit
from node.services.library import catalogue as service
from node.store.database.engine import Store
from node.store.jobs import Job
from node.store.library import catalogue_entries, catalogues
from node.store.library.catalogue_entries import Change
from node.store.library.catalogues import Catalogue
from node.store.people.actors import Actor, find_actor_by_id

REPAIR_AGAIN_AFTER = DAY
MAX_PAGES = 1_000
PARALLEL_PER_HOST = 2
#: Entries of a host that is not the owner's, who could send us anywhere: at once, and in an hour.
ELSEWHERE_AT_ONCE, ELSEWHERE_PER_HOUR = 200, 100
_ELSEWHERE_AGAIN_SECONDS = 600
#: The owner announced a newer state while we were looking: look again after so long, a few times.
_AGAIN = 10 * SECOND
_SLOTS = 2


@dataclass(slots=True)
class _Look:
    """One look at one catalogue, and what went wrong with single entries in it."""

    owner: Actor
    copied: Catalogue
    failures: list[str] = field(default_factory=list)

    def note(self, uri: str, error: Exception) -> None:
        self.failures.append(f"{uri}: {error}")


class CatalogueSync:
    """The job of kind ``catalogue``; its ``ref`` is the id of the catalogue's owner."""

    def __init__(self, store: Store, fetcher: Fetcher, new_unit: Callable[[], Unit]) -> None:
        self._store, self._fetcher, self._new_unit = store, fetcher, new_unit
        self._partners = PartnerSync(store, fetcher, new_unit)
        self._elsewhere = Rate(ELSEWHERE_PER_HOUR * SECOND / HOUR, ELSEWHERE_AT_ONCE)

    # -- when -------------------------------------------------------------------------------------------------------

    def kind(self) -> Kind:
        """For the worker: one look at a time on each host."""
        return single(CATALOGUE, self.run, slots=_SLOTS, per_host=1)

    # -- one look ---------------------------------------------------------------------------------------------------

    async def run(self, job: Job) -> Outcome:
        """One look, as a job. What cannot be reached is tried again a few times, then left to the next poll."""
        look = await self._store.write(_begin, job.ref)
        if look is None:
            return Done()
        try:
            is_equal = await self._look(look)
            await self._partners.look(look.owner, look.copied)
        except (RemoteError, Blocked, RateLimited) as error:
            await self._store.write(catalogues.note_problem, look.owner.id, str(error), self._new_unit().now)
            outcome = judge(error, job.attempts)
            return Done() if isinstance(outcome, Park) else outcome
        if is_equal:
            return Done()
        return await self._after_difference(look, job.attempts)

    async def _after_difference(self, look: _Look, attempts: int) -> Outcome:
        """The owner may have published meanwhile; otherwise an administrator should know."""
        now_held = await self._store.read(catalogues.load, look.owner.id)
        if now_held.is_as_announced:
            return Done()
        if now_held.announced_revision > look.copied.announced_revision and attempts <= len(PAUSES):
            return Retry(_AGAIN, "the catalogue changed meanwhile")
        reasons = "; ".join(look.failures[:3]) or "the digests differ and no entry shows why"
        problem = f"{len(look.failures)} entries could not be brought in line: {reasons}"
        await self._store.write(catalogues.note_problem, look.owner.id, problem, self._new_unit().now)
        log.event("catalogue.differs", level=log.WARNING, catalogue=look.copied.uri, reason=problem)
        return Done()

    async def _look(self, look: _Look) -> bool:
        """Whether the copy is equal in the end."""
        root = await self._ask(look)
        if root is None or await self._is_equal(look):
            return await self._settle(look)
        if root.oldest_revision - 1 <= look.copied.position <= root.state.revision:
            await self._walk_log(look)
            if await self._is_equal(look):
                return await self._settle(look)
        if self._repair_was_in_vain(look.copied):
            return False
        await self._repair(look, root.buckets_url)
        return await self._is_equal(look) and await self._settle(look)

    def _repair_was_in_vain(self, copied: Catalogue) -> bool:
        """The buckets were compared less than a day ago, and the copy has not been equal since."""
        is_recent = self._new_unit().now - copied.repaired_at < REPAIR_AGAIN_AFTER
        return is_recent and (copied.equal_at is None or copied.equal_at < copied.repaired_at)

    async def _ask(self, look: _Look) -> Root | None:
        """The root of the catalogue; None where it is in the state that we hold."""
        copied = look.copied
        fetched = await self._fetcher.get_document(copied.uri, etag=copied.etag if copied.is_as_announced else "")
        if fetched.document is None:
            return None
        root = reading.read_root(fetched.document, copied.uri)
        await self._announced(look, root.state.revision, root.state.digest, fetched.etag)
        return root

    async def _announced(self, look: _Look, revision: int, digest: str, etag: str = "") -> None:
        await self._store.write(catalogues.note_announced, look.owner.id, revision, digest, etag)
        look.copied = await self._store.read(catalogues.load, look.owner.id)

    async def _is_equal(self, look: _Look) -> bool:
        """Whether the copy holds what the owner said in this look."""
        held = await self._store.read(catalogues.load, look.owner.id)
        return held.digest == look.copied.announced_digest

    async def _settle(self, look: _Look) -> bool:
        await self._store.write(_note_equal, look.owner.id, self._new_unit().now)
        return True

    # -- the log ----------------------------------------------------------------------------------------------------

    async def _walk_log(self, look: _Look) -> None:
        """Read on from where we stand; the position is kept with each page, so that nothing is read twice."""
        position = look.copied.position
        for _ in range(MAX_PAGES):
            document = await self._document(f"{look.copied.uri}?after={position}")
            page = reading.read_log_page(document, look.copied.uri, position)
            await self._bring(look, page.entries)
            position = page.position
            await self._store.write(catalogues.note_position, look.owner.id, position)
            if not page.more:
                return

    # -- the buckets ------------------------------------------------------------------------------------------------

    async def _repair(self, look: _Look, buckets_url: str) -> None:
        """Bring the buckets that differ in line with the owner's."""
        theirs = reading.read_buckets(await self._document(buckets_url), look.copied.uri)
        await self._announced(look, theirs.state.revision, theirs.state.digest)
        ours = await self._store.read(catalogue_entries.load_buckets, look.owner.id)
        for bucket, (one, other) in enumerate(zip(ours, theirs.digests, strict=True)):
            if one != other:
                await self._repair_bucket(look, bucket, f"{buckets_url}?b={bucket:02x}")
        await self._store.write(_note_repaired, look.owner.id, theirs.state.revision, self._new_unit().now)

    async def _repair_bucket(self, look: _Look, bucket: int, url: str) -> None:
        listed: set[str] = set()
        for _ in range(MAX_PAGES):
            page: BucketPage = reading.read_bucket_page(await self._document(url), look.copied.uri)
            listed.update(entry.uri for entry in page.entries)
            await self._bring(look, page.entries)
            if not page.next_url:
                break
            url = page.next_url
        held = await self._store.read(_list_whole_bucket, look.owner.id, bucket)
        for uri in held:
            if uri not in listed:
                await self._ask_whether_gone(look, uri)

    async def _ask_whether_gone(self, look: _Look, uri: str) -> None:
        """An entry that its owner does not list is deleted only where its own address says that it is gone."""
        try:
            await self._fetcher.get_object(uri)
        except RemoteNotFound:
            await self._store.write(service.drop_remote, self._new_unit(), look.owner, [uri])
        except RemoteUnavailable:
            raise
        except (RemoteError, Blocked) as error:
            look.note(uri, error)
        else:
            await self._store.write(service.forget, self._new_unit(), look.owner, [uri])

    # -- entries ----------------------------------------------------------------------------------------------------

    async def _bring(self, look: _Look, entries: Sequence[Listed]) -> None:
        """Fetch what differs from what we hold, drop what is gone. Raises RateLimited where some of it has to wait."""
        held = await self._store.read(catalogue_entries.load_entries, look.owner.id, [entry.uri for entry in entries])
        gone = [entry.uri for entry in entries if entry.digest is None]
        if gone:
            await self._store.write(service.drop_remote, self._new_unit(), look.owner, gone)
        wanted = [
            entry
            for entry in entries
            if entry.digest is not None and (entry.uri not in held or held[entry.uri].digest != entry.digest)
        ]
        late = {each.uri for each in wanted if not _is_own(look, each.uri) and self._elsewhere.take(host_of(each.uri))}
        wanted = [entry for entry in wanted if entry.uri not in late]
        documents = await self._fetch_all(look, wanted)
        await self._store.write(service.expect_again, look.owner, list(documents))
        stored = [uri for uri, document in documents.items() if await self._take_in(look, uri, document)]
        now = self._new_unit().now
        changes = [_own(uri, documents[uri], now) for uri in stored if _is_own(look, uri)]
        changes += [Change(entry.uri, entry.digest, now) for entry in wanted if not _is_own(look, entry.uri)]
        await self._store.write(catalogue_entries.copy, look.owner.id, changes)
        if late:
            raise RateLimited(retry_after_seconds=_ELSEWHERE_AGAIN_SECONDS, detail=f"entries of {host_of(min(late))}")

    async def _fetch_all(self, look: _Look, wanted: Sequence[Listed]) -> dict[str, dict[str, Any]]:
        """The documents that could be fetched, two at a time from each host.

        Raises ``RemoteUnavailable`` where the owner's host does not answer: then the rest will not be there either;
        ``Unavailable`` where this node has no connection left to ask with.
        """
        turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PARALLEL_PER_HOST))
        found: dict[str, dict[str, Any]] = {}
        unreachable: list[RemoteUnavailable | Unavailable] = []

        async def fetch(entry: Listed) -> None:
            async with turns[host_of(entry.uri)]:
                try:
                    if not unreachable:
                        found[entry.uri] = await self._object(entry.uri)
                except (RemoteError, Blocked) as error:
                    look.note(entry.uri, error)
                    if isinstance(error, RemoteUnavailable) and _is_own(look, entry.uri):
                        unreachable.append(error)
                except Unavailable as error:  # raised below: out of a group of tasks it would come as a group
                    unreachable.append(error)

        async with asyncio.TaskGroup() as tasks:
            for entry in wanted:
                tasks.create_task(fetch(entry))
        if unreachable:
            raise unreachable[0]
        return found

    async def _take_in(self, look: _Look, uri: str, document: dict[str, Any]) -> bool:
        try:
            await self._fetcher.take_in(document)
        except (RemoteError, Blocked, Invalid) as error:
            look.note(uri, error)
            return False
        return True

    async def _object(self, uri: str) -> dict[str, Any]:
        document = await self._fetcher.get_object(uri)
        if document.get("id") != uri:
            raise RemoteMalformed("The entry has another id.", detail=str(document.get("id"))[:200])
        return document

    async def _document(self, url: str) -> dict[str, Any]:
        fetched: FetchedDocument = await self._fetcher.get_document(url)
        if fetched.document is None:
            raise RemoteMalformed("Nothing was answered where a document was asked for.", detail=url)
        return fetched.document


def _is_own(look: _Look, uri: str) -> bool:
    return same_origin(uri, look.copied.uri)


def _own(uri: str, document: dict[str, Any], now: int) -> Change:
    """What we hold of an entry: the digest is that of the document that was stored, whatever the list said.

    Of what an owner only curates from elsewhere we know no more than he does: there the listed digest stands.
    """
    return Change(uri, article_digest(document), now, type=str(document.get("type", ""))[:64])


# -- units of work --------------------------------------------------------------------------------------------------


def _begin(conn: Connection, owner_id: int | None) -> _Look | None:
    """The owner and our copy, where somebody here still follows."""
    owner = find_actor_by_id(conn, owner_id) if owner_id is not None else None
    copied = service.ensure_copy(conn, owner) if owner is not None else None
    if owner is None or copied is None or not catalogues.is_followed(conn, owner.id):
        return None
    return _Look(owner, copied)


def _note_equal(conn: Connection, owner_id: int, now: int) -> None:
    held = catalogues.load(conn, owner_id)
    if held.is_as_announced:
        catalogues.note_equal(conn, held, now, checked=True)


def _note_repaired(conn: Connection, owner_id: int, position: int, now: int) -> None:
    catalogues.note_position(conn, owner_id, position)
    catalogues.note_repaired(conn, owner_id, now)


def _list_whole_bucket(conn: Connection, owner_id: int, bucket: int) -> list[str]:
    return [entry.object_uri for entry in catalogue_entries.list_bucket(conn, owner_id, bucket, limit=1_000_000)]
