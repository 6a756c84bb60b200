"""PreviewCard: what apps show below a status that is about a page (shelf: mastodon-api sections 4 and 9).

Cards of our own objects are built from data; those of other pages say what the page said of itself when it was looked
at. Pictures come through this node's proxy, or are drawn here; never from where they are at home.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from node.domain.text import plain, shorten
from node.domain.uris import host_of
from node.services.previews import card_of_record
from web.client_api.entities.look import Look, instant

_TITLE, _DESCRIPTION = 300, 500
_NOTES = frozenset({"note", "question"})
#: Of a drawn cover (web.pages.covers).
COVER_WIDTH, COVER_HEIGHT = 1_200, 630


def card_of(row: Row[Any], look: Look) -> dict[str, Any] | None:
    """The card of an object's row; None where it is about no page."""
    if row.record is not None:
        said = {"author_url": "", "published_at": row.published_at, **_provider(row), **card_of_record(row.record)}
        return card(row.url or row.uri, said, look, cover=f"{look.origin}/covers/{row.id}.png")
    if row.card is not None and row.card_url is not None:
        return card(row.card_url, row.card, look)
    if row.kind in _NOTES:
        return None
    return card(row.url or row.uri, _of_object(row), look)


def _provider(row: Row[Any]) -> dict[str, Any]:
    return {"provider_name": row.author_name or row.author_username, "provider_url": row.author_url}


def _of_object(row: Row[Any]) -> dict[str, Any]:
    """Of an article, an event, a video: what was sent along says enough, the page need not be fetched."""
    attached = (row.details or {}).get("attachments", ())
    picture: Mapping[str, Any] = next((a for a in attached if (a.get("media_type") or "").startswith("image/")), {})
    return {
        **_provider(row),
        "title": plain(row.name) or host_of(row.url or row.uri),
        "description": shorten(plain(row.summary or row.content), _DESCRIPTION),
        "image": picture.get("url", ""),
        "image_description": picture.get("alt", ""),
        "width": picture.get("width") or 0,
        "height": picture.get("height") or 0,
        "author_name": row.author_name or row.author_username,
        "published_at": row.published_at,
        "language": row.language,
    }


def card(url: str, said: Mapping[str, Any], look: Look, *, cover: str = "") -> dict[str, Any]:
    """The entity; ``cover`` is a picture to show where the page has none."""
    image = look.pictures.links.proxied(said.get("image") or "")
    width, height = (said.get("width") or 0, said.get("height") or 0) if image else (0, 0)
    if not image and cover:
        image, width, height = cover, COVER_WIDTH, COVER_HEIGHT
    author = said.get("author_name") or ""
    published_at = said.get("published_at")
    return {
        "url": url,
        "title": said.get("title", "")[:_TITLE],
        "description": said.get("description", "")[:_DESCRIPTION],
        "type": "link",
        "author_name": author,
        "author_url": said.get("author_url", ""),
        "authors": [{"name": author, "url": said.get("author_url", ""), "account": None}] if author else [],
        "provider_name": said.get("provider_name") or host_of(url),
        "provider_url": said.get("provider_url", ""),
        "html": "",
        "width": width,
        "height": height,
        "image": image or None,
        "image_description": said.get("image_description", ""),
        "embed_url": "",
        "blurhash": None,
        "published_at": instant(published_at) if published_at else None,
        "language": said.get("language") or None,
    }
