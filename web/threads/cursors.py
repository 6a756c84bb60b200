"""Where a list of threads goes on: after the thread that stood last, in either order."""

from typing import Any

from aiohttp import web

from node.domain.numbers import number_in
from node.store.reading.threads import position_of


def next_cursor(row: Any) -> str:
    """What the address of the next page names."""
    return "-".join(map(str, position_of(row)))


def parse_cursor(text: str) -> tuple[int, int] | None:
    """The place that a cursor names; None for a text that is none.

    >>> parse_cursor("1700000000000-42"), parse_cursor("x-1"), parse_cursor("")
    ((1700000000000, 42), None, None)
    """
    at, _, object_id = text.partition("-")
    found = number_in(at), number_in(object_id)
    return (found[0], found[1]) if found[0] is not None and found[1] is not None else None


def read_cursor(request: web.Request, name: str = "after") -> tuple[int, int] | None:
    """The place in the query; None without one, and for a text that is none: the list then begins anew."""
    return parse_cursor(request.query.get(name, ""))
