"""Suggestions whom to follow, and the directory of people who want to be found."""

from typing import Any

import orjson
from aiohttp import web
from sqlalchemy import Connection

from node.state import NODE
from node.store.people import actors
from node.store.reading import suggestions
from web.client_api.answers import answer, empty, joined
from web.client_api.callers import reader, require
from web.client_api.entities import accounts
from web.client_api.entities.look import Look, look_of
from web.client_api.paging import offset_link, read_limit
from web.client_api.parameters import query_parameters, read_id

_MOST = 80
_MAX_OFFSET = 10_000
#: The older word for each reason.
_SOURCES = {"similar_to_recently_followed": "past_interactions", "most_followed": "global"}


async def show_suggestions(request: web.Request) -> web.Response:
    """Each with the reason why."""
    found = await _suggest(request)
    return answer(
        [{"source": _SOURCES[why], "sources": [why], "account": orjson.Fragment(body)} for why, body in found]
    )


async def show_suggested(request: web.Request) -> web.Response:
    """The older version: accounts alone."""
    return answer(joined(body for _, body in await _suggest(request)))


async def _suggest(request: web.Request) -> list[tuple[str, bytes]]:
    caller = await require(request, "read:accounts")
    limit = read_limit(query_parameters(request), default=40, most=_MOST)

    def read(conn: Connection, look: Look) -> list[tuple[str, bytes]]:
        found = suggestions.suggest(conn, caller.actor_id)[:limit]
        people = accounts.render_unblocked(conn, look, [actor_id for actor_id, _ in found])
        return [(why, people[actor_id]) for actor_id, why in found if actor_id in people]

    return await request.app[NODE].store.read(read, look_of(request))


async def dismiss(request: web.Request) -> web.Response:
    """This one is not suggested any more. Apps need no more than to read for it, and hear of no unknown id."""
    caller, target = await require(request, "read:accounts"), read_id(request.match_info["id"])

    def write(conn: Connection) -> None:
        if actors.find_actor_by_id(conn, target) is not None:
            suggestions.dismiss(conn, caller.actor_id, target)

    await request.app[NODE].store.write(write)
    return empty()


async def show_directory(request: web.Request) -> web.Response:
    viewer, sent = await reader(request, "read:accounts"), query_parameters(request)
    limit = read_limit(sent, default=40, most=_MOST)
    offset = min(max(sent.number("offset") or 0, 0), _MAX_OFFSET)
    asked: dict[str, Any] = {"local": sent.flag("local") or False, "newest": sent.text("order") == "new"}

    def read(conn: Connection, look: Look) -> list[bytes]:
        ids = suggestions.list_directory(conn, viewer, limit=limit, offset=offset, **asked)
        people = accounts.render_unblocked(conn, look, ids)
        return [people[each] for each in ids if each in people]

    found = await request.app[NODE].store.read(read, look_of(request))
    return answer(joined(found), headers=offset_link(request, offset=offset, limit=limit, found=len(found)))


ROUTES = [
    web.get("/api/v2/suggestions", show_suggestions, name="client-suggestions"),
    web.get("/api/v1/suggestions", show_suggested, name="client-suggestions-v1"),
    web.delete("/api/v1/suggestions/{id:[0-9]+}", dismiss, name="client-suggestion-dismiss"),
    web.get("/api/v1/directory", show_directory, name="client-directory"),
]
