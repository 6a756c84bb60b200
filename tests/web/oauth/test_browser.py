"""A real browser lets an app in: sign-in, consent, the way back to the app, a second factor, by keyboard alone."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from node.services.access import totp
from tests.web.account.test_second_factor import secret_in
from tests.web.chromium import Browser, Tab
from tests.web.conftest import PASSWORD, Site
from tests.web.oauth.flow import VERIFIER, ClientApp, challenge_of


@dataclass(slots=True)
class Elsewhere:
    """Where the app lives: another origin that notes what the browser brings."""

    address: str = ""
    came: asyncio.Queue[dict[str, list[str]]] = field(default_factory=asyncio.Queue)

    async def take(self, request: web.Request) -> web.Response:
        self.came.put_nowait(parse_qs(request.query_string))
        return web.Response(text="<!doctype html><title>App</title><h1>Welcome back</h1>", content_type="text/html")


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    made, app = Elsewhere(), web.Application()
    app.add_routes([web.get("/callback", made.take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.address = f"http://127.0.0.1:{runner.addresses[0][1]}/callback"
    yield made
    await runner.cleanup()


@pytest.fixture
async def tab(chromium: Browser) -> AsyncIterator[Tab]:
    async with chromium.tab() as opened:
        yield opened


async def fill(tab: Tab, values: dict[str, str]) -> None:
    """Type into fields, and send their form with Enter."""
    for name, value in values.items():
        await tab.evaluate(f"document.getElementById({json.dumps(name)}).focus()")
        await tab.call("Input.insertText", text=value)


async def press_button(tab: Tab, text: str) -> None:
    """Go to a button with the keyboard alone, and press it."""
    for _ in range(40):
        await tab.press("Tab")
        if await tab.evaluate("document.activeElement.textContent.trim()") == text:
            break
    else:
        pytest.fail(f"no way to {text} by keyboard")
    await tab.call("Input.dispatchKeyEvent", type="char", text="\r")
    await tab.arrive()


def complaints(tab: Tab) -> list[str]:
    """Other than the wrong password, and the icon that the app's server has not."""
    return [each for each in tab.complaints if "422" not in each and "favicon.ico" not in each]


async def heading(tab: Tab) -> str:
    return str(await tab.evaluate("document.querySelector('h1').textContent"))


async def test_a_person_lets_an_app_in(app: ClientApp, elsewhere: Elsewhere, tab: Tab):
    site: Site = app.site
    await app.register(elsewhere.address)
    pkce = {"code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256"}
    path = app.consent_path(redirect_uri=elsewhere.address, state="a&b=ü", **pkce)
    await tab.open(site.peer.origin + path, width=500)
    assert await heading(tab) == "Sign in"
    await fill(tab, {"login": "ada", "password": "wrong wrong wrong"})
    await press_button(tab, "Sign in")
    assert "do not belong together" in await tab.evaluate("document.querySelector('[role=alert]').textContent")
    await fill(tab, {"password": PASSWORD})
    await press_button(tab, "Sign in")
    assert await heading(tab) == "Let Trellis in?"
    await tab.show(width=320)
    assert await tab.evaluate("document.scrollingElement.scrollWidth") == 320
    await press_button(tab, "Authorize")
    assert await heading(tab) == "Welcome back", "the policy let the browser follow to the app"
    came = await asyncio.wait_for(elsewhere.came.get(), 30)
    assert came["state"] == ["a&b=ü"]
    told = await app.change(came["code"][0], redirect_uri=elsewhere.address, code_verifier=VERIFIER)
    assert await app.works(told["access_token"])
    await tab.open(site.peer.origin + "/settings/apps")
    assert "Trellis" in await tab.evaluate("document.querySelector('main').textContent")
    await press_button(tab, "Revoke – Trellis")
    assert not await app.works(told["access_token"])
    assert complaints(tab) == [], "the browser refused something of ours"


async def test_a_person_denies_and_adds_a_second_factor(app: ClientApp, elsewhere: Elsewhere, tab: Tab):
    site: Site = app.site
    await app.register(elsewhere.address)
    await tab.open(site.peer.origin + app.consent_path(redirect_uri=elsewhere.address))
    await fill(tab, {"login": "ada", "password": PASSWORD})
    await press_button(tab, "Sign in")
    await press_button(tab, "Deny")
    came = await asyncio.wait_for(elsewhere.came.get(), 30)
    assert came["error"] == ["access_denied"]
    await tab.open(site.peer.origin + "/settings/second-factor")
    assert await tab.evaluate("document.querySelector('.qr').getBoundingClientRect().width > 100")
    secret = secret_in(await tab.evaluate("document.documentElement.innerHTML"))
    await fill(tab, {"code": totp.code_at(secret, site.clock.now() // 30_000), "current": PASSWORD})
    await press_button(tab, "Add it")
    assert await tab.evaluate("document.querySelectorAll('.codes li').length") == 10
    await tab.open(site.peer.origin + "/settings")
    await fill(tab, {"display_name": " of Ward 4"})
    await press_button(tab, "Save")
    assert "Saved." in await tab.evaluate("document.querySelector('[role=status]').textContent")
    assert urlsplit(await tab.evaluate("location.href")).path == "/settings"
    assert complaints(tab) == [], "the browser refused something of ours"
