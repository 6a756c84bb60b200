"""Apps as they are known to send what they send: the whole way in, in their own spellings."""

from urllib.parse import parse_qs, urlencode, urlsplit

from tests.client import App
from tests.web.conftest import Site
from tests.web.oauth.flow import ClientApp

#: Redirect address, and whether all parameters stand in the query of a POST without a body and without a type.
APPS = {
    "Ice Cubes": ("icecubesapp://", True),
    "Ivory": ("com.tapbots.Ivory.10217:/request_token", False),
    "Mastodon for Android": ("mastodon-android-auth://callback", False),
    "Tusky": ("oauth2redirect://com.keylesspalace.tusky/", False),
    "Phanpy": ("https://phanpy.social/", False),
    "a program on this machine": ("http://localhost:8123/back", False),
}


async def test_they_get_in(site: Site) -> None:
    await site.set_up()
    fan = await site.peer.add_actor("fan")
    for name, (redirect, in_query) in APPS.items():
        await get_in(site, name, redirect, fan.id, in_query=in_query)


async def get_in(site: Site, name: str, redirect: str, fan_id: int, *, in_query: bool) -> None:
    http = App(site.peer)

    async def send(path: str, fields: dict[str, str]):
        options = {"params": fields} if in_query else {"data": fields}
        return await http.call("POST", path, **options)

    app = ClientApp(site)
    app.registered = await send(
        "/api/v1/apps", {"client_name": name, "redirect_uris": redirect, "scopes": "read write follow push"}
    )
    asked = {"client_id": app.registered["client_id"], "redirect_uri": redirect, "response_type": "code"}
    location = await app.answer("/oauth/authorize?" + urlencode(asked | {"scope": "read write follow push"}))
    assert location.startswith(redirect), name
    assert location.removeprefix(redirect).startswith("?code=")
    code = parse_qs(urlsplit(location).query)["code"][0]
    got = await send(
        "/oauth/token", {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, **app.credentials}
    )
    mine = App(site.peer, got["access_token"])
    assert (await mine.get("v1/accounts/verify_credentials"))["username"] == "ada"
    path = f"/api/v1/accounts/{fan_id}/follow"
    followed = await mine.call("POST", path, **({"params": {"reblogs": "false"}} if in_query else {}))
    assert (followed["following"], followed["showing_reblogs"]) == (True, False), name  # as the first of them said
