"""Where a page of a list goes on: after the id that the page before named."""

from aiohttp import web

from node.domain.numbers import number_in


def cursor_of(request: web.Request, name: str = "before") -> int | None:
    """The id in the query; None without one, and for a text that is none: the list then begins anew."""
    return number_in(request.query.get(name, ""))


def offset_of(request: web.Request) -> int:
    """Where a list that is short enough for it goes on (``from``); 0 for anything that is no number."""
    return number_in(request.query.get("from", ""), digits=6) or 0
