"""Hashtags: what they are about, following them, and showing them on a profile."""

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.errors import NotFound
from node.services.posts import tag_lists as service
from node.state import NODE
from node.store.database.windows import Window
from node.store.people import actors
from node.store.posts import tag_lists as store
from web.client_api.answers import answer, empty
from web.client_api.callers import reader, require
from web.client_api.entities import tags
from web.client_api.entities.look import Look, look_of
from web.client_api.paging import link_header, read_window
from web.client_api.parameters import query_parameters, read_id, read_parameters

_SUGGESTED = 10


async def show_tag(request: web.Request) -> web.Response:
    """``GET /api/v1/tags/:name``: any hashtag, used or not."""
    viewer_id = await reader(request)
    return await _answer(request, _name(request), viewer_id)


async def follow_tag(request: web.Request) -> web.Response:
    caller, node, name = await require(request, "write:follows"), request.app[NODE], _name(request)
    await node.store.write(service.follow, node.unit(), caller.actor_id, name)
    return await _answer(request, name, caller.actor_id)


async def unfollow_tag(request: web.Request) -> web.Response:
    caller, name = await require(request, "write:follows"), _name(request)
    await request.app[NODE].store.write(service.unfollow, caller.actor_id, name)
    return await _answer(request, name, caller.actor_id)


async def feature_tag(request: web.Request) -> web.Response:
    caller, node, name = await require(request, "write:accounts"), request.app[NODE], _name(request)
    await node.store.write(service.feature, node.unit(), caller.actor_id, name)
    return await _answer(request, name, caller.actor_id)


async def unfeature_tag(request: web.Request) -> web.Response:
    caller, node, name = await require(request, "write:accounts"), request.app[NODE], _name(request)
    await node.store.write(service.unfeature_name, node.unit(), caller.actor_id, name)
    return await _answer(request, name, caller.actor_id)


def _name(request: web.Request) -> str:
    return service.name_of(request.match_info["name"])


async def _answer(request: web.Request, name: str, viewer_id: int | None) -> web.Response:
    (found,) = await request.app[NODE].store.read(tags.render, look_of(request), [name], viewer_id)
    return answer(found)


async def list_followed(request: web.Request) -> web.Response:
    """``GET /api/v1/followed_tags``; pages by the follow."""
    caller = await require(request, "read:follows")
    window = read_window(query_parameters(request), default=100, most=200)
    ids, found = await request.app[NODE].store.read(_followed, look_of(request), caller.actor_id, window)
    return answer(found, headers=link_header(request, ids, window=window))


def _followed(conn: Connection, look: Look, actor_id: int, window: Window) -> tuple[list[int], list[dict[str, Any]]]:
    rows = store.list_followed(conn, actor_id, window)
    return [row.id for row in rows], tags.render(conn, look, [row.name for row in rows], actor_id)


# -- on profiles ----------------------------------------------------------------------------------------------------


async def list_featured(request: web.Request) -> web.Response:
    """``GET /api/v1/featured_tags``: one's own."""
    caller = await require(request, "read:accounts")
    return answer(await request.app[NODE].store.read(_featured, look_of(request), caller.actor_id))


async def list_featured_of(request: web.Request) -> web.Response:
    """``GET /api/v1/accounts/:id/featured_tags``"""
    await reader(request, "read:accounts")
    return answer(await request.app[NODE].store.read(_featured, look_of(request), read_id(request.match_info["id"])))


def _featured(conn: Connection, look: Look, actor_id: int) -> list[dict[str, Any]]:
    actor = actors.find_actor_by_id(conn, actor_id)
    if actor is None or actor.state == "gone":
        raise NotFound
    return [tags.featured(look, each) for each in store.list_featured(conn, actor_id)]


async def add_featured(request: web.Request) -> web.Response:
    caller, node = await require(request, "write:accounts"), request.app[NODE]
    name = service.name_of((await read_parameters(request)).text("name") or "")
    found = await node.store.write(service.feature, node.unit(), caller.actor_id, name)
    return answer(tags.featured(look_of(request), found))


async def remove_featured(request: web.Request) -> web.Response:
    caller, node = await require(request, "write:accounts"), request.app[NODE]
    await node.store.write(service.unfeature, node.unit(), caller.actor_id, read_id(request.match_info["id"]))
    return empty()


async def suggest_featured(request: web.Request) -> web.Response:
    """``GET /api/v1/featured_tags/suggestions``: what one used most."""
    caller = await require(request, "read:accounts")
    return answer(await request.app[NODE].store.read(_suggested, look_of(request), caller.actor_id))


def _suggested(conn: Connection, look: Look, actor_id: int) -> list[dict[str, Any]]:
    return tags.render(conn, look, store.list_used(conn, actor_id, limit=_SUGGESTED), actor_id)


_TAG = "/api/v1/tags/{name}"

ROUTES = [
    web.get("/api/v1/followed_tags", list_followed, name="client-followed-tags"),
    web.get(_TAG, show_tag, name="client-tag"),
    web.post(f"{_TAG}/follow", follow_tag, name="client-tag-follow"),
    web.post(f"{_TAG}/unfollow", unfollow_tag, name="client-tag-unfollow"),
    web.post(f"{_TAG}/feature", feature_tag, name="client-tag-feature"),
    web.post(f"{_TAG}/unfeature", unfeature_tag, name="client-tag-unfeature"),
    web.get("/api/v1/featured_tags", list_featured, name="client-featured-tags"),
    web.post("/api/v1/featured_tags", add_featured, name="client-featured-tag-add"),
    web.get("/api/v1/featured_tags/suggestions", suggest_featured, name="client-featured-tags-suggestions"),
    web.delete("/api/v1/featured_tags/{id}", remove_featured, name="client-featured-tag-remove"),
    web.get("/api/v1/accounts/{id}/featured_tags", list_featured_of, name="client-account-featured-tags"),
]
