"""The authorization server: what an app may ask for, codes, and tokens (RFC 6749, 7009, 7636).

Refusals are values, not exceptions: a code that comes a second time must end the token that was made from it, and
raising would take that back with the transaction.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection

from node.clock import MINUTE
from node.domain.scopes import SCOPES, covers
from node.errors import Invalid, Problem
from node.services.context import Unit
from node.store.access import accounts, oauth
from node.store.access.accounts import ACTIVE
from node.store.access.hashes import hash_of
from node.store.access.oauth import App, Code
from node.text.richtext import clean_plain_field

#: Where a person copies the code by hand.
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
CODE_LASTS = 10 * MINUTE

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,60}")
#: Schemes that a browser would run or read from its own machine.
_DANGEROUS = frozenset({"about", "blob", "data", "file", "filesystem", "javascript", "vbscript", "view-source"})
_NAME_AT_MOST, _ADDRESS_AT_MOST, _ADDRESSES_AT_MOST = 60, 2_000, 20


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not, in the words of RFC 6749, section 4.1.2.1 and 5.2."""

    error: str
    description: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What an app asks a person for, as it stands in the address of the consent page."""

    client_id: str
    redirect_uri: str
    response_type: str
    scope: str
    challenge: str = ""
    challenge_method: str = ""

    @property
    def scopes(self) -> Sequence[str]:
        return read_scopes(self.scope) or ("read",)


def read_scopes(text: str) -> tuple[str, ...]:
    """Scopes parted by spaces, each once.

    >>> read_scopes("read  write read")
    ('read', 'write')
    """
    return tuple(dict.fromkeys(text.split()))


# -- apps -----------------------------------------------------------------------------------------------------------


def register_app(
    conn: Connection, unit: Unit, *, name: str, redirect_uris: Sequence[str], scopes: Sequence[str], website: str = ""
) -> tuple[App, str]:
    """A new app and its secret. Raises ``Invalid`` with the path of everything that is wrong.

    Its name is shown below posts, by other apps as well, some of which take it for HTML (HTM12).
    """
    name, website = clean_plain_field(name).strip(), website.strip()
    if problems := _problems_of_app(name, redirect_uris, scopes, website):
        raise Invalid(problems=problems)
    secret = secrets.token_urlsafe(32)
    app = App(unit.ids.new(), secrets.token_urlsafe(32), hash_of(secret), name, website, redirect_uris, scopes)
    oauth.insert_app(conn, app, unit.now)
    return app, secret


def _problems_of_app(name: str, redirect_uris: Sequence[str], scopes: Sequence[str], website: str) -> Sequence[Problem]:
    problems = []
    if not 0 < len(name) <= _NAME_AT_MOST:
        problems.append(Problem("$.client_name", f"1 to {_NAME_AT_MOST} characters", f"{len(name)}"))
    if not 0 < len(redirect_uris) <= _ADDRESSES_AT_MOST:
        found = f"{len(redirect_uris)}"
        problems.append(Problem("$.redirect_uris", f"1 to {_ADDRESSES_AT_MOST} addresses", found))
    wrong = [uri for uri in redirect_uris if not is_redirect(uri)]
    problems += [Problem("$.redirect_uris", "an absolute address without fragment", uri[:100]) for uri in wrong[:3]]
    unknown = [scope for scope in scopes if scope not in SCOPES]
    problems += [Problem("$.scopes", "scopes that this node knows", scope[:60]) for scope in unknown[:3]]
    if website and not (website.startswith(("https://", "http://")) and len(website) <= _ADDRESS_AT_MOST):
        problems.append(Problem("$.website", "an address of the web", website[:100]))
    return problems


def is_redirect(uri: str) -> bool:
    """Whether an app may be sent to this address: any scheme that only opens a page or an app, no fragment.

    >>> is_redirect("org.app://callback"), is_redirect("javascript:alert(1)"), is_redirect("https://a.example/#x")
    (True, False, False)
    """
    if uri == OUT_OF_BAND:
        return True
    if len(uri) > _ADDRESS_AT_MOST or not uri.isascii() or not uri.isprintable() or " " in uri or "#" in uri:
        return False
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    if not _SCHEME.fullmatch(parts.scheme) or parts.scheme in _DANGEROUS:
        return False
    return bool(parts.netloc) if parts.scheme in {"http", "https"} else len(uri) > len(parts.scheme) + 1


def find_client(conn: Connection, client_id: str, secret: str) -> App | None:
    """The app that proves itself by its secret."""
    app = oauth.find_app(conn, client_id)
    good = hmac.compare_digest(hash_of(secret), app.secret_hash if app else hash_of(""))
    return app if app is not None and good else None


# -- consent --------------------------------------------------------------------------------------------------------


def find_asking(conn: Connection, asked: Asked) -> App | None:
    """The app that asks, if it is known and the answer goes where it registered; nothing else is answered (AUT1)."""
    app = oauth.find_app(conn, asked.client_id)
    return app if app is not None and asked.redirect_uri in app.redirect_uris else None


def refuse_asked(asked: Asked, app: App) -> Refusal | None:
    """Why this cannot even be asked, if so; the app is told at its own address."""
    if asked.response_type != "code":
        return Refusal("unsupported_response_type", "Only the authorization code flow is offered.")
    if not _are_within(asked.scopes, app.scopes):
        return Refusal("invalid_scope", "The app asks for more than it registered.")
    if (asked.challenge or asked.challenge_method) and (
        asked.challenge_method != "S256" or not _CHALLENGE.fullmatch(asked.challenge)
    ):
        return Refusal("invalid_request", "The code challenge must be one of the method S256.")
    return None


def _are_within(scopes: Collection[str], granted: Collection[str]) -> bool:
    return all(scope in SCOPES and covers(granted, scope) for scope in scopes)


def give_code(conn: Connection, unit: Unit, app: App, asked: Asked, actor_id: int) -> str:
    """The code for what a person agreed to."""
    text = secrets.token_urlsafe(32)
    code = Code(hash_of(text), app.id, actor_id, asked.redirect_uri, asked.scopes, asked.challenge, unit.now, None, "")
    oauth.insert_code(conn, code)
    return text


# -- tokens ---------------------------------------------------------------------------------------------------------

_BAD_CODE = Refusal("invalid_grant", "The code is not valid, or not any more, or was given for something else.")


def change_code(
    conn: Connection, unit: Unit, app: App, *, code: str, redirect_uri: str, verifier: str
) -> tuple[str, Sequence[str]] | Refusal:
    """A token and its scopes for a code. A code that was used before also ends the token that it gave (AUT2)."""
    found = oauth.find_code(conn, code)
    if found is None or found.app_id != app.id:
        return _BAD_CODE
    if found.used_at is not None:
        oauth.delete_token(conn, found.token_hash)
        return _BAD_CODE
    if unit.now - found.created_at > CODE_LASTS or redirect_uri != found.redirect_uri:
        return _BAD_CODE
    if not _is_answered(found.challenge, verifier):
        return _BAD_CODE
    account, token = accounts.load_account(conn, found.actor_id), secrets.token_urlsafe(32)
    if (
        account is None
        or account.state != ACTIVE
        or not oauth.use_code(conn, found.code_hash, hash_of(token), unit.now)
    ):
        return _BAD_CODE
    oauth.insert_app_token(conn, token, app, found.actor_id, found.scopes, unit.now)
    return token, found.scopes


def _is_answered(challenge: str, verifier: str) -> bool:
    """Whether the verifier is that of the challenge (RFC 7636, section 4.6); none may come where none is asked for."""
    if not challenge:
        return not verifier
    if not _VERIFIER.fullmatch(verifier):
        return False
    made = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(made.encode(), challenge.encode(errors="replace"))


def give_app_token(conn: Connection, unit: Unit, app: App, scope: str) -> tuple[str, Sequence[str]] | Refusal:
    """A token of the app itself (client_credentials)."""
    scopes, token = read_scopes(scope) or ("read",), secrets.token_urlsafe(32)
    if not _are_within(scopes, app.scopes):
        return Refusal("invalid_scope", "The app asks for more than it registered.")
    oauth.insert_app_token(conn, token, app, None, scopes, unit.now)
    return token, scopes


def revoke(conn: Connection, app: App, token: str) -> None:
    """End a token of this app; one of another app, or none, changes nothing and is told nothing (RFC 7009)."""
    oauth.delete_token(conn, hash_of(token), app_id=app.id)
