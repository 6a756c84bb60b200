"""Mail over real SMTP: plain on loopback, STARTTLS, TLS, sign-in, and what a refusal means."""

import ssl
from typing import Any

import pytest

from node.config.settings import MailSettings
from node.errors import NodeError, RemoteUnavailable
from node.mail import Mailer
from node.services.news import letters
from tests.mailbox import mailbox
from tests.rows import each_row
from tests.tls import Authority

AUTHORITY = Authority()
NOW = 1_793_000_000_000


def mailer(port: int, security: str, *, tls: ssl.SSLContext | None = None, **changes: Any) -> Mailer:
    kept = {"host": "localhost", "user": "", "password": "", "password_file": None, "sender": ""} | changes
    return Mailer(MailSettings(port=port, security=security, **kept), host="learn.example:8000", tls=tls)


async def test_a_mail_arrives_as_it_was_written() -> None:
    async with mailbox() as box:
        await mailer(box.port, "none").send("ada@x.example", "Grüße", "Hallo Ada,\n\nüber alles.\n", now=NOW)
    (mail,) = box.mails
    assert (mail["From"], mail["To"], mail["Subject"]) == ("noreply@learn.example", "ada@x.example", "Grüße")
    assert box.text() == "Hallo Ada,\n\nüber alles.\n"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@learn.example>")


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_private_connection_and_sign_in(security: str) -> None:
    server, trust = AUTHORITY.server_context("localhost"), AUTHORITY.client_context()
    login = {"user": "node", "password": "secret"}
    async with mailbox(**{security: server}) as box:
        await mailer(box.port, security, tls=trust, **login).send("a@x.example", "s", "t", now=NOW)
        await mailer(box.port, security, tls=trust, **login).try_server()
        assert (len(box.mails), box.users) == (1, ["node", "node"])
        wrong = login | {"password": "wrong"}
        with pytest.raises(NodeError):
            await mailer(box.port, security, tls=trust, **wrong).try_server()
        with pytest.raises(RemoteUnavailable):  # a certificate that nobody vouches for
            await mailer(box.port, security, **login).send("a@x.example", "s", "t", now=NOW)
    assert len(box.mails) == 1


async def test_what_a_refusal_means() -> None:
    async with mailbox() as box:
        send = mailer(box.port, "none").send
        box.answer = "451 later"
        with pytest.raises(RemoteUnavailable):
            await send("a@x.example", "s", "t", now=NOW)
        box.answer = "554 never"
        with pytest.raises(NodeError) as caught:
            await send("a@x.example", "s", "t", now=NOW)
        assert type(caught.value) is NodeError
    with pytest.raises(RemoteUnavailable):
        await mailer(1, "none").send("a@x.example", "s", "t", now=NOW)


async def test_a_text_cannot_add_a_header() -> None:
    async with mailbox() as box:
        with pytest.raises(ValueError, match="linefeed"):
            await mailer(box.port, "none").send("a@x.example\r\nBcc: b@x.example", "s", "t", now=NOW)
    assert box.mails == []


@each_row("kind", sorted(letters.LETTERS))
def test_every_letter_exists_in_both_languages_with_its_link(kind: str) -> None:
    for language in ("en", "de"):
        letter = letters.write(kind, (language,), node="Uni\nX: y", name="Ada", link="https://uni.example/x")
        assert "\nhttps://uni.example/x\n" in letter.text
        assert "\n" not in letter.subject
        assert "Uni X: y" in letter.subject
