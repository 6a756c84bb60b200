"""``/api/v1/notifications`` one by one, and ``/api/v2/notifications`` in groups."""

from collections.abc import Sequence
from typing import Any

import orjson
from aiohttp import web
from sqlalchemy import Connection, Row

from node.domain.notices import GROUPED, NoticeType
from node.errors import NotFound
from node.state import NODE
from node.store.database.windows import Window
from node.store.news import notification_lists as lists
from node.store.news.notification_lists import Group, Wanted
from web.client_api.answers import answer, empty, joined
from web.client_api.callers import require
from web.client_api.entities import accounts
from web.client_api.entities import notifications as entities
from web.client_api.entities.look import Look, look_of
from web.client_api.paging import filled, link_header, read_limit, read_window
from web.client_api.parameters import Parameters, query_parameters, read_id

_READ, _WRITE = "read:notifications", "write:notifications"
_MOST = 80
_UNREAD_DEFAULT, _UNREAD_MOST = 100, 1_000
_KNOWN = frozenset(kind.value for kind in NoticeType)


def _wanted(owner_id: int, values: Parameters) -> Wanted:
    """What is asked for. Types that nobody knows match nothing."""
    grouped = values.texts("grouped_types")
    return Wanted(
        owner_id,
        types=_types(values, "types") if values.texts("types") else None,
        exclude_types=_types(values, "exclude_types"),
        actor_id=values.identifier("account_id"),
        include_filtered=bool(values.flag("include_filtered")),
        grouped_types=GROUPED & set(grouped) if grouped else None,
    )


def _types(values: Parameters, name: str) -> list[str]:
    return sorted(_KNOWN & set(values.texts(name)))


# -- one by one -------------------------------------------------------------------------------------------------------


async def list_all(request: web.Request) -> web.Response:
    """``GET /api/v1/notifications``"""
    caller = await require(request, _READ)
    values = query_parameters(request)
    window = read_window(values, default=40, most=_MOST)
    store, look = request.app[NODE].store, look_of(request)
    ids, body = await store.read(_list, look, _wanted(caller.actor_id, values), window)
    return answer(body, headers=link_header(request, ids, window=window))


def _list(conn: Connection, look: Look, wanted: Wanted, window: Window) -> tuple[list[int], bytes]:
    """The ids of the page, and those of it that can be shown."""

    def show(rows: Sequence[Row[Any]]) -> tuple[list[int], dict[int, bytes]]:
        return [row.id for row in rows], entities.render(conn, look, wanted.owner_id, rows)

    ids, shown = filled(window, lambda part: lists.list_notifications(conn, wanted, part), show)
    return ids, joined(shown.values())


async def show(request: web.Request) -> web.Response:
    """``GET /api/v1/notifications/:id``"""
    caller = await require(request, _READ)
    one = read_id(request.match_info["id"])
    found = await request.app[NODE].store.read(_show, look_of(request), caller.actor_id, one)
    return answer(found)


def _show(conn: Connection, look: Look, owner_id: int, notification_id: int) -> bytes:
    rows = lists.load_notifications(conn, owner_id, [notification_id])
    rendered = entities.render(conn, look, owner_id, rows)
    if notification_id not in rendered:
        raise NotFound("Record not found")
    return rendered[notification_id]


async def clear(request: web.Request) -> web.Response:
    """``POST /api/v1/notifications/clear``"""
    caller = await require(request, _WRITE)
    await request.app[NODE].store.write(lists.dismiss_all, caller.actor_id)
    return empty()


async def dismiss(request: web.Request) -> web.Response:
    """``POST /api/v1/notifications/:id/dismiss``"""
    caller = await require(request, _WRITE)
    one = read_id(request.match_info["id"])
    if not await request.app[NODE].store.write(lists.dismiss, caller.actor_id, [one]):
        raise NotFound("Record not found")
    return empty()


async def count_unread(request: web.Request) -> web.Response:
    """``GET /api/v1/notifications/unread_count``"""
    caller = await require(request, _READ)
    values = query_parameters(request)
    limit = read_limit(values, default=_UNREAD_DEFAULT, most=_UNREAD_MOST)
    wanted = _wanted(caller.actor_id, values)
    node = request.app[NODE]
    return answer({"count": await node.store.read(lists.count_unread, wanted, limit, node.clock.now())})


# -- in groups --------------------------------------------------------------------------------------------------------


