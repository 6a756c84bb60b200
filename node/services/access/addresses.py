"""Another e-mail address for an account: asked for with the password, taken once somebody who reads it has said so.

The link goes to the new address, or an administrator hands it over; the old address hears of it afterwards. Units of
work. Nobody learns from any of this which addresses others have (AUT10).
"""

from sqlalchemy import Connection

from node.domain.uris import is_email
from node.errors import Conflict, Invalid, NotFound
from node.services import audit
from node.services.context import Unit
from node.services.news import letters, mailing
from node.store.access import accounts, mailed_links
from node.store.access.accounts import Account
from node.store.people import actors

_GONE = "This link was used already, or it is too old."


def read(address: str) -> str:
    """An address as it is stored. Raises Invalid."""
    address = address.strip().lower()
    if not is_email(address):
        raise Invalid("This is not an e-mail address.")
    return address


def ask(conn: Connection, unit: Unit, account: Account, address: str) -> None:
    """Have a link sent to the new address; where somebody else has it none goes, which is not told."""
    mailing.ask_for(conn, unit, letters.ADDRESS, login=account.username, to=read(address))


def give_link(conn: Connection, unit: Unit, account: Account, address: str, *, by: str) -> str:
    """The secret of a link that gives the account this address; ``by``: the administrator who hands it out.

    Raises Invalid, and Conflict where another account has it.
    """
    address = read(address)
    if accounts.find_account(conn, address) is not None:
        raise Conflict("An account has this address already.")
    secret = mailing.make_link(conn, unit.now, mailed_links.EMAIL, account, to=address)
    _audit(conn, unit, account.actor_id, "email.link", by=by)
    return secret


def find(conn: Connection, ticket: str, now: int) -> str:
    """The address that a link would give. Raises NotFound for one that is not good (any more)."""
    link = mailed_links.find_link(conn, ticket, mailed_links.EMAIL, now)
    if link is None:
        raise NotFound(_GONE)
    return link.detail


def take(conn: Connection, unit: Unit, ticket: str) -> None:
    """The account has the new address; links that went to the old one end. Raises NotFound."""
    link = mailed_links.take_link(conn, ticket, mailed_links.EMAIL, unit.now)
    account = accounts.load_account(conn, link.actor_id) if link and link.actor_id is not None else None
    if link is None or account is None or accounts.find_account(conn, link.detail) is not None:
        raise NotFound(_GONE)
    accounts.set_email(conn, account.actor_id, link.detail)
    mailed_links.end_links(conn, account.actor_id)
    mailing.tell(conn, unit, letters.MOVED, account)
    _audit(conn, unit, account.actor_id, "email.change")


def _audit(conn: Connection, unit: Unit, actor_id: int, action: str, *, by: str | None = None) -> None:
    """``by`` is the person herself unless given. The addresses stay out of the log, which outlives accounts."""
    uri = actors.load_actors_by_id(conn, [actor_id])[actor_id].uri
    audit.record(conn, unit, uri if by is None else by, action, uri)
