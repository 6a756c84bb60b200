"""Making an account from an app, and asking for its mail again."""

import asyncio
import secrets
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.actors import joining as rules
from federation.actors.joining import Door
from federation.actors.members import NewMember, prepare_member
from node.errors import Conflict, Forbidden, Invalid, Problem, Unauthenticated
from node.services.access.passwords import check_strength
from node.services.context import Unit
from node.services.news import letters, mailing
from node.state import NODE
from node.store.access import accounts, joining, oauth
from node.store.access.accounts import UNCONFIRMED
from node.store.access.tokens import Token
from web.account import throttle
from web.account.join import check_rate, door_of
from web.client_api.answers import answer, empty
from web.client_api.callers import require_token
from web.client_api.parameters import Parameters, read_parameters
from web.tokens import bearer_of

_FIELDS = ("username", "email", "password", "agreement", "reason")


async def register(request: web.Request) -> web.Response:
    """``POST /api/v1/accounts`` with the token of an app: a token that works once the account is active."""
    app_token, values, node = (
        await require_token(request, "write:accounts"),
        await read_parameters(request),
        request.app[NODE],
    )
    if app_token.app_id is None or app_token.actor_id is not None:
        raise Forbidden("This method requires a client credential token")
    door, unit, invitation = door_of(request), node.unit(), values.text("invite_code") or ""
    await node.store.read(rules.refuse, unit, door, invitation)
    check_rate(request)
    try:
        member = await asyncio.to_thread(_prepare, unit, request, values)
        made = await node.store.write(_join, unit, door, member, app_token, invitation, values)
    except Invalid as error:
        return _refused(error.problems)
    except Conflict as error:
        field = "email" if "e-mail" in error.public else "username"
        return _refused([Problem(f"$.{field}", "something that is not taken", "ERR_TAKEN")], error.public)
    told = {"access_token": made, "token_type": "Bearer", "scope": " ".join(sorted(app_token.scopes))}
    return answer({**told, "created_at": unit.now // 1000})


def _prepare(unit: Unit, request: web.Request, values: Parameters) -> NewMember:
    if not values.flag("agreement"):
        raise Invalid(problems=[Problem("$.agreement", "that the rules are accepted", "ERR_ACCEPTED")])
    password = values.text("password") or ""
    check_strength(password)
    username, email = values.text("username") or "", values.text("email") or ""
    return prepare_member(unit, request.app[NODE].config.secret_box, username=username, email=email, password=password)


def _join(
    conn: Connection,
    unit: Unit,
    door: Door,
    member: NewMember,
    app_token: Token,
    invitation: str,
    values: Parameters,
) -> str:
    reason, language = values.text("reason") or "", (values.text("locale") or "")[:35]
    person, _state = rules.join(conn, unit, door, member, invitation=invitation, reason=reason, language=language)
    made = secrets.token_urlsafe(32)
    app = oauth.load_apps(conn, [app_token.app_id or 0])[app_token.app_id or 0]
    oauth.insert_app_token(conn, made, app, person.id, sorted(app_token.scopes), unit.now)
    return made


def _refused(problems: Any, sentence: str = "") -> web.Response:
    """422, with what is wrong with each field in the words that apps know."""
    details: dict[str, list[dict[str, str]]] = {}
    for problem in problems:
        field = problem.path.removeprefix("$.")
        code = problem.found if problem.found.startswith("ERR_") else "ERR_INVALID"
        if field in _FIELDS:
            details.setdefault(field, []).append({"error": code, "description": f"must be {problem.expected}"})
    told = sentence or "; ".join(
        f"{problem.path.removeprefix('$.')}: expected {problem.expected}" for problem in problems
    )
    return answer({"error": f"Validation failed: {told}", "details": details}, status=422)


async def send_again(request: web.Request) -> web.Response:
    """``POST /api/v1/emails/confirmations`` with the token of an account that is not confirmed."""
    node, text = request.app[NODE], bearer_of(request)
    waiting = await node.store.read(joining.find_waiting, text) if text else None
    if waiting is None:
        await require_token(request)
        raise Forbidden("This method is only available while the e-mail is awaiting confirmation")
    actor_id, state = waiting
    if state != UNCONFIRMED:
        raise Forbidden("Your login is currently pending approval")
    await node.store.write(_send_again, node.unit(), request, actor_id)
    return empty()


def _send_again(conn: Connection, unit: Unit, request: web.Request, actor_id: int) -> None:
    account = accounts.load_account(conn, actor_id)
    if account is None:
        raise Unauthenticated
    if throttle.may_mail(request, account.username):
        mailing.ask_for(conn, unit, letters.CONFIRM, login=account.username)


ROUTES = [
    web.post("/api/v1/accounts", register, name="client-accounts-register"),
    web.post("/api/v1/emails/confirmations", send_again, name="client-emails-confirmations"),
]