async def list_groups(request: web.Request) -> web.Response:
    """``GET /api/v2/notifications``"""
    caller = await require(request, _READ)
    values = query_parameters(request)
    window = read_window(values, default=40, most=_MOST)
    partial = values.text("expand_accounts") == "partial_avatars"
    store, look = request.app[NODE].store, look_of(request)
    ids, body = await store.read(_list_groups, look, _wanted(caller.actor_id, values), window, partial)
    return answer(body, headers=link_header(request, ids, window=window))


def _list_groups(
    conn: Connection, look: Look, wanted: Wanted, window: Window, partial: bool
) -> tuple[list[int], bytes]:
    def show(groups: Sequence[Group]) -> tuple[list[int], entities.Entity]:
        shown = entities.render_groups(conn, look, wanted.owner_id, groups, partial=partial)
        return [group.newest.id for group in groups], shown

    ids, found = filled(
        window,
        lambda part: lists.list_groups(conn, wanted, part),
        show,
        is_empty=lambda shown: not shown["notification_groups"],
    )
    return ids, orjson.dumps(found)


async def show_group(request: web.Request) -> web.Response:
    """``GET /api/v2/notifications/:group_key``"""
    caller = await require(request, _READ)
    store, look = request.app[NODE].store, look_of(request)
    return answer(await store.read(_show_group, look, caller.actor_id, request.match_info["key"]))


def _show_group(conn: Connection, look: Look, owner_id: int, key: str) -> bytes:
    found = entities.render_groups(conn, look, owner_id, [_find(conn, owner_id, key)])
    if not found["notification_groups"]:
        raise NotFound("Record not found")
    return orjson.dumps(found)


def _find(conn: Connection, owner_id: int, key: str) -> Group:
    found = lists.find_group(conn, owner_id, key)
    if found is None:
        raise NotFound("Record not found")
    return found


async def list_group_accounts(request: web.Request) -> web.Response:
    """``GET /api/v2/notifications/:group_key/accounts``"""
    caller = await require(request, _READ)
    store, look = request.app[NODE].store, look_of(request)
    return answer(await store.read(_list_group_accounts, look, caller.actor_id, request.match_info["key"]))


def _list_group_accounts(conn: Connection, look: Look, owner_id: int, key: str) -> bytes:
    ids = lists.list_group_actors(conn, _find(conn, owner_id, key), owner_id)
    rendered = accounts.render(conn, look, ids)
    return joined(rendered[actor_id] for actor_id in ids if actor_id in rendered)


async def dismiss_group(request: web.Request) -> web.Response:
    """``POST /api/v2/notifications/:group_key/dismiss``"""
    caller = await require(request, _WRITE)
    await request.app[NODE].store.write(_dismiss_group, caller.actor_id, request.match_info["key"])
    return empty()


def _dismiss_group(conn: Connection, owner_id: int, key: str) -> None:
    lists.dismiss_group(conn, owner_id, _find(conn, owner_id, key))


async def count_unread_groups(request: web.Request) -> web.Response:
    """``GET /api/v2/notifications/unread_count``"""
    caller = await require(request, _READ)
    values = query_parameters(request)
    limit = read_limit(values, default=_UNREAD_DEFAULT, most=_UNREAD_MOST)
    wanted = _wanted(caller.actor_id, values)
    node = request.app[NODE]
    return answer({"count": await node.store.read(lists.count_unread_groups, wanted, limit, node.clock.now())})


_V1, _V2 = "/api/v1/notifications", "/api/v2/notifications"
_KEY = "{key:[a-z_.]+(?:-\\d+){1,3}}"
ROUTES = [
    web.get(_V1, list_all, name="client-notifications"),
    web.get(f"{_V1}/unread_count", count_unread, name="client-notifications-unread"),
    web.post(f"{_V1}/clear", clear, name="client-notifications-clear"),
    web.get(f"{_V1}/{{id:\\d+}}", show, name="client-notification"),
    web.post(f"{_V1}/{{id:\\d+}}/dismiss", dismiss, name="client-notification-dismiss"),
    web.get(_V2, list_groups, name="client-notification-groups"),
    web.get(f"{_V2}/unread_count", count_unread_groups, name="client-notification-groups-unread"),
    web.get(f"{_V2}/{_KEY}", show_group, name="client-notification-group"),
    web.get(f"{_V2}/{_KEY}/accounts", list_group_accounts, name="client-notification-group-accounts"),
    web.post(f"{_V2}/{_KEY}/dismiss", dismiss_group, name="client-notification-group-dismiss"),
]
