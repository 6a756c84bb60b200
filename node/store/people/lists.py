"""Lists: timelines of chosen people, each of one person here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, insert, select, update

from node.store.database.upsert import insert_missing
from node.store.database.windows import Window
from node.store.tables import actors, follows, list_members, lists


@dataclass(frozen=True, slots=True)
class PersonList:
    """A list; ``replies_policy`` says which replies it shows: none, those to members (list), to followed ones."""

    id: int
    title: str
    replies_policy: str
    exclusive: bool


_COLUMNS = tuple(lists.c[name] for name in PersonList.__dataclass_fields__)
_INSERT_MEMBERS = insert_missing(list_members)


def load_lists(conn: Connection, owner_id: int) -> list[PersonList]:
    """All of one person, the oldest first."""
    query = select(*_COLUMNS).where(lists.c.owner_id == owner_id).order_by(lists.c.id)
    return [PersonList(*row) for row in conn.execute(query)]


def find_list(conn: Connection, owner_id: int, list_id: int) -> PersonList | None:
    """None also for another person's list."""
    row = conn.execute(select(*_COLUMNS).where(lists.c.id == list_id, lists.c.owner_id == owner_id)).first()
    return PersonList(*row) if row else None


def insert_list(conn: Connection, owner_id: int, new: PersonList, now: int) -> None:
    values = {name: getattr(new, name) for name in PersonList.__dataclass_fields__}
    conn.execute(insert(lists).values(owner_id=owner_id, created_at=now, **values))


def update_list(conn: Connection, changed: PersonList) -> None:
    values = {"title": changed.title, "replies_policy": changed.replies_policy, "exclusive": changed.exclusive}
    conn.execute(update(lists).where(lists.c.id == changed.id).values(**values))


def delete_list(conn: Connection, list_id: int) -> None:
    conn.execute(delete(lists).where(lists.c.id == list_id))


# -- members --------------------------------------------------------------------------------------------------------


def insert_members(conn: Connection, list_id: int, members: Sequence[tuple[int, int]]) -> None:
    """``(id, actor id)`` of each; those who are members already stay so."""
    if members:
        rows = [{"id": row_id, "list_id": list_id, "member_id": member} for row_id, member in members]
        conn.execute(_INSERT_MEMBERS[conn.dialect.name], rows)


def delete_members(conn: Connection, list_id: int, member_ids: Collection[int]) -> None:
    conn.execute(
        delete(list_members).where(list_members.c.list_id == list_id, list_members.c.member_id.in_(list(member_ids)))
    )


def remove_everywhere(conn: Connection, owner_id: int, member_id: int) -> None:
    """From all lists of this person: she does not follow the member any more."""
    mine = select(lists.c.id).where(lists.c.owner_id == owner_id)
    conn.execute(delete(list_members).where(list_members.c.member_id == member_id, list_members.c.list_id.in_(mine)))


def list_members_of(conn: Connection, list_id: int, window: Window | None) -> Sequence[tuple[int, int]]:
    """``(id, actor id)``, newest first; all of them without a window."""
    is_there = exists().where(actors.c.id == list_members.c.member_id, actors.c.state == "active")
    query = select(list_members.c.id, list_members.c.member_id).where(list_members.c.list_id == list_id, is_there)
    if window is None:
        return [(row.id, row.member_id) for row in conn.execute(query.order_by(list_members.c.id.desc()))]
    rows = conn.execute(window.over(query, list_members.c.id))
    return window.newest_first([(row.id, row.member_id) for row in rows])


def load_lists_with(conn: Connection, owner_id: int, member_id: int) -> list[PersonList]:
    """The lists of one person on which another is."""
    query = (
        select(*_COLUMNS)
        .join(list_members, list_members.c.list_id == lists.c.id)
        .where(lists.c.owner_id == owner_id, list_members.c.member_id == member_id)
        .order_by(lists.c.id)
    )
    return [PersonList(*row) for row in conn.execute(query)]


def load_followed_among(conn: Connection, owner_id: int, actor_ids: Collection[int]) -> set[int]:
    """Of these whom the person follows or has asked to."""
    query = select(follows.c.followed_id).where(
        follows.c.follower_id == owner_id, follows.c.followed_id.in_(list(actor_ids))
    )
    return set(conn.scalars(query))
