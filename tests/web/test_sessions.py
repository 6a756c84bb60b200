"""Setting up, signing in and out: who may, what refuses, how long it lasts."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select

from node.clock import DAY, MINUTE
from node.services.access import passwords
from node.store.access import accounts
from node.store.tables import sessions
from tests.web.conftest import ADA, PASSWORD, Site


async def _count(site: Site) -> int:
    def count(conn: Connection) -> int:
        return conn.scalar(select(func.count()).select_from(sessions)) or 0

    return await site.store.read(count)


async def test_the_setup_link_works_once_and_signs_in(site: Site) -> None:
    await site.get("/setup?ticket=wrong", 404)
    await site.set_up()
    assert "Administration" in await site.get("/")
    await site.get(f"/setup?ticket={'t' * 43}", 404)


async def test_the_setup_form_says_what_is_wrong(site: Site) -> None:
    from node.store.access import mailed_links

    now = site.clock.now()
    await site.store.write(mailed_links.insert_link, "t" * 43, "setup", now, now + 1000)
    csrf = await site.csrf(f"/setup?ticket={'t' * 43}")
    text = await site.post("/setup", 422, csrf=csrf, ticket="t" * 43, **{**ADA, "password": "short"})
    assert "12 to 256" in text
    assert 'value="ada@example.org"' in text
    site.clock.advance(2000)
    await site.get(f"/setup?ticket={'t' * 43}", 404)


async def test_signing_in_and_out(site: Site) -> None:
    await site.set_up()
    await site.post("/sign-out", csrf=await site.csrf("/"))
    assert await _count(site) == 0
    assert await site.sign_in(next_path="/resources?q=x") == "/resources?q=x"
    await site.post("/sign-out", csrf=await site.csrf("/"))
    await site.sign_in(login="ADA@example.org")
    assert await _count(site) == 1


async def test_a_form_in_no_charset_is_refused(site: Site) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=nonsense"}
    assert "cannot be read" in await site.post_as("/sign-in", headers, 400, login="ada")


FORM, PARTS = "application/x-www-form-urlencoded; charset=punycode", "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="%b"\r\n%b\r\n%b\r\n'


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, b"client_name=a&redirect_uris=https://app.example/-"),
        (PARTS, PART % (b"client_name", b"Content-Type: text/plain; charset=punycode\r\n", b"a-") + b"--b--\r\n"),
        (PARTS, PART % (b"_charset_", b"", b"punycode") + PART % (b"client_name", b"", b"a-") + b"--b--\r\n"),
    ],
)
async def test_no_stranger_chooses_a_codec_that_takes_minutes(site: Site, content_type: str, body: bytes) -> None:
    """Whatever a few bytes of it say: a mebibyte would hold up everybody."""
    headers = {"Content-Type": content_type}
    async with site.browser.post(site.peer.origin + "/api/v1/apps", data=body, headers=headers) as reply:
        assert reply.status == 400


async def test_a_wrong_name_and_a_wrong_password_are_answered_alike(site: Site) -> None:
    await site.set_up()
    wrong = await site.sign_in(422, login="zoe")
    assert wrong.replace("zoe", "ada") == await site.sign_in(422, password="not the right one")


async def test_hashes_grow_with_what_a_hash_costs_today(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """AUT9; a password that was chosen while the old one was hashed anew stays."""
    await site.set_up()
    before = await site.store.read(accounts.find_account, "ada")
    monkeypatch.setattr(passwords, "TODAY", replace(passwords.TODAY, rounds=passwords.TODAY.rounds + 1))
    await site.sign_in(303)
    after = await site.store.read(accounts.find_account, "ada")
    assert before.password_hash != after.password_hash
    assert after.password_hash.startswith(passwords.TODAY.head)
    await site.store.write(accounts.rehash, before.actor_id, before.password_hash, "late")
    assert (await site.store.read(accounts.find_account, "ada")).password_hash == after.password_hash


async def test_wrong_passwords_are_slowed_down(site: Site) -> None:
    await site.set_up()
    for _ in range(10):
        await site.sign_in(422, password="wrong wrong wrong")
    assert "Too many" in await site.sign_in(429, password=PASSWORD)


@pytest.mark.parametrize("days", [14, 30])
async def test_sessions_end(site: Site, days: int) -> None:
    await site.set_up()
    for _ in range(0, days, 10):
        assert "Sign out" in await site.get("/")
        site.clock.advance(min(10, days) * DAY)
    site.clock.advance(5 * DAY)
    assert "Sign out" not in await site.get("/")


async def test_next_leads_to_own_paths_only(site: Site) -> None:
    paths = ("//evil.example", "https://evil.example", "/\\evil.example", "evil", "")
    for path in paths:
        await site.get(f"/sign-in?next={path}", 400)
    await site.set_up()
    for path in paths:
        await site.sign_in(400, next_path=path)


async def test_forms_of_others_are_refused(site: Site) -> None:
    await site.set_up()
    csrf = await site.csrf("/")
    await site.post("/sign-out", 403)
    await site.post("/sign-out", 403, csrf="x" * 43)
    for origin in ("https://evil.example", "null", site.peer.origin + ".evil.example"):
        await site.post_as("/sign-out", {"Origin": origin}, 403, csrf=csrf)
    assert "Sign out" in await site.get("/")
    await site.post_as("/sign-out", {"Origin": site.peer.origin.replace("http:", "https:")}, 303, csrf=csrf)


async def test_another_site_cannot_sign_anybody_in(site: Site) -> None:
    await site.set_up()
    csrf = await site.csrf("/sign-in")
    site.browser.cookie_jar.clear()
    await site.post("/sign-in", 403, csrf=csrf, login="ada", password=PASSWORD, next="/")


async def test_the_sign_in_page_holds_one_form(site: Site) -> None:
    text = await site.get("/sign-in")
    assert text.count("<form") == 1
    assert text.count('type="password"') == 1
    assert text.count('type="text"') == 1


async def test_the_administration_asks_for_the_password_every_hour(site: Site) -> None:
    assert await site.get("/admin", 303) == "/sign-in?next=/admin"
    await site.set_up()
    await site.get("/admin")
    csrf = await site.csrf("/admin/policies")
    site.clock.advance(61 * MINUTE)
    assert await site.get("/admin/queue", 303) == "/sign-in?next=/admin/queue&again=1"
    fields = {"domain": "bad.example", "effect": "block", "reason": ""}
    assert await site.post("/admin/policies", csrf=csrf, **fields) == "/sign-in?next=/admin/policies&again=1"
    await site.sign_in(next_path="/admin/policies")
    assert "bad.example" not in await site.get("/admin/policies")
