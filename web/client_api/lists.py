"""``/api/v1/lists``: a person's lists of people, and pathways that she follows where she wants them as lists."""

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.services.library import pathway_lists
from node.services.people import lists as service
from node.state import NODE
from node.store.people import lists as store
from node.store.people.lists import PersonList
from node.text.richtext import clean_plain_field
from web.client_api.answers import answer, empty
from web.client_api.callers import require
from web.client_api.parameters import read_id, read_parameters

_MOST_AT_ONCE = 500


def entity(found: PersonList) -> dict[str, Any]:
    """List (https://docs.joinmastodon.org/entities/List/)."""
    return {
        "id": str(found.id),
        "title": found.title,
        "replies_policy": found.replies_policy,
        "exclusive": found.exclusive,
    }


async def show_lists(request: web.Request) -> web.Response:
    caller = await require(request, "read:lists")
    found = await request.app[NODE].store.read(_load_all, caller.actor_id)
    return answer([entity(each) for each in found])


def _load_all(conn: Connection, me: int) -> list[PersonList]:
    return [*store.load_lists(conn, me), *pathway_lists.list_followed(conn, me)]


async def show_list(request: web.Request) -> web.Response:
    caller = await require(request, "read:lists")
    found = await request.app[NODE].store.read(_load, caller.actor_id, _list_id(request))
    return answer(entity(found))


def _load(conn: Connection, me: int, list_id: int) -> PersonList:
    return store.find_list(conn, me, list_id) or pathway_lists.load(conn, me, list_id)


async def create_list(request: web.Request) -> web.Response:
    caller = await require(request, "write:lists")
    node, sent = request.app[NODE], await read_parameters(request)
    made = await node.store.write(
        service.create,
        node.unit(),
        caller.actor_id,
        clean_plain_field(sent.text("title") or ""),
        sent.text("replies_policy") or "list",
        exclusive=sent.flag("exclusive") or False,
    )
    return answer(entity(made))


async def change_list(request: web.Request) -> web.Response:
    caller = await require(request, "write:lists")
    sent = await read_parameters(request)
    await _require_editable(request, caller.actor_id)
    title = sent.text("title")
    changed = await request.app[NODE].store.write(
        service.change,
        caller.actor_id,
        _list_id(request),
        title=None if title is None else clean_plain_field(title),
        replies_policy=sent.text("replies_policy"),
        exclusive=sent.flag("exclusive"),
    )
    return answer(entity(changed))


async def delete_list(request: web.Request) -> web.Response:
    caller = await require(request, "write:lists")
    await _require_editable(request, caller.actor_id)
    await request.app[NODE].store.write(service.delete, caller.actor_id, _list_id(request))
    return empty()


async def add_members(request: web.Request) -> web.Response:
    caller = await require(request, "write:lists")
    node, ids = request.app[NODE], (await read_parameters(request)).identifiers("account_ids")[:_MOST_AT_ONCE]
    await _require_editable(request, caller.actor_id)
    await node.store.write(service.add, node.unit(), caller.actor_id, _list_id(request), ids)
    return empty()


async def remove_members(request: web.Request) -> web.Response:
    """The ids stand in the query, or in the body."""
    caller = await require(request, "write:lists")
    ids = (await read_parameters(request)).identifiers("account_ids")[:_MOST_AT_ONCE]
    await _require_editable(request, caller.actor_id)
    await request.app[NODE].store.write(service.remove, caller.actor_id, _list_id(request), ids)
    return empty()


async def show_lists_with(request: web.Request) -> web.Response:
    """Those of the person's lists on which an account is."""
    caller = await require(request, "read:lists")
    member = read_id(request.match_info["id"])
    found = await request.app[NODE].store.read(store.load_lists_with, caller.actor_id, member)
    return answer([entity(each) for each in found])


async def _require_editable(request: web.Request, me: int) -> None:
    """Raises Invalid for a pathway, which only looks like a list."""
    await request.app[NODE].store.read(pathway_lists.refuse_edit, me, _list_id(request))


def _list_id(request: web.Request) -> int:
    return read_id(request.match_info["list"])


_LIST = "/api/v1/lists/{list:[0-9]+}"

ROUTES = [
    web.get("/api/v1/lists", show_lists, name="client-lists"),
    web.post("/api/v1/lists", create_list, name="client-list-create"),
    web.get(_LIST, show_list, name="client-list"),
    web.put(_LIST, change_list, name="client-list-change"),
    web.delete(_LIST, delete_list, name="client-list-delete"),
    web.post(f"{_LIST}/accounts", add_members, name="client-list-add"),
    web.delete(f"{_LIST}/accounts", remove_members, name="client-list-remove"),
    web.get("/api/v1/accounts/{id:[0-9]+}/lists", show_lists_with, name="client-account-lists"),
]
