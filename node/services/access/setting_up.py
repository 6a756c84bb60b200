"""The link that makes the first administrator: one for all processes, and good for one administrator."""

import secrets
from base64 import b64decode, b64encode
from binascii import Error as NoBase64

from sqlalchemy import Connection

from node.clock import DAY
from node.errors import ConfigurationRefused, NotFound
from node.secretbox import SETUP_LINK, SecretBox
from node.services.context import Unit
from node.store import facts
from node.store.access import accounts, mailed_links
from node.store.access.mailed_links import SETUP

GOOD_FOR = DAY


def invite(conn: Connection, unit: Unit, box: SecretBox) -> str:
    """The secret of the link, empty where there is an administrator.

    A link that is good already is answered again and gets as much time as a new one, so that those which several
    processes print are one and the same.
    """
    facts.hold(conn, facts.HOST)
    if accounts.has_admin(conn):
        return ""
    token = _open(box, mailed_links.load_detail(conn, SETUP, unit.now)) or secrets.token_urlsafe(32)
    sealed = b64encode(box.seal(token.encode(), purpose=SETUP_LINK)).decode()
    mailed_links.insert_link(conn, token, SETUP, unit.now, unit.now + GOOD_FOR, detail=sealed)
    return token


def _open(box: SecretBox, sealed: str) -> str:
    """What was sealed; empty for what this secrets file does not open."""
    try:
        return box.open(b64decode(sealed), purpose=SETUP_LINK).decode()
    except (ConfigurationRefused, NoBase64):
        return ""


def is_open(conn: Connection, token: str, now: int) -> bool:
    """Whether the link is good."""
    return mailed_links.find_link(conn, token, SETUP, now) is not None and not accounts.has_admin(conn)


def take(conn: Connection, token: str, now: int) -> None:
    """Use the link up; make the administrator in the same unit. Of several at once all but one get NotFound."""
    facts.hold(conn, facts.HOST)
    if accounts.has_admin(conn) or not mailed_links.take_link(conn, token, SETUP, now):
        raise NotFound
