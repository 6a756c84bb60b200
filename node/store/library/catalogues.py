"""Catalogues: the change log of our own, and for each that we follow the state of our copy (federation 5.4).

Both keep their entries, one digest over all live ones and one per bucket, changed with each entry and never computed
from scratch. Of our own, each change gets the next revision and what is gone stays as a tombstone; a copy has no
revisions of its own and drops what is gone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update

from node.domain.catalogues import BUCKETS, EMPTY, State, bucket_of, combine, entry_hash, etag_of
from node.store.database.prepared import Prepared
from node.store.database.upsert import Into, Upsert, insert_missing
from node.store.people.follows import ACCEPTED
from node.store.posts.objects import LIVE
from node.store.tables import actors, catalogue_buckets, catalogue_entries, catalogues, follows, objects, tombstones

# -- catalogues -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One of ours, or our copy of another's; ``revision`` is the head of our log, ``position`` where a copy stands."""

    actor_id: int
    uri: str
    revision: int
    oldest_revision: int
    total: int
    digest: str
    position: int
    etag: str
    announced_revision: int  # what the owner of a copy said last
    announced_digest: str
    checked_at: int
    repaired_at: int
    equal_at: int | None
    problem: str

    @property
    def state(self) -> State:
        """Of our own catalogue."""
        return State(self.uri, self.revision, self.digest)

    @property
    def is_as_announced(self) -> bool:
        """Whether a copy holds what its owner said last."""
        return self.digest == self.announced_digest


def empty(actor_id: int, uri: str) -> Catalogue:
    """How a catalogue begins."""
    return Catalogue(
        actor_id=actor_id,
        uri=uri,
        revision=0,
        oldest_revision=1,
        total=0,
        digest=EMPTY,
        position=0,
        etag="",
        announced_revision=0,
        announced_digest="",
        checked_at=0,
        repaired_at=0,
        equal_at=None,
        problem="",
    )


_COLUMNS = tuple(catalogues.c[name] for name in Catalogue.__dataclass_fields__)
_BY_ACTOR = select(*_COLUMNS).where(catalogues.c.actor_id == bindparam("actor_id"))
_BY_ACTOR_LOCKED = _BY_ACTOR.with_for_update()
_BY_URI = select(*_COLUMNS).where(catalogues.c.uri == bindparam("uri"))
_INSERT = insert_missing(catalogues)


def find(conn: Connection, actor_id: int) -> Catalogue | None:
    """The catalogue of this actor, ours or a copy."""
    row = conn.execute(_BY_ACTOR, {"actor_id": actor_id}).first()
    return Catalogue(*row) if row else None


def load(conn: Connection, actor_id: int) -> Catalogue:
    """The catalogue of this actor, which is there."""
    return Catalogue(*conn.execute(_BY_ACTOR, {"actor_id": actor_id}).one())


def find_by_uri(conn: Connection, uri: str) -> Catalogue | None:
    row = conn.execute(_BY_URI, {"uri": uri}).first()
    return Catalogue(*row) if row else None


def load_head(conn: Connection, actor_id: int) -> State | None:
    """How our own catalogue stands: what deliveries tell of it. None where this actor has none yet."""
    found = find(conn, actor_id)
    return found.state if found else None


def _lock(conn: Connection, actor_id: int) -> Catalogue:
    """The catalogue, which nobody else changes until this transaction ends."""
    return Catalogue(*conn.execute(_BY_ACTOR_LOCKED, {"actor_id": actor_id}).one())


def add(conn: Connection, actor_id: int, uri: str) -> None:
    """Begin an empty catalogue, ours or a copy; one that is there stays."""
    conn.execute(_INSERT[conn.dialect.name], {"actor_id": actor_id, "uri": uri})


def move(conn: Connection, actor_id: int, uri: str) -> None:
    """The owner gave its catalogue another address: its log is read from the start."""
    _note(conn, actor_id, uri=uri, position=0, etag="", announced_revision=0, announced_digest="")


def _followed() -> Select[Any]:
    """Copies of which somebody here follows the owner."""
    followed = (
        select(follows.c.id)
        .join(actors, actors.c.id == follows.c.follower_id)
        .where(follows.c.followed_id == catalogues.c.actor_id, follows.c.state == ACCEPTED, actors.c.local)
    )
    owner = select(actors.c.id).where(
        actors.c.id == catalogues.c.actor_id, actors.c.local.is_(False), actors.c.state == "active"
    )
    return select(*_COLUMNS).where(followed.exists(), owner.exists()).order_by(catalogues.c.actor_id)


