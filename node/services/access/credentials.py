"""How somebody proves who she is, and what ends when that changes (AUT8, AUT9): password, second factor, recovery."""

import base64
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection

from node.clock import MINUTE
from node.errors import ConfigurationRefused, Conflict
from node.secretbox import SECOND_FACTOR, SecretBox
from node.services import audit
from node.services.access import totp
from node.services.context import Unit
from node.services.news import mailing
from node.store.access import accounts, identities, mailed_links, oauth, second_factors, sessions
from node.store.access.accounts import Account
from node.store.people.actors import find_actor_by_id

_CODES = 10
_OFFER_LASTS = 30 * MINUTE


def change_password(
    conn: Connection, unit: Unit, actor_id: int, password_hash: str, *, keep_apps: bool = False
) -> None:
    """A new password. All sessions end, and all tokens unless the person keeps her apps.

    So do links that somebody who knew the old one may have asked for: one of them would give her account away again.
    """
    accounts.set_password(conn, actor_id, password_hash, unit.now)
    mailed_links.end_links(conn, actor_id)
    end_access(conn, actor_id, keep_apps=keep_apps)
    _audit(conn, unit, actor_id, "password.change")


def end_access(conn: Connection, actor_id: int, *, keep_apps: bool = False) -> None:
    """End the sessions of an account, its tokens, and in any case codes that no app has changed into one."""
    sessions.end_sessions(conn, actor_id)
    oauth.delete_codes_of(conn, actor_id)
    if not keep_apps:
        oauth.delete_tokens_of(conn, actor_id)


def give_reset(conn: Connection, unit: Unit, account: Account, *, by: str) -> str:
    """The secret of a link under which the person chooses a new password; ``by``: who hands it out."""
    secret = mailing.make_link(conn, unit.now, mailed_links.RESET, account)
    _audit(conn, unit, account.actor_id, "password.link", by=by)
    return secret


def unlink_identities(conn: Connection, unit: Unit, actor_id: int) -> None:
    """The organisation's sign-in opens the account no more; all sessions end, apps stay.

    Raises Conflict where nothing would be left to sign in with.
    """
    account = accounts.load_account(conn, actor_id)
    if account is None or not account.password_hash:
        raise Conflict("Choose a password first: without one you could not sign in any more.")
    identities.set_unlinked(conn, actor_id, unit.now)
    end_access(conn, actor_id, keep_apps=True)
    _audit(conn, unit, actor_id, "identity.unlink")


def link_identities(conn: Connection, unit: Unit, actor_id: int) -> None:
    """The organisation's sign-in opens the account again."""
    identities.set_unlinked(conn, actor_id, None)
    _audit(conn, unit, actor_id, "identity.link")


# -- second factor --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret that a person may take as second factor; nothing is stored until she shows a code of it."""

    secret: bytes
    sealed: str  # the same for her form


def offer_factor(unit: Unit, box: SecretBox, actor_id: int) -> Offer:
    secret = totp.new_secret()
    sealed = box.seal(unit.now.to_bytes(8, "big") + secret, purpose=f"{SECOND_FACTOR} offered to {actor_id}")
    return Offer(secret, base64.urlsafe_b64encode(sealed).decode())


def read_offer(unit: Unit, box: SecretBox, actor_id: int, sealed: str) -> Offer | None:
    """The offer that a form brings back; None where it is not ours, not hers, or too old."""
    try:
        opened = box.open(base64.urlsafe_b64decode(sealed), purpose=f"{SECOND_FACTOR} offered to {actor_id}")
    except (ConfigurationRefused, ValueError):
        return None
    made_at, secret = int.from_bytes(opened[:8], "big"), opened[8:]
    return Offer(secret, sealed) if unit.now - made_at <= _OFFER_LASTS else None


def take_factor(
    conn: Connection, unit: Unit, box: SecretBox, actor_id: int, offer: Offer, code: str
) -> tuple[str, ...] | None:
    """Make the offer the second factor, and answer the recovery codes; None for a wrong code."""
    step = totp.step_of(offer.secret, code, unit.now)
    if step is None:
        return None
    codes = _new_codes()
    second_factors.set_factor(
        conn, actor_id, box.seal(offer.secret, purpose=SECOND_FACTOR), step, list(map(_plain, codes))
    )
    end_access(conn, actor_id)
    _audit(conn, unit, actor_id, "second-factor.add")
    return codes


def renew_codes(conn: Connection, unit: Unit, actor_id: int) -> tuple[str, ...]:
    """New recovery codes in the place of the old ones."""
    codes = _new_codes()
    second_factors.replace_codes(conn, actor_id, list(map(_plain, codes)))
    _audit(conn, unit, actor_id, "second-factor.codes")
    return codes


def drop_factor(conn: Connection, unit: Unit, actor_id: int, *, by: str | None = None) -> None:
    """Without second factor from now on; all sessions and tokens end."""
    second_factors.remove_factor(conn, actor_id)
    end_access(conn, actor_id)
    _audit(conn, unit, actor_id, "second-factor.remove", by=by)


def is_second_factor(conn: Connection, unit: Unit, box: SecretBox, actor_id: int, code: str) -> bool:
    """Whether this is a code of the account, from its app or from paper; each works once."""
    factor = second_factors.find_factor(conn, actor_id)
    if factor is None:
        return False
    secret = box.open(factor.sealed, purpose=SECOND_FACTOR)
    step = totp.step_of(secret, code, unit.now, after=factor.last_step)
    if step is not None:
        return second_factors.take_step(conn, actor_id, step)
    return second_factors.take_code(conn, actor_id, _plain(code))


def _new_codes() -> tuple[str, ...]:
    """80 random bits each, for people: ``k3xq-7mzt-p2aa-c4vd``."""
    texts = (base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(_CODES))
    return tuple("-".join(text[start : start + 4] for start in range(0, 16, 4)) for text in texts)


def _plain(code: str) -> str:
    """A recovery code however it was typed."""
    return "".join(character for character in code.lower() if character.isalnum())


def _audit(conn: Connection, unit: Unit, actor_id: int, action: str, *, by: str | None = None) -> None:
    """``by`` is the person herself unless given."""
    actor = find_actor_by_id(conn, actor_id)
    uri = actor.uri if actor else ""
    audit.record(conn, unit, uri if by is None else by, action, uri)
