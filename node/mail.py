"""Sends mail through the server of ``[mail]`` (SMTP, RFC 5321): plain text, one recipient, in a thread.

smtplib is loaded with the first mail.
"""

import asyncio
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING

from node.clock import SECOND
from node.config.settings import MailSettings
from node.errors import NodeError, RemoteUnavailable

if TYPE_CHECKING:
    import smtplib

_TIMEOUT_SECONDS = 30.0
_PERMANENT = 500  # replies from here on say that another try is of no use


class Mailer:
    """One mail at a time, each over a connection of its own: a node sends few."""

    def __init__(self, settings: MailSettings, *, host: str, tls: ssl.SSLContext | None = None) -> None:
        """``host`` is that of the node; ``tls`` is for tests with a certificate of their own."""
        self._settings, self._tls = settings, tls
        self._domain = host.partition(":")[0]
        self.sender = settings.sender or f"noreply@{self._domain}"

    @property
    def is_on(self) -> bool:
        return bool(self._settings.host)

    async def send(self, to: str, subject: str, text: str, *, now: int) -> None:
        """Hand one mail over. ``RemoteUnavailable`` where a later try may help, ``NodeError`` where none will."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Date"] = formatdate(now / SECOND)
        message["Message-ID"] = make_msgid(domain=self._domain)
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
        message.set_content(text)
        await asyncio.to_thread(self._speak, lambda server: server.send_message(message))

    async def try_server(self) -> None:
        """Reach the server and sign in as for a mail, and send none. Raises as ``send``."""
        await asyncio.to_thread(self._speak, lambda server: server.noop())

    def _speak(self, say: "Callable[[smtplib.SMTP], object]") -> None:
        import smtplib  # late: see the module

        settings, tls = self._settings, self._tls or ssl.create_default_context()
        try:
            server = (
                smtplib.SMTP_SSL(settings.host, settings.port, timeout=_TIMEOUT_SECONDS, context=tls)
                if settings.security == "tls"
                else smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT_SECONDS)
            )
            try:
                if settings.security == "starttls":
                    server.starttls(context=tls)
                if settings.user:
                    server.login(settings.user, settings.password)
                say(server)
                server.quit()
            finally:
                server.close()  # not by ``with``, which says goodbye even where nobody answers any more
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _ in error.recipients.values()), default=_PERMANENT)
            raise _failure(code, "the recipient was refused") from error
        except smtplib.SMTPResponseException as error:
            raise _failure(error.smtp_code, f"{error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise RemoteUnavailable("The mail server cannot be reached.", detail=type(error).__name__) from error


def _failure(code: int, detail: str) -> NodeError:
    if code >= _PERMANENT:
        return NodeError("The mail server refused a mail.", detail=detail)
    return RemoteUnavailable("The mail server asks to come back later.", detail=detail)
