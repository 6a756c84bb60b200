"""Catalogues in use: our own change log, and keeping our copies of others' in line.

A copy changes with each push that arrives. Whether it holds what its owner holds is known by comparing digests: with a
header that came with the push, or, in a job of kind ``catalogue``, with the catalogue itself
(``federation.synchronisation.catalogue_sync``).
"""

import random
from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from node.clock import DAY, MINUTE, SECOND
from node.domain.actors import ActorKind
from node.domain.catalogues import State
from node.domain.uris import host_of, same_origin
from node.domain.visibility import Visibility
from node.jobs.kinds import CATALOGUE
from node.services.context import Unit
from node.store import jobs
from node.store.jobs import NewJob
from node.store.library import catalogue_entries, catalogues
from node.store.library.catalogue_entries import Change
from node.store.library.catalogues import Catalogue
from node.store.people.actors import Actor, find_actor, find_actor_by_id, load_local_actors
from node.store.posts import burying, objects

#: Tombstones of our own entries stay so long that a partner who was away half a year learns of them from the log.
KEEP_TOMBSTONES = 180 * DAY
#: After a header that does not fit: what was sent with it may still be on its way.
SOON = 10 * SECOND

# -- our own --------------------------------------------------------------------------------------------------------


def log_change(conn: Connection, unit: Unit, owner: Actor, uri: str, digest: str | None) -> None:
    """Tell our owner's catalogue that it holds this object with this digest, or (None) not any more."""
    if not owner.catalogue:
        return
    catalogues.add(conn, owner.id, owner.catalogue)
    catalogue_entries.log(conn, owner.id, [Change(uri, digest, unit.now)])


def find_own(conn: Connection, uri: str) -> Catalogue | None:
    """Our catalogue at this address, an empty one where nothing was published yet; None where there is none."""
    found = catalogues.find_by_uri(conn, uri)
    if found is not None:
        owner = find_actor_by_id(conn, found.actor_id)
        return found if owner is not None and owner.local and owner.is_active else None
    owner = find_actor(conn, uri.removesuffix("/catalogue"))
    has_one = owner is not None and owner.local and owner.is_active and owner.catalogue == uri
    return catalogues.empty(owner.id, uri) if owner is not None and has_one else None


def describe(conn: Connection, iri: str | None = None) -> tuple[State, int] | None:
    """How a catalogue stands here, and how many live entries it has; ``iri`` is its own or its owner's.

    Without ``iri`` the organisation's, which is the main one. Of a copy it is what we hold, at the revision of its
    owner's log that we have read. None where there is neither.
    """
    if iri is None:
        main = next(iter(load_local_actors(conn, [ActorKind.ORGANIZATION])), None)
        return None if main is None or not main.catalogue else describe(conn, main.catalogue)
    owner = find_actor(conn, iri)
    if owner is not None and owner.catalogue:
        iri = owner.catalogue
    own = find_own(conn, iri)
    if own is not None:
        return own.state, own.total
    held = catalogues.find_by_uri(conn, iri)
    return None if held is None else (State(held.uri, held.position, held.digest), held.total)


def prune(conn: Connection, now: int) -> int:
    """Forget tombstones that are older than we promise to keep them; answers how many. Runs daily."""
    return sum(catalogue_entries.prune(conn, own.actor_id, now - KEEP_TOMBSTONES) for own in catalogues.list_own(conn))


# -- copies: what arrives -------------------------------------------------------------------------------------------


def begin_copy(conn: Connection, unit: Unit, owner: Actor) -> None:
    """Somebody here follows this owner now: keep a copy of its catalogue, where it has one, from this moment on."""
    if (copied := ensure_copy(conn, owner)) is not None:
        request_sync(conn, unit, [copied])


def ensure_copy(conn: Connection, owner: Actor) -> Catalogue | None:
    """Our copy of this owner's catalogue, begun or moved where that is needed; None where the owner has none."""
    if not owner.catalogue or owner.local or not same_origin(owner.catalogue, owner.uri):
        return None
    known = catalogues.find(conn, owner.id)
    if known is None:
        catalogues.add(conn, owner.id, owner.catalogue)
    elif known.uri != owner.catalogue:
        catalogues.move(conn, owner.id, owner.catalogue)
    return catalogues.load(conn, owner.id)


