"""Cards of pages that posts link to: looked at in the background, shown when they are known."""

import re
from html import unescape
from typing import Any

from sqlalchemy import Connection, Row

from node.domain import resources as records
from node.domain.posts import first_picture
from node.domain.records import ResourceRecord
from node.domain.text import pick, plain, shorten
from node.domain.uris import host_of, is_web_uri
from node.domain.visibility import Visibility
from node.jobs.kinds import PREVIEW
from node.services.context import Unit
from node.store import jobs
from node.store.jobs import NewJob
from node.store.library import resources
from node.store.library.resources import Resource
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects
from node.store.reading.by_url import find_by_url

_DESCRIPTION = 500
_LINK = re.compile(r"<a\s([^>]*)>", re.IGNORECASE)
_HREF = re.compile(r'href="([^"]*)"')
_LONGEST = 2_000


def first_link(content: str) -> str | None:
    """The first address in the clean HTML of a post that leads to a page, not to a person or a hashtag.

    >>> first_link('<p><a href="https://a.example/@b" class="u-url mention">@b</a> <a href="https://c.example/d">d</a></p>')
    'https://c.example/d'
    """
    for found in _LINK.finditer(content):
        attributes = found[1]
        href = _HREF.search(attributes)
        is_word = "mention" in attributes or "hashtag" in attributes or 'rel="tag' in attributes
        if href and not is_word:
            address = unescape(href[1]).partition("#")[0]
            if is_web_uri(address) and len(address) <= _LONGEST:
                return address
    return None


def look_at_later(conn: Connection, unit: Unit, object_id: int, content: str) -> None:
    """Have the page looked at that a post links to; nothing happens where it links to none."""
    jobs.enqueue_many(conn, jobs_for(unit, object_id, content))


def jobs_for(unit: Unit, object_id: int, content: str) -> list[NewJob]:
    """What ``look_at_later`` enqueues, for whoever enqueues more with it."""
    address = first_link(content) if "href" in content else None
    if not address:
        return []
    return [NewJob(PREVIEW, unit.ids.new(), unit.now, ref=object_id, target=address, host=host_of(address))]


def find_own_card(conn: Connection, unit: Unit, url: str) -> dict[str, Any] | None:
    """The card of a page of ours, from what it shows; None for what has no title, or not everybody may read."""
    object_id = find_by_url(conn, unit.origin, url).object_id
    row = objects.find_rows(conn, [object_id]).get(object_id) if object_id is not None else None
    if row is None or row.state != objects.LIVE or not row.name or not Visibility(row.visibility).is_open:
        return None
    resource = resources.load_by_objects(conn, [row.id]).get(row.id)
    if resource is not None:
        return card_of_resource(resource)
    provider = actors.load_actors_by_id(conn, [row.actor_id])[row.actor_id]
    return {**card_of_object(row), **_provided_by(provider), "author_name": provider.title}


def card_of_resource(resource: Resource) -> dict[str, Any]:
    """What the card of a learning resource says; ``image`` is empty where it has none."""
    said = card_of_record(resource.record)
    return {**said, **_provided_by(resource.owner), "published_at": resource.published_at}


def _provided_by(actor: Actor) -> dict[str, Any]:
    return {
        "provider_name": actor.title,
        "provider_url": actor.url or actor.uri,
        "publisher_uri": actor.uri,
    }


def card_of_object(row: Row[Any]) -> dict[str, Any]:
    """What the row of an article, an event, a thread, a video says by itself."""
    picture = first_picture(row.details) or {}
    return {
        "title": plain(row.name) or host_of(row.url or row.uri),
        "description": shorten(plain(row.summary or row.content), _DESCRIPTION),
        "image": picture.get("url", ""),
        "image_description": picture.get("alt", ""),
        "width": picture.get("width") or 0,
        "height": picture.get("height") or 0,
        "published_at": row.published_at,
        "language": row.language,
    }


def card_of_record(record: ResourceRecord) -> dict[str, Any]:
    """The part of it that the record alone says."""
    images = record.get("image", ())
    image: Any = images[0] if images else {}
    return {
        "title": records.title(record),
        "description": shorten(plain(records.description(record)), _DESCRIPTION),
        "image": image.get("contentUrl", ""),
        "image_description": pick(image["name"], (), record["defaultLanguage"]) if image.get("name") else "",
        "width": image.get("width", 0),
        "height": image.get("height", 0),
        "author_name": ", ".join(agent["name"] for agent in record.get("creator", ())[:3]),
        "language": record["defaultLanguage"],
    }
