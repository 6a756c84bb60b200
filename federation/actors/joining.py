"""How people become members by themselves: open, by approval, or by invitation (AUT11)."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from federation.actors.members import NewMember, create_member
from node.errors import Conflict, Forbidden, NotFound
from node.services import audit
from node.services.context import Unit
from node.services.news import happened, letters, mailing, news
from node.store.access import accounts, joining, mailed_links
from node.store.access.accounts import ACTIVE, ADMIN, PENDING, UNCONFIRMED
from node.store.people.actors import Actor
from node.store.tables import accounts as account_rows

CLOSED, APPROVAL, OPEN = "closed", "approval", "open"
REASON_AT_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in: ``mode`` of the configuration, whether addresses can be confirmed by mail, and whether the
    organisation's sign-in opens accounts by their address.
    """

    mode: str
    has_mail: bool
    opens_by_address: bool = False

    def must_be_looked_at(self, *, is_invited: bool) -> bool:
        """Whether an administrator decides: also where nothing else says whose address it is that opens the account.

        Somebody could else join with a colleague's address and wait for her inside.
        """
        return (self.mode == APPROVAL and not is_invited) or (self.opens_by_address and not self.has_mail)


def refuse(conn: Connection, unit: Unit, door: Door, invitation: str) -> None:
    """Raises ``Forbidden`` where nobody may join, or the invitation is not good (any more)."""
    if invitation and not joining.is_invitation_good(conn, invitation, unit.now):
        raise Forbidden("This invitation was used up, or it is too old. Ask for another one.")
    if not invitation and door.mode == CLOSED:
        raise Forbidden("Nobody can make an account here without an invitation.")


def join(
    conn: Connection,
    unit: Unit,
    door: Door,
    member: NewMember,
    *,
    invitation: str = "",
    reason: str = "",
    language: str = "",
) -> tuple[Actor, str]:
    """A new member, and the state of her account: active, or waiting for a mail or an administrator.

    Raises ``Forbidden`` as ``refuse`` does, ``Conflict`` where name or address is taken.
    """
    refuse(conn, unit, door, invitation)
    if invitation and not joining.use_invitation(conn, invitation, unit.now):
        raise Forbidden("This invitation was used up.")
    person = create_member(conn, unit, member)
    joining.set_reason(conn, person.id, reason[:REASON_AT_MOST], language)
    is_looked_at = door.must_be_looked_at(is_invited=bool(invitation))
    state = PENDING if is_looked_at else UNCONFIRMED if door.has_mail else ACTIVE
    if state != ACTIVE:
        joining.set_state(conn, person.id, state)
    news.tell(conn, unit, happened.SignedUp(person.id))
    if state == UNCONFIRMED:
        mailing.ask_for(conn, unit, letters.CONFIRM, login=person.username)
    if state == PENDING and door.has_mail:
        for name in _administrators(conn):
            mailing.ask_for(conn, unit, letters.WAITING, login=name)
    return person, state


def _administrators(conn: Connection) -> list[str]:
    query = select(account_rows.c.email).where(account_rows.c.role == ADMIN, account_rows.c.state == ACTIVE)
    return list(conn.scalars(query))


def confirm(conn: Connection, unit: Unit, ticket: str) -> None:
    """The address is hers. Raises ``NotFound`` for a link that is not good (any more)."""
    link = mailed_links.take_link(conn, ticket, mailed_links.CONFIRM, unit.now)
    account = accounts.load_account(conn, link.actor_id) if link and link.actor_id is not None else None
    if link is None or account is None or account.state != UNCONFIRMED or account.email != link.detail:
        raise NotFound("This link was used already, or it is too old.")
    joining.set_state(conn, account.actor_id, ACTIVE)


def approve(conn: Connection, unit: Unit, door: Door, actor_id: int, *, by: int) -> None:
    """An administrator lets somebody in; where there is mail, the address is confirmed next."""
    account = _pending(conn, actor_id)
    joining.set_state(conn, actor_id, UNCONFIRMED if door.has_mail else ACTIVE)
    if door.has_mail:
        joining.restart_wait(conn, actor_id, unit.now)
        mailing.ask_for(conn, unit, letters.CONFIRM, login=account.username)
    audit.record(conn, unit, by, "member.approve", account.username)


def reject(conn: Connection, unit: Unit, actor_id: int, *, by: int) -> None:
    """An administrator does not; nothing stays of the account."""
    account = _pending(conn, actor_id)
    joining.delete_waiting(conn, [actor_id])
    audit.record(conn, unit, by, "member.reject", account.username)


def _pending(conn: Connection, actor_id: int) -> accounts.Account:
    account = accounts.load_account(conn, actor_id)
    if account is None:
        raise NotFound
    if account.state != PENDING:
        raise Conflict("Somebody else has decided about this already.")
    return account
