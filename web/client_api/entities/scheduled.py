"""ScheduledStatus: a post that waits for its time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from node.store.posts import media
from node.store.posts.scheduled import Scheduled
from web.client_api.entities.look import Look, instant
from web.client_api.entities.status_cores import shown_visibility
from web.client_api.media_entities import media_attachment


def render(conn: Connection, look: Look, found: Sequence[Scheduled]) -> list[dict[str, Any]]:
    """Those of one person, in this order; one statement for the media of all."""
    wanted = {media_id for each in found for media_id in each.params.get("media_ids", ())}
    uploads = media.load_media(conn, wanted) if wanted else {}
    return [
        {
            "id": str(each.id),
            "scheduled_at": instant(each.scheduled_at),
            "error": each.problem or None,
            "params": _params(each),
            "media_attachments": [
                media_attachment(uploads[media_id], look.pictures)
                for media_id in each.params.get("media_ids", ())
                if media_id in uploads
            ],
        }
        for each in found
    ]


def _params(each: Scheduled) -> dict[str, Any]:
    params, poll = each.params, each.params.get("poll")
    media_ids = [str(media_id) for media_id in params.get("media_ids", ())]
    return {
        "text": params.get("text", ""),
        "visibility": shown_visibility(params["visibility"]),
        "spoiler_text": params.get("spoiler", ""),
        "sensitive": params.get("sensitive"),
        "language": params.get("language"),
        "in_reply_to_id": str(params["in_reply_to_id"]) if params.get("in_reply_to_id") else None,
        "quoted_status_id": str(params["quoted_id"]) if params.get("quoted_id") else None,
        "media_ids": media_ids or None,
        "poll": {
            "options": list(poll["options"]),
            "expires_in": str(poll["open_for"] // 1000),
            "multiple": poll["multiple"],
            "hide_totals": poll["hides_totals"],
        }
        if poll
        else None,
        "scheduled_at": None,
        "idempotency": None,
        "application_id": None,
        "with_rate_limit": False,
    }