_FOLLOWED = _followed()


def list_followed(conn: Connection) -> list[Catalogue]:
    """The copies to be kept up to date: somebody here follows their owner."""
    return [Catalogue(*row) for row in conn.execute(_FOLLOWED)]


def is_followed(conn: Connection, actor_id: int) -> bool:
    return conn.execute(_FOLLOWED.where(catalogues.c.actor_id == actor_id)).first() is not None


# -- entries --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One object in a catalogue; of a tombstone ``digest`` is empty and ``changed_at`` when it was deleted."""

    object_uri: str
    type: str
    digest: str
    revision: int
    live: bool
    changed_at: int


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an entry at an instant; ``digest`` is None where it is gone."""

    object_uri: str
    digest: str | None
    changed_at: int
    type: str = "Article"


_ENTRY_COLUMNS = tuple(catalogue_entries.c[name] for name in Entry.__dataclass_fields__)
_ENTRIES = Prepared(
    select(*_ENTRY_COLUMNS).where(
        catalogue_entries.c.catalogue_id == bindparam("catalogue_id"),
        catalogue_entries.c.object_uri.in_(bindparam("uris", expanding=True)),
    ),
    many="uris",
)


def _save_entries(into: Into) -> Any:
    statement = into(catalogue_entries)
    changed = {name: statement.excluded[name] for name in ("type", "digest", "revision", "live", "changed_at")}
    return statement.on_conflict_do_update(index_elements=["catalogue_id", "object_uri"], set_=changed)


def _save_digests(into: Into) -> Any:
    statement = into(catalogue_buckets)
    changed = {"digest": statement.excluded.digest}
    return statement.on_conflict_do_update(index_elements=["catalogue_id", "bucket"], set_=changed)


_SAVE_ENTRIES = Upsert(_save_entries)
_SAVE_DIGESTS = Upsert(_save_digests)


def load_entries(conn: Connection, catalogue_id: int, uris: Collection[str]) -> dict[str, Entry]:
    """The entries of a catalogue among these objects, tombstones too, by URI."""
    if not uris:
        return {}
    entries = (Entry(*row) for row in _ENTRIES.run(conn, {"catalogue_id": catalogue_id, "uris": list(uris)}))
    return {entry.object_uri: entry for entry in entries}


def log(conn: Connection, catalogue_id: int, changes: Sequence[Change]) -> None:
    """Write changes into our own catalogue's log, in their order; what changes nothing gets no revision."""
    if not changes:
        return
    catalogue = _lock(conn, catalogue_id)
    known = load_entries(conn, catalogue_id, [change.object_uri for change in changes])
    revision = catalogue.revision
    toggles: list[tuple[str, str]] = []
    written: dict[str, Entry] = {}
    for change in changes:
        before = written.get(change.object_uri) or known.get(change.object_uri)
        if not _is_change(before, change):
            continue
        revision += 1
        toggles += _toggles(before, change)
        live = change.digest is not None
        entry = Entry(change.object_uri, change.type, change.digest or "", revision, live, change.changed_at)
        written[change.object_uri] = entry
    _write_entries(conn, catalogue_id, written.values())
    total = _total_after(catalogue, known, written)
    _write_digests(conn, catalogue, toggles, revision=revision, total=total)


def copy(conn: Connection, catalogue_id: int, changes: Sequence[Change]) -> None:
    """Bring our copy of a catalogue in line with what we hold of these objects now."""
    if not changes:
        return
    catalogue = _lock(conn, catalogue_id)
    known = load_entries(conn, catalogue_id, [change.object_uri for change in changes])
    toggles: list[tuple[str, str]] = []
    latest: dict[str, Entry | None] = dict(known)
    for change in changes:
        before = latest.get(change.object_uri)
        if not _is_change(before, change):
            continue
        toggles += _toggles(before, change)
        latest[change.object_uri] = (
            None
            if change.digest is None
            else Entry(change.object_uri, change.type, change.digest, 0, live=True, changed_at=change.changed_at)
        )
    kept = {uri: entry for uri, entry in latest.items() if entry is not None and entry is not known.get(uri)}
    _delete_entries(conn, catalogue_id, [uri for uri, entry in latest.items() if entry is None])
    _write_entries(conn, catalogue_id, kept.values())
    total = catalogue.total + sum(entry is not None for entry in latest.values()) - len(known)
    _write_digests(conn, catalogue, toggles, total=total)


