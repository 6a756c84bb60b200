"""PreviewCard: what apps show below a status that is about a page.

Cards of our own objects are built from data; those of other pages say what the page said of itself when it was looked
at. Pictures come through this node's proxy, or are drawn here; never from where they are at home.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from node.domain.uris import host_of
from node.services.posts.previews import card_of_object, card_of_record
from web.client_api.entities.look import Look, instant
from web.pictures import COVER_HEIGHT, COVER_WIDTH

_TITLE, _DESCRIPTION = 300, 500
_NOTES = frozenset({"note", "question"})


def card_of(row: Row[Any], look: Look) -> dict[str, Any] | None:
    """The card of an object's row; None where it is about no page."""
    if row.record is not None:
        said = {**_provider(row), "published_at": row.published_at, **card_of_record(row.record)}
        return card(row.url or row.uri, said, look, cover=f"{look.origin}/covers/{row.id}.png")
    if row.card is not None and row.card_url is not None:
        return card(row.card_url, row.card, look)
    if row.kind in _NOTES:
        return None
    author = row.author_name or row.author_username  # what was sent along says enough, no page need be fetched
    return card(row.url or row.uri, {**_provider(row), **card_of_object(row), "author_name": author}, look)


def publisher_of(row: Row[Any]) -> int | str | None:
    """Whose account the card of this row shows, by id or by URI: of things that accounts published, not of pages."""
    if row.record is not None:
        return int(row.actor_id)
    if row.card is not None and row.card_url is not None:
        return str(row.card.get("publisher_uri", "")) or None
    return None if row.kind in _NOTES else int(row.actor_id)


#: Quotation marks inside of texts are escaped in JSON, so this is found nowhere else in a card.
_NO_ACCOUNT = b'"account":null'


def with_account(rendered: bytes, account: bytes) -> bytes:
    """A rendered card, or JSON around one, whose first author has this rendered account."""
    return rendered.replace(_NO_ACCOUNT, b'"account":' + account, 1)


def _provider(row: Row[Any]) -> dict[str, Any]:
    name = row.author_name or row.author_username
    return {"provider_name": name, "provider_url": row.author_url, "publisher_uri": row.author_uri}


def card(url: str, said: Mapping[str, Any], look: Look, *, cover: str = "") -> dict[str, Any]:
    """The entity; ``cover`` is a picture to show where the page has none."""
    image = look.pictures.links.proxied(said.get("image") or "")
    width, height = (said.get("width") or 0, said.get("height") or 0) if image else (0, 0)
    if not image and cover:
        image, width, height = cover, COVER_WIDTH, COVER_HEIGHT
    author = said.get("author_name") or ""
    authors = [{"name": author, "url": said.get("author_url", ""), "account": None}] if author else []
    if said.get("publisher_uri"):  # whom one can follow; those who wrote it seldom have accounts
        authors = [{"name": said["provider_name"], "url": said["provider_url"], "account": None}]
    published_at = said.get("published_at")
    return {
        "url": url,
        "title": said.get("title", "")[:_TITLE],
        "description": said.get("description", "")[:_DESCRIPTION],
        "type": "link",
        "author_name": author,
        "author_url": said.get("author_url", ""),
        "authors": authors,
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
