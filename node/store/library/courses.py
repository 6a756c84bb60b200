"""When courses are held, for lists; and who enrolled in what, with places that only the home of a course gives away."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, bindparam, delete, func, insert, select, update

from node.domain.courses import State, day_of, instances, is_course, key_of, last_day
from node.domain.records import ResourceRecord
from node.store.database.prepared import Prepared
from node.store.database.upsert import insert_missing
from node.store.people.actors import Actor, load_actors, load_actors_by_id
from node.store.posts.joins import by_join
from node.store.tables import course_instances, enrolments, resources

_ANY_TIME, _OPEN_END = "", "9999-12-31"
_TWO_YEARS = 731

# -- instances ------------------------------------------------------------------------------------------------------

_DELETE_INSTANCES = delete(course_instances).where(
    course_instances.c.object_id.in_(bindparam("object_ids", expanding=True))
)
_INSERT_INSTANCES = insert(course_instances)


def save_instances(conn: Connection, records: Mapping[int, tuple[ResourceRecord, str]], known: Collection[int]) -> None:
    """Write the instances of records that are stored: object id -> record and listing; ``known`` had a version."""
    if known:
        conn.execute(_DELETE_INSTANCES, {"object_ids": list(known)})
    rows = [
        {
            "object_id": object_id,
            "key": key_of(each["id"]),
            "listing": listing,
            "starts_on": str(day_of(each.get("startDate", "")) or _ANY_TIME),
            "ends_on": str(last_day(each) or _OPEN_END),
        }
        for object_id, (record, listing) in records.items()
        if is_course(record)
        for each in instances(record)
        if each.get("status") != "cancelled"
    ]
    if rows:
        conn.execute(_INSERT_INSTANCES, list({(row["object_id"], row["key"]): row for row in rows}.values()))


_SOON = Prepared(
    select(course_instances.c.object_id, course_instances.c.key, resources.c.sort_key)
    .join(resources, resources.c.object_id == course_instances.c.object_id)
    .where(
        course_instances.c.listing.in_(bindparam("listings", expanding=True)),
        course_instances.c.starts_on >= bindparam("today"),
    )
    .order_by(course_instances.c.starts_on, course_instances.c.object_id, course_instances.c.key)
    .limit(bindparam("most", type_=BigInteger)),
    many="listings",
    named=True,
)


def list_starting(conn: Connection, listings: Collection[str], today: str, *, limit: int) -> list[Row[Any]]:
    """``object_id``, ``key``, ``sort_key`` of the instances that start next, the earliest first."""
    return list(_SOON.run(conn, {"listings": list(listings), "today": today, "most": limit}))


_BETWEEN = Prepared(
    select(course_instances.c.object_id, course_instances.c.key)
    .where(
        course_instances.c.listing.in_(bindparam("listings", expanding=True)),
        course_instances.c.starts_on >= bindparam("earliest"),
        course_instances.c.starts_on <= bindparam("last"),
        course_instances.c.ends_on >= bindparam("first"),
    )
    .order_by(course_instances.c.starts_on, course_instances.c.object_id, course_instances.c.key)
    .limit(bindparam("most", type_=BigInteger)),
    many="listings",
)


def list_between(
    conn: Connection, listings: Collection[str], first: dt.date, last: dt.date, *, limit: int
) -> list[tuple[int, str]]:
    """Object and key of the instances that touch these days, of at most two years' length; not the cancelled."""
    days = {"first": str(first), "last": str(last), "earliest": str(first - dt.timedelta(days=_TWO_YEARS))}
    return list(_BETWEEN.run(conn, {"listings": list(listings), **days, "most": limit}))


# -- enrolments -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Somebody and an instance of a course."""

    id: int
    object_id: int
    key: str
    actor_id: int
    state: State
    uri: str
    note: str
    queued_at: int
    created_at: int
    updated_at: int


_COLUMNS = tuple(enrolments.c[name] for name in Enrolment.__dataclass_fields__)
_FIND = select(*_COLUMNS).where(
    enrolments.c.object_id == bindparam("object_id"),
    enrolments.c.key == bindparam("key"),
    enrolments.c.actor_id == bindparam("actor_id"),
)
_BY_ID = select(*_COLUMNS).where(enrolments.c.id == bindparam("id"))
_BY_JOIN = by_join(_COLUMNS, about=enrolments.c.object_id, of=enrolments.c.actor_id, uri=enrolments.c.uri)
_OF_PERSON = (
    select(*_COLUMNS)
    .where(enrolments.c.actor_id == bindparam("actor_id"), enrolments.c.id < bindparam("before"))
    .order_by(enrolments.c.id.desc())
    .limit(bindparam("most"))
)
_OF_PERSON_IN = select(*_COLUMNS).where(
    enrolments.c.actor_id == bindparam("actor_id"), enrolments.c.object_id == bindparam("object_id")
)
_OF_COURSE = (
    select(*_COLUMNS)
    .where(enrolments.c.object_id == bindparam("object_id"), enrolments.c.id > bindparam("after"))
    .order_by(enrolments.c.id)
    .limit(bindparam("most"))
)
_COUNTS = (
    select(enrolments.c.key, enrolments.c.state, func.count().label("total"))
    .where(enrolments.c.object_id == bindparam("object_id"))
    .group_by(enrolments.c.key, enrolments.c.state)
)
_WAITING = (
    select(*_COLUMNS)
    .where(
        enrolments.c.object_id == bindparam("object_id"),
        enrolments.c.key == bindparam("key"),
        enrolments.c.state == State.WAITING.value,
    )
    .order_by(enrolments.c.queued_at, enrolments.c.id)
    .limit(bindparam("most"))
)
_LOCK = select(resources.c.object_id).where(resources.c.object_id == bindparam("object_id")).with_for_update()
_INSERT = insert_missing(enrolments)
_UPDATE = update(enrolments).where(enrolments.c.id == bindparam("stored_id"))
_DELETE = delete(enrolments).where(enrolments.c.id == bindparam("stored_id"))


