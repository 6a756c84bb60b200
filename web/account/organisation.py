"""``/sign-in/organisation``: signing in with the account that people have at the organisation (``[oidc]``).

An identity there is tied to an account here by the pair of issuer and subject. The first time, an account of the same
address is taken if the provider has verified it and nobody there was tied to it yet, since organisations give the
addresses of people who left to others; else none. A new one is made where the configuration says so.
"""

import asyncio
import base64
import re
import secrets

import orjson
from aiohttp import web
from sqlalchemy import Connection

from federation.actors.members import NewMember, create_member, prepare_member
from federation.openid import Person, Provider
from federation.state import FEDERATION
from node import log
from node.clock import MINUTE
from node.errors import ConfigurationRefused, Conflict, Forbidden, Invalid, NotFound, RemoteError, Unavailable
from node.services import audit
from node.services.context import Unit
from node.state import NODE
from node.store.access import accounts, identities
from node.store.access.accounts import Account
from node.store.people import actors
from web import sessions
from web.account import second_step, throttle

PATH = "/sign-in/organisation"
BACK = f"{PATH}/back"
_NOTE, _PURPOSE, _LASTS = "-oidc", "sign-in of the organisation", 15 * MINUTE
_NAMES_TRIED = 50


async def start(request: web.Request) -> web.Response:
    """To the provider, with a sealed note of what to expect back in the browser."""
    provider, next_path = _provider(request), sessions.own_path(request.query.get("next", "/"))
    throttle.check_address(request)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        url = await provider.authorization_url(
            state=state, nonce=nonce, verifier=verifier, again="again" in request.query
        )
    except (RemoteError, Unavailable) as error:
        return _failed(request, next_path, "away", error)
    note = orjson.dumps([state, nonce, verifier, next_path, request.app[NODE].clock.now()])
    response = web.Response(status=303, headers={"Location": url, "Cache-Control": "no-store"})
    sealed = base64.urlsafe_b64encode(request.app[NODE].config.secret_box.seal(note, purpose=_PURPOSE)).decode()
    sessions.set_cookie(request, response, sealed, suffix=_NOTE)
    return response


async def finish(request: web.Request) -> web.StreamResponse:
    """Back from the provider. Only the browser that was sent there gets in, once, for what it was sent for."""
    provider, node = _provider(request), request.app[NODE]
    note = _note_of(request)
    if note is None or not secrets.compare_digest(note[0].encode(), request.query.get("state", "").encode()):
        return _failed(request, "/", "failed", None)
    state, nonce, verifier, next_path = note
    throttle.count_try(request, f"state {state}")  # a note that is shown again costs the provider a request each time
    if "code" not in request.query:
        return _failed(request, next_path, "failed", None)
    try:
        person = await provider.exchange(request.query["code"], nonce=nonce, verifier=verifier)
    except (RemoteError, Unavailable) as error:
        return _failed(request, next_path, "failed", error)
    try:
        account = await node.store.write(_known, node.unit(), person)
    except Forbidden:
        return _failed(request, next_path, "unlinked", None)
    if account is None and node.config.oidc.create_accounts and person.email:
        account = await _create(request, person)
    if account is None or account.state != accounts.ACTIVE:
        return _failed(request, next_path, "unknown", None)
    response = await second_step.go_on(request, account, next_path)
    sessions.drop_cookie(request, response, suffix=_NOTE)
    return response


def _provider(request: web.Request) -> Provider:
    found = request.app[FEDERATION].openid
    if found is None:
        raise NotFound
    return found


def _note_of(request: web.Request) -> tuple[str, str, str, str] | None:
    sealed = request.cookies.get(sessions.cookie_name(request.app[NODE].config, _NOTE), "")
    try:
        opened = request.app[NODE].config.secret_box.open(base64.urlsafe_b64decode(sealed), purpose=_PURPOSE)
    except (ConfigurationRefused, ValueError):
        return None
    *note, made_at = orjson.loads(opened)
    return tuple(note) if request.app[NODE].clock.now() - made_at <= _LASTS else None


def _failed(request: web.Request, next_path: str, why: str, error: Exception | None) -> web.Response:
    log.event("sign_in.refused", level=log.WARNING if error else log.INFO, step="organisation", reason=why, error=error)
    location = f"{sessions.sign_in_path(next_path)}&organisation={why}"
    response = web.Response(status=303, headers={"Location": location})
    sessions.drop_cookie(request, response, suffix=_NOTE)
    return response


# -- whose account --------------------------------------------------------------------------------------------------


def _known(conn: Connection, unit: Unit, person: Person) -> Account | None:
    """The account behind an identity; the first time the one of the same verified address.

    Raises Forbidden for one that its owner has unlinked: it is not linked again by an address.
    """
    known = identities.find(conn, person.issuer, person.subject)
    if known is not None and known.unlinked_at is not None:
        raise Forbidden
    if known is not None:
        identities.touch(conn, person.issuer, person.subject, unit.now)
        return accounts.load_account(conn, known.actor_id)
    account = accounts.find_account(conn, person.email) if person.email else None
    if account is None or account.state != accounts.ACTIVE:
        return account
    if any(each.issuer == person.issuer for each in identities.load_of(conn, account.actor_id)):
        return None
    _link(conn, unit, person, account.actor_id)
    return account


def _link(conn: Connection, unit: Unit, person: Person, actor_id: int) -> None:
    identities.link(conn, person.issuer, person.subject, actor_id, unit.now)
    uri = actors.load_actors_by_id(conn, [actor_id])[actor_id].uri
    audit.record(conn, unit, uri, "identity.link", uri, after={"issuer": person.issuer})


async def _create(request: web.Request, person: Person) -> Account | None:
    """A new account under a user name that is free; without a password."""
    node = request.app[NODE]
    unit = node.unit()
    try:
        username = await node.store.read(_free_name, person)
        member = await asyncio.to_thread(
            prepare_member,
            unit,
            request.app[NODE].config.secret_box,
            username=username,
            email=person.email,
            password=None,
            name=person.name,
        )
        return await node.store.write(_make, unit, person, member)
    except (Conflict, Invalid) as error:
        log.event("sign_in.refused", level=log.WARNING, step="organisation", error=error)
        return None


def _make(conn: Connection, unit: Unit, person: Person, member: NewMember) -> Account | None:
    made = create_member(conn, unit, member)
    _link(conn, unit, person, made.id)
    return accounts.load_account(conn, made.id)


def _free_name(conn: Connection, person: Person) -> str:
    """A user name like the one at the organisation, with a number where it is taken."""
    told = person.username.partition("@")[0] or person.email.partition("@")[0]
    wanted = re.sub(r"[^a-z0-9_]+", "_", told.lower()).strip("_")[:26] or "member"
    names = [wanted, *(f"{wanted}_{number}" for number in range(2, _NAMES_TRIED))]
    return next((name for name in names if actors.find_local_actor(conn, name) is None), wanted)
