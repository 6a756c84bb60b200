"""Home timelines when somebody is followed, or is not any more."""

from sqlalchemy import Connection, delete, literal, or_, select

from node.domain.visibility import Visibility
from node.store import follow_languages
from node.store.objects import LIVE
from node.store.tables import home_entries, objects
from node.store.upsert import insert_missing

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


def drop(conn: Connection, owner_id: int, author_id: int) -> None:
    """Take what this author wrote or shared off the timeline."""
    theirs = select(objects.c.id).where(objects.c.actor_id == author_id)
    conn.execute(
        delete(home_entries).where(
            home_entries.c.owner_id == owner_id,
            or_(home_entries.c.shared_by_id == author_id, home_entries.c.object_id.in_(theirs)),
        )
    )
