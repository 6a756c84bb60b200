"""Mails as jobs. A job says what is to be told to whom; the secret of a link is made only when the mail is written.

So no link stands in the table of jobs, each try sends a new one, and asking for a mail to an address that nobody has
is the same work as asking for one that somebody has (AUT10).
"""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from node import log
from node.clock import HOUR, Clock
from node.config import Config
from node.jobs import kinds
from node.jobs.kind import Kind, single
from node.jobs.outcome import Done, Outcome
from node.mail import Mailer
from node.services.context import Unit
from node.services.news import letters
from node.services.news.letters import Letter
from node.store.access import accounts, mailed_links
from node.store.access.accounts import Account
from node.store.database.engine import Store
from node.store.jobs import Job, NewJob, enqueue_many

LINK_LASTS = HOUR
#: Where the links of the letters lead, and the purpose that they are stored under.
_LINKED = {
    letters.RESET: ("/reset?ticket=", mailed_links.RESET),
    letters.CONFIRM: ("/confirm?ticket=", mailed_links.CONFIRM),
    letters.ADDRESS: ("/email?ticket=", mailed_links.EMAIL),
}
_PLAIN = {letters.WAITING: "/admin/members", letters.LEFT: "/about", letters.MOVED: "/about"}
_LASTS = 24 * HOUR  # a mail that could not be sent until then is not sent any more


def ask_for(conn: Connection, unit: Unit, kind: str, *, login: str, to: str = "") -> None:
    """Have a letter of this kind written to whoever signs in so, if there is anybody.

    ``to``: the address that it goes to and confirms, where that is another than the account has.
    """
    _enqueue(conn, unit, {"kind": kind, "login": login[:254], **({"to": to, "asked_at": unit.now} if to else {})})


def tell(conn: Connection, unit: Unit, kind: str, account: Account) -> None:
    """Tell the address that an account had until now; the job alone knows it then, for a day at most."""
    language = accounts.load_settings(conn, account.actor_id).language
    told = {"kind": kind, "to": account.email, "name": account.name or account.username, "language": language}
    _enqueue(conn, unit, told)


def _enqueue(conn: Connection, unit: Unit, payload: dict[str, Any]) -> None:
    enqueue_many(conn, [NewJob(kinds.MAIL, unit.ids.new(), unit.now, payload=payload, expires_at=unit.now + _LASTS)])


def make_link(conn: Connection, now: int, purpose: str, account: Account, *, to: str = "") -> str:
    """The secret of a new one-time link, sent to the address that the account has now; its earlier ones end.

    ``to``: to another one.
    """
    secret, ends_at = secrets.token_urlsafe(32), now + LINK_LASTS
    mailed_links.insert_link(conn, secret, purpose, now, ends_at, actor_id=account.actor_id, detail=to or account.email)
    return secret


@dataclass(frozen=True, slots=True)
class Post:
    """Writes and sends what jobs ask for."""

    store: Store
    clock: Clock
    config: Config
    mailer: Mailer

    def kind(self) -> Kind:
        return single(kinds.MAIL, self.run, slots=2)

    async def run(self, job: Job) -> Outcome:
        written = await self.store.write(self._write, job.payload)
        if written is None or not self.mailer.is_on:
            return Done()
        to, letter = written
        await self.mailer.send(to, letter.subject, letter.text, now=self.clock.now())
        log.event("mail.sent", kind=job.payload["kind"])
        return Done()

    def _write(self, conn: Connection, asked: dict[str, Any]) -> tuple[str, Letter] | None:
        if "login" not in asked:
            return asked["to"], self._letter(asked["kind"], asked["language"], asked["name"], _PLAIN[asked["kind"]])
        account = accounts.find_account(conn, asked["login"])
        if account is None or account.state == accounts.SUSPENDED:
            return None
        kind, to = asked["kind"], asked.get("to", "")
        if to and accounts.find_account(conn, to) is not None:
            return None  # of somebody else, who hears nothing of it
        if to and accounts.has_new_password(conn, account.actor_id, asked["asked_at"]):
            return None  # whoever asked knew the old one
        language, link = accounts.load_settings(conn, account.actor_id).language, self._link(conn, kind, account, to)
        return to or account.email, self._letter(kind, language, account.name or account.username, link)

    def _letter(self, kind: str, language: str, name: str, path: str) -> Letter:
        languages = (language, *self.config.node.languages)
        return letters.write(kind, languages, node=self.config.node.name, name=name, link=self.config.origin + path)

    def _link(self, conn: Connection, kind: str, account: Account, to: str) -> str:
        if kind in _PLAIN:
            return _PLAIN[kind]
        path, purpose = _LINKED[kind]
        return path + make_link(conn, self.clock.now(), purpose, account, to=to)
