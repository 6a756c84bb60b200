"""Signing in at the organisation: with a real provider in a process of its own, and with one that lies."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest
from joserfc.jwk import RSAKey

from node.clock import FixedClock, SystemClock
from node.store.access import accounts
from tests.openid_provider import CLIENT_ID, CLIENT_SECRET, FakeProvider, fake_provider
from tests.web.account.conftest import Start
from tests.web.account.test_join import invite, join, sign_in_as_ben, state_of
from tests.web.account.test_second_factor import add_factor, code_of
from tests.web.conftest import PASSWORD, Site

PATH, BACK = "/sign-in/organisation", "/sign-in/organisation/back"
ADA = {"email": "ada@example.org", "email_verified": True, "name": "Ada", "preferred_username": "ada"}
BEN = {"email": "ben@example.org", "email_verified": True, "name": "Ben B.", "preferred_username": "Ada@corp.example"}


def settings(issuer: str, **changes: Any) -> dict[str, Any]:
    return {"issuer": issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "label": "Uni account"} | changes


@pytest.fixture
async def provider() -> AsyncIterator[FakeProvider]:
    async with fake_provider(FixedClock()) as made:
        yield made


async def begin(start: Start, provider: FakeProvider, **changes: Any) -> Site:
    site = await start(mail=False, clock=provider.clock, oidc=settings(provider.origin, **changes))
    site.browser.cookie_jar.clear()
    return site


async def go(site: Site, provider: FakeProvider, **back: str) -> str:
    """Where the browser ends after the provider."""
    url = await site.get(f"{PATH}?next=/resources", 303)
    assert url.startswith(provider.origin), url
    return await site.get(f"{BACK}?{urlencode(provider.authorize(url) | back)}", 303)


async def is_in(site: Site) -> bool:
    return "Sign out" in await site.get("/")


async def test_with_a_real_provider(start: Start, held_port: int):
    """oidc-provider-mock in its own process: discovery, its form, code, keys and ID token are not ours."""
    user = json.dumps({"sub": "4711", **ADA})
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(held_port), "--user-claims", user,
        "--require-nonce", "true", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        issuer = f"http://localhost:{held_port}"
        await _until_it_answers(issuer)
        site = await start(mail=False, clock=SystemClock(), oidc=settings(issuer))
        site.browser.cookie_jar.clear()
        assert "Sign in with Uni account" in await site.get("/sign-in?next=/resources")
        for _ in range(2):  # the second time by the identity, not by the address
            url = await site.get(f"{PATH}?next=/resources", 303)
            async with site.browser.post(url, data={"sub": "4711"}, allow_redirects=False) as answer:
                assert answer.status == 302, await answer.text()
                back = urlsplit(answer.headers["Location"])
            assert f"{back.scheme}://{back.netloc}" == site.peer.origin
            assert await site.get(f"{back.path}?{back.query}", 303) == "/resources"
            assert await is_in(site)
            site.browser.cookie_jar.clear()
    finally:
        process.terminate()
        await process.wait()


async def _until_it_answers(issuer: str) -> None:
    async with asyncio.timeout(60), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.get(f"{issuer}/.well-known/openid-configuration") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)


async def test_the_request_is_bound_to_the_browser(start: Start, provider: FakeProvider):
    site, provider.person = await begin(start, provider), ADA
    url = await site.get(f"{PATH}?next=/resources&again=1", 303)
    answer = provider.authorize(url)
    asked = provider.asked
    assert (asked["prompt"], asked["code_challenge_method"], asked["tenant"]) == ("login", "S256", "1")
    assert asked["scope"].split() == ["openid", "profile", "email"]
    assert asked["redirect_uri"] == site.peer.origin + BACK
    assert "organisation=failed" in await site.get(f"{BACK}?{urlencode(answer | {'state': 'other'})}", 303)
    assert "organisation=failed" in await site.get(f"{BACK}?{urlencode(answer)}", 303), "the note is gone"
    await site.get(f"{PATH}?next=//evil.example", 400)
    url = await site.get(f"{PATH}?next=/", 303)
    site.browser.cookie_jar.clear()
    assert "organisation=failed" in await site.get(f"{BACK}?{urlencode(provider.authorize(url))}", 303)
    assert "organisation=failed" in await site.get(f"{BACK}?error=access_denied", 303)
    assert not await is_in(site)
    assert "did not work" in await site.get("/sign-in?next=/&organisation=failed")


LIES: tuple[dict[str, Any], ...] = (
    {"claims": {"nonce": "other"}},
    {"claims": {"nonce": None}},
    {"claims": {"aud": "somebody-else"}},
    {"claims": {"aud": [CLIENT_ID, "somebody-else"]}},
    {"claims": {"aud": None}},
    {"claims": {"iss": "https://evil.example"}},
    {"claims": {"exp": 1_000_000_000}},
    {"claims": {"exp": None}},
    {"claims": {"iat": 4_000_000_000}},
    {"claims": {"sub": None}},
    {"header": {"alg": "none"}},
    {"header": {"alg": "HS256"}},
    {"signing_key": RSAKey.generate_key(2048, {"kid": "first"})},
    {"status": 400},
)


async def test_no_lie_gets_in(start: Start, provider: FakeProvider):
    site, provider.person = await begin(start, provider), ADA
    honest = {"claims": {}, "header": {}, "signing_key": None, "status": 200}
    for lie in LIES:
        for name, value in (honest | lie).items():
            setattr(provider, name, value)
        assert "organisation=failed" in await go(site, provider), lie
        assert not await is_in(site), lie
    for name, value in honest.items():
        setattr(provider, name, value)
    assert await go(site, provider) == "/resources"
    assert await is_in(site)


async def test_a_discovery_document_of_another_issuer_is_refused(start: Start, provider: FakeProvider):
    site = await begin(start, provider)
    for metadata in ({"issuer": "https://evil.example"}, {"jwks_uri": None}, {"token_endpoint": 7}):
        provider.metadata = metadata
        assert "organisation=away" in await site.get(f"{PATH}?next=/", 303)
    provider.metadata = {"token_endpoint": "http://192.0.2.1/token"}
    provider.person = ADA
    assert "organisation=failed" in await go(site, provider), "the address policy holds for providers, too"


async def test_new_keys_are_fetched_once_more(start: Start, provider: FakeProvider):
    site, provider.person = await begin(start, provider), ADA
    await go(site, provider)
    site.browser.cookie_jar.clear()
    provider.key = RSAKey.generate_key(2048, {"kid": "second"})
    assert await go(site, provider) == "/resources"


async def test_only_a_verified_address_opens_an_account(start: Start, provider: FakeProvider):
    site = await begin(start, provider)
    provider.userinfo = {"sub": "4711"}
    unproven = (ADA | {"email_verified": False}, ADA | {"email_verified": None}, BEN, {"email": None})
    for person in (*unproven, ADA | {"email": "ada"}, ADA | {"email": " ADA"}):
        provider.person = person
        assert "organisation=unknown" in await go(site, provider), person
    assert not await is_in(site)
    provider.person, provider.userinfo = {}, {"sub": "other", **ADA}
    assert "organisation=failed" in await go(site, provider), "an answer about somebody else"
    provider.userinfo = {"sub": "4711", **ADA}
    assert await go(site, provider) == "/resources"
    site.browser.cookie_jar.clear()
    provider.person = {"email": "renamed@example.org", "email_verified": True}
    assert await go(site, provider) == "/resources", "the identity stays when the address changes"
    site.browser.cookie_jar.clear()
    provider.person = ADA | {"sub": "4712"}
    assert "organisation=unknown" in await go(site, provider), "somebody who was given the address of who left"
    assert not await is_in(site)


async def test_accounts_are_made_where_the_configuration_says_so(start: Start, provider: FakeProvider):
    site = await begin(start, provider, create_accounts=True)
    provider.person = BEN | {"email_verified": False}
    assert "organisation=unknown" in await go(site, provider)
    provider.person = BEN
    assert await go(site, provider) == "/resources"
    found = await site.store.read(accounts.find_account, "ben@example.org")
    assert found is not None
    assert (found.username, found.name, found.role, found.password_hash) == ("ada_2", "Ben B.", "member", "")
    assert "Current password" not in await site.get("/settings/security")
    csrf = await site.csrf("/settings/security")
    site.clock.advance(61 * 60_000)
    fresh = await site.post("/settings/security/password", csrf=csrf, password=PASSWORD)
    assert fresh == "/sign-in?next=/settings/security&again=1", "without a password only a fresh sign-in proves her"
    site.browser.cookie_jar.clear()
    for password in ("", PASSWORD):
        await site.sign_in(422, login="ben@example.org", password=password)


async def test_a_second_factor_and_a_suspended_account_hold_here_too(start: Start, provider: FakeProvider):
    site = await start(mail=False, clock=provider.clock, oidc=settings(provider.origin))
    secret, _ = await add_factor(site)
    site.browser.cookie_jar.clear()
    provider.person = ADA
    assert await go(site, provider) == "/sign-in/code"
    assert not await is_in(site)
    csrf = await site.csrf("/sign-in/code")
    assert await site.post("/sign-in/code", csrf=csrf, code=code_of(site, secret, steps=1)) == "/resources"


async def test_without_a_provider_there_is_nothing(ada: Site):
    await ada.get(f"{PATH}?next=/", 404)
    await ada.get(f"{BACK}?code=x&state=y", 404)
    assert not re.search("Sign in with", await ada.get("/sign-in"))


SETTINGS = "/settings/security"


async def set_identity(site: Site, status: int = 303, **fields: str) -> str:
    return await site.post(f"{SETTINGS}/identity", status, csrf=await site.csrf(SETTINGS), **fields)


async def test_it_is_unlinked_and_linked_again(start: Start, provider: FakeProvider):
    site, provider.person = await begin(start, provider), ADA
    await go(site, provider)
    assert "Uni account" in await site.get(SETTINGS)
    assert "This is not your password." in await set_identity(site, 422, **{"identity-current": "wrong"})
    assert await set_identity(site, **{"identity-current": PASSWORD}) == f"{SETTINGS}?unlinked"
    assert await is_in(site)
    site.browser.cookie_jar.clear()
    assert "organisation=unlinked" in await go(site, provider), "nor is it linked again by its address"
    assert "You have unlinked" in await site.get("/sign-in?organisation=unlinked")
    assert not await is_in(site)
    await site.sign_in()
    assert await set_identity(site, link="1", **{"identity-current": PASSWORD}) == f"{SETTINGS}?linked"
    site.browser.cookie_jar.clear()
    assert await go(site, provider) == "/resources"


async def test_the_only_way_in_stays(start: Start, provider: FakeProvider):
    site, provider.person = await begin(start, provider, create_accounts=True), BEN
    await go(site, provider)
    assert "Choose a password" in await site.get(SETTINGS)
    assert "Choose a password first" in await set_identity(site, 409)
    site.browser.cookie_jar.clear()
    assert await go(site, provider) == "/resources"


async def test_nobody_waits_inside_an_account_with_the_address_of_a_colleague(start: Start, provider: FakeProvider):
    """Without mail nobody proves an address: an administrator looks before the organisation's sign-in opens it."""
    site = await start(mail=False, clock=provider.clock, oidc=settings(provider.origin))
    path = await invite(site)
    site.browser.cookie_jar.clear()
    await join(site, path=path)
    assert await state_of(site) == accounts.PENDING
    assert not await is_in(site)
    provider.person = BEN
    assert "organisation=unknown" in await go(site, provider)
    await sign_in_as_ben(site, 422)


async def test_one_note_sends_few_requests_to_the_provider(start: Start, provider: FakeProvider):
    """The browser keeps it, so that whoever wants to can show it again and again."""
    site = await begin(start, provider)
    answer = provider.authorize(await site.get(f"{PATH}?next=/", 303)) | {"code": "guessed"}
    (note,) = [each for each in site.browser.cookie_jar if "oidc" in each.key]
    kept = {"Cookie": f"{note.key}={note.value}"}
    site.browser.cookie_jar.clear()
    for _ in range(10):
        assert "organisation=failed" in await site.get(f"{BACK}?{urlencode(answer)}", 303, **kept)
    await site.get(f"{BACK}?{urlencode(answer)}", 429, **kept)
