"""The picture of an event in the learning API: an upload (``POST /api/v2/media``) with what it shows in words."""

from collections.abc import Mapping
from typing import Any

from node.domain.numbers import number_in
from node.domain.posts import first_picture
from node.errors import Invalid, Problem
from node.media.links import MediaLinks
from node.services.events.event_pictures import Picture
from node.store.events.events import Event
from web.learning_api.description import ADDRESS, TEXT

FIELD = "picture"
SENT: Mapping[str, Any] = {
    "type": ["object", "null"],
    "description": "null: none; left out: it stays as it is",
    "required": ["media"],
    "properties": {
        "media": {"type": "string", "description": "The id of an upload of one's own"},
        "description": {"type": "string", "maxLength": 1500, "description": "What it shows, in words"},
    },
}
_SIZE = {"type": ["integer", "null"], "minimum": 0}
SHOWN: Mapping[str, Any] = {
    "type": ["object", "null"],
    "required": ["url", "description", "width", "height"],
    "properties": {"url": ADDRESS, "description": TEXT, "width": _SIZE, "height": _SIZE},
}


def take_picture(sent: dict[str, Any]) -> Picture | None:
    """What a body says of the picture, taken out of it; None where it says nothing."""
    if FIELD not in sent:
        return None
    said = sent.pop(FIELD)
    if said is None:
        return Picture(None)
    words = said if isinstance(said, dict) else {}
    number, alt = number_in(str(words.get("media", ""))), words.get("description", "")
    if number is None or not isinstance(alt, str):
        expected = "the id of an upload as media, and a description"
        raise Invalid(problems=[Problem("$.picture", expected, str(said)[:60])])
    return Picture(number, alt.strip())


def picture_json(event: Event, links: MediaLinks) -> dict[str, Any] | None:
    """The first picture that an event shows, through this node."""
    found = first_picture(event.details)
    url = links.proxied(found["url"]) if found is not None else ""
    if found is None or not url:
        return None
    size = {name: found.get(name) for name in ("width", "height")}
    return {"url": url, "description": found.get("alt", ""), **size}
