"""``/settings/security``: password, address, second factor, the organisation's sign-in, open sessions (AUT8)."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node import log
from node.errors import Conflict, Forbidden, Invalid
from node.sentences import Sentence, sentences
from node.services.access import addresses, credentials, passwords
from node.services.context import Unit
from node.state import NODE
from node.store.access import accounts, identities, second_factors
from node.store.access import sessions as browsers
from node.store.access.accounts import Account
from node.store.access.identities import Identity
from node.store.access.second_factors import SecondFactor
from node.store.access.sessions import OpenSession, Session
from web import sessions
from web.account import throttle
from web.account.agents import name_of
from web.account.views import RecoveryCodesView, SecurityView, SessionRow
from web.design.frame import done, html, page_of

PATH = "/settings/security"
FACTOR_PATH = "/settings/second-factor"
_WRONG = Sentence("This is not your password.")
_SAID = sentences(
    {
        "password": "Your password has been changed, and you have been signed out everywhere else.",
        "factor": "The second factor has been taken away.",
        "ended": "That browser has been signed out.",
        "asked": "If nobody else has this address, a mail with a link is on its way to it. The link works for an hour.",
        "unlinked": "The organisation's sign-in no longer opens your account, and you have been signed out elsewhere.",
        "linked": "The organisation's sign-in opens your account again.",
    }
)


async def show_security(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    return await _page(request, session)


async def change_password(request: web.Request) -> web.Response:
    """The current password, then the new one. This browser stays signed in, under a new cookie."""
    session, node = sessions.require_person(request), request.app[NODE]
    sent = await sessions.read_form(request)
    if not await confirm(request, session, sent.get("current", "")):
        return await _page(request, session, status=422, current_error=_WRONG)
    try:
        hashed = await passwords.hash_in_thread(sent.get("password", ""))
    except Invalid as error:
        return await _page(request, session, status=422, password_error=error.public)
    keep = "keep_apps" in sent
    await node.store.write(credentials.change_password, node.unit(), session.actor_id, hashed, keep_apps=keep)
    log.event("password.changed", account=session.username)
    return await back(request, session, "password")


async def ask_for_address(request: web.Request) -> web.Response:
    """A link to the new address; the same answer whether or not somebody else has it."""
    session, node = sessions.require_person(request), request.app[NODE]
    sent = await sessions.read_form(request)
    if not node.config.mail.host:
        raise Forbidden
    if not await confirm(request, session, sent.get("email-current", "")):
        return await _page(request, session, status=422, email_current_error=_WRONG)
    try:
        address = addresses.read(sent.get("email", ""))
    except Invalid as error:
        return await _page(request, session, status=422, email_error=error.public)
    if throttle.may_mail(request, session.username) and throttle.may_mail(request, address):
        await node.store.write(_ask_for_address, node.unit(), session.actor_id, address)
    return done(PATH, "asked")


def _ask_for_address(conn: Connection, unit: Unit, actor_id: int, address: str) -> None:
    account = accounts.load_account(conn, actor_id)
    if account is not None:
        addresses.ask(conn, unit, account, address)


async def set_identity(request: web.Request) -> web.Response:
    """Whether the organisation's sign-in opens the account."""
    session, node = sessions.require_person(request), request.app[NODE]
    sent = await sessions.read_form(request)
    if not await confirm(request, session, sent.get("identity-current", "")):
        return await _page(request, session, status=422, identity_error=_WRONG)
    if sent.get("link"):
        await node.store.write(credentials.link_identities, node.unit(), session.actor_id)
        return done(PATH, "linked")
    try:
        await node.store.write(credentials.unlink_identities, node.unit(), session.actor_id)
    except Conflict as error:
        return await _page(request, session, status=409, identity_error=error.public)
    log.event("identity.unlinked", account=session.username)
    return await back(request, session, "unlinked")


