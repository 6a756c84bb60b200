"""Which news of strangers somebody wants, and those that wait for her word: policy and requests."""

from collections.abc import Callable, Collection

from aiohttp import web
from sqlalchemy import Connection

from node.domain.notices import Policy, Verdict
from node.errors import Invalid, NotFound
from node.services.context import Unit
from node.services.news import notices
from node.state import NODE
from node.store.database.windows import Window
from node.store.news import notification_lists as lists
from node.store.news import notifications
from web.client_api.answers import answer, empty
from web.client_api.callers import require
from web.client_api.entities import notifications as entities
from web.client_api.entities.look import Look, look_of
from web.client_api.paging import link_header, read_window
from web.client_api.parameters import Parameters, query_parameters, read_id, read_parameters

_READ, _WRITE = "read:notifications", "write:notifications"
_MANY = 200


async def show_policy(request: web.Request) -> web.Response:
    """``GET /api/v2/notifications/policy``"""
    caller = await require(request, _READ)
    return answer(entities.policy_of(*await request.app[NODE].store.read(_load, caller.actor_id)))


async def show_first_policy(request: web.Request) -> web.Response:
    """``GET /api/v1/notifications/policy``"""
    caller = await require(request, _READ)
    return answer(entities.first_policy_of(*await request.app[NODE].store.read(_load, caller.actor_id)))


async def set_policy(request: web.Request) -> web.Response:
    """``PATCH /api/v2/notifications/policy``; what is not named stays."""
    caller = await require(request, _WRITE)
    values = await read_parameters(request)
    return answer(entities.policy_of(*await request.app[NODE].store.write(_save, caller.actor_id, values)))


async def set_first_policy(request: web.Request) -> web.Response:
    """``PUT`` or ``PATCH /api/v1/notifications/policy``"""
    caller = await require(request, _WRITE)
    values = await read_parameters(request)
    return answer(entities.first_policy_of(*await request.app[NODE].store.write(_save, caller.actor_id, values)))


def _load(conn: Connection, owner_id: int) -> tuple[Policy, tuple[int, int]]:
    return notifications.load_policy(conn, owner_id), lists.count_requests(conn, owner_id)


def _save(conn: Connection, owner_id: int, values: Parameters) -> tuple[Policy, tuple[int, int]]:
    before = notifications.load_policy(conn, owner_id)
    said = {name: _verdict(values, name) or getattr(before, name) for name in Policy.__dataclass_fields__}
    notifications.save_policy(conn, owner_id, Policy(**said))
    return _load(conn, owner_id)


def _verdict(values: Parameters, name: str) -> Verdict | None:
    """What is said of one kind of strangers: a word, or the yes or no of the first version."""
    text = values.text(name)
    if text is None:
        flag = values.flag(f"filter_{name.removeprefix('for_')}")
        return None if flag is None else (Verdict.FILTER if flag else Verdict.ACCEPT)
    if text not in {verdict.value for verdict in Verdict}:
        raise Invalid(f"{name} is accept, filter or drop.")
    return Verdict(text)


# -- requests ---------------------------------------------------------------------------------------------------------


async def list_requests(request: web.Request) -> web.Response:
    """``GET /api/v1/notifications/requests``"""
    caller = await require(request, _READ)
    window = read_window(query_parameters(request), default=40, most=80)
    store, look = request.app[NODE].store, look_of(request)
    ids, body = await store.read(_list_requests, look, caller.actor_id, window)
    return answer(body, headers=link_header(request, ids, window=window))


def _list_requests(
    conn: Connection, look: Look, owner_id: int, window: Window
) -> tuple[list[int], list[entities.Entity]]:
    found = lists.list_requests(conn, owner_id, window)
    return [each.id for each in found], entities.render_requests(conn, look, owner_id, found)


async def show_request(request: web.Request) -> web.Response:
    """``GET /api/v1/notifications/requests/:id``"""
    caller = await require(request, _READ)
    one = read_id(request.match_info["id"])
    store, look = request.app[NODE].store, look_of(request)
    return answer(await store.read(_show_request, look, caller.actor_id, one))


def _show_request(conn: Connection, look: Look, owner_id: int, request_id: int) -> entities.Entity:
    found = entities.render_requests(conn, look, owner_id, lists.load_requests(conn, owner_id, [request_id]))
    if not found:
        raise NotFound("Record not found")
    return found[0]


async def accept_one(request: web.Request) -> web.Response:
    """``POST /api/v1/notifications/requests/:id/accept``"""
    return await _settle_one(request, notices.accept_requests)


async def dismiss_one(request: web.Request) -> web.Response:
    """``POST /api/v1/notifications/requests/:id/dismiss``"""
    return await _settle_one(request, notices.dismiss_requests)


async def accept_many(request: web.Request) -> web.Response:
    """``POST /api/v1/notifications/requests/accept``"""
    return await _settle_many(request, notices.accept_requests)


async def dismiss_many(request: web.Request) -> web.Response:
    """``POST /api/v1/notifications/requests/dismiss``"""
    return await _settle_many(request, notices.dismiss_requests)


async def show_merged(request: web.Request) -> web.Response:
    """``GET /api/v1/notifications/requests/merged``: what was accepted is merged in the same transaction."""
    await require(request, _READ)
    return answer({"merged": True})


_Settle = Callable[[Connection, Unit, int, Collection[int]], int]


async def _settle_one(request: web.Request, settle: _Settle) -> web.Response:
    caller, node = await require(request, _WRITE), request.app[NODE]
    if not await node.store.write(settle, node.unit(), caller.actor_id, [read_id(request.match_info["id"])]):
        raise NotFound("Record not found")
    return empty()


async def _settle_many(request: web.Request, settle: _Settle) -> web.Response:
    caller, node = await require(request, _WRITE), request.app[NODE]
    ids = (await read_parameters(request)).identifiers("id")[:_MANY]
    await node.store.write(settle, node.unit(), caller.actor_id, ids)
    return empty()


_REQUESTS = "/api/v1/notifications/requests"
ROUTES = [
    web.get("/api/v2/notifications/policy", show_policy, name="client-notification-policy"),
    web.patch("/api/v2/notifications/policy", set_policy, name="client-notification-policy-set"),
    web.get("/api/v1/notifications/policy", show_first_policy, name="client-notification-policy-first"),
    web.put("/api/v1/notifications/policy", set_first_policy, name="client-notification-policy-first-put"),
    web.patch("/api/v1/notifications/policy", set_first_policy, name="client-notification-policy-first-set"),
    web.get(_REQUESTS, list_requests, name="client-notification-requests"),
    web.get(f"{_REQUESTS}/merged", show_merged, name="client-notification-requests-merged"),
    web.post(f"{_REQUESTS}/accept", accept_many, name="client-notification-requests-accept"),
    web.post(f"{_REQUESTS}/dismiss", dismiss_many, name="client-notification-requests-dismiss"),
    web.get(f"{_REQUESTS}/{{id:\\d+}}", show_request, name="client-notification-request"),
    web.post(f"{_REQUESTS}/{{id:\\d+}}/accept", accept_one, name="client-notification-request-accept"),
    web.post(f"{_REQUESTS}/{{id:\\d+}}/dismiss", dismiss_one, name="client-notification-request-dismiss"),
]
