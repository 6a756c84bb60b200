"""The second factor: added with a code, asked for at sign-in, used up, lost and taken away."""

import base64
import re

from sqlalchemy import Connection, select

from node.services.access import totp
from node.store.tables import accounts, recovery_codes
from tests.client import App
from tests.web.account.test_settings import may, other_browser, token_of
from tests.web.conftest import PASSWORD, Site
from tests.web.oauth.flow import fields_of

PATH = "/settings/second-factor"


def secret_in(text: str) -> bytes:
    found = re.search(r'<code translate="no">([A-Z2-7 ]+)</code>', text)
    assert found
    return base64.b32decode(found[1].replace(" ", ""))


def code_of(site: Site, secret: bytes, *, steps: int = 0) -> str:
    return totp.code_at(secret, site.clock.now() // 30_000 + steps)


async def add_factor(site: Site) -> tuple[bytes, list[str]]:
    text = await site.get(PATH)
    secret = secret_in(text)
    fields = fields_of(text) | {"code": code_of(site, secret), "current": PASSWORD}
    shown = await site.post(PATH, 200, **fields)
    codes = re.findall(r"<li>((?:[a-z2-7]{4}-){3}[a-z2-7]{4})</li>", shown)
    assert len(codes) == 10
    return secret, codes


async def test_it_is_added_by_a_code_and_the_password(ada: Site):
    text = await ada.get(PATH)
    assert "<path d=" in text
    fields, secret = fields_of(text), secret_in(text)
    good = code_of(ada, secret)
    wrong = f"{(int(good) + 1) % 10**6:06}"
    for sent in ({"code": wrong, "current": PASSWORD}, {"code": good, "current": "wrong"}):
        again = await ada.post(PATH, 422, **fields, **sent)
        assert secret_in(again) == secret, "the same secret, so that nobody has to scan twice"
    foreign = {**fields, "sealed": base64.urlsafe_b64encode(b"x" * 60).decode()}
    assert await ada.post(PATH, 303, **foreign, code=good, current=PASSWORD) == PATH
    assert "Add a second factor" in await ada.get("/settings/security")
    assert 'href="/settings/security" aria-current="true"' in await ada.get(PATH)
    ada.clock.advance(31 * 60_000)
    assert await ada.post(PATH, 303, **fields, code=code_of(ada, secret), current=PASSWORD) == PATH


async def test_adding_ends_other_browsers_and_apps_and_stores_nothing_readable(ada: Site):
    token, other = await token_of(ada), await other_browser(ada)
    secret, codes = await add_factor(ada)
    assert "10 recovery codes are left" in await ada.get("/settings/security")
    assert "Sign out" not in await other.get("/")
    assert not await may(ada, token)
    await other.browser.close()

    def rows(conn: Connection) -> str:
        return repr([conn.execute(select(table)).all() for table in (accounts, recovery_codes)])

    stored = await ada.store.read(rows)
    assert repr(secret)[2:-1] not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


async def test_signing_in_asks_for_a_code_that_works_once(ada: Site):
    secret, _ = await add_factor(ada)
    ada.browser.cookie_jar.clear()
    ada.clock.advance(60_000)
    assert await ada.sign_in(next_path="/resources?q=x") == "/sign-in/code"
    assert "Sign out" not in await ada.get("/")
    text = await ada.get("/sign-in/code")
    assert text.count("<form") == 1
    csrf = await ada.csrf("/sign-in/code")
    await ada.post("/sign-in/code", 422, csrf=csrf, code="000000")
    code = code_of(ada, secret)
    assert await ada.post("/sign-in/code", csrf=csrf, code=code) == "/resources?q=x"
    assert "Sign out" in await ada.get("/")
    ada.browser.cookie_jar.clear()
    await ada.sign_in()
    csrf = await ada.csrf("/sign-in/code")
    assert "used before" in await ada.post("/sign-in/code", 422, csrf=csrf, code=code)
    await ada.post("/sign-in/code", csrf=csrf, code=code_of(ada, secret, steps=1))


async def test_a_recovery_code_works_once_however_it_is_typed(ada: Site):
    _, codes = await add_factor(ada)
    for sent, status in ((codes[0].upper().replace("-", " "), 303), (codes[0], 422), (codes[1], 303)):
        ada.browser.cookie_jar.clear()
        await ada.sign_in()
        await ada.post("/sign-in/code", status, csrf=await ada.csrf("/sign-in/code"), code=sent)
    assert "8 recovery codes are left" in await ada.get("/settings/security")


async def test_codes_are_slowed_down_and_the_step_does_not_last(ada: Site):
    secret, _ = await add_factor(ada)
    ada.browser.cookie_jar.clear()
    await ada.sign_in()
    csrf = await ada.csrf("/sign-in/code")
    for number in range(10):
        await ada.post("/sign-in/code", 422, csrf=csrf, code=f"{number:06}")
    await ada.post("/sign-in/code", 429, csrf=csrf, code=code_of(ada, secret, steps=1))
    ada.clock.advance(11 * 60_000)
    assert (await ada.get("/sign-in/code", 303)).startswith("/sign-in?")
    await ada.post("/sign-in/code", 303, csrf=csrf, code=code_of(ada, secret))
    assert "Sign out" not in await ada.get("/")


async def test_without_the_first_step_there_is_no_second(ada: Site):
    await add_factor(ada)
    ada.browser.cookie_jar.clear()
    assert (await ada.get("/sign-in/code", 303)).startswith("/sign-in?")
    answer = await App(ada.peer).ask("GET", "/sign-in/code", headers={"Cookie": "rhizome-step-1=x"})
    assert answer.status in {200, 303}


async def test_new_codes_and_taking_it_away_need_the_password(ada: Site):
    _, codes = await add_factor(ada)
    csrf = await ada.csrf("/settings/security")
    for action in ("codes", "remove"):
        await ada.post(f"{PATH}/{action}", 422, csrf=csrf, **{"factor-current": "wrong"})
    shown = await ada.post(f"{PATH}/codes", 200, csrf=csrf, **{"factor-current": PASSWORD})
    assert codes[0] not in shown
    await ada.post(f"{PATH}/remove", csrf=csrf, **{"factor-current": PASSWORD})
    assert "has been taken away" in await ada.get("/settings/security?factor")
    await ada.post(f"{PATH}/codes", 403, csrf=await ada.csrf("/settings/security"), **{"factor-current": PASSWORD})
    ada.browser.cookie_jar.clear()
    assert await ada.sign_in() == "/"


async def test_a_first_step_with_a_password_that_was_replaced_is_worth_nothing(ada: Site):
    _, codes = await add_factor(ada)
    other = await other_browser(ada)
    fields = {"current": PASSWORD, "password": "a quite different password"}
    ada.clock.advance(1_000)
    await ada.post("/settings/security/password", csrf=await ada.csrf("/settings/security"), **fields)
    await other.post("/sign-in/code", 422, csrf=await other.csrf("/sign-in/code"), code=codes[0])
    assert "Sign out" not in await other.get("/")
    await other.browser.close()
    assert "10 recovery codes are left" in await ada.get("/settings/security"), "nor does it use one up"
