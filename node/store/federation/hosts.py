"""What is known about other hosts: whether they answer, when they were last heard of, how they want to be signed to."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from node.store import jobs
from node.store.database.bulk import Bulk, portions
from node.store.database.prepared import Prepared
from node.store.database.upsert import Upsert
from node.store.federation import activities
from node.store.tables import hosts


@dataclass(frozen=True, slots=True)
class Host:
    """One host, by its normalised name; the columns of ``hosts``. A new one is in good standing."""

    host: str
    software: str = ""
    software_version: str = ""
    signature: str = ""
    signature_at: int | None = None
    refusals: int = 0
    failures: int = 0
    recent_failures: tuple[int, ...] = ()
    failing_since_at: int | None = None
    failing_days: int = 0
    last_failing_day: int = 0
    held_until_at: int | None = None
    hold_seconds: int = 0
    unavailable_at: int | None = None
    last_success_at: int | None = None
    last_seen_at: int | None = None
    last_error: str = ""
    checked_at: int = 0
    created_at: int = 0

    @property
    def is_held(self) -> bool:
        """Whether its circuit is open: nothing is sent but a probe now and then."""
        return self.held_until_at is not None

    @property
    def is_unavailable(self) -> bool:
        """Whether it has been given up until it is heard of again."""
        return self.unavailable_at is not None


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a host, as a function from what is stored to what is to be stored; it may run twice."""

    host: str
    apply: Callable[[Host], Host]


_FIELDS = tuple(field.name for field in fields(Host))
_COLUMNS = tuple(hosts.c[name] for name in _FIELDS)
_OF_NAMES = select(*_COLUMNS).where(hosts.c.host.in_(bindparam("names", expanding=True)))
_BY_NAME = Prepared(_OF_NAMES, many="names")
# In one order, so that two processes that change the same hosts do not block each other.
_LOCKED = Prepared(_OF_NAMES.order_by(hosts.c.host).with_for_update(), many="names")


def _upsert(new: Any) -> Any:
    return new.on_conflict_do_update(
        index_elements=[hosts.c.host], set_={name: new.excluded[name] for name in _FIELDS[1:]}
    )


_SAVE = Bulk(Upsert(lambda into: _upsert(into(hosts))))


def _host(row: Sequence[Any]) -> Host:
    values = dict(zip(_FIELDS, row, strict=True))
    return Host(**{**values, "recent_failures": tuple(values["recent_failures"])})


def load_hosts(conn: Connection, names: Collection[str]) -> dict[str, Host]:
    """What is known of these hosts; nothing is known of those that are missing."""
    return _load(conn, _BY_NAME, names)


def _load(conn: Connection, query: Prepared, names: Collection[str]) -> dict[str, Host]:
    found = (_host(row) for some in portions(names) for row in query.run(conn, {"names": some}))
    return {host.host: host for host in found}


def change_many(
    conn: Connection,
    changes: Sequence[Change],
    *,
    kind: str,
    now: int,
    returned: Callable[[Connection, str], None] | None = None,
) -> list[Host]:
    """Apply changes in their order; answers what each host became. Jobs of ``kind`` are held and released with it.

    A host whose circuit opens has its queue put off, one that answers again has it released (and ``returned`` is
    called with it), and one that is given up loses it but for what may not be forgotten (``activities.LASTING``).
    """
    before = _load(conn, _LOCKED, {change.host for change in changes})
    after = dict(before)
    for change in changes:
        known = after.get(change.host) or Host(change.host, created_at=now)
        after[change.host] = change.apply(known)
    changed = [host for name, host in after.items() if before.get(name) != host]
    _SAVE.run(conn, [_row(host) for host in changed])
    for host in changed:
        is_back = _move_queue(conn, before.get(host.host) or Host(host.host), host, kind, now)
        if is_back and returned is not None:
            returned(conn, host.host)
    return [after[change.host] for change in changes]


def _row(host: Host) -> dict[str, Any]:
    return {name: getattr(host, name) for name in _FIELDS}


