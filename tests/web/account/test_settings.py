"""Settings: profile, password, apps, browsers; what ends when something changes."""

import re

import aiohttp

from node.store.access import hashes
from node.store.people.actors import find_local_actor, load_profile
from tests.client import App
from tests.web.conftest import PASSWORD, Site

NEW = "a quite different password"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def token_of(site: Site) -> str:
    actor = await site.store.read(find_local_actor, "ada")
    assert actor is not None
    return await site.peer.token(actor)


async def other_browser(site: Site) -> Site:
    browser = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"User-Agent": AGENT})
    other = Site(site.peer, browser, site.clock)
    await other.sign_in()
    return other


async def may(site: Site, token: str) -> bool:
    answer = await App(site.peer, token).ask("GET", "/oauth/userinfo")
    return answer.status == 403  # a live token without the scope


async def test_strangers_are_sent_to_sign_in(site: Site):
    for path in ("/settings", "/settings/security", "/settings/apps", "/settings/second-factor"):
        assert await site.get(path, 303) == f"/sign-in?next={path}"
    assert "has been deleted" not in await site.get("/events?deleted"), "they have done nothing"
    for path in ("/settings", "/settings/apps/revoke", "/settings/security/password", "/settings/second-factor"):
        assert (await site.post(path)).startswith("/sign-in?next=/settings")


async def test_a_profile_is_saved_and_shown(ada: Site):
    fields = {"display_name": "Ada King", "note": "I *count*.\r\nOften.", "field-0-name": "Ward", "field-0-text": "4B"}
    csrf = await ada.csrf("/settings")
    assert await ada.post("/settings", csrf=csrf, **fields, discoverable="on") == "/settings?saved"
    for led_by, told in (("cross-site", False), ("none", False), ("same-origin", True)):
        headers = {"Sec-Fetch-Site": led_by}
        assert ("Saved." in await ada.get("/settings?saved", **headers)) is told, "no link elsewhere says it"
    text = await ada.get("/settings?saved")
    assert "Saved." in text
    assert 'value="Ada King"' in text
    assert "I *count*.\nOften.</textarea>" in text
    assert re.search(r'name="discoverable" type="checkbox" value="on" checked', text)
    assert not re.search(r'name="locked" type="checkbox" value="on" checked', text)
    shown = await ada.get("/@ada")
    assert "<em>count</em>" in shown
    assert "4B" in shown
    wrong = await ada.post("/settings", 422, csrf=csrf, **{**fields, "note": "x" * 2001})
    assert "at most 2,000" in wrong
    assert 'value="Ada King"' in wrong
    actor = await ada.store.read(find_local_actor, "ada")
    assert actor is not None
    assert "count" in (await ada.store.read(load_profile, actor.id)).summary


async def test_a_new_password_ends_everything_else(ada: Site):
    token, other = await token_of(ada), await other_browser(ada)
    assert "Firefox, Linux" in await ada.get("/settings/security")
    csrf = await ada.csrf("/settings/security")
    path = "/settings/security/password"
    assert "not your password" in await ada.post(path, 422, csrf=csrf, current="wrong wrong", password=NEW)
    assert "12 to 256" in await ada.post(path, 422, csrf=csrf, current=PASSWORD, password="short")
    assert await may(ada, token)
    assert "Sign out" in await other.get("/")
    await ada.post(path, csrf=csrf, current=PASSWORD, password=NEW)
    assert "has been changed" in await ada.get("/settings/security?password")
    assert "Sign out" not in await other.get("/")
    assert not await may(ada, token)
    await other.sign_in(422)
    await other.sign_in(password=NEW)
    await other.browser.close()


async def test_apps_may_stay_signed_in(ada: Site):
    token = await token_of(ada)
    fields = {"current": PASSWORD, "password": NEW, "keep_apps": "on"}
    await ada.post("/settings/security/password", csrf=await ada.csrf("/settings/security"), **fields)
    assert await may(ada, token)


async def test_wrong_current_passwords_are_slowed_down(ada: Site):
    csrf = await ada.csrf("/settings/security")
    for _ in range(10):
        await ada.post("/settings/security/password", 422, csrf=csrf, current="x", password=NEW)
    await ada.post("/settings/security/password", 429, csrf=csrf, current=PASSWORD, password=NEW)


async def test_apps_are_listed_and_revoked_by_their_owner_only(ada: Site):
    token = await token_of(ada)
    bob = await ada.peer.add_actor("bob")
    foreign = await ada.peer.token(bob)
    text = await ada.get("/settings/apps")
    (row,) = re.findall(r'name="token" value="(\w+)"', text)
    assert token not in text
    csrf = await ada.csrf("/settings/apps")
    for named in (hashes.hash_of(foreign), foreign, ""):
        await ada.post("/settings/apps/revoke", csrf=csrf, token=named)
    assert await may(ada, foreign)
    await ada.post("/settings/apps/revoke", csrf=csrf, token=row)
    assert not await may(ada, token)
    assert "No app acts for you" in await ada.get("/settings/apps")


async def test_another_browser_is_signed_out(ada: Site):
    other = await other_browser(ada)
    text = await ada.get("/settings/security")
    rows = re.findall(r'name="session" value="(\w+)"', text)
    assert len(rows) == 1, "not the one that asks"
    bob = aiohttp.ClientSession()
    await ada.post("/settings/security/sessions/end", csrf=await ada.csrf("/settings/security"), session=rows[0])
    assert "Sign out" not in await other.get("/")
    assert "Sign out" in await ada.get("/")
    await bob.close()
    await other.browser.close()
