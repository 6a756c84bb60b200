"""StatusEdit and StatusSource: what a status said before, and as it was typed."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection

from node.domain.text import plain
from node.store.library.resources import Viewer
from node.store.library.versions import was_for
from node.store.posts import media, objects
from node.store.posts.objects import RESOURCE
from node.store.reading import statuses
from web.client_api.entities import accounts, texts
from web.client_api.entities.look import Look, instant
from web.client_api.entities.media import emojis_of
from web.client_api.media_entities import media_attachment, remote_attachments


def render(conn: Connection, look: Look, object_id: int, viewer_id: int | None) -> list[dict[str, Any]]:
    """The versions of an object that were for this viewer, the oldest first, the present one last."""
    (row,) = statuses.load_rows(conn, [object_id])
    versions = objects.list_versions(conn, object_id)
    author = orjson.Fragment(accounts.render(conn, look, [row.actor_id])[row.actor_id])
    written = [row.published_at, *(each.replaced_at for each in versions)]
    found = []
    for at, version in zip(written, [*versions, row], strict=True):
        is_present = version is row
        if not is_present and not _was_for(row, version, viewer_id):
            continue
        details: Mapping[str, Any] = version.details or {}
        content = texts.content_of(row, look) if is_present else texts.note_of(row, version.content)
        attached = remote_attachments(details, object_id, look.pictures)
        if is_present and (own := media.load_for_objects(conn, [object_id]).get(object_id)):
            attached = [media_attachment(each, look.pictures) for each in own]
        found.append(
            {
                "content": content,
                "spoiler_text": plain(version.summary) if texts.is_note(row) else "",
                "sensitive": row.sensitive,
                "created_at": instant(at),
                "account": author,
                "poll": _poll(details),
                "media_attachments": attached,
                "emojis": emojis_of(details.get("emojis", ()), look),
            }
        )
    return found


def _was_for(row: Any, version: Any, viewer_id: int | None) -> bool:
    """What was widened since (a resource, how somebody used it) tells nobody else what it said before.

    Of copies of resources their home alone knows.
    """
    details = version.details or {}
    said = details.get("record", details)
    if row.kind == RESOURCE:
        return row.local and "record" in details and was_for(said, row.actor_id, Viewer(viewer_id))
    if said.get("visibility", row.visibility) == row.visibility:
        return True
    return was_for(said, row.actor_id, Viewer(viewer_id))


def _poll(details: Mapping[str, Any]) -> dict[str, Any] | None:
    poll = details.get("poll")
    return {"options": [{"title": option["name"]} for option in poll["options"]]} if poll else None


def source(conn: Connection, object_id: int) -> dict[str, Any]:
    """The text of an object as its author typed it."""
    row = objects.load_row(conn, object_id)
    text = (row.details or {}).get("source")
    return {
        "id": str(row.id),
        "text": plain(row.content) if text is None else text,
        "spoiler_text": plain(row.summary),
    }
