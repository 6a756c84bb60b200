"""Codes and tokens: once, for whom they were given, for so long, and stored as hashes (AUT2 to AUT5)."""

import base64
from itertools import product
from typing import Any

from sqlalchemy import Connection, select, update

from node import upkeep
from node.clock import DAY, MINUTE, to_rfc3339
from node.domain.moderation import Sanction
from node.services.house import moderate
from node.store.access import accounts as account_store
from node.store.tables import access_tokens, accounts, authorization_codes
from tests.client import App
from tests.web.conftest import PASSWORD
from tests.web.oauth.flow import REDIRECT, VERIFIER, ClientApp, challenge_of


async def test_a_code_becomes_a_token(app: ClientApp):
    told = await app.change(await app.code(scope="read write"))
    assert told["token_type"] == "Bearer"
    assert told["scope"] == "read write"
    assert told["created_at"] == app.site.clock.now() // 1000
    assert "expires_in" not in told
    assert await app.works(told["access_token"])


async def test_posts_name_the_app_that_they_were_written_with(app: ClientApp):
    mine = App(app.site.peer, (await app.change(await app.code(scope="read write")))["access_token"])
    await mine.post("v1/statuses", status="now")
    at = app.site.clock.now() + DAY
    await mine.post("v1/statuses", status="later", scheduled_at=to_rfc3339(at))
    app.site.clock.at = at
    await app.site.peer.system.worker.drain()
    later, now = await mine.get("v1/timelines/home")
    assert later["application"] == now["application"] == {"name": "Trellis", "website": "https://trellis.example"}


async def test_the_app_proves_itself_in_body_or_header(app: ClientApp):
    pair = f"{app.credentials['client_id']}:{app.credentials['client_secret']}"
    basic = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    for form, headers in product(("json", "data"), (basic, {})):
        fields = {"grant_type": "authorization_code", "code": await app.code(), "redirect_uri": REDIRECT}
        body = fields if headers else fields | app.credentials
        answer = await app.http.ask("POST", "/oauth/token", **{form: body}, headers=headers)
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_a_code_works_once_and_its_second_use_ends_the_token(app: ClientApp):
    code = await app.code()
    token = (await app.change(code))["access_token"]
    assert await app.works(token)
    assert (await app.change(code, 400))["error"] == "invalid_grant"
    assert not await app.works(token)


async def test_a_second_use_with_wrong_credentials_ends_nothing(app: ClientApp):
    code = await app.code()
    token = (await app.change(code))["access_token"]
    await app.change(code, 401, client_secret="wrong")
    assert await app.works(token)


async def test_a_code_is_bound_to_its_address(app: ClientApp):
    code = await app.code()
    for wrong in ({"redirect_uri": "https://app.example/"}, {"redirect_uri": ""}):
        assert (await app.change(code, 400, **wrong))["error"] == "invalid_grant"
    for unknown in ("x" * 43, ""):
        assert (await app.change(unknown, 400))["error"] == "invalid_grant"
    await app.change(code)


async def test_a_code_is_bound_to_its_app(app: ClientApp):
    code, other = await app.code(), ClientApp(app.site)
    await other.register()
    assert (await other.change(code, 400))["error"] == "invalid_grant"
    await app.change(code)


async def test_a_code_lives_for_ten_minutes(app: ClientApp):
    code = await app.code()
    app.site.clock.advance(10 * MINUTE + 1)
    assert (await app.change(code, 400))["error"] == "invalid_grant"


async def test_a_challenge_is_answered_by_its_verifier_alone(app: ClientApp):
    """PKCE (AUT3)."""
    code = await app.code(code_challenge=challenge_of(VERIFIER), code_challenge_method="S256")
    for wrong in ("", "w" * 43, "v" * 42, "v" * 129, "v" * 42 + "!"):
        assert (await app.change(code, 400, code_verifier=wrong))["error"] == "invalid_grant"
    await app.change(code, code_verifier=VERIFIER)


async def test_a_verifier_without_a_challenge_is_refused(app: ClientApp):
    """Somebody may have taken the challenge away on the way (RFC 9700, section 4.8.2)."""
    assert (await app.change(await app.code(), 400, code_verifier=VERIFIER))["error"] == "invalid_grant"


MISTAKES: tuple[tuple[dict[str, str], int, str], ...] = (
    ({"client_secret": "wrong"}, 401, "invalid_client"),
    ({"client_secret": ""}, 401, "invalid_client"),
    ({"client_id": "nobody"}, 401, "invalid_client"),
    ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ({"grant_type": "refresh_token"}, 400, "unsupported_grant_type"),
    ({"grant_type": ""}, 400, "unsupported_grant_type"),
)
NONSENSE: tuple[dict[str, Any], ...] = (
    {"data": b"\xff\xfe"},
    {"json": ["x"]},
    {"json": {"code": {"a": 1}}},
    {},
)


