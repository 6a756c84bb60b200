"""Where a page of a list goes on: after the id that the page before named."""

from aiohttp import web

_LONGEST = 19


def cursor_of(request: web.Request, name: str = "before") -> int | None:
    """The id in the query; None without one, and for a text that is none: the list then begins anew."""
    return number_in(request.query.get(name, ""))


def number_in(text: str) -> int | None:
    """A whole number as ids are.

    >>> number_in("42"), number_in("-1"), number_in("")
    (42, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None


def offset_of(request: web.Request) -> int:
    """Where a list that is short enough for it goes on (``from``); 0 for anything that is no number."""
    text = request.query.get("from", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