def _move_queue(conn: Connection, before: Host, after: Host, kind: str, now: int) -> bool:
    """Whether the host is back."""
    if after.is_unavailable and not before.is_unavailable:
        activities.drop_deliveries(conn, after.host, kind)
    if after.is_held and after.held_until_at != before.held_until_at:
        jobs.hold_host(conn, after.host, kind, now + jobs.BEHIND)
    elif (before.is_held or before.is_unavailable) and not (after.is_held or after.is_unavailable):
        jobs.release_host(conn, after.host, kind, now)
        return True
    return False


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether deliveries to a host are put off or not made, and which hosts come first."""

    held_until_at: int | None
    unavailable: bool
    failures: int
    heard_at: int

    @property
    def is_well(self) -> bool:
        return self.held_until_at is None and not self.unavailable

    @property
    def promise(self) -> tuple[int, int]:
        """Grows with how likely the host answers at once: it fails less, and was heard of more lately."""
        return -self.failures, self.heard_at


_STANDINGS = Prepared(
    select(
        hosts.c.host,
        hosts.c.held_until_at,
        hosts.c.unavailable_at,
        hosts.c.failures,
        hosts.c.last_success_at,
        hosts.c.last_seen_at,
    ).where(hosts.c.host.in_(bindparam("names", expanding=True))),
    many="names",
)


def load_standings(conn: Connection, names: Collection[str], now: int) -> dict[str, Standing]:
    """How these hosts fare. One that is not noted yet was met just now: rows last for weeks after the last word."""
    met = Standing(None, unavailable=False, failures=0, heard_at=now)
    found = {
        host: Standing(held_until_at, unavailable_at is not None, failures, max(success_at or 0, seen_at or 0))
        for some in portions(names)
        for host, held_until_at, unavailable_at, failures, success_at, seen_at in _STANDINGS.run(conn, {"names": some})
    }
    return {name: found.get(name, met) for name in names}


def count_held(conn: Connection) -> int:
    """How many circuits are open."""
    return conn.scalar(select(func.count()).select_from(hosts).where(hosts.c.held_until_at.is_not(None))) or 0


def load_unavailable(conn: Connection, *, checked_before: int, limit: int) -> list[str]:
    """Hosts that were given up and not looked at since."""
    query = (
        select(hosts.c.host)
        .where(hosts.c.unavailable_at.is_not(None), hosts.c.checked_at < checked_before)
        .order_by(hosts.c.checked_at)
        .limit(limit)
    )
    return list(conn.scalars(query))


def load_unasked(conn: Connection, *, checked_before: int, limit: int) -> list[str]:
    """Hosts that answer and have not been asked what they run since this instant, the longest unasked first."""
    query = (
        select(hosts.c.host)
        .where(hosts.c.unavailable_at.is_(None), hosts.c.failures == 0, hosts.c.checked_at < checked_before)
        .order_by(hosts.c.checked_at, hosts.c.host)
        .limit(limit)
    )
    return list(conn.scalars(query))


def load_lost(conn: Connection, unavailable_before: int) -> list[str]:
    """Hosts that were given up before this instant: their followers may be removed."""
    return list(conn.scalars(select(hosts.c.host).where(hosts.c.unavailable_at < unavailable_before)))


def load_software(conn: Connection, names: Collection[str]) -> dict[str, str]:
    """What software these hosts say they run, in lower case; those that have not been asked are left out."""
    query = select(hosts.c.host, hosts.c.software).where(hosts.c.host.in_(list(names)), hosts.c.software != "")
    return {row.host: row.software.lower() for row in conn.execute(query)}


def note_software(conn: Connection, host: str, software: str, version: str, now: int) -> None:
    """What a host says it runs, asked ``now``; '' where it said nothing, and what it said before stays."""
    said = {"software": software[:64], "software_version": version[:64]} if software else {}
    values = {**said, "checked_at": now}
    conn.execute(update(hosts).where(hosts.c.host == host).values(**values))


def expire_hosts(conn: Connection, before: int) -> int:
    """Forget hosts of which nothing was heard since (OUT13); those given up are still looked at. Answers how many."""
    heard_at = (hosts.c.last_success_at, hosts.c.last_seen_at, hosts.c.failing_since_at, hosts.c.created_at)
    forgotten = delete(hosts).where(
        hosts.c.unavailable_at.is_(None), *(func.coalesce(column, 0) < before for column in heard_at)
    )
    return conn.execute(forgotten).rowcount
