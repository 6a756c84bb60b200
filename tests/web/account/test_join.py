"""Joining: closed, by invitation, by approval, open; on pages and from apps (AUT11)."""

import re
from typing import Any

from sqlalchemy import Connection

from node import upkeep
from node.clock import DAY
from node.store.access import accounts
from node.store.people.actors import find_local_actor
from tests.client import App
from tests.mailbox import Mailbox
from tests.web.account.conftest import Start
from tests.web.conftest import Site
from tests.web.oauth.flow import ClientApp

BEN = {"user_name": "ben", "email": "ben@example.org", "display_name": "Ben", "password": "a password of ben's own"}
OPEN, APPROVAL = {"mode": "open"}, {"mode": "approval"}


async def join(site: Site, status: int = 200, path: str = "/join", **changes: str) -> str:
    fields = BEN | {"invite": path.partition("=")[2]} | changes
    return await site.post("/join", status, csrf=await site.csrf(path), **fields)


async def invite(site: Site, **fields: str) -> str:
    """The path of a new invitation."""
    csrf = await site.csrf("/admin/members")
    text = await site.post("/admin/members/invitations", 200, csrf=csrf, **fields)
    found = re.search(r'<code class="copy" translate="no">https?://[^/"]+(/join\?invite=[^<]+)<', text)
    assert found
    return found[1]


async def sign_in_as_ben(site: Site, status: int = 303) -> str:
    site.browser.cookie_jar.clear()
    return await site.sign_in(status, login="ben", password=BEN["password"])


async def state_of(site: Site, name: str = "ben") -> str:
    found = await site.store.read(accounts.find_account, name)
    return found.state if found else ""


async def test_nobody_joins_unless_told_otherwise(ada: Site):
    await ada.get("/join", 403)
    await ada.get("/join?invite=nonsense", 403)
    csrf = await ada.csrf("/sign-in")
    await ada.post("/join", 403, csrf=csrf, **BEN)
    await ada.post("/join", 403, csrf=csrf, invite="nonsense", **BEN)
    assert await state_of(ada) == ""
    assert "/join" not in await ada.get("/sign-in")


async def test_an_invitation_lets_so_many_in_for_so_long(ada: Site):
    path = await invite(ada, uses="1", days="2", note="Ben of ward 4")
    assert "Ben of ward 4" in await ada.get("/admin/members")
    ada.browser.cookie_jar.clear()
    assert "You are signed in" in await join(ada, path=path)
    assert "Sign out" in await ada.get("/")
    await ada.get(path, 403)
    ada.browser.cookie_jar.clear()
    await ada.sign_in()
    late = await invite(ada, uses="9", days="2")
    taken = await invite(ada)
    text = await ada.get("/admin/members")
    (first, *_rest) = re.findall(r'action="(/admin/members/invitations/\d+/remove)"', text)
    await ada.post(first, csrf=await ada.csrf("/admin/members"))
    await ada.get(taken, 403)
    await ada.get(late)
    ada.clock.advance(2 * DAY + 1)
    await ada.get(late, 403)


async def test_invitations_end_with_the_role_of_who_made_them(ada: Site):
    """Whoever is an administrator no more lets nobody in by links that she has kept."""
    path = await invite(ada, uses="9", days="90")
    csrf = await ada.csrf(path)
    boss = await ada.peer.add_actor("boss")

    def hand_over(conn: Connection) -> None:
        found = accounts.find_account(conn, "ada")
        assert found is not None
        accounts.set_role(conn, boss.id, accounts.ADMIN)
        accounts.set_role(conn, found.actor_id, accounts.MEMBER)

    await ada.store.write(hand_over)
    await ada.get(path, 403)
    await ada.post("/join", 403, csrf=csrf, invite=path.partition("=")[2], **BEN)
    assert await state_of(ada) == ""