def load_people(conn: Connection, owner_id: int, uris: Collection[str]) -> list[Actor]:
    """Our people among these, and this owner where it is one."""
    found = load_actors(conn, [uri for uri in uris if uri])
    owner = load_actors_by_id(conn, [owner_id])
    people = {each.id: each for each in (*owner.values(), *found.values()) if each.local and each.kind == "person"}
    return list(people.values())


def lock(conn: Connection, object_id: int) -> None:
    """Let nobody else give away places of this course until the transaction ends."""
    conn.execute(_LOCK, {"object_id": object_id})


def find(conn: Connection, object_id: int, key: str, actor_id: int) -> Enrolment | None:
    """What somebody is to an instance."""
    return _first(conn, _FIND, object_id=object_id, key=key, actor_id=actor_id)


def find_by_id(conn: Connection, enrolment_id: int) -> Enrolment | None:
    return _first(conn, _BY_ID, id=enrolment_id)


def find_here(conn: Connection, uri: str) -> Enrolment | None:
    """In a course of this node, by the id of the Join. Publishers elsewhere may offer us a Join of the same id."""
    return _first(conn, _BY_JOIN.here, uri=uri) if uri else None


def find_elsewhere(conn: Connection, uri: str) -> Enrolment | None:
    """Of one of ours in a course of another node, by the id of her Join."""
    return _first(conn, _BY_JOIN.elsewhere, uri=uri) if uri else None


def list_of_person(conn: Connection, actor_id: int, *, before: int, limit: int) -> list[Enrolment]:
    """What somebody enrolled in, the newest first."""
    rows = conn.execute(_OF_PERSON, {"actor_id": actor_id, "before": before, "most": limit})
    return [_enrolment(row) for row in rows]


def load_all_of(conn: Connection, actor_id: int) -> list[Enrolment]:
    """Everything that somebody enrolled in."""
    query = select(*_COLUMNS).where(enrolments.c.actor_id == actor_id).order_by(enrolments.c.id)
    return [_enrolment(row) for row in conn.execute(query)]


def load_of_person(conn: Connection, actor_id: int, object_id: int) -> dict[str, Enrolment]:
    """What somebody is to the instances of a course, by key."""
    rows = conn.execute(_OF_PERSON_IN, {"actor_id": actor_id, "object_id": object_id})
    return {row.key: _enrolment(row) for row in rows}


def list_of_course(conn: Connection, object_id: int, *, after: int = 0, limit: int) -> list[Enrolment]:
    """Everybody who enrolled in a course, in the order in which they did."""
    rows = conn.execute(_OF_COURSE, {"object_id": object_id, "after": after, "most": limit})
    return [_enrolment(row) for row in rows]


def count(conn: Connection, object_id: int) -> dict[tuple[str, State], int]:
    """How many there are of each instance in each state."""
    rows = conn.execute(_COUNTS, {"object_id": object_id})
    return {(row.key, State(row.state)): row.total for row in rows}


def list_waiting(conn: Connection, object_id: int, key: str, *, limit: int) -> list[Enrolment]:
    """Who is next for a place."""
    return [_enrolment(row) for row in conn.execute(_WAITING, {"object_id": object_id, "key": key, "most": limit})]


def insert_enrolment(conn: Connection, new: Enrolment) -> None:
    """Store one; whoever is there already stays as they are."""
    row = {name: getattr(new, name) for name in Enrolment.__dataclass_fields__}
    conn.execute(_INSERT[conn.dialect.name], [{**row, "state": new.state.value}])


def change(conn: Connection, enrolment_id: int, **values: Any) -> None:
    """Set these columns; a ``State`` as it is."""
    told = {name: value.value if isinstance(value, State) else value for name, value in values.items()}
    conn.execute(_UPDATE.values(**told), {"stored_id": enrolment_id})


def remove(conn: Connection, enrolment_id: int) -> None:
    conn.execute(_DELETE, {"stored_id": enrolment_id})


def _first(conn: Connection, query: Any, **parameters: Any) -> Enrolment | None:
    row = conn.execute(query, parameters).first()
    return None if row is None else _enrolment(row)


def _enrolment(row: Row[Any]) -> Enrolment:
    values: Sequence[Any] = [getattr(row, name) for name in Enrolment.__dataclass_fields__]
    found = dict(zip(Enrolment.__dataclass_fields__, values, strict=True))
    return Enrolment(**{**found, "state": State(found["state"])})