def _is_change(before: Entry | None, change: Change) -> bool:
    if before is None or not before.live:
        return change.digest is not None
    return change.digest != before.digest


def _toggles(before: Entry | None, change: Change) -> list[tuple[str, str]]:
    """What to combine the digests with: ``(object, entry hash)``."""
    toggles = []
    if before is not None and before.live:
        toggles.append((change.object_uri, entry_hash(change.object_uri, before.digest)))
    if change.digest is not None:
        toggles.append((change.object_uri, entry_hash(change.object_uri, change.digest)))
    return toggles


def _total_after(catalogue: Catalogue, known: Mapping[str, Entry], written: Mapping[str, Entry]) -> int:
    were_live = sum(known[uri].live for uri in written if uri in known)
    return catalogue.total - were_live + sum(entry.live for entry in written.values())


def _write_entries(conn: Connection, catalogue_id: int, entries: Collection[Entry]) -> None:
    if not entries:
        return
    rows = [
        {
            "catalogue_id": catalogue_id,
            "object_uri": entry.object_uri,
            "type": entry.type,
            "digest": entry.digest,
            "bucket": bucket_of(entry.object_uri),
            "revision": entry.revision,
            "live": entry.live,
            "changed_at": entry.changed_at,
        }
        for entry in entries
    ]
    conn.execute(_SAVE_ENTRIES[conn.dialect.name], rows)


def _delete_entries(conn: Connection, catalogue_id: int, uris: Collection[str]) -> None:
    if uris:
        conn.execute(
            delete(catalogue_entries).where(
                catalogue_entries.c.catalogue_id == catalogue_id, catalogue_entries.c.object_uri.in_(list(uris))
            )
        )


def _write_digests(
    conn: Connection,
    catalogue: Catalogue,
    toggles: Sequence[tuple[str, str]],
    *,
    total: int,
    revision: int | None = None,
) -> None:
    if not toggles:
        return
    per_bucket: dict[int, list[str]] = {}
    for uri, digest in toggles:
        per_bucket.setdefault(bucket_of(uri), []).append(digest)
    touched = {"catalogue_id": catalogue.actor_id, "buckets": list(per_bucket)}
    before: dict[int, str] = dict(_SOME_BUCKETS.run(conn, touched))
    rows = [
        {"catalogue_id": catalogue.actor_id, "bucket": bucket, "digest": combine(before.get(bucket, EMPTY), *digests)}
        for bucket, digests in sorted(per_bucket.items())
    ]
    conn.execute(_SAVE_DIGESTS[conn.dialect.name], rows)
    values: dict[str, Any] = {"digest": combine(catalogue.digest, *(digest for _, digest in toggles)), "total": total}
    if revision is not None:
        values["revision"] = revision
    conn.execute(update(catalogues).where(catalogues.c.actor_id == catalogue.actor_id).values(**values))


# -- reading the log ------------------------------------------------------------------------------------------------

_AFTER = (
    select(*_ENTRY_COLUMNS)
    .where(
        catalogue_entries.c.catalogue_id == bindparam("catalogue_id"),
        catalogue_entries.c.revision > bindparam("after"),
    )
    .order_by(catalogue_entries.c.revision)
    .limit(bindparam("limit"))
)
_BUCKETS = select(catalogue_buckets.c.bucket, catalogue_buckets.c.digest).where(
    catalogue_buckets.c.catalogue_id == bindparam("catalogue_id")
)
_SOME_BUCKETS = Prepared(
    _BUCKETS.where(catalogue_buckets.c.bucket.in_(bindparam("buckets", expanding=True))), many="buckets"
)
_IN_BUCKET = (
    select(*_ENTRY_COLUMNS)
    .where(
        catalogue_entries.c.catalogue_id == bindparam("catalogue_id"),
        catalogue_entries.c.bucket == bindparam("bucket"),
        catalogue_entries.c.live,
        catalogue_entries.c.object_uri > bindparam("after"),
    )
    .order_by(catalogue_entries.c.object_uri)
    .limit(bindparam("limit"))
)


def list_after(conn: Connection, catalogue_id: int, after: int, limit: int) -> list[Entry]:
    """Entries whose latest change is later than ``after``, each once, in the order of their revisions."""
    parameters = {"catalogue_id": catalogue_id, "after": after, "limit": limit}
    return [Entry(*row) for row in conn.execute(_AFTER, parameters)]


