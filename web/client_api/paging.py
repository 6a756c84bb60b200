"""Paging by ids: what is asked for, and the ``Link`` header that leads on (RFC 8288)."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import hdrs, web

from node.domain.numbers import MAX_ID
from node.errors import Invalid, Malformed, Problem
from node.state import NODE
from node.store.database.windows import Window
from web.client_api.parameters import Parameters, read_id

DEFAULT, MOST = 20, 40
_LONGEST = 19  # digits
_ROUNDS = 10  # parts of a list that are read for one page at most
_CURSORS = frozenset({"max_id", "since_id", "min_id", "offset"})


def read_window(parameters: Parameters, *, default: int = DEFAULT, most: int = MOST) -> Window:
    """The part of a list that is asked for. A limit above the cap is capped, one that is none is the default."""
    return Window(
        limit=read_limit(parameters, default=default, most=most),
        max_id=read_cursor(parameters, "max_id"),
        since_id=read_cursor(parameters, "since_id"),
        min_id=read_cursor(parameters, "min_id"),
    )


def read_limit(parameters: Parameters, *, default: int = DEFAULT, most: int = MOST) -> int:
    """How many entries are asked for, from 1 to ``most``."""
    try:
        limit = parameters.number("limit")
    except Invalid:
        return default
    return default if limit is None or limit < 1 else min(limit, most)


def read_cursor(parameters: Parameters, name: str) -> int | None:
    """An id, which need not be there: it is only compared. Raises Malformed for what is none (API5)."""
    text = parameters.text(name)
    if not text:
        return None
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise Malformed(problems=[Problem(f"$.{name}", "an id", f'"{text[:60]}"')])
    return read_id(text) if len(text) <= _LONGEST else MAX_ID


RowT = TypeVar("RowT")
ShownT = TypeVar("ShownT")


def filled(
    window: Window,
    read: Callable[[Window], Sequence[RowT]],
    show: Callable[[Sequence[RowT]], tuple[list[int], ShownT]],
    *,
    is_empty: Callable[[ShownT], bool] = operator.not_,
) -> tuple[list[int], ShownT]:
    """The part of a list that is asked for, and what lies beyond it as long as nothing of it is shown.

    What filters and moderators hide is left out of what was read, and apps take an empty page for the end of the list.
    ``show``: the ids of what was read, and what is shown of it.
    """
    ids: list[int] = []
    for _ in range(_ROUNDS):
        rows = read(window)
        read_ids, shown = show(rows)
        ids = [*read_ids, *ids] if window.min_id is not None else [*ids, *read_ids]
        if len(rows) < window.limit or not is_empty(shown):
            break
        window = replace(window, max_id=ids[-1]) if window.min_id is None else replace(window, min_id=ids[0])
    return ids, shown


def link_header(request: web.Request, ids: Sequence[int], *, window: Window) -> dict[str, str]:
    """The headers that lead to older and newer entries of a list whose entries have these ids, newest first.

    Addresses are absolute and of our own origin, never of what ``Host`` says, and keep all other parameters. A part
    that is shorter than asked for when reading downwards is the last.
    """
    if not ids:
        return {}
    base = _address(request)
    links = []
    if len(ids) >= window.limit or window.min_id is not None:
        links.append(f'<{base}max_id={ids[-1]}>; rel="next"')
    links.append(f'<{base}min_id={ids[0]}>; rel="prev"')
    return {hdrs.LINK: ", ".join(links)}


def _address(request: web.Request) -> str:
    """The address of a list with all parameters that are no cursor, up to where the next one stands."""
    kept = tuple((name, value) for name, value in request.query.items() if name not in _CURSORS)
    page = request.app[NODE].config.origin + request.path
    return f"{page}?{_encoded(kept)}&" if kept else f"{page}?"


@lru_cache(maxsize=256)
def _encoded(pairs: tuple[tuple[str, str], ...]) -> str:
    return urlencode(pairs)


def offset_link(request: web.Request, *, offset: int, limit: int, found: int) -> dict[str, str]:
    """The same for lists that page by ``offset``: trends, suggestions, search."""
    base = _address(request)
    links = []
    if found >= limit:
        links.append(f'<{base}offset={offset + limit}>; rel="next"')
    if offset:
        links.append(f'<{base}offset={max(0, offset - limit)}>; rel="prev"')
    return {hdrs.LINK: ", ".join(links)} if links else {}
