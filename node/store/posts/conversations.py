"""Direct messages as each participant here sees them: one conversation per set of participants of a thread."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from node.store.database.bulk import portions
from node.store.database.upsert import Into, Upsert, insert_missing
from node.store.database.windows import Window
from node.store.tables import actors, conversation_posts, conversations, mentions

_PARTICIPANTS = (
    select(mentions.c.object_id, actors.c.id, actors.c.local)
    .join(actors, actors.c.uri == mentions.c.actor_uri)
    .where(mentions.c.object_id.in_(bindparam("ids", expanding=True)))
)
_FOUND = select(
    conversations.c.id, conversations.c.owner_id, conversations.c.context, conversations.c.participants
).where(conversations.c.context.in_(bindparam("contexts", expanding=True)))


def _put(into: Into) -> Any:
    made = into(conversations)
    return made.on_conflict_do_update(
        index_elements=["owner_id", "context", "participants"],
        set_={"last_object_id": made.excluded.last_object_id, "unread": made.excluded.unread},
    )


_UPSERT = Upsert(_put)
_INSERT_POST = insert_missing(conversation_posts)


@dataclass(frozen=True, slots=True)
class Message:
    """A direct message as one of its participants here has it."""

    owner_id: int
    context: str
    object_id: int
    actor_ids: tuple[int, ...]  # the others, sorted
    unread: bool

    @property
    def key(self) -> tuple[int, str, str]:
        return self.owner_id, self.context, participants_key(self.actor_ids)


def participants_key(actor_ids: Collection[int]) -> str:
    return hashlib.sha256(",".join(map(str, sorted(actor_ids))).encode()).hexdigest()


def load_participants(conn: Connection, object_ids: Collection[int]) -> dict[int, dict[int, bool]]:
    """Object -> whom it names, known here: actor id -> whether they are ours."""
    found: defaultdict[int, dict[int, bool]] = defaultdict(dict)
    for object_id, actor_id, local in conn.execute(_PARTICIPANTS, {"ids": list(object_ids)}) if object_ids else ():
        found[object_id][actor_id] = local
    return found


def add_messages(conn: Connection, messages: Sequence[tuple[int, Message]]) -> list[int]:
    """Put each message (with an id for a conversation that is new) where it belongs; answers the conversations."""
    if not messages:
        return []
    rows = [
        {
            "id": new_id,
            "owner_id": message.owner_id,
            "context": message.context,
            "participants": message.key[2],
            "actor_ids": list(message.actor_ids),
            "last_object_id": message.object_id,
            "unread": message.unread,
        }
        for new_id, message in messages
    ]
    conn.execute(_UPSERT[conn.dialect.name], rows)
    contexts = {message.context for _, message in messages}
    found = {tuple(row[1:]): row.id for row in conn.execute(_FOUND, {"contexts": list(contexts)})}
    posts = [{"conversation_id": found[message.key], "object_id": message.object_id} for _, message in messages]
    conn.execute(_INSERT_POST[conn.dialect.name], posts)
    return list(dict.fromkeys(post["conversation_id"] for post in posts))


def forget_post(conn: Connection, object_id: int) -> None:
    """A message is deleted: conversations end with the one before it, or are gone with their only one."""
    ids = list(
        conn.scalars(select(conversation_posts.c.conversation_id).where(conversation_posts.c.object_id == object_id))
    )
    if not ids:
        return
    conn.execute(delete(conversation_posts).where(conversation_posts.c.object_id == object_id))
    last = (
        select(func.max(conversation_posts.c.object_id))
        .where(conversation_posts.c.conversation_id == conversations.c.id)
        .scalar_subquery()
    )
    kept = select(conversation_posts.c.conversation_id)
    conn.execute(delete(conversations).where(conversations.c.id.in_(ids), conversations.c.id.not_in(kept)))
    conn.execute(update(conversations).where(conversations.c.id.in_(ids)).values(last_object_id=last))


def list_conversations(conn: Connection, owner_id: int, window: Window) -> list[Row[Any]]:
    """Whole rows, the one with the newest message first; paged by that message's id."""
    query = select(conversations).where(conversations.c.owner_id == owner_id)
    return window.newest_first(conn.execute(window.over(query, conversations.c.last_object_id)).all())


def load_conversations(conn: Connection, ids: Collection[int]) -> list[Row[Any]]:
    """Whole rows."""
    return list(conn.execute(select(conversations).where(conversations.c.id.in_(list(ids))))) if ids else []


def set_unread(conn: Connection, owner_id: int, conversation_id: int, *, unread: bool) -> Row[Any] | None:
    """Whether the owner has yet to read it; None where there is no such conversation of theirs."""
    one = (conversations.c.id == conversation_id, conversations.c.owner_id == owner_id)
    conn.execute(update(conversations).where(*one).values(unread=unread))
    return conn.execute(select(conversations).where(*one)).first()


def delete_with(conn: Connection, owner_id: int, actor_ids: Collection[int]) -> None:
    """Forget for their owner all in which one of these takes part; the messages stay."""
    own = select(conversations.c.id, conversations.c.actor_ids).where(conversations.c.owner_id == owner_id)
    ids = [row.id for row in conn.execute(own) if not set(actor_ids).isdisjoint(row.actor_ids)]
    for part in portions(ids):
        conn.execute(delete(conversations).where(conversations.c.id.in_(part)))


def delete_conversation(conn: Connection, owner_id: int, conversation_id: int) -> bool:
    """Forget it for its owner; the messages stay. Answers whether there was one."""
    one = (conversations.c.id == conversation_id, conversations.c.owner_id == owner_id)
    return conn.execute(delete(conversations).where(*one)).rowcount > 0