def apply_remote_change(conn: Connection, unit: Unit, owner: Actor, uri: str, digest: str | None) -> None:
    """A remote object of this owner was stored (``digest`` of its document) or removed (None).

    Nothing happens where no copy of the owner's catalogue is kept. What is not public is in no catalogue.
    """
    if catalogues.find(conn, owner.id) is None:
        return
    stored = objects.find_object(conn, uri)
    is_listed = stored is not None and stored.state == objects.LIVE and stored.visibility == Visibility.PUBLIC
    catalogue_entries.copy(conn, owner.id, [Change(uri, digest if is_listed else None, unit.now)])
    _note_if_equal(conn, unit, owner.id)


def note_announcement(conn: Connection, unit: Unit, owner: Actor, announced: State) -> None:
    """The owner said with a delivery how its catalogue stands; call it after the delivery was applied.

    Equal: nothing is fetched. Else the catalogue is looked at a little later. An announcement older than what is known
    may have been overtaken, or the owner has come back from a backup: one conditional request tells.
    """
    known = catalogues.find(conn, owner.id)
    if known is None or known.uri != announced.uri:
        return
    if announced.revision >= known.announced_revision:
        catalogues.note_announced(conn, owner.id, announced.revision, announced.digest)
    if known.digest != announced.digest:
        request_sync(conn, unit, [known], after=SOON)
    _note_if_equal(conn, unit, owner.id)


def _note_if_equal(conn: Connection, unit: Unit, owner_id: int) -> None:
    known = catalogues.load(conn, owner_id)
    if known.is_as_announced:
        catalogues.note_equal(conn, known, unit.now, checked=False)


def drop_remote(conn: Connection, unit: Unit, owner: Actor, uris: Collection[str]) -> None:
    """Its owner's host says that these are gone: bury what is here of them and take them out of the copy.

    Objects of other owners on the same host, and what was curated from elsewhere, only leave the copy.
    """
    for found in objects.load_objects(conn, uris).values():
        if found.actor_id == owner.id and found.state == objects.LIVE:
            burying.bury(conn, found, unit.now)
            burying.remember_deleted(conn, found.uri, owner.uri, unit.now, former_type=found.type)
    forget(conn, unit, owner, uris)


def expect_again(conn: Connection, owner: Actor, uris: Collection[str]) -> None:
    """What the owner's host shows of these now counts, whatever was known: deleted before, or of a later date.

    An owner who came back from a backup shows older versions, and things that he had deleted.
    """
    burying.reopen(conn, owner.id, owner.uri, uris)


def forget(conn: Connection, unit: Unit, owner: Actor, uris: Collection[str]) -> None:
    """These are no entries of the catalogue any more; the objects stay."""
    catalogue_entries.copy(conn, owner.id, [Change(uri, None, unit.now) for uri in uris])


# -- copies: when to look -------------------------------------------------------------------------------------------


def request_sync(conn: Connection, unit: Unit, copies: Iterable[Catalogue], *, after: int = 0, spread: int = 0) -> None:
    """Look at these catalogues ``after`` milliseconds, each up to ``spread`` later; at most one job waits for each."""
    jobs.enqueue_many(
        conn,
        [
            NewJob(
                CATALOGUE,
                unit.ids.new(),
                unit.now + after + random.randint(0, spread),  # noqa: S311 (spreads load)
                ref=each.actor_id,
                target=each.uri,
                host=host_of(each.uri),
                lock_key=f"catalogue|{each.uri}",
            )
            for each in copies
        ],
    )


def sync_all(conn: Connection, unit: Unit, *, spread: int = 5 * MINUTE) -> None:
    """Look at every catalogue that somebody here follows: the poll of every six hours."""
    request_sync(conn, unit, catalogues.list_followed(conn), spread=spread)


def sync_after_start(conn: Connection, unit: Unit) -> None:
    """Within seconds of our own start, also where a look was due only later."""
    jobs.pull_in(conn, CATALOGUE, unit.now + SOON)
    request_sync(conn, unit, catalogues.list_followed(conn), after=SECOND, spread=4 * SECOND)


def sync_host(conn: Connection, unit: Unit, host: str) -> None:
    """The host answers again: look at its catalogues."""
    copies = [each for each in catalogues.list_followed(conn) if host_of(each.uri) == host]
    request_sync(conn, unit, copies, after=SECOND)
