"""``/sign-in`` and ``/sign-out``: user name or e-mail, a password, and a session under a cookie."""

from urllib.parse import quote

from aiohttp import web
from sqlalchemy import Connection

from node import log
from node.sentences import Sentence, sentences
from node.services.access import passwords
from node.services.context import Unit
from node.services.news import letters, mailing
from node.state import NODE
from node.store.access import accounts
from node.store.access.accounts import Account
from web import sessions
from web.account import second_step, throttle
from web.design.frame import html, page_of
from web.design.page import Notice
from web.design.parts import Link
from web.pages.views import SignInView

_WRONG = Sentence("This name and this password do not belong together.")
_FOR_APP = Sentence("An app asks who you are. Sign in with the account that it shall use.")
_DONE = sentences(
    {
        "reset": "Your new password is set. Sign in with it.",
        "confirmed": "Your address is confirmed. Now you can sign in.",
    }
)
_FAILED = sentences(
    {
        "unlinked": "You have unlinked the organisation's sign-in. Sign in with your password; you can link it again "
        "in your settings.",
        "away": "The organisation's sign-in cannot be reached right now.",
        "failed": "Signing in there did not work. Please try again.",
        "unknown": "You are known there, but nobody here has that address as confirmed by it.",
    }
)
_WAITS = sentences(
    {
        accounts.UNCONFIRMED: "Please follow the link in the mail that we sent you. Another one is on its way.",
        accounts.PENDING: "An administrator has not decided about your account yet.",
    }
)
_AGAIN = Sentence("Please show again that it is you: for this, signing in must not be longer ago than an hour.")


async def show_sign_in(request: web.Request) -> web.Response:
    next_path = sessions.own_path(request.query.get("next", "/"))
    session = sessions.session_of(request)
    for_app = request.query.get("again") == "app"
    reason = _FOR_APP if for_app else _AGAIN if "again" in request.query else ""
    return _form(request, next_path, login=session.username if session and not for_app else "", reason=reason)


async def sign_in(request: web.Request) -> web.Response:
    """The same answer and the same work whether or not there is such an account (AUT9)."""
    fields = await sessions.read_form(request, sessions.stranger_token(request))
    next_path, login = sessions.own_path(fields.get("next", "/")), fields.get("login", "").strip()
    throttle.check_address(request)
    account = await _account_behind(request, login, fields.get("password", ""))
    if account is None:
        log.event("sign_in.refused", login=login)
        return _form(request, next_path, login=login, error=_WRONG, status=422)
    if account.state in _WAITS:
        return await _still_waiting(request, next_path, login, account)
    return await second_step.go_on(request, account, next_path)


async def _still_waiting(request: web.Request, next_path: str, login: str, account: Account) -> web.Response:
    """Somebody who gave the right password is told what is missing."""
    node = request.app[NODE]
    if account.state == accounts.UNCONFIRMED and throttle.may_mail(request, account.username):
        await node.store.write(_send_link, node.unit(), account.username)
    return _form(request, next_path, login=login, error=_WAITS[account.state], status=422)


def _send_link(conn: Connection, unit: Unit, login: str) -> None:
    mailing.ask_for(conn, unit, letters.CONFIRM, login=login)


async def sign_out(request: web.Request) -> web.Response:
    await sessions.read_form(request)
    response = web.Response(status=303, headers={"Location": "/"})
    await sessions.end_session(request, response)
    return response


async def _account_behind(request: web.Request, login: str, password: str) -> Account | None:
    """Whoever this is, unless the name, the password or the state of the account is wrong."""
    node = request.app[NODE]
    found = await node.store.read(accounts.find_account, login)
    key = str(found.actor_id) if found else login.lower()
    if not await throttle.is_right_password(request, key, found.password_hash if found else None, password):
        return None
    assert found is not None
    if passwords.is_outdated(found.password_hash):
        made = await passwords.hash_in_thread(password)
        await node.store.write(accounts.rehash, found.actor_id, found.password_hash, made)
    return found if found.state == accounts.ACTIVE or found.state in _WAITS else None


def _links(request: web.Request, next_path: str) -> tuple[Link, ...]:
    """Other ways in."""
    config = request.app[NODE].config
    links = [Link(label=Sentence("Forgot your password?"), href="/forgot")]
    if config.registrations.mode != "closed":
        links.insert(0, Link(label=Sentence("Make an account"), href="/join"))
    if config.oidc.issuer:
        again = "&again=1" if "again" in request.query else ""
        label = Sentence("Sign in with {name}", name=config.oidc.label or config.node.name)
        links.insert(0, Link(label=label, href=f"/sign-in/organisation?next={quote(next_path)}{again}"))
    return tuple(links)


def _form(
    request: web.Request, next_path: str, *, login: str = "", error: str = "", reason: str = "", status: int = 200
) -> web.Response:
    secret = sessions.form_secret(request)
    failed = _FAILED.get(request.query.get("organisation", ""), "")
    done = next((sentence for word, sentence in _DONE.items() if word in request.query), "")
    notice = Notice(text=done) if done else None
    view = SignInView(
        page=page_of(request, "/sign-in", title=Sentence("Sign in"), quiet=True, noindex=True, notice=notice),
        action="/sign-in",
        csrf=sessions.form_token(secret),
        next_path=next_path,
        login=login,
        error=error or failed,
        reason=reason,
        links=_links(request, next_path),
    )
    response = html(request, view, status)
    sessions.set_cookie(request, response, secret, suffix="-form")
    return response