async def test_mistakes_are_told_as_json(app: ClientApp):
    code = await app.code()
    for wrong, status, error in MISTAKES:
        told = await app.change(code, status, **wrong)
        assert told["error"] == error
        assert told["error_description"]
    for body in NONSENSE:
        answer = await app.http.ask("POST", "/oauth/token", **body)
        assert answer.status in {400, 401}
        assert (await answer.json())["error"] in {"invalid_request", "invalid_client"}
    await app.change(code)


async def test_an_app_gets_a_token_of_its_own_within_its_scopes(app: ClientApp):
    """No scope beyond those registered (AUT4)."""
    fields = {"grant_type": "client_credentials", **app.credentials}
    assert (await app.http.call("POST", "/oauth/token", data=fields))["scope"] == "read"
    told = await app.http.call("POST", "/oauth/token", 400, data={**fields, "scope": "read push"})
    assert told["error"] == "invalid_scope"


async def test_a_revoked_token_is_dead_at_once(app: ClientApp):
    token = (await app.change(await app.code()))["access_token"]
    assert await app.works(token)
    other = ClientApp(app.site)
    await other.register()
    for told in (other.credentials, app.credentials | {"client_secret": "wrong"}, {}):
        await app.http.ask("POST", "/oauth/revoke", data={"token": token, **told})
        assert await app.works(token)
    for _ in range(2):
        assert await app.http.call("POST", "/oauth/revoke", data={"token": token, **app.credentials}) == {}
        assert not await app.works(token)
    await app.http.call("POST", "/oauth/revoke", 403, data={"token": token})


async def test_nothing_that_opens_anything_is_stored_as_it_is(app: ClientApp):
    code = await app.code()
    token = (await app.change(code))["access_token"]

    def rows(conn: Connection) -> str:
        return repr([conn.execute(select(table)).all() for table in (access_tokens, authorization_codes)])

    stored = await app.site.store.read(rows)
    assert code not in stored
    assert token not in stored


async def test_a_suspended_person_gets_no_token(app: ClientApp):
    code = await app.code()

    def suspend(conn: Connection) -> None:
        conn.execute(update(accounts).values(state="suspended"))

    await app.site.store.write(suspend)
    assert (await app.change(code, 400))["error"] == "invalid_grant"


async def test_userinfo_says_who_agreed(app: ClientApp):
    await app.register(scopes="profile read")
    token = (await app.change(await app.code(scope="profile")))["access_token"]
    told = await App(app.site.peer, token).get("/oauth/userinfo")
    assert (told["preferred_username"], told["name"]) == ("ada", "Ada L.")
    assert told["sub"].startswith(app.site.peer.origin)
    for path in ("v1/profile", "v1/accounts/verify_credentials"):
        assert (await App(app.site.peer, token).get(path))["username"] == "ada", path
    await App(app.site.peer, token).patch("v1/profile", 403, display_name="Mallory")
    narrow = (await app.change(await app.code(scope="read:lists")))["access_token"]
    await App(app.site.peer, narrow).get("/oauth/userinfo", 403)


async def test_tokens_end_after_180_unused_days_and_apps_with_tokens_stay(app: ClientApp):
    token = (await app.change(await app.code()))["access_token"]
    idle = ClientApp(app.site)
    await idle.register()
    app.site.clock.advance(179 * DAY)
    await upkeep.run(app.site.store, app.site.clock.now())
    assert await app.works(token), "used now, so it lives on"
    app.site.clock.advance(181 * DAY)
    await upkeep.run(app.site.store, app.site.clock.now())
    assert not await app.works(token)
    fields = {"grant_type": "client_credentials"}
    await app.http.call("POST", "/oauth/token", data=fields | app.credentials)
    told = await app.http.call("POST", "/oauth/token", 401, data=fields | idle.credentials)
    assert told["error"] == "invalid_client", "nobody ever let it in"


async def test_a_new_password_ends_codes_that_no_app_has_changed_yet(app: ClientApp):
    """Whoever sat in the stolen session let an app of hers in: neither the app nor its code outlives the password."""
    for keep in ({}, {"keep_apps": "1"}):
        code, path = await app.code(), "/settings/security"
        fields = {"current": PASSWORD, "password": PASSWORD, **keep}
        await app.site.post(f"{path}/password", csrf=await app.site.csrf(path), **fields)
        assert (await app.change(code, 400))["error"] == "invalid_grant"


async def test_codes_do_not_come_back_with_an_account_that_was_suspended(app: ClientApp):
    code = await app.code()

    boss, unit = await app.site.peer.add_actor("boss"), app.site.peer.unit()

    def suspend_and_lift(conn: Connection) -> None:
        ada = account_store.find_account(conn, "ada")
        assert ada is not None
        account_store.set_role(conn, ada.actor_id, account_store.MEMBER)
        moderate.impose(conn, unit, boss.id, ada.actor_id, Sanction.SUSPENDED, "")
        moderate.lift(conn, unit, boss.id, ada.actor_id, Sanction.SUSPENDED)

    await app.site.store.write(suspend_and_lift)
    assert (await app.change(code, 400))["error"] == "invalid_grant"
