"""What people do with statuses: favourite, boost, bookmark, pin, mute, vote, quote; each answers what it became."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from aiohttp import web
from sqlalchemy import Connection

from node.domain.numbers import number_in
from node.domain.posts import QuotePolicy
from node.domain.visibility import Visibility
from node.errors import Invalid, NotFound, Problem
from node.services.context import Unit
from node.services.posts import polls, post_changes, quoting, reacting
from node.state import NODE
from node.store.posts.objects import Object
from web.client_api.answers import answer
from web.client_api.callers import reader, require
from web.client_api.entities import statuses
from web.client_api.entities.look import Look, look_of
from web.client_api.parameters import read_id, read_parameters
from web.client_api.statuses import WRITE, find_own_target, find_target, read_policy, require_own

#: Does it, and answers the id of the status that shows it where that is another.
Act = Callable[[Connection, Unit, int, Object], int | None]


def _pin(conn: Connection, unit: Unit, actor_id: int, found: Object) -> None:
    post_changes.pin(conn, unit, actor_id, require_own(conn, found, actor_id).id)


def _unpin(conn: Connection, unit: Unit, actor_id: int, found: Object) -> None:
    post_changes.unpin(conn, unit, actor_id, require_own(conn, found, actor_id).id)


#: Name -> scope and act.
_ACTS: Mapping[str, tuple[str, Act]] = MappingProxyType(
    {
        "favourite": ("write:favourites", reacting.favourite),
        "unfavourite": ("write:favourites", reacting.unfavourite),
        "reblog": (WRITE, reacting.share),
        "unreblog": (WRITE, reacting.unshare),
        "bookmark": ("write:bookmarks", reacting.bookmark),
        "unbookmark": ("write:bookmarks", reacting.unbookmark),
        "mute": ("write:mutes", reacting.mute),
        "unmute": ("write:mutes", reacting.unmute),
        "pin": ("write:accounts", _pin),
        "unpin": ("write:accounts", _unpin),
    }
)


_SHOWN_TO = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
}


async def act(request: web.Request) -> web.Response:
    scope, wanted = _ACTS[request.match_info["act"]]
    caller, node = await require(request, scope), request.app[NODE]
    if wanted is reacting.share and (said := (await read_parameters(request)).text("visibility")):
        if said not in _SHOWN_TO:
            raise Invalid(problems=[Problem("$.visibility", " or ".join(_SHOWN_TO), said[:60])])
        wanted = partial(reacting.share, shown_to=_SHOWN_TO[said])
    status_id = read_id(request.match_info["id"])
    return answer(await node.store.write(_act, node.unit(), caller.actor_id, status_id, wanted, look_of(request)))


def _act(conn: Connection, unit: Unit, actor_id: int, status_id: int, wanted: Act, look: Look) -> bytes:
    found = find_target(conn, look, status_id, actor_id)
    shown = wanted(conn, unit, actor_id, found) or found.id
    return statuses.render(conn, look, [shown], actor_id)[shown]


# -- polls -----------------------------------------------------------------------------------------------------------


async def show_poll(request: web.Request) -> web.Response:
    viewer, node = await reader(request), request.app[NODE]
    poll_id = read_id(request.match_info["id"])
    return answer(await node.store.read(_poll, poll_id, viewer, look_of(request)))


async def vote(request: web.Request) -> web.Response:
    caller, node = await require(request, WRITE), request.app[NODE]
    sent = await read_parameters(request)
    choices = [number for text in sent.texts("choices") if (number := number_in(text, digits=3)) is not None]
    if len(choices) < len(sent.texts("choices")):
        raise Invalid("Choices are the numbers of options.")
    poll_id = read_id(request.match_info["id"])
    found = await node.store.write(_vote, node.unit(), caller.actor_id, poll_id, choices, look_of(request))
    return answer(found)


def _vote(conn: Connection, unit: Unit, voter_id: int, poll_id: int, choices: list[int], look: Look) -> bytes:
    polls.vote(conn, unit, voter_id, find_target(conn, look, poll_id, voter_id), choices)
    return _poll(conn, poll_id, voter_id, look)


def _poll(conn: Connection, poll_id: int, viewer_id: int | None, look: Look) -> bytes:
    found = statuses.render_poll(conn, look, poll_id, viewer_id)
    if found is None:
        raise NotFound
    return found


# -- quotes ----------------------------------------------------------------------------------------------------------


async def revoke_quote(request: web.Request) -> web.Response:
    """Take back that a status quotes one's own; answers the quoting status."""
    caller, node = await require(request, WRITE), request.app[NODE]
    status_id, quoting_id = read_id(request.match_info["id"]), read_id(request.match_info["quoting"])
    found = await node.store.write(_revoke, node.unit(), caller.actor_id, status_id, quoting_id, look_of(request))
    return answer(found)


def _revoke(conn: Connection, unit: Unit, author_id: int, status_id: int, quoting_id: int, look: Look) -> bytes:
    quoting.revoke(conn, unit, author_id, find_target(conn, look, status_id, author_id), quoting_id)
    found = statuses.render(conn, look, [quoting_id], author_id)
    if quoting_id not in found:
        raise NotFound
    return found[quoting_id]


async def set_policy(request: web.Request) -> web.Response:
    """Who may quote a status of one's own from now on."""
    caller, node = await require(request, WRITE), request.app[NODE]
    sent = await read_parameters(request)
    policy = read_policy(sent.text("quote_approval_policy") or "")
    status_id = read_id(request.match_info["id"])
    found = await node.store.write(_set_policy, node.unit(), caller.actor_id, status_id, policy, look_of(request))
    return answer(found)


def _set_policy(conn: Connection, unit: Unit, author_id: int, status_id: int, policy: QuotePolicy, look: Look) -> bytes:
    found = find_own_target(conn, look, status_id, author_id)
    quoting.set_policy(conn, unit, found, policy)
    return statuses.render(conn, look, [found.id], author_id)[found.id]


async def translate(request: web.Request) -> web.Response:
    """There is nobody here who translates."""
    await require(request, "read:statuses")
    raise NotFound


_ID = "/api/v1/statuses/{id:[0-9]+}"
ROUTES = [
    web.post(f"{_ID}/{{act:{'|'.join(_ACTS)}}}", act, name="client-status-act"),
    web.post(f"{_ID}/translate", translate, name="client-status-translate"),
    web.post(f"{_ID}/quotes/{{quoting:[0-9]+}}/revoke", revoke_quote, name="client-quote-revoke"),
    web.put(f"{_ID}/interaction_policy", set_policy, name="client-status-policy"),
    web.get("/api/v1/polls/{id:[0-9]+}", show_poll, name="client-poll"),
    web.post("/api/v1/polls/{id:[0-9]+}/votes", vote, name="client-poll-vote"),
]
