"""Apps, codes, tokens, links, invitations and second factors, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from node.clock import DAY
from node.store.access import accounts, identities, joining, mailed_links, oauth, second_factors, sessions, tokens
from node.store.access.accounts import ACTIVE, PENDING, UNCONFIRMED
from node.store.access.hashes import hash_of
from node.store.access.oauth import App, Code
from node.store.people import sanctions
from node.store.tables import actors
from tests import stores

store = stores.store
database = stores.database
NOW = 1_793_000_000_000
APP = App(7, "client", hash_of("secret"), "Trellis", "", ["https://app.example/", "x:y"], ["read", "write"])
ADA, BEN = 1, 2


@pytest.fixture
async def run(store: Any) -> Any:
    """Runs units of work; ada and ben are there, and an app."""

    def people(conn: Connection) -> None:
        for number, name in ((ADA, "ada"), (BEN, "ben")):
            uri = f"https://uni.example/ap/a/{number}"
            row = {"id": number, "uri": uri, "kind": "person", "local": True, "username": name, "host": "uni.example"}
            conn.execute(insert(actors).values(**row, created_at=NOW, updated_at=NOW))
            accounts.insert_account(conn, number, f"{name}@x.example", "", "member", NOW)
        oauth.insert_app(conn, APP, NOW)

    await store.write(people)

    async def write(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await store.write(fn, *args, **kwargs)

    return write


async def test_apps_are_found_as_they_were_stored_and_go_when_idle(run: Any) -> None:
    assert await run(oauth.find_app, "client") == APP
    assert await run(oauth.load_apps, [7, 8]) == {7: APP}
    await run(oauth.insert_app_token, "t", APP, None, ["read"], NOW)
    await run(oauth.insert_app, App(8, "idle", "", "Idle", "", ["x:y"], ["read"]), NOW)
    await run(oauth.expire_apps, NOW + 1)
    assert await run(oauth.load_apps, [7, 8]) == {7: APP}
    token = await run(tokens.find_token, "t")
    assert (token.actor_id, token.app_id, token.scopes) == (None, 7, {"read"})


async def test_a_code_is_taken_once(run: Any) -> None:
    code = Code(hash_of("c"), 7, ADA, "x:y", ["read"], "", NOW, None, "")
    await run(oauth.insert_code, code)
    assert await run(oauth.find_code, "c") == code
    assert [await run(oauth.use_code, code.code_hash, "h", NOW + 1) for _ in range(2)] == [True, False]
    used = await run(oauth.find_code, "c")
    assert (used.used_at, used.token_hash) == (NOW + 1, "h")
    await run(oauth.expire_codes, NOW + 1)
    assert await run(oauth.find_code, "c") is None


async def test_tokens_end_by_owner_app_and_time(run: Any) -> None:
    for text, owner in (("a", ADA), ("b", BEN)):
        await run(oauth.insert_app_token, text, APP, owner, ["read"], NOW)
    assert not await run(oauth.delete_token, hash_of("a"), actor_id=BEN)
    assert not await run(oauth.delete_token, hash_of("a"), app_id=9)
    assert [each.app for each in await run(oauth.list_authorizations, ADA)] == ["Trellis"]
    assert await run(oauth.delete_token, hash_of("a"), actor_id=ADA, app_id=7)
    assert await run(oauth.list_authorizations, ADA) == []
    await run(oauth.expire_tokens, NOW)
    assert await run(tokens.find_token, "b")
    await run(oauth.expire_tokens, NOW + 1)
    assert await run(tokens.find_token, "b") is None


async def test_only_active_accounts_have_live_tokens(run: Any) -> None:
    await run(oauth.insert_app_token, "a", APP, ADA, ["read"], NOW)
    for state in (PENDING, UNCONFIRMED):
        await run(joining.set_state, ADA, state)
        assert await run(tokens.find_token, "a") is None
        assert await run(joining.find_waiting, "a") == (ADA, state)
    await run(joining.set_state, ADA, ACTIVE)
    assert await run(tokens.find_token, "a")
    assert await run(joining.find_waiting, "a") is None


async def test_links_replace_earlier_ones_of_the_same_person_only(run: Any) -> None:
    for text, owner in (("setup", None), ("a1", ADA), ("b1", BEN), ("a2", ADA)):
        await run(mailed_links.insert_link, text, "reset", NOW, NOW + 10, actor_id=owner, detail=text)
    found = {text: await run(mailed_links.find_link, text, "reset", NOW) for text in ("setup", "a1", "b1", "a2")}
    assert [text for text, link in found.items() if link] == ["setup", "b1", "a2"]
    assert await run(mailed_links.find_link, "a2", "confirm", NOW) is None
    assert await run(mailed_links.find_link, "a2", "reset", NOW + 10) is None
    assert [bool(await run(mailed_links.take_link, "a2", "reset", NOW)) for _ in range(2)] == [True, False]
    await run(mailed_links.expire_links, NOW + 10)
    assert await run(mailed_links.find_link, "b1", "reset", NOW) is None


async def test_an_invitation_counts_its_uses(run: Any) -> None:
    new = {"made_by": ADA, "note": "", "uses": 2, "now": NOW, "expires_at": NOW + DAY}
    await run(joining.insert_invitation, 5, "i", **new)
    assert not await run(joining.use_invitation, "i", NOW), "a member invites nobody"
    await run(accounts.set_role, ADA, accounts.ADMIN)
    assert [await run(joining.use_invitation, "i", NOW) for _ in range(3)] == [True, True, False]
    assert await run(joining.list_invitations, NOW) == []
    await run(joining.insert_invitation, 6, "j", **new)
    assert not await run(joining.use_invitation, "j", NOW + DAY)
    assert [each.made_by for each in await run(joining.list_invitations, NOW)] == ["ada"]


async def find_people(run: Any, query: str) -> list[str]:
    found = await run(sanctions.list_actors, query=query, under=None, local=True, before=None, limit=9)
    return [row.username for row in found]


async def test_members_are_searched_and_waiting_ones_forgotten(run: Any) -> None:
    assert await find_people(run, "BEN@x") == ["ben"]
    assert await find_people(run, "100%") == []
    await run(joining.set_state, BEN, PENDING)
    assert [each.username for each in await run(joining.list_pending, 9)] == ["ben"]
    assert await find_people(run, "") == ["ben", "ada"]
    await run(joining.delete_waiting, [ADA, BEN])
    assert await run(accounts.find_account, "ada")
    assert await run(accounts.find_account, "ben") is None


async def test_unconfirmed_accounts_expire_alone(run: Any) -> None:
    await run(joining.set_state, BEN, UNCONFIRMED)
    await run(joining.expire_unconfirmed, NOW)
    assert await run(accounts.find_account, "ben")
    await run(joining.expire_unconfirmed, NOW + 1)
    assert await run(accounts.find_account, "ben") is None
    assert await run(accounts.find_account, "ada")


async def test_steps_and_recovery_codes_are_used_up(run: Any) -> None:
    assert await run(second_factors.find_factor, ADA) is None
    await run(second_factors.set_factor, ADA, b"sealed", 10, ["one", "two"])
    assert [await run(second_factors.take_step, ADA, step) for step in (10, 11, 11)] == [False, True, False]
    assert [await run(second_factors.take_code, ADA, code) for code in ("one", "one", "three")] == [True, False, False]
    assert not await run(second_factors.take_code, BEN, "two")
    factor = await run(second_factors.find_factor, ADA)
    assert (factor.sealed, factor.last_step, factor.recovery_codes) == (b"sealed", 11, 1)
    await run(second_factors.remove_factor, ADA)
    assert await run(second_factors.find_factor, ADA) is None


async def test_identities_have_one_owner(run: Any) -> None:
    await run(identities.link, "https://idp.example", "4711", ADA, NOW)
    await run(identities.touch, "https://idp.example", "4711", NOW + 1)
    assert (await run(identities.find, "https://idp.example", "4711")).actor_id == ADA
    assert await run(identities.find, "https://other.example", "4711") is None


async def test_browsers_are_listed_and_ended(run: Any) -> None:
    for number, text in enumerate(("s1", "s2")):
        await run(sessions.insert_session, text, ADA, "csrf", NOW + number, "curl/8")
    await run(sessions.insert_session, "foreign", BEN, "csrf", NOW)
    assert [each.token_hash for each in await run(sessions.list_sessions, ADA)] == [hash_of("s2"), hash_of("s1")]
    await run(sessions.end_session, ADA, hash_of("foreign"))
    assert await run(sessions.find_session, "foreign")
    await run(sessions.end_sessions, ADA)
    assert await run(sessions.list_sessions, ADA) == []