async def test_the_form_says_what_is_wrong(start: Start):
    site = await start(mail=False, registrations=OPEN)
    for changes, sentence in (
        ({"user_name": "ada"}, "taken"),
        ({"user_name": "admin"}, "a name that the node does not need"),
        ({"user_name": "<script>"}, "a-z, 0-9"),
        ({"email": "ADA@example.org"}, "belongs to another"),
        ({"email": "nothing"}, "an e-mail address"),
        ({"password": "short"}, "12 to 256"),
    ):
        text = await join(site, 422, **changes)
        assert sentence in text
        assert "<script>" not in text
    assert await state_of(site) == ""
    await join(site, role="admin", state="active")
    found = await site.store.read(accounts.find_account, "ben")
    assert found is not None
    assert found.role == "member", "a field that no form has sets nothing"


async def test_an_open_node_confirms_addresses(start: Start, box: Mailbox):
    site = await start(registrations=OPEN)
    assert "Make an account" in await site.get("/sign-in")
    site.browser.cookie_jar.clear()
    assert "A mail is on its way" in await join(site)
    await site.peer.system.worker.drain()
    link = box.link()
    await site.get("/@ben", 404)
    assert (await site.peer.get("/.well-known/webfinger?resource=acct:ben@" + site.peer.origin[7:]))[0] == 404
    assert "follow the link in the mail" in await sign_in_as_ben(site, 422)
    await site.peer.system.worker.drain()
    assert len(box.mails) == 2, "another one was sent"
    await site.get(link, 404)
    link = box.link()
    await site.get(link)
    assert await state_of(site) == "unconfirmed", "looking is not confirming"
    csrf = await site.csrf(link)
    assert await site.post("/confirm", csrf=csrf, ticket=link.partition("=")[2]) == "/sign-in?confirmed"
    await site.post("/confirm", 404, csrf=csrf, ticket=link.partition("=")[2])
    await sign_in_as_ben(site)
    await site.get("/@ben")


async def test_by_approval_an_administrator_decides(start: Start, box: Mailbox):
    site = await start(registrations=APPROVAL)
    for name in ("ben", "eve"):
        assert "An administrator will decide" in await join(
            site, user_name=name, email=f"{name}@example.org", reason="<b>ward 4</b>"
        )
    await site.peer.system.worker.drain()
    assert [mail["To"] for mail in box.mails] == ["ada@example.org"] * 2
    text = await site.get("/admin/members")
    assert "&lt;b&gt;ward 4" in text
    ben, eve = re.findall(r'action="(/admin/members/\d+/decide)"', text)
    assert "has not decided" in await sign_in_as_ben(site, 422)
    assert await site.post(ben, decision="approve") == "/sign-in?next=/admin/members", "not by ben"
    await site.sign_in()
    csrf = await site.csrf("/admin/members")
    await site.post(ben, 403, decision="approve")
    await site.post(ben, csrf=csrf, decision="approve")
    await site.post(ben, 409, csrf=csrf, decision="approve")
    await site.post(eve, csrf=csrf, decision="reject")
    await site.post(eve, 404, csrf=csrf, decision="approve")
    assert await state_of(site, "eve") == ""
    assert await site.store.read(find_local_actor, "eve") is None
    await site.peer.system.worker.drain()
    link = box.link()
    await site.post("/confirm", csrf=await site.csrf(link), ticket=link.partition("=")[2])
    await sign_in_as_ben(site)


async def test_addresses_that_nobody_confirms_are_forgotten(start: Start):
    site = await start(registrations=OPEN)
    await join(site)
    site.clock.advance(15 * DAY)
    await upkeep.run(site.store, site.clock.now())
    assert await state_of(site) == ""
    assert await state_of(site, "ada") == "active"


# -- from apps ------------------------------------------------------------------------------------------------------

SAID: dict[str, Any] = {
    "username": "ben",
    "email": "ben@example.org",
    "password": BEN["password"],
    "agreement": "true",
    "locale": "de",
}


