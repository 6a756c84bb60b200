"""Forgotten passwords: a link by mail or from the command line, once, for an hour; nothing is told to strangers."""

import pytest
from sqlalchemy import Connection, select, update

from node.store.access import accounts
from node.store.tables import accounts as account_rows
from node.store.tables import jobs, one_time_links
from tests.mailbox import Mailbox
from tests.web.account.conftest import Start
from tests.web.conftest import PASSWORD, Site

NEW = "a quite different password"


@pytest.fixture
async def mailing(start: Start) -> Site:
    """A node with a mail server."""
    return await start()


async def ask(site: Site, login: str) -> str:
    text = await site.post("/forgot", 200, csrf=await site.csrf("/forgot"), login=login)
    await site.peer.system.worker.drain()
    return text


async def test_a_link_comes_by_mail_and_works_once(mailing: Site, box: Mailbox):
    await ask(mailing, "ADA@example.org")
    (mail,) = box.mails
    assert mail["To"] == "ada@example.org"
    link = box.link()
    token = link.partition("=")[2]

    def stored(conn: Connection) -> str:
        return repr([conn.execute(select(table)).all() for table in (jobs, one_time_links)])

    assert token not in await mailing.store.read(stored)
    csrf = await mailing.csrf(link)
    assert "12 to 256" in await mailing.post("/reset", 422, csrf=csrf, ticket=token, password="short")
    assert await mailing.post("/reset", csrf=csrf, ticket=token, password=NEW) == "/sign-in?reset"
    assert "Sign out" not in await mailing.get("/"), "the old session has ended"
    await mailing.post("/reset", 404, csrf=csrf, ticket=token, password=NEW + "!")
    await mailing.get(link, 404)
    await mailing.sign_in(422)
    await mailing.sign_in(password=NEW)


async def test_links_end_after_an_hour_and_with_the_next_one(mailing: Site, box: Mailbox):
    await ask(mailing, "ada")
    await ask(mailing, "ada")
    await mailing.get(box.link(0), 404)
    await mailing.get(box.link(1))
    mailing.clock.advance(61 * 60_000)
    await mailing.get(box.link(1), 404)


async def test_strangers_learn_nothing(mailing: Site, box: Mailbox):
    known, unknown = await ask(mailing, "ada"), await ask(mailing, "nobody@example.org")
    assert known == unknown
    assert len(box.mails) == 1
    for _ in range(5):
        assert await ask(mailing, "ada") == known
    assert len(box.mails) == 3, "three an hour, whoever asks"
    await mailing.post("/forgot", 403, login="ada")


async def test_a_mail_is_tried_again_with_a_new_link(mailing: Site, box: Mailbox):
    box.answer = "451 later"
    await ask(mailing, "ada")
    assert box.mails == []
    box.answer = ""
    mailing.clock.advance(60_000)
    await mailing.peer.system.worker.drain()
    await mailing.get(box.link())


async def test_a_suspended_account_gets_no_mail(mailing: Site, box: Mailbox):

    def suspend(conn: Connection) -> None:
        conn.execute(update(account_rows).values(state=accounts.SUSPENDED))

    await mailing.store.write(suspend)
    await ask(mailing, "ada")
    assert box.mails == []


async def test_without_mail_the_page_says_whom_to_ask(ada: Site):
    text = await ada.get("/forgot")
    assert "sends no mail" in text
    assert "<form" not in text
    assert "/forgot" in await ada.get("/sign-in")
    assert PASSWORD not in text
