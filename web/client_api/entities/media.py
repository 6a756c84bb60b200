"""Attachments and emojis of what was posted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from node.store.posts.emojis import OwnEmoji
from node.store.posts.media import Media
from web.client_api.entities.look import Look
from web.client_api.media_entities import media_attachment, remote_attachments


def attachments_of(row: Row[Any], own: Sequence[Media], look: Look) -> list[dict[str, Any]]:
    """The attachments of an object; ``own``: uploads that it shows."""
    if own:
        return [media_attachment(each, look.pictures) for each in own]
    return remote_attachments(row.details, row.id, look.pictures)


def own_emoji(emoji: OwnEmoji) -> dict[str, Any]:
    """One that people here may use."""
    return {
        "shortcode": emoji.shortcode,
        "url": emoji.url,
        "static_url": emoji.still_url,
        "visible_in_picker": True,
        "category": emoji.category or None,
    }


def emojis_of(listed: Iterable[Mapping[str, Any]], look: Look) -> list[dict[str, Any]]:
    """Pictures that stand for words in the texts of one post or profile."""
    return [
        {
            "shortcode": each["shortcode"],
            "url": url,
            "static_url": each.get("still_url") or url,
            "visible_in_picker": False,
            "category": None,
        }
        for each in listed
        if (url := look.pictures.links.proxied(each["url"]))
    ]
