"""Notes in Markdown, as the editor of our pages publishes them."""

from sqlalchemy import Connection, func, select

from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.services.context import Unit
from node.services.posts.posts import publish
from node.store.posts import objects
from node.store.posts.objects import Object
from node.store.tables import objects as table


def publish_note(
    conn: Connection,
    unit: Unit,
    author_actor_id: int,
    markdown: str,
    visibility: Visibility,
    *,
    in_reply_to: str | None = None,
    language: str = "",
    summary: str = "",
) -> Object:
    """Publish a text. ``in_reply_to`` is the URI of a post that is stored here."""
    parent = objects.find_object(conn, in_reply_to) if in_reply_to else None
    assert parent is not None or not in_reply_to
    draft = Draft(
        text=markdown,
        visibility=visibility,
        spoiler=summary,
        language=language,
        in_reply_to_id=parent.id if parent else None,
        is_markdown=True,
    )
    return publish(conn, unit, author_actor_id, draft)


def count_own_objects(conn: Connection) -> int:
    """Whatever people of this node have published and not deleted."""
    return conn.scalar(select(func.count()).where(table.c.local, table.c.state == objects.LIVE)) or 0
