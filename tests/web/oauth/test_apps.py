"""Apps register: what they may say of themselves, and what they get."""

from typing import Any

from sqlalchemy import Connection, func, select

from node.store.tables import apps
from tests.client import App
from tests.web.conftest import Site
from tests.web.oauth.flow import OUT_OF_BAND, REDIRECT, ClientApp

ADDRESSES = [REDIRECT, OUT_OF_BAND, "http://localhost:8080/x?y=1", "trellis-android-auth://callback", "org.trellis:/cb"]


async def count(site: Site) -> int:
    def read(conn: Connection) -> int:
        return conn.scalar(select(func.count()).select_from(apps)) or 0

    return await site.store.read(read)


FORMS: tuple[dict[str, Any], ...] = (
    {"json": {"redirect_uris": ADDRESSES}},
    {"json": {"redirect_uris": "\n".join(ADDRESSES)}},
    {"data": [("redirect_uris[]", each) for each in ADDRESSES]},
    {"data": {"redirect_uris": " ".join(ADDRESSES)}},
    {"json": {"redirect_uris": ADDRESSES, "scopes": ["read", "write:lists"]}},
)


async def test_addresses_come_in_every_form(site: Site):
    both = {"client_name": "Trellis", "scopes": "read write:lists"}
    for said in FORMS:
        (kind,) = said
        body = {**both, **said[kind]} if isinstance(said[kind], dict) else [*both.items(), *said[kind]]
        made = await App(site.peer).call("POST", "/api/v1/apps", **{kind: body})
        assert made["redirect_uris"] == ADDRESSES
        assert made["redirect_uri"] == "\n".join(ADDRESSES)
        assert made["scopes"] == ["read", "write:lists"]
        assert len(made["client_secret"]) >= 43
        assert made["website"] is None


async def test_the_secret_is_stored_as_a_hash(site: Site):
    app = ClientApp(site)
    await app.register()

    def rows(conn: Connection):
        return repr(conn.execute(select(apps)).all())

    stored = await site.store.read(rows)
    assert app.registered["client_id"] in stored
    assert app.registered["client_secret"] not in stored


WRONG: tuple[dict[str, Any], ...] = (
    {"client_name": ""},
    {"client_name": "x" * 61},
    {"redirect_uris": "javascript:alert(1)"},
    {"redirect_uris": "data:text/html,x"},
    {"redirect_uris": "/callback"},
    {"redirect_uris": "https:///callback"},
    {"redirect_uris": "https://app.example/#fragment"},
    {"redirect_uris": "https://app.example/\x7f"},
    {"redirect_uris": [f"https://app.example/{n}" for n in range(21)]},
    {"scopes": "read admin:read"},
    {"scopes": "everything"},
    {"website": "javascript:alert(1)"},
)


async def test_what_an_app_may_not_say_is_refused(site: Site):
    for wrong in WRONG:
        said = {"client_name": "Trellis", "redirect_uris": REDIRECT, "scopes": "read", **wrong}
        await App(site.peer).post("/api/v1/apps", 422, **said)
    assert await count(site) == 0


async def test_fields_that_an_app_may_not_set_change_nothing(site: Site):
    said = {"client_name": "T", "redirect_uris": REDIRECT, "id": "1", "client_id": "mine", "client_secret": "mine"}
    made = await App(site.peer).post("/api/v1/apps", **said)
    assert made["id"] != "1"
    assert "mine" not in (made["client_id"], made["client_secret"])


async def test_an_app_sees_itself_and_nothing_else(site: Site):
    app = ClientApp(site)
    await app.register(scopes="read profile")
    fields = {"grant_type": "client_credentials", "scope": "read", **app.credentials}
    token = (await app.http.call("POST", "/oauth/token", data=fields))["access_token"]
    own = App(site.peer, token)
    seen = await own.get("/api/v1/apps/verify_credentials")
    assert (seen["name"], seen["vapid_key"]) == ("Trellis", app.registered["vapid_key"])
    assert "client_secret" not in seen
    await own.get("/oauth/userinfo", 403)
    await App(site.peer).get("/api/v1/apps/verify_credentials", 401)


async def test_a_flood_of_registrations_is_stopped(site: Site, monkeypatch):
    from web.state import WEB

    state = site.peer.runner.app[WEB]
    monkeypatch.setattr(type(state.exemptions), "covers", lambda *_: False)
    said = {"client_name": "T", "redirect_uris": REDIRECT}
    answers = [(await App(site.peer).ask("POST", "/api/v1/apps", json=said)) for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert await count(site) == 5


async def test_metadata_names_every_address(site: Site):
    answer = await App(site.peer).ask("GET", "/.well-known/oauth-authorization-server")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    told = await answer.json()
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["grant_types_supported"] == ["authorization_code", "client_credentials"]
    assert {"read", "write", "push", "profile", "read:statuses"} <= set(told["scopes_supported"])
    for name, url in told.items():
        if name.endswith("_endpoint"):
            answer = await App(site.peer).ask("OPTIONS" if "app_reg" in name else "HEAD", url[len(site.peer.origin) :])
            assert answer.status != 404, name
