"""Accounts about a topic through the learning API: every call, its refusals, and what stays as it was."""

from typing import Any

import pytest

from node.store.access import accounts
from tests.client import App, app_of
from tests.network import network
from tests.records import record

pytestmark = pytest.mark.usefixtures("each_database")

BASE = "/api/learning/v1/topic-accounts"
NEW = {
    "username": "casts",
    "name": "New casts",
    "description": "*What* is new.",
    "topics": ["bronze"],
    "query": "q=casting",
}


@pytest.fixture
async def apps(tmp_path):
    """An administrator, a member, a stranger, of a node with one resource that fits."""
    async with network(tmp_path, "museum") as net:
        (peer,) = net.peers
        await peer.publish(record())
        ada = await app_of(peer, "ada")
        await peer.store.write(accounts.set_role, ada.me.id, accounts.ADMIN)
        yield ada, await app_of(peer, "ben"), App(peer)


async def test_one_is_made_read_changed_and_removed(apps: tuple[App, App, App]) -> None:
    ada, ben, nobody = apps
    await ada.call("POST", "v1/statuses", json={"status": "Tin"}, headers={"Idempotency-Key": "one"})  # another call
    made = await ada.call("POST", BASE, 201, json=NEW, headers={"Idempotency-Key": "one"})
    again = await ada.call("POST", BASE, 201, json=NEW, headers={"Idempotency-Key": "one"})
    assert made == again
    assert {name: made[name] for name in ("description", "topics", "query", "avatar")} == {
        **{name: NEW[name] for name in ("description", "topics", "query")},
        "avatar": None,
    }
    assert made["account"]["handle"].startswith("@casts@")
    assert [each["name"] for each in (await nobody.get(made["resources"].removeprefix(ada.peer.origin)))["items"]]
    assert (await nobody.get(BASE))["items"] == [await nobody.get(f"{BASE}/casts")]
    await ada.post(BASE, 409, **NEW)

    shown = await ada.ask("GET", f"{BASE}/casts")
    tag = {"If-Match": shown.headers["ETag"]}
    await ada.call("PATCH", f"{BASE}/casts", 428, json={"name": "Bronze"})
    changed = await ada.call("PATCH", f"{BASE}/casts", json={"name": "Bronze", "query": "kind=video"}, headers=tag)
    assert (changed["account"]["name"], changed["query"], changed["topics"]) == ("Bronze", "kind=video", ["bronze"])
    await ada.call("PATCH", f"{BASE}/casts", 412, json={"name": "Tin"}, headers=tag)

    await ben.delete(f"{BASE}/casts", 403)
    await ada.call("DELETE", f"{BASE}/casts", 204)
    await nobody.get(f"{BASE}/casts", 404)
    await ada.post(BASE, 409, **NEW)


async def test_only_administrators_and_only_what_makes_sense(apps: tuple[App, App, App]) -> None:
    ada, ben, nobody = apps
    await nobody.post(BASE, 401, **NEW)
    await ben.post(BASE, 403, **NEW)
    reader = App(ada.peer, await ada.peer.token(ada.me, "read"))
    await reader.post(BASE, 403, **NEW)
    for changes, path in _WRONG:
        refused = await ada.post(BASE, 422, **{**NEW, **changes})
        assert [each["path"] for each in refused["errors"]] == [path], refused
    assert (await nobody.get(BASE))["items"] == []
    await ada.call("PATCH", f"{BASE}/nobody", 404, json={"name": "X"}, headers={"If-Match": "*"})
    await ada.call("DELETE", f"{BASE}/nobody", 404)
    await ada.call("DELETE", f"{BASE}/museum", 404)  # the organisation is none


_WRONG: list[tuple[dict[str, Any], str]] = [
    ({"query": "page=2"}, "$.query"),
    ({"query": 7}, "$.query"),
    ({"username": "A b"}, "$.username"),
    ({"username": "admin"}, "$.username"),
    ({"name": " "}, "$.name"),
    ({"topics": ["no tag"]}, "$.topics"),
    ({"role": "admin"}, "$.role"),
]