async def drop_factor(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    sent = await sessions.read_form(request)
    if not await confirm(request, session, sent.get("factor-current", "")):
        return await _page(request, session, status=422, factor_error=_WRONG)
    await node.store.write(credentials.drop_factor, node.unit(), session.actor_id)
    log.event("second_factor.removed", account=session.username)
    return await back(request, session, "factor")


async def renew_codes(request: web.Request) -> web.Response:
    session, node = sessions.require_person(request), request.app[NODE]
    sent = await sessions.read_form(request)
    if not await confirm(request, session, sent.get("factor-current", "")):
        return await _page(request, session, status=422, factor_error=_WRONG)
    if await node.store.read(second_factors.find_factor, session.actor_id) is None:
        raise Forbidden
    return show_codes(request, await node.store.write(credentials.renew_codes, node.unit(), session.actor_id))


async def end_session(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    sent = await sessions.read_form(request)
    await request.app[NODE].store.write(browsers.end_session, session.actor_id, sent.get("session", ""))
    return done(PATH, "ended")


# -- shared with the second factor's page ---------------------------------------------------------------------------


async def confirm(request: web.Request, session: Session, password: str) -> bool:
    """Whether the person gave her password; one who has none is sent to sign in, unless she did within the hour."""
    node = request.app[NODE]
    account = await node.store.read(accounts.load_account, session.actor_id)
    if account is None or not account.password_hash:
        if node.clock.now() - session.confirmed_at > sessions.CONFIRMED_FOR:
            raise web.HTTPSeeOther(sessions.sign_in_path(PATH, again=True))
        return True
    return await throttle.is_right_password(request, str(session.actor_id), account.password_hash, password)


async def back(request: web.Request, session: Session, what: str) -> web.Response:
    """To the page, in a new session: the one that asked has ended with all others."""
    response = done(PATH, what)
    await sessions.begin_session(request, response, session.actor_id)
    return response


def show_codes(request: web.Request, codes: Sequence[str]) -> web.Response:
    page = page_of(request, FACTOR_PATH, title=Sentence("Your recovery codes"), quiet=True, noindex=True)
    return html(request, RecoveryCodesView(page=page, codes=tuple(codes)))


_Loaded = tuple[Account | None, SecondFactor | None, list[OpenSession], list[Identity]]


def _load(conn: Connection, actor_id: int) -> _Loaded:
    return (
        accounts.load_account(conn, actor_id),
        second_factors.find_factor(conn, actor_id),
        browsers.list_sessions(conn, actor_id),
        identities.load_of(conn, actor_id),
    )


async def _page(request: web.Request, session: Session, *, status: int = 200, **errors: Any) -> web.Response:
    config = request.app[NODE].config
    account, factor, found, linked = await request.app[NODE].store.read(_load, session.actor_id)
    view = SecurityView(
        page=page_of(
            request, PATH, title=Sentence("Sign-in and security"), section="/settings", noindex=True, said=_SAID
        ),
        csrf=session.csrf,
        password_path=f"{PATH}/password",
        factor_path=FACTOR_PATH,
        drop_path=f"{FACTOR_PATH}/remove",
        renew_path=f"{FACTOR_PATH}/codes",
        end_path=f"{PATH}/sessions/end",
        email_path=f"{PATH}/email" if config.mail.host else "",
        identity_path=f"{PATH}/identity" if linked else "",
        email=account.email if account else "",
        contact=config.node.contact,
        organisation=config.oidc.label,
        is_linked=any(each.unlinked_at is None for each in linked),
        has_password=bool(account and account.password_hash),
        has_factor=factor is not None,
        codes_left=factor.recovery_codes if factor else 0,
        sessions=tuple(_row(request, each) for each in found),
        **errors,
    )
    return html(request, view, status)


def _row(request: web.Request, found: OpenSession) -> SessionRow:
    return SessionRow(
        token=found.token_hash,
        browser=name_of(found.agent),
        since_at=found.created_at,
        used_at=found.used_at,
        is_this=sessions.is_this_session(request, found.token_hash),
    )
