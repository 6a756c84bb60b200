"""``/forgot`` and ``/reset``: a new password by a link that comes by mail, or from an administrator (AUT10)."""

from aiohttp import web
from sqlalchemy import Connection

from node import log
from node.errors import Invalid
from node.sentences import Sentence
from node.services.access import credentials, passwords
from node.services.context import Unit
from node.services.news import letters, mailing
from node.state import NODE
from node.store.access import mailed_links
from web import sessions
from web.account import throttle
from web.account.views import ForgotView, NewPasswordView
from web.design.frame import html, page_of

FORGOT, RESET = "/forgot", "/reset"


async def show_forgot(request: web.Request) -> web.Response:
    return _forgot(request)


async def ask_for_link(request: web.Request) -> web.Response:
    """The same answer and the same work whether or not anybody has this name or address."""
    fields, node = await sessions.read_form(request, sessions.stranger_token(request)), request.app[NODE]
    if not node.config.mail.host:
        return _forgot(request)
    login = fields.get("login", "").strip()[:254]
    throttle.check_address(request)
    if throttle.may_mail(request, login) and login:
        await node.store.write(_ask, node.unit(), login)
    log.event("password.forgotten")
    return _forgot(request, sent=True)


def _ask(conn: Connection, unit: Unit, login: str) -> None:
    mailing.ask_for(conn, unit, letters.RESET, login=login)


async def show_reset(request: web.Request) -> web.Response:
    ticket, node = request.query.get("ticket", ""), request.app[NODE]
    if await node.store.read(mailed_links.find_link, ticket, mailed_links.RESET, node.clock.now()) is None:
        return _forgot(request, is_dead=True)
    return _reset(request, ticket)


async def reset(request: web.Request) -> web.Response:
    """A new password; everything that was signed in with the old one ends, and a second factor stays."""
    fields, node = await sessions.read_form(request, sessions.stranger_token(request)), request.app[NODE]
    ticket = fields.get("ticket", "")
    try:
        passwords.check_strength(fields.get("password", ""))
    except Invalid as error:
        return _reset(request, ticket, error.public)
    if await node.store.read(mailed_links.find_link, ticket, mailed_links.RESET, node.clock.now()) is None:
        return _forgot(request, is_dead=True)
    hashed = await passwords.hash_in_thread(fields["password"])
    if not await node.store.write(_set, node.unit(), ticket, hashed):
        return _forgot(request, is_dead=True)
    log.event("password.reset")
    return web.Response(status=303, headers={"Location": "/sign-in?reset"})


def _set(conn: Connection, unit: Unit, ticket: str, hashed: str) -> bool:
    """Whether the link was still good."""
    link = mailed_links.take_link(conn, ticket, mailed_links.RESET, unit.now)
    if link is None or link.actor_id is None:
        return False
    credentials.change_password(conn, unit, link.actor_id, hashed)
    return True


def _forgot(request: web.Request, *, sent: bool = False, is_dead: bool = False) -> web.Response:
    """Where to ask for a link; ``is_dead``: somebody came with one that does not work any more."""
    config, secret = request.app[NODE].config, sessions.form_secret(request)
    view = ForgotView(
        page=page_of(request, FORGOT, title=Sentence("Forgot your password?"), quiet=True, noindex=True),
        action=FORGOT,
        csrf=sessions.form_token(secret),
        by_mail=bool(config.mail.host),
        contact=config.node.contact,
        sent=sent,
        is_dead=is_dead,
    )
    response = html(request, view, 404 if is_dead else 200)
    sessions.set_cookie(request, response, secret, suffix="-form")
    return response


def _reset(request: web.Request, ticket: str, error: str = "") -> web.Response:
    secret = sessions.form_secret(request)
    view = NewPasswordView(
        page=page_of(request, RESET, title=Sentence("A new password"), quiet=True, noindex=True),
        action=RESET,
        csrf=sessions.form_token(secret),
        ticket=ticket,
        error=error,
    )
    response = html(request, view, 422 if error else 200)
    sessions.set_cookie(request, response, secret, suffix="-form")
    return response