async def app_token(site: Site, scopes: str = "read write") -> App:
    client = ClientApp(site)
    await client.register(scopes="read write")
    fields = {"grant_type": "client_credentials", "scope": scopes, **client.credentials}
    return App(site.peer, (await client.http.call("POST", "/oauth/token", data=fields))["access_token"])


async def test_an_app_makes_an_account_that_works_once_confirmed(start: Start, box: Mailbox):
    site = await start(registrations=OPEN)
    made = await (await app_token(site)).post("/api/v1/accounts", **SAID)
    ben = App(site.peer, made["access_token"])
    told = await ben.get("/api/v1/apps/verify_credentials", 403)
    assert "confirmed e-mail" in told["error"]
    await site.peer.system.worker.drain()
    assert "Bestätige" in box.mails[0]["Subject"]
    await ben.post("/api/v1/emails/confirmations")
    await site.peer.system.worker.drain()
    link = box.link()
    await site.post("/confirm", csrf=await site.csrf(link), ticket=link.partition("=")[2])
    assert (await ben.get("/api/v1/apps/verify_credentials"))["name"] == "Trellis"
    await ben.post("/api/v1/emails/confirmations", 403)
    await App(site.peer).post("/api/v1/emails/confirmations", 401)


async def test_what_apps_may_not_do_is_told_with_its_field(start: Start):
    site = await start(mail=False, registrations=OPEN)
    app = await app_token(site)
    for changes, field in (
        ({"username": "ada"}, "username"),
        ({"username": "a b"}, "username"),
        ({"email": "ada@example.org"}, "email"),
        ({"password": "short"}, "password"),
        ({"agreement": "false"}, "agreement"),
    ):
        told = await app.post("/api/v1/accounts", 422, **(SAID | changes))
        assert list(told["details"]) == [field]
    await (await app_token(site, "read")).post("/api/v1/accounts", 403, **SAID)
    await App(site.peer).post("/api/v1/accounts", 401, **SAID)
    actor = await site.store.read(find_local_actor, "ada")
    assert actor is not None
    await App(site.peer, await site.peer.token(actor)).post("/api/v1/accounts", 403, **SAID)
    assert await state_of(site) == ""
    await app.post("/api/v1/accounts", **SAID)
    assert await state_of(site) == "active"


async def test_apps_stand_before_closed_doors_too(ada: Site):
    await (await app_token(ada)).post("/api/v1/accounts", 403, **SAID)
    path = await invite(ada)
    made = await (await app_token(ada)).post("/api/v1/accounts", **SAID, invite_code=path.partition("=")[2])
    assert (await App(ada.peer, made["access_token"]).get("/api/v1/apps/verify_credentials"))["name"] == "Trellis"


async def test_an_administrator_hands_out_a_link_for_a_new_password(ada: Site):
    (person,) = re.findall(r'href="(/admin/people/\d+)"', await ada.get("/admin/people?q=ADA@"))
    await ada.post(f"{person}/reset", 403)
    shown = await ada.post(f"{person}/reset", 200, csrf=await ada.csrf("/admin/members"))
    found = re.search(r'>https?://[^/"]+(/reset\?ticket=[^<]+)<', shown)
    assert found
    assert found[1] not in await ada.get(person)
    csrf, ticket = await ada.csrf(found[1]), found[1].partition("=")[2]
    await ada.post("/reset", csrf=csrf, ticket=ticket, password=BEN["password"])
    await ada.sign_in(password=BEN["password"])


async def test_what_is_announced_is_what_holds(start: Start):
    site = await start(mail=False, registrations=APPROVAL)
    told = await App(site.peer).get("/api/v2/instance")
    assert (told["registrations"]["enabled"], told["registrations"]["approval_required"]) == (True, True)
    assert told["registrations"]["url"] == site.peer.origin + "/join"
    assert (await App(site.peer).get("/api/v1/instance"))["approval_required"] is True
    assert (await (await App(site.peer).ask("GET", "/nodeinfo/2.1")).json())["openRegistrations"] is True
