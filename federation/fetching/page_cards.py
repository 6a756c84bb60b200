"""What a web page says of itself for a preview card: Open Graph, and plain HTML where that is absent. A pure function.

Only the beginning of the page is read (``html_pages``); texts come out plain.
"""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from federation.fetching.html_pages import decoded, read_markup
from node.clock import from_rfc3339
from node.domain.numbers import number_in
from node.domain.text import plain, shorten
from node.domain.uris import is_web_uri
from node.text.richtext import clean_plain_field

MAX_PAGE = 2 * 1024 * 1024  # bytes that are fetched
_MAX_NAMES = 200
_TITLE, _TEXT = 300, 500
_LONG = 4_000  # characters with markup
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


class _Head(HTMLParser):
    """Collects the title and the ``meta`` elements; the first of a name counts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.meta: dict[str, str] = {}
        self.title = ""
        self.language = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and len(self.meta) < _MAX_NAMES:
            name = (given.get("property") or given.get("name") or given.get("itemprop") or "").lower().strip()
            if name and given.get("content"):
                self.meta.setdefault(name, given["content"])
        elif tag == "title":
            self._in_title = not self.title
        elif tag == "html":
            self.language = given.get("lang", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title and len(self.title) < _LONG:
            self.title += data[:_LONG]


def read_card(body: bytes, content_type: str, url: str) -> dict[str, Any] | None:
    """The card of a page at ``url``; None for what is no page, or has no title.

    >>> read_card(b"<title>A page</title>", "text/html", "https://a.example/")["title"]
    'A page'
    """
    if not content_type.lower().startswith(("text/html", "application/xhtml+xml")):
        return None
    head = _Head()
    read_markup(head, decoded(body, content_type))
    title = _line(_first(head.meta, "og:title", "twitter:title") or head.title, _TITLE)
    if not title:
        return None
    published = from_rfc3339(_first(head.meta, "article:published_time", "og:published_time", "datepublished") or "")
    return {
        "title": title,
        "description": _line(_first(head.meta, "og:description", "description", "twitter:description"), _TEXT),
        "image": _address(_first(head.meta, "og:image:secure_url", "og:image", "twitter:image"), url),
        "image_description": _line(_first(head.meta, "og:image:alt", "twitter:image:alt"), _TEXT),
        "width": _number(head.meta.get("og:image:width", "")),
        "height": _number(head.meta.get("og:image:height", "")),
        "author_name": _line(_first(head.meta, "author", "article:author:name"), _TITLE),
        "provider_name": _line(_first(head.meta, "og:site_name", "application-name"), _TITLE),
        "published_at": published,
        "language": found[0].replace("_", "-")
        if (found := _LANGUAGE.fullmatch(head.language or head.meta.get("og:locale", "")))
        else "",
    }


def _first(meta: dict[str, str], *names: str) -> str:
    return next((meta[name] for name in names if meta.get(name, "").strip()), "")


def _line(text: str, limit: int) -> str:
    return shorten(clean_plain_field(plain(text[:_LONG])), limit) if text else ""


def _address(text: str, base: str) -> str:
    try:
        address = urljoin(base, text.strip()) if text else ""
    except ValueError:  # brackets that are no address
        return ""
    return address if is_web_uri(address) else ""


def _number(text: str) -> int:
    return number_in(text, digits=5) or 0
