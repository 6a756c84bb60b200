"""Accounts about a topic: what each shows."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from node.domain.selections import Selection, of_query, query_of
from node.store.database.prepared import Prepared
from node.store.people.actors import Actor, load_actors_by_id
from node.store.tables import topic_accounts


@dataclass(frozen=True, slots=True)
class TopicAccount:
    """``query``: of the catalogue, it shows what fits. ``purpose`` is Markdown."""

    actor: Actor
    query: str
    purpose: str
    created_at: int

    @property
    def selection(self) -> Selection:
        return of_query(self.query)

    @property
    def path(self) -> str:
        """The page of the catalogue that lists what fits, the newest first."""
        return f"/resources?{self.query}&sort=newest"


_COLUMNS = (
    topic_accounts.c.actor_id,
    topic_accounts.c.selection,
    topic_accounts.c.purpose,
    topic_accounts.c.created_at,
)
_ALL = Prepared(select(*_COLUMNS), named=True)
_ONE = select(*_COLUMNS).where(topic_accounts.c.actor_id == bindparam("actor_id"))


def list_all(conn: Connection) -> list[TopicAccount]:
    """All that are there, by name."""
    rows = _ALL.run(conn, {})
    known = load_actors_by_id(conn, [row.actor_id for row in rows])
    found = [TopicAccount(known[row.actor_id], row.selection, row.purpose, row.created_at) for row in rows]
    return sorted((each for each in found if each.actor.is_active), key=lambda each: each.actor.username)


def are_any(conn: Connection) -> bool:
    return bool(list_all(conn))


def find(conn: Connection, actor: Actor) -> TopicAccount | None:
    """What this actor is, where it is an account about a topic."""
    row = conn.execute(_ONE, {"actor_id": actor.id}).first()
    return TopicAccount(actor, row.selection, row.purpose, row.created_at) if row else None


def insert_topic_account(conn: Connection, actor_id: int, selection: Selection, purpose: str, now: int) -> None:
    values = {"actor_id": actor_id, "selection": query_of(selection), "purpose": purpose, "created_at": now}
    conn.execute(insert(topic_accounts).values(values))


def update_topic_account(conn: Connection, actor_id: int, selection: Selection, purpose: str) -> None:
    has_id = topic_accounts.c.actor_id == actor_id
    conn.execute(update(topic_accounts).where(has_id).values(selection=query_of(selection), purpose=purpose))
