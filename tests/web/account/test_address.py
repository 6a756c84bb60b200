"""Another e-mail address: by a link to the new one or from an administrator, never without the password."""

import pytest

from node.store.access import accounts
from tests.mailbox import Mailbox
from tests.web.account.conftest import Start
from tests.web.conftest import PASSWORD, Site

PATH, NEW = "/settings/security", "ada@new.example"


@pytest.fixture
async def mailing(start: Start) -> Site:
    """A node with a mail server."""
    return await start()


async def ask(site: Site, address: str, status: int = 303, **changes: str) -> str:
    fields = {"csrf": await site.csrf(PATH), "email": address, "email-current": PASSWORD} | changes
    text = await site.post(f"{PATH}/email", status, **fields)
    await site.peer.system.worker.drain()
    return text


async def address_of(site: Site, name: str = "ada") -> str:
    found = await site.store.read(accounts.find_account, name)
    assert found is not None
    return found.email


async def take(site: Site, link: str, status: int = 303) -> str:
    return await site.post("/email", status, csrf=await site.csrf(link), ticket=link.partition("=")[2])


async def test_a_link_to_the_new_address_changes_it_and_the_old_one_hears_of_it(mailing: Site, box: Mailbox) -> None:
    assert await ask(mailing, "Ada@New.example ") == f"{PATH}?asked"
    assert "is on its way" in await mailing.get(f"{PATH}?asked")
    (mail,) = box.mails
    assert mail["To"] == NEW
    link = box.link()
    assert NEW in await mailing.get(link)
    assert await address_of(mailing) == "ada@example.org", "looking changes nothing"
    await mailing.post("/forgot", 200, csrf=await mailing.csrf("/forgot"), login="ada")
    await mailing.peer.system.worker.drain()
    reset = box.link()
    csrf = await mailing.csrf(link)
    await take(mailing, link)
    assert await address_of(mailing) == NEW
    await mailing.get(reset, 404)  # it went to the old address
    await mailing.peer.system.worker.drain()
    assert (box.mails[-1]["To"], "has another" in str(box.mails[-1]["Subject"])) == ("ada@example.org", True)
    assert NEW not in box.text()
    assert NEW in await mailing.get(PATH), "this browser stays signed in"
    await mailing.post("/email", 404, csrf=csrf, ticket=link.partition("=")[2])
    await mailing.get(link, 404)
    await mailing.sign_in(422, login="ada@example.org")
    await mailing.sign_in(login=NEW)


async def test_nothing_happens_without_the_password_or_for_a_wrong_address(mailing: Site, box: Mailbox) -> None:
    assert "This is not your password." in await ask(mailing, NEW, 422, **{"email-current": "wrong"})
    assert "This is not an e-mail address." in await ask(mailing, "ada", 422)
    await ask(mailing, NEW, 403, csrf="x" * 43)
    assert box.mails == []


async def test_addresses_of_others_are_not_told(mailing: Site, box: Mailbox) -> None:
    await mailing.peer.add_actor("ben")
    taken = await address_of(mailing, "ben")
    assert await ask(mailing, taken) == f"{PATH}?asked"
    assert box.mails == []
    await ask(mailing, NEW)
    link = box.link()

    def give(conn):
        ben = accounts.find_account(conn, "ben")
        assert ben is not None
        accounts.set_email(conn, ben.actor_id, NEW)

    csrf = await mailing.csrf(link)
    await mailing.store.write(give)
    await mailing.post("/email", 404, csrf=csrf, ticket=link.partition("=")[2])
    assert await address_of(mailing) == "ada@example.org"


async def test_links_are_few_short_lived_and_replaced(mailing: Site, box: Mailbox) -> None:
    for number in range(5):
        await ask(mailing, f"ada{number}@new.example")
    assert len(box.mails) == 3, "three an hour"
    await mailing.get(box.link(0), 404)
    await mailing.get(box.link())
    mailing.clock.advance(61 * 60_000)
    await mailing.get(box.link(), 404)


async def test_without_mail_an_administrator_gives_a_link(ada: Site) -> None:
    assert "sends no mail" in await ada.get(PATH)
    await ask(ada, NEW, 403)
    ben = await ada.peer.add_actor("ben")
    path = f"/admin/people/{ben.id}"
    csrf = await ada.csrf(path)
    for wrong, status in (("ben", 422), ("ada@example.org", 409)):
        await ada.post(f"{path}/email", status, csrf=csrf, email=wrong)
    text = await ada.post(f"{path}/email", 200, csrf=csrf, email="ben@new.example")
    link = text.partition(f'translate="no">{ada.peer.origin}')[2].partition("<")[0]
    await take(ada, link)
    assert await address_of(ada, "ben") == "ben@new.example"


async def test_a_new_password_ends_links_that_the_old_one_has_asked_for(mailing: Site, box: Mailbox) -> None:
    """Whoever stole the password asked for an address of her own: it must not give her the account afterwards."""
    await ask(mailing, NEW)
    link = box.link()
    csrf = await mailing.csrf(link)
    fields = {"current": PASSWORD, "password": "a quite different password"}
    await mailing.post(f"{PATH}/password", csrf=await mailing.csrf(PATH), **fields)
    await mailing.get(link, 404)
    await mailing.post("/email", 404, csrf=csrf, ticket=link.partition("=")[2])
    assert await address_of(mailing) == "ada@example.org"


async def test_a_new_password_also_ends_a_link_that_is_still_to_be_sent(mailing: Site, box: Mailbox) -> None:
    box.answer = "451 later"
    await ask(mailing, NEW)
    mailing.clock.advance(10_000)
    fields = {"current": PASSWORD, "password": "a quite different password"}
    await mailing.post(f"{PATH}/password", csrf=await mailing.csrf(PATH), **fields)
    box.answer = ""
    mailing.clock.advance(60_000)
    await mailing.peer.system.worker.drain()
    assert box.mails == []
