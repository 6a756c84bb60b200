"""``/api/v1/push/subscription``: where an app wants to be told of news while it sleeps; one for each token."""

from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.state import FEDERATION
from node.errors import Invalid, RemoteRefused
from node.secretbox import SecretBox
from node.services.context import Unit
from node.services.news import subscribing, vapid
from node.services.news.subscribing import ALERTS, MAX_ENDPOINT, Draft
from node.state import NODE
from node.store.news import push as store
from node.store.news.push import Subscription
from web.client_api.answers import answer, empty
from web.client_api.callers import require
from web.client_api.parameters import Parameters, read_parameters
from web.tokens import bearer_of

_SCOPE = "push"


async def show(request: web.Request) -> web.Response:
    """``GET /api/v1/push/subscription``"""
    caller, node = await require(request, _SCOPE), request.app[NODE]
    return answer(await node.store.write(_show, node.config.secret_box, caller.token.hash))


def _show(conn: Connection, box: SecretBox, token_hash: str) -> dict[str, Any]:
    return _entity(subscribing.find(conn, token_hash), vapid.load_key(conn, box).public)


async def subscribe(request: web.Request) -> web.Response:
    """``POST /api/v1/push/subscription``"""
    caller, node = await require(request, _SCOPE), request.app[NODE]
    draft = _draft(request, await read_parameters(request))
    token = bearer_of(request), caller.token.hash
    return answer(
        await node.store.write(_subscribe, node.unit(), node.config.secret_box, caller.actor_id, token, draft)
    )


def _subscribe(
    conn: Connection, unit: Unit, box: SecretBox, owner_id: int, token: tuple[str, str], draft: Draft
) -> dict[str, Any]:
    return _entity(subscribing.subscribe(conn, unit, box, owner_id, token, draft), vapid.load_key(conn, box).public)


async def change(request: web.Request) -> web.Response:
    """``PUT /api/v1/push/subscription``: alerts and policy; alerts that are not sent are off."""
    caller, node = await require(request, _SCOPE), request.app[NODE]
    data = (await read_parameters(request)).table("data")
    alerts, policy = _alerts(data.table("alerts")), data.text("policy")
    return answer(
        await node.store.write(_change, node.config.secret_box, caller.token.hash, alerts, policy, node.clock.now())
    )


def _change(
    conn: Connection, box: SecretBox, token_hash: str, alerts: dict[str, bool], policy: str | None, now: int
) -> dict[str, Any]:
    return _entity(subscribing.change(conn, token_hash, alerts, policy, now), vapid.load_key(conn, box).public)


async def delete(request: web.Request) -> web.Response:
    """``DELETE /api/v1/push/subscription``"""
    caller = await require(request, _SCOPE)
    await request.app[NODE].store.write(store.delete_subscription, caller.token.hash)
    return empty()


def _draft(request: web.Request, values: Parameters) -> Draft:
    sent, data = values.table("subscription"), values.table("data")
    keys, endpoint = sent.table("keys"), sent.text("endpoint") or ""
    try:
        if len(endpoint) > MAX_ENDPOINT:
            raise RemoteRefused
        request.app[FEDERATION].client.policy.check_url(endpoint)
    except RemoteRefused:
        raise Invalid("Validation failed: Endpoint is not an address that the node calls") from None
    return Draft(
        endpoint=endpoint,
        p256dh=keys.text("p256dh") or "",
        auth=keys.text("auth") or "",
        standard=bool(sent.flag("standard")),
        alerts=_alerts(data.table("alerts")),
        policy=data.text("policy") or "all",
    )


def _alerts(values: Parameters) -> dict[str, bool]:
    return {name: bool(values.flag(name)) for name in ALERTS}


def _entity(found: Subscription, server_key: str) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "endpoint": found.endpoint,
        "standard": found.standard,
        "alerts": {name: bool(found.alerts.get(name)) for name in ALERTS},
        "policy": found.policy,
        "server_key": server_key,
    }


_BASE = "/api/v1/push/subscription"
ROUTES = [
    web.get(_BASE, show, name="client-push"),
    web.post(_BASE, subscribe, name="client-push-subscribe"),
    web.put(_BASE, change, name="client-push-change"),
    web.delete(_BASE, delete, name="client-push-delete"),
]
