"""What a catalogue holds: its log of changes, and the 256 buckets by which two copies of it are compared."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from node.domain.catalogues import BUCKETS, EMPTY, bucket_of, combine, entry_hash
from node.store.database.prepared import Prepared
from node.store.database.upsert import Into, Upsert
from node.store.library.catalogues import Catalogue, lock
from node.store.tables import catalogue_buckets, catalogue_entries, catalogues


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
    catalogue = lock(conn, catalogue_id)
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
    catalogue = lock(conn, catalogue_id)
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
    lock(conn, catalogue_id)
    oldest = newest + 1
    conn.execute(
        update(catalogues)
        .where(catalogues.c.actor_id == catalogue_id, catalogues.c.oldest_revision < oldest)
        .values(oldest_revision=oldest)
    )
    return conn.execute(delete(catalogue_entries).where(*old)).rowcount
