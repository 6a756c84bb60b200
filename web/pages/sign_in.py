"""``/sign-in`` and ``/sign-out``: user name or e-mail, a password, and a session under a cookie."""

from aiohttp import web

from node import log
from node.services import passwords
from node.state import NODE
from node.store import accounts
from node.store.accounts import Account
from web import sessions
from web.account import second_step, throttle
from web.pages.frame import html, page_of
from web.pages.views import SignInView

_WRONG = "This name and this password do not belong together."
_FOR_APP = "An app asks who you are. Sign in with the account that it shall use."
_AGAIN = "Please give your password again: the administration asks for it every hour."


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
    return await second_step.go_on(request, account, next_path)


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
        await node.store.write(accounts.rehash, found.actor_id, await passwords.hash_in_thread(password))
    return found if found.state == accounts.ACTIVE else None


def _form(
    request: web.Request, next_path: str, *, login: str = "", error: str = "", reason: str = "", status: int = 200
) -> web.Response:
    secret = sessions.form_secret(request)
    view = SignInView(
        page=page_of(request, "/sign-in", title="Sign in", quiet=True, noindex=True),
        action="/sign-in",
        csrf=sessions.form_token(secret),
        next_path=next_path,
        login=login,
        error=error,
        reason=reason,
    )
    response = html(request, view, status)
    sessions.set_cookie(request, response, secret, suffix="-form")
    return response
