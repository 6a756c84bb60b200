"""Topics and answers as JSON of the learning API, and what the description says of them."""

from collections.abc import Mapping
from typing import Any

from node.clock import to_rfc3339
from node.domain.actors import handle_of
from node.domain.text import plain
from web.design.cards import warning_of
from web.learning_api.description import ACTOR, ADDRESS, INSTANT, TEXT
from web.threads.paths import thread_path, title_of_row


def topic_json(row: Any, people: Mapping[int, Any], accepted: Mapping[int, str], base: str) -> dict[str, Any]:
    """``row``: of ``store.reading.threads``; ``people``: rows of author and community; ``accepted``: URIs by id."""
    group = people.get(row.community_id or 0)
    return {
        **_post_json(row, people, base),
        "kind": row.topic_kind,
        "title": plain(row.name),
        "heading": title_of_row(row),
        "page": f"{base}{thread_path(row, group)}",
        "community": _actor(group) if group is not None else None,
        "link": ((row.details or {}).get("link") or {}).get("url"),
        "locked": row.locked,
        "pinned": row.pinned_at is not None,
        "lastActivity": to_rfc3339(row.last_activity_at),
        "acceptedAnswer": {"id": str(row.accepted_id), "uri": accepted[row.accepted_id]}
        if row.accepted_id in accepted
        else None,
    }


def answer_json(row: Any, people: Mapping[int, Any], accepted_id: int | None, base: str) -> dict[str, Any]:
    """A post of a thread; ``row`` as ``store.reading.threads.load_answers`` reads it."""
    return {
        **_post_json(row, people, base),
        "inReplyTo": str(row.in_reply_to_id),
        "isAccepted": row.id == accepted_id,
        "isDeleted": row.state == "deleted",
    }


def _post_json(row: Any, people: Mapping[int, Any], base: str) -> dict[str, Any]:
    details = row.details or {}
    return {
        "id": str(row.id),
        "uri": row.uri,
        "origin": base if row.local else "/".join(row.uri.split("/")[:3]),
        "content": row.content,
        "source": details.get("source") if row.local else None,
        "warning": warning_of(row),
        "language": row.language or None,
        "visibility": row.visibility,
        "author": _actor(people[row.actor_id]),
        "published": to_rfc3339(row.published_at),
        "updated": to_rfc3339(row.updated_at) if row.updated_at else None,
        "version": row.version,
        "answers": row.replies_count,
        "thanks": row.likes_count,
        "media": [
            {"url": each["url"], "mediaType": each.get("media_type", ""), "description": each.get("alt", "")}
            for each in details.get("attachments", ())
        ],
    }


def _actor(row: Any) -> dict[str, str]:
    return {"uri": row.uri, "name": row.name or row.username, "handle": handle_of(row)}


# -- the description -------------------------------------------------------------------------------------------------

_OR_NONE = {"type": ["string", "null"]}
_COUNT = {"type": "integer", "minimum": 0}
_POST: Mapping[str, Any] = {
    "id": TEXT,
    "uri": ADDRESS,
    "origin": ADDRESS,
    "content": {**TEXT, "description": "Safe HTML"},
    "source": {**_OR_NONE, "description": "Markdown, of what was written here"},
    "warning": TEXT,
    "language": _OR_NONE,
    "visibility": TEXT,
    "author": ACTOR,
    "published": INSTANT,
    "updated": {**INSTANT, **_OR_NONE},
    "version": {"type": "integer", "minimum": 1},
    "answers": {**_COUNT, "description": "Direct ones"},
    "thanks": _COUNT,
    "media": {
        "type": "array",
        "items": {"type": "object", "properties": {"url": ADDRESS, "mediaType": TEXT, "description": TEXT}},
    },
}
TOPIC: Mapping[str, Any] = {
    **_POST,
    "kind": {"enum": ["discussion", "question", "resource", "event", "note", "announcement"]},
    "title": {**TEXT, "description": "As it was given; empty for a note"},
    "heading": {**TEXT, "description": "What lists call it: its title, else its first sentence"},
    "page": ADDRESS,
    "community": {"anyOf": [ACTOR, {"type": "null"}]},
    "link": {**ADDRESS, **_OR_NONE},
    "locked": {"type": "boolean"},
    "pinned": {"type": "boolean"},
    "lastActivity": INSTANT,
    "acceptedAnswer": {
        "type": ["object", "null"],
        "required": ["id", "uri"],
        "properties": {"id": TEXT, "uri": ADDRESS},
    },
}
ANSWER: Mapping[str, Any] = {
    **_POST,
    "inReplyTo": TEXT,
    "isAccepted": {"type": "boolean"},
    "isDeleted": {"type": "boolean"},
}


def entity(properties: Mapping[str, Any]) -> dict[str, Any]:
    """All of these are always there."""
    return {"type": "object", "required": sorted(properties), "properties": dict(properties)}
