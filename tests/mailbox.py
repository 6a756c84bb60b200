"""A mail server on loopback that keeps what it is given, and refuses when told to."""

import asyncio
import re
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


@dataclass(slots=True)
class Mailbox:
    """What arrived, in order. ``answer`` is said to the next mails instead of taking them."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    answer: str = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer:
            return self.answer
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        assert envelope.rcpt_tos == [mail["To"]]
        self.mails.append(mail)
        return "250 taken"

    def check_user(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = (data.login, data.password) == (b"node", b"secret")
        self.users += [data.login.decode()] if good else []
        return AuthResult(success=good, handled=False)  # the server itself says so to the client

    def text(self, number: int = -1) -> str:
        """What a mail says."""
        return str(self.mails[number].get_content()).replace("\r\n", "\n")

    def link(self, number: int = -1) -> str:
        """The path of the link in a mail."""
        found = re.search(r"^https?://[^/\s]+(/\S*)$", self.text(number), re.MULTILINE)
        assert found
        return found[1]


@asynccontextmanager
async def mailbox(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> AsyncIterator[Mailbox]:
    """A server that offers TLS as told, and sign-in once the connection is private."""
    box, loop = Mailbox(), asyncio.get_running_loop()

    def protocol() -> SMTP:
        with warnings.catch_warnings():  # it cannot see that the whole connection is private
            warnings.simplefilter("ignore")
            return offered()

    def offered() -> SMTP:
        return SMTP(
            box,
            hostname="localhost",
            loop=loop,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=box.check_user,
            auth_required=bool(tls or starttls),
            auth_require_tls=starttls is not None,
        )

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