def load_buckets(conn: Connection, catalogue_id: int) -> list[str]:
    """The digests of all 256 buckets."""
    found: dict[int, str] = {row.bucket: row.digest for row in conn.execute(_BUCKETS, {"catalogue_id": catalogue_id})}
    return [found.get(bucket, EMPTY) for bucket in range(BUCKETS)]


def list_bucket(conn: Connection, catalogue_id: int, bucket: int, *, after: str = "", limit: int) -> list[Entry]:
    """Live entries of one bucket, by URI."""
    parameters = {"catalogue_id": catalogue_id, "bucket": bucket, "after": after, "limit": limit}
    return [Entry(*row) for row in conn.execute(_IN_BUCKET, parameters)]


def prune(conn: Connection, catalogue_id: int, before: int) -> int:
    """Forget tombstones of what was deleted before this instant; answers how many. The log begins after them."""
    old = (
        catalogue_entries.c.catalogue_id == catalogue_id,
        catalogue_entries.c.live.is_(False),
        catalogue_entries.c.changed_at < before,
    )
    newest = conn.scalar(select(func.max(catalogue_entries.c.revision)).where(*old))
    if newest is None:
        return 0
    _lock(conn, catalogue_id)
    oldest = newest + 1
    conn.execute(
        update(catalogues)
        .where(catalogues.c.actor_id == catalogue_id, catalogues.c.oldest_revision < oldest)
        .values(oldest_revision=oldest)
    )
    return conn.execute(delete(catalogue_entries).where(*old)).rowcount


def list_own(conn: Connection) -> list[Catalogue]:
    """The catalogues of our own actors."""
    query = select(*_COLUMNS).join(actors, actors.c.id == catalogues.c.actor_id).where(actors.c.local)
    return [Catalogue(*row) for row in conn.execute(query.order_by(catalogues.c.actor_id))]


# -- how a copy stands ----------------------------------------------------------------------------------------------


def note_announced(conn: Connection, actor_id: int, revision: int, digest: str, etag: str = "") -> None:
    """What the owner says of the catalogue now; ``etag`` as its address answered it, quotes included."""
    _note(conn, actor_id, announced_revision=revision, announced_digest=digest, etag=etag)


def note_position(conn: Connection, actor_id: int, position: int) -> None:
    """Everything up to this revision of the owner's log was read."""
    _note(conn, actor_id, position=position)


def note_equal(conn: Connection, copied: Catalogue, now: int, *, checked: bool) -> None:
    """The copy holds what its owner announced; ``checked`` when its address was asked just now."""
    state = State(copied.uri, copied.announced_revision, copied.announced_digest)
    _note(
        conn,
        copied.actor_id,
        position=copied.announced_revision,
        etag=copied.etag or f'"{etag_of(state)}"',
        equal_at=now,
        problem="",
        **({"checked_at": now} if checked else {}),
    )


def note_problem(conn: Connection, actor_id: int, problem: str, now: int) -> None:
    """The copy could not be brought in line; an administrator reads why."""
    _note(conn, actor_id, problem=problem[:500], checked_at=now)


def note_repaired(conn: Connection, actor_id: int, now: int) -> None:
    """The buckets were compared, whatever came of it."""
    _note(conn, actor_id, repaired_at=now)


def _note(conn: Connection, actor_id: int, **values: Any) -> None:
    conn.execute(update(catalogues).where(catalogues.c.actor_id == actor_id).values(**values))


# -- before what an owner shows is stored ---------------------------------------------------------------------------


def reopen(conn: Connection, owner_id: int, owner_uri: str, uris: Collection[str]) -> None:
    """Forget that these objects of an owner were deleted, and when they were last changed."""
    if not uris:
        return
    theirs = (objects.c.uri.in_(list(uris)), objects.c.actor_id == owner_id, objects.c.local.is_(False))
    conn.execute(update(objects).where(*theirs, objects.c.updated_at.is_not(None)).values(updated_at=None))
    dead = list(conn.scalars(select(objects.c.id).where(*theirs, objects.c.state != LIVE)))
    if dead:  # answers to them are tied to the new row when it is there
        conn.execute(update(objects).where(objects.c.in_reply_to.in_(list(uris))).values(in_reply_to_id=None))
        conn.execute(delete(objects).where(objects.c.id.in_(dead)))
    conn.execute(
        delete(tombstones).where(tombstones.c.uri.in_(list(uris)), tombstones.c.actor_uri.in_([owner_uri, ""]))
    )
