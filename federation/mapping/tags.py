"""Mentions, hashtags, custom emoji and quotes among the tags of a post."""

import re
from typing import Any

from federation.jsonld import Doc
from federation.mapping.limits import MAX_HASHTAG, MAX_NAME, MAX_SHORTCODE
from federation.mapping.media import picture
from federation.transport.mediatype import read_media_type
from node.domain.posts import Emoji, Mention
from node.domain.uris import is_web_uri
from node.text.richtext import clean_plain_field

_SHORTCODE = re.compile(rf":?([A-Za-z0-9_+-]{{1,{MAX_SHORTCODE}}}):?\Z")
_NOT_IN_HASHTAG = re.compile(r"[^\w\u00b7\u200c\u200d]+")
_QUOTES = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")
_QUOTE_TERMS = frozenset(_QUOTES)


def read_mentions(tags: tuple[Doc, ...]) -> tuple[Mention, ...]:
    """Who is mentioned, each once."""
    found = (
        Mention(uri, clean_plain_field(tag.text("name", MAX_NAME)))
        for tag in tags
        if tag.type == "Mention" and is_web_uri(uri := tag.ref("href"))
    )
    return tuple({mention.uri: mention for mention in found}.values())


def read_hashtags(tags: tuple[Doc, ...]) -> tuple[str, ...]:
    """The names of hashtags as they were written, without the sign, each once whatever its case."""
    names = (_NOT_IN_HASHTAG.sub("", tag.text("name", MAX_HASHTAG)) for tag in tags if tag.type == "Hashtag")
    return tuple({name.casefold(): name for name in names if name}.values())


def build_hashtag(origin: str, name: str) -> dict[str, str]:
    """A hashtag for other servers; ``name`` without the sign."""
    return {"type": "Hashtag", "href": f"{origin}/tags/{name}", "name": f"#{name}"}


def read_emojis(tags: tuple[Doc, ...]) -> tuple[Emoji, ...]:
    """Pictures for shortcodes, the first of each."""
    found: dict[str, Emoji] = {}
    for tag in tags:
        name = _SHORTCODE.match(tag.text("name", MAX_SHORTCODE + 2)) if tag.type == "Emoji" else None
        if name and (url := picture(tag, "icon")):
            icon = tag.child("icon")
            found.setdefault(name[1], Emoji(name[1], url, icon.text("mediaType", 100) if icon else ""))
    return tuple(found.values())


def build_emojis(emojis: tuple[Emoji, ...]) -> list[dict[str, Any]]:
    """The same for other servers; ``mediaType`` is left out where it is not known."""
    return [
        {
            "type": "Emoji",
            "name": f":{each.shortcode}:",
            "icon": {
                "type": "Image",
                **({"mediaType": each.media_type} if each.media_type else {}),
                "url": each.url,
            },
        }
        for each in emojis
    ]


def read_quote(doc: Doc, tags: tuple[Doc, ...]) -> str:
    """The post that is quoted: FEP-044f, its older spellings, or an object link (FEP-e232)."""
    if not tags and not doc.among(_QUOTE_TERMS):
        return ""
    candidates = [doc.ref(term) for term in _QUOTES]
    candidates += [tag.ref("href") for tag in tags if tag.type == "Link" and _is_quote(tag)]
    return next((uri for uri in candidates if is_web_uri(uri)), "")


def _is_quote(tag: Doc) -> bool:
    return read_media_type(tag.text("mediaType", 100)).is_activity and tag.text("name").upper().startswith("RE:")
