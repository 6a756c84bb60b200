"""What this network talks about and uses: hashtags, posts, resources. A look at the whole is kept for a minute."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from aiohttp import web
from sqlalchemy import Connection, Row

from node.clock import MINUTE
from node.domain.filters import FilterContext
from node.state import NODE
from node.store.reading import entries, trends
from node.store.reading.statuses import load_rows
from web.client_api.answers import answer, joined
from web.client_api.callers import reader
from web.client_api.entities import accounts, statuses, tags
from web.client_api.entities.cards import card_of, with_account
from web.client_api.entities.look import Look, look_of
from web.client_api.paging import offset_link, read_limit
from web.client_api.parameters import query_parameters

_TAGS, _TAGS_MOST = 10, 20


async def list_tags(request: web.Request) -> web.Response:
    viewer_id = await reader(request)
    limit, offset = _part(request, default=_TAGS, most=_TAGS_MOST)
    found = await request.app[NODE].store.read(_tags, look_of(request), viewer_id, limit, offset)
    return answer(found, headers=offset_link(request, offset=offset, limit=limit, found=len(found)))


def _tags(conn: Connection, look: Look, viewer_id: int | None, limit: int, offset: int) -> list[dict[str, Any]]:
    return tags.render(conn, look, trends.list_tags(conn, look.now, limit=limit, offset=offset), viewer_id)


async def list_statuses(request: web.Request) -> web.Response:
    viewer_id = await reader(request)
    limit, offset = _part(request, default=20, most=40)
    found, read = await request.app[NODE].store.read(_statuses, look_of(request), viewer_id, limit, offset)
    return answer(joined(found), headers=offset_link(request, offset=offset, limit=limit, found=read))


def _statuses(conn: Connection, look: Look, viewer_id: int | None, limit: int, offset: int) -> tuple[list[bytes], int]:
    """What this viewer wants to see of a part of the trends, and how long the part is."""
    part = _kept(look, "statuses", lambda: trends.list_posts(conn, look.now))[offset : offset + limit]
    known = entries.load_wanted(conn, part, viewer_id, look.now)
    listed = [known[each] for each in part if each in known]
    shown = statuses.render_entries(conn, look, listed, viewer_id, in_public=True, context=FilterContext.PUBLIC)
    return list(shown.values()), len(part)


async def list_links(request: web.Request) -> web.Response:
    """Resources that people react to, as the cards that lead to them."""
    await reader(request)
    limit, offset = _part(request, default=10, most=20)
    found = await request.app[NODE].store.read(_links, look_of(request), limit, offset)
    return answer(joined(found), headers=offset_link(request, offset=offset, limit=limit, found=len(found)))


def _links(conn: Connection, look: Look, limit: int, offset: int) -> list[bytes]:
    ranked = _kept(look, "links", lambda: trends.list_resources(conn, look.now))[offset : offset + limit]
    shown = statuses.unrefused(conn, look, list(entries.load_entries(conn, ranked, None).values()), in_public=True)
    rows = {row.id: row for row in load_rows(conn, [entry.object_id for entry in shown])}
    people = accounts.render(conn, look, {row.actor_id for row in rows.values()})
    uses = trends.load_reactions(conn, ranked, look.now)
    cards = ((rows[each], card_of(rows[each], look)) for each in ranked if each in rows)
    return [
        _link(row, {**card, "history": tags.history(uses.get(row.id, ()), look.now)}, people)
        for row, card in cards
        if card is not None
    ]


def _link(row: Row[Any], card: dict[str, Any], people: Mapping[int, bytes]) -> bytes:
    rendered = orjson.dumps(card)
    return with_account(rendered, people[row.actor_id]) if row.actor_id in people else rendered


class _Ranking:
    """A list of ids and when it was made, as the cache of looks keeps it."""

    __slots__ = ("at", "ids", "size")

    def __init__(self, ids: list[int], at: int) -> None:
        self.ids, self.at, self.size = ids, at, 36 * len(ids)


def _kept(look: Look, what: str, rank: Callable[[], list[int]]) -> list[int]:
    kept: _Ranking | None = look.cache.get(("trends", what))
    if kept is None or not 0 <= look.now - kept.at < MINUTE:
        kept = _Ranking(rank(), look.now)
        look.cache.put(("trends", what), kept)
    return kept.ids


def _part(request: web.Request, *, default: int, most: int) -> tuple[int, int]:
    asked = query_parameters(request)
    return read_limit(asked, default=default, most=most), max(0, min(asked.number("offset") or 0, 10_000))


ROUTES = [
    web.get("/api/v1/trends", list_tags, name="client-trends"),
    web.get("/api/v1/trends/tags", list_tags, name="client-trends-tags"),
    web.get("/api/v1/trends/statuses", list_statuses, name="client-trends-statuses"),
    web.get("/api/v1/trends/links", list_links, name="client-trends-links"),
]
