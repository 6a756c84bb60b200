"""Home timelines when somebody is followed, or is not any more."""

from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, literal, or_, select

from node.clock import HOUR
from node.domain.visibility import Visibility
from node.store.database.planning import looked_at
from node.store.database.upsert import insert_missing
from node.store.people import follow_languages
from node.store.people.follows import ACCEPTED
from node.store.posts.objects import LIVE
from node.store.tables import actors, follows, home_entries, objects

#: So many posts of somebody new come in at once.
MERGED = 40
_SHOWN = [Visibility.PUBLIC.value, Visibility.UNLISTED.value, Visibility.FOLLOWERS.value]
_INTO = insert_missing(home_entries)


def merge(conn: Connection, owner_id: int, author_id: int) -> None:
    """Put the newest posts of this author on the timeline, in the languages that are wanted of her."""
    newest = (
        select(literal(owner_id), objects.c.id, objects.c.id)
        .where(objects.c.actor_id == author_id, objects.c.state == LIVE, objects.c.visibility.in_(_SHOWN))
        .where(*follow_languages.wanted_by(conn, owner_id, author_id))
        .order_by(objects.c.id.desc())
        .limit(MERGED)
    )
    into = _INTO[conn.dialect.name].from_select(["owner_id", "id", "object_id"], newest)
    conn.execute(into)


#: What came so soon after it was written was sent, not found while looking through an old conversation.
_FRESH = HOUR
_parent, _also = objects.alias("parent"), follows.alias("also")
_LATE = (
    select(follows.c.follower_id, objects.c.id)
    .join(_parent, _parent.c.id == objects.c.in_reply_to_id)
    .join(follows, and_(follows.c.followed_id == objects.c.actor_id, follows.c.state == ACCEPTED))
    .join(actors, and_(actors.c.id == follows.c.follower_id, looked_at(actors.c.local)))
    .where(
        _parent.c.id == bindparam("parent_id"),
        objects.c.state == LIVE,
        objects.c.visibility.in_(_SHOWN),
        objects.c.received_at - objects.c.published_at < _FRESH,
        or_(
            _parent.c.actor_id == objects.c.actor_id,
            _parent.c.actor_id == follows.c.follower_id,
            exists().where(
                _also.c.follower_id == follows.c.follower_id,
                _also.c.followed_id == _parent.c.actor_id,
                _also.c.state == ACCEPTED,
            ),
        ),
    )
)


def load_late(conn: Connection, parent_id: int) -> list[dict[str, Any]]:
    """Replies that came before what they answer, for those who follow both sides, as rows of ``home_entries``."""
    return [
        {"owner_id": owner_id, "id": reply_id, "object_id": reply_id, "shared_by_id": None}
        for owner_id, reply_id in conn.execute(_LATE, {"parent_id": parent_id})
    ]


def drop(conn: Connection, owner_id: int, author_id: int) -> None:
    """Take what this author wrote or shared off the timeline."""
    theirs = select(objects.c.id).where(objects.c.actor_id == author_id)
    conn.execute(
        delete(home_entries).where(
            home_entries.c.owner_id == owner_id,
            or_(home_entries.c.shared_by_id == author_id, home_entries.c.object_id.in_(theirs)),
        )
    )
