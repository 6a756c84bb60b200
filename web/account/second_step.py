"""``/sign-in/code``: the second step of signing in, for accounts with a second factor.

Between the steps the browser carries a sealed note of who gave the right password; the node keeps nothing.
"""

import base64
from dataclasses import dataclass
from urllib.parse import quote

import orjson
from aiohttp import web
from sqlalchemy import Connection

from node import log
from node.clock import MINUTE
from node.errors import ConfigurationRefused
from node.secretbox import SecretBox
from node.sentences import Sentence
from node.services.access import credentials
from node.services.context import Unit
from node.state import NODE
from node.store.access import accounts, second_factors
from node.store.access.accounts import Account
from web import sessions
from web.account import throttle
from web.account.views import SecondStepView
from web.design.frame import html, page_of

PATH = "/sign-in/code"
_NOTE, _PURPOSE, _LASTS = "-step", "second step", 10 * MINUTE
_WRONG = Sentence("This code is not right, or it was used before.")


@dataclass(frozen=True, slots=True)
class _Step:
    actor_id: int
    next_path: str
    made_at: int


async def go_on(request: web.Request, account: Account, next_path: str) -> web.Response:
    """After the first proof: a session, or the second step where the account has one."""
    node = request.app[NODE]
    if await node.store.read(second_factors.find_factor, account.actor_id) is None:
        return await _sign_in(request, account, next_path)
    response = web.Response(status=303, headers={"Location": PATH})
    note = orjson.dumps([account.actor_id, next_path, node.clock.now()])
    sealed = base64.urlsafe_b64encode(node.config.secret_box.seal(note, purpose=_PURPOSE)).decode()
    sessions.set_cookie(request, response, sealed, suffix=_NOTE)
    return response


async def show_step(request: web.Request) -> web.Response:
    if _step_of(request) is None:
        return _to_the_beginning()
    return _form(request)


async def check_step(request: web.Request) -> web.Response:
    fields = await sessions.read_form(request, sessions.stranger_token(request))
    step, node = _step_of(request), request.app[NODE]
    if step is None:
        return _to_the_beginning()
    throttle.check_address(request)
    throttle.count_try(request, f"code {step.actor_id}")
    box, code = node.config.secret_box, fields.get("code", "")[:40]
    account = await node.store.write(_check, node.unit(), box, step, code)
    if account is None:
        log.event("sign_in.refused", step="code")
        return _form(request, error=_WRONG, status=422)
    throttle.forget_try(request, f"code {step.actor_id}")
    response = await _sign_in(request, account, step.next_path)
    sessions.drop_cookie(request, response, suffix=_NOTE)
    return response


def _check(conn: Connection, unit: Unit, box: SecretBox, step: _Step, code: str) -> Account | None:
    """The account, for a right code. A password that has been replaced since the first step proves nothing."""
    account = accounts.load_account(conn, step.actor_id)
    if account is None or account.state != accounts.ACTIVE:
        return None
    if accounts.has_new_password(conn, step.actor_id, step.made_at):
        return None
    return account if credentials.is_second_factor(conn, unit, box, step.actor_id, code) else None


async def _sign_in(request: web.Request, account: Account, next_path: str) -> web.Response:
    response = web.Response(status=303, headers={"Location": next_path})
    await sessions.begin_session(request, response, account.actor_id)
    log.event("sign_in.done", account=account.username)
    return response


def _step_of(request: web.Request) -> _Step | None:
    """Who gave the right password a short while ago in this browser."""
    sealed = request.cookies.get(sessions.cookie_name(request.app[NODE].config, _NOTE), "")
    try:
        note = request.app[NODE].config.secret_box.open(base64.urlsafe_b64decode(sealed), purpose=_PURPOSE)
    except (ConfigurationRefused, ValueError):
        return None
    actor_id, next_path, made_at = orjson.loads(note)
    return _Step(actor_id, next_path, made_at) if request.app[NODE].clock.now() - made_at <= _LASTS else None


def _to_the_beginning() -> web.Response:
    return web.Response(status=303, headers={"Location": f"/sign-in?next={quote('/')}"})


def _form(request: web.Request, *, error: str = "", status: int = 200) -> web.Response:
    secret = sessions.form_secret(request)
    view = SecondStepView(
        page=page_of(request, PATH, title=Sentence("One more step"), quiet=True, noindex=True),
        action=PATH,
        csrf=sessions.form_token(secret),
        error=error,
    )
    response = html(request, view, status)
    sessions.set_cookie(request, response, secret, suffix="-form")
    return response
