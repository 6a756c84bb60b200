"""``api_versions.mastodon`` is a promise: what each number up to it unlocks in apps is there."""

import base64
from collections.abc import Awaitable, Callable
from types import MappingProxyType

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.web.client_api.conformance.conftest import Town

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def _grouped(town: Town) -> None:
    """2: grouped notifications, their accounts, policy and requests."""
    posted = await town.say(town.ada, "to be liked")
    for fan in (town.ben, town.cleo):
        await fan.post(f"v1/statuses/{posted['id']}/favourite")
    await town.settle()
    found = await town.ada.get("v2/notifications", types=["favourite"])
    group = next(each for each in found["notification_groups"] if each.get("status_id") == posted["id"])
    assert group["notifications_count"] == 2
    assert len(await town.ada.get(f"v2/notifications/{group['group_key']}/accounts")) == 2
    assert (await town.ada.get("v2/notifications/policy"))["summary"]["pending_requests_count"] >= 0
    assert isinstance(await town.ada.get("v1/notifications/requests"), list)


async def _metadata(town: Town) -> None:
    """3: server metadata that offers PKCE with S256."""
    told = await town.nobody.get("/.well-known/oauth-authorization-server")
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert {"issuer", "authorization_endpoint", "token_endpoint", "scopes_supported"} <= told.keys()


async def _push(town: Town) -> None:
    """4: Web Push as RFC 8291 has it, with the node's own key."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    key = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": base64.urlsafe_b64encode(key).decode(), "auth": "a" * 22}
    wanted = {"endpoint": "https://push.example/x", "keys": keys, "standard": True}
    made = await town.dan.post("v1/push/subscription", subscription=wanted, data={"alerts": {"mention": True}})
    instance = await town.nobody.get("v2/instance")
    assert (made["standard"], made["server_key"]) == (True, instance["configuration"]["vapid"]["public_key"])
    await town.dan.delete("v1/push/subscription")


async def _blur(town: Town) -> None:
    """5: filters that blur."""
    made = await town.ben.post(
        "v2/filters", title="x", context=["home"], filter_action="blur", keywords_attributes=[{"keyword": "zinc"}]
    )
    posted = await town.say(town.ada, "zinc")
    shown = await town.ben.get(f"v1/statuses/{posted['id']}")
    assert [each["filter"]["filter_action"] for each in shown["filtered"]] == ["blur"]
    await town.ben.delete(f"v2/filters/{made['id']}")


async def _endorsements(town: Town) -> None:
    """6: whom somebody shows on the profile, read by anybody."""
    await town.ben.post(f"v1/accounts/{town.ada.me.id}/endorse")
    shown = await town.nobody.get(f"v1/accounts/{town.ben.me.id}/endorsements")
    assert [each["id"] for each in shown] == [str(town.ada.me.id)]
    await town.ben.post(f"v1/accounts/{town.ada.me.id}/unendorse")


async def _quotes(town: Town) -> None:
    """7: quotes with their policies, lists, revocation, and the two notifications."""
    quoted = await town.say(town.ada, "quote me", quote_approval_policy="public")
    assert quoted["quote_approval"]["automatic"] == ["public"]
    quoting = await town.say(town.ben, "so true", quoted_status_id=quoted["id"])
    assert (quoting["quote"]["state"], quoting["quote"]["quoted_status"]["id"]) == ("accepted", quoted["id"])
    assert (await town.ada.get(f"v1/statuses/{quoted['id']}"))["quotes_count"] == 1
    assert [each["id"] for each in await town.ada.get(f"v1/statuses/{quoted['id']}/quotes")] == [quoting["id"]]
    await town.ada.put(f"v1/statuses/{quoted['id']}", status="quote me again")
    await town.settle()
    assert (await town.ada.get("v1/notifications", types=["quote"]))[0]["status"]["id"] == quoting["id"]
    assert (await town.ben.get("v1/notifications", types=["quoted_update"]))[0]["type"] == "quoted_update"
    revoked = await town.ada.post(f"v1/statuses/{quoted['id']}/quotes/{quoting['id']}/revoke")
    assert revoked["quote"]["state"] == "revoked"
    closed = await town.ada.put(f"v1/statuses/{quoted['id']}/interaction_policy", quote_approval_policy="nobody")
    assert closed["quote_approval"]["automatic"] == []
    await town.say(town.ben, "once more", 422, quoted_status_id=quoted["id"])
    source = (await town.ada.get("v1/accounts/verify_credentials"))["source"]
    assert source["quote_policy"] in {"public", "followers", "nobody"}
    assert "posting:default:quote_policy" in await town.ada.get("v1/preferences")


PROMISES: MappingProxyType[int, Callable[[Town], Awaitable[None]]] = MappingProxyType(
    {2: _grouped, 3: _metadata, 4: _push, 5: _blur, 6: _endorsements, 7: _quotes}
)


@pytest.mark.parametrize("number", PROMISES)
async def test_it_is_kept(town: Town, number: int) -> None:
    await PROMISES[number](town)


async def test_the_number_is_that_of_the_last_one(town: Town) -> None:
    instance = await town.nobody.get("v2/instance")
    assert instance["api_versions"]["mastodon"] == max(PROMISES)
