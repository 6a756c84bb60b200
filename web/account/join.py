"""``/join`` and ``/confirm``: an account for oneself, and proof that its address is one's own."""

import asyncio
from collections.abc import Mapping

from aiohttp import web
from sqlalchemy import Connection

from federation.actors import joining
from federation.actors.joining import Door
from node import log
from node.errors import Conflict, Invalid, NotFound, RateLimited
from node.ratelimit import key_of_address
from node.sentences import Sentence
from node.services.context import Unit
from node.state import NODE, address_of
from node.store.access import accounts, mailed_links
from web import sessions
from web.account import member_form
from web.account.views import ConfirmView, JoinedView, JoinView
from web.design.frame import html, language_of, page_of
from web.design.parts import Field
from web.state import WEB

JOIN, CONFIRM = "/join", "/confirm"


def door_of(request: web.Request) -> Door:
    config = request.app[NODE].config
    return Door(config.registrations.mode, bool(config.mail.host), opens_by_address=bool(config.oidc.issuer))


async def show_join(request: web.Request) -> web.Response:
    invitation, node = request.query.get("invite", ""), request.app[NODE]
    await node.store.read(joining.refuse, node.unit(), door_of(request), invitation)
    return _form(request, {"invite": invitation}, {})


async def join(request: web.Request) -> web.Response:
    fields, node = await sessions.read_form(request, sessions.stranger_token(request)), request.app[NODE]
    invitation, unit = fields.get("invite", ""), request.app[NODE].unit()
    await node.store.read(joining.refuse, unit, door_of(request), invitation)
    check_rate(request)
    try:
        member = await asyncio.to_thread(member_form.prepare, unit, node.config.secret_box, fields)
        person, state = await node.store.write(
            joining.join,
            unit,
            door_of(request),
            member,
            invitation=invitation,
            reason=fields.get("reason", ""),
            language=language_of(request),
        )
    except (Invalid, Conflict) as error:
        return _form(request, fields, member_form.wrong(error))
    log.event("member.joined", account=person.username, state=state)
    page = page_of(request, JOIN, title=Sentence("Welcome"), quiet=True, noindex=True)
    response = html(request, JoinedView(page=page, handle=person.handle, state=state))
    if state == accounts.ACTIVE:
        await sessions.begin_session(request, response, person.id)
    return response


def check_rate(request: web.Request) -> None:
    """5 new accounts in half an hour from one address."""
    state, address = request.app[WEB], address_of(request)
    if not state.exemptions.covers(address) and (wait := state.joining.take(key_of_address(address))):
        raise RateLimited(retry_after_seconds=wait)


async def show_confirm(request: web.Request) -> web.Response:
    """Looking at the link changes nothing: programs that read mails follow links."""
    ticket, node, secret = request.query.get("ticket", ""), request.app[NODE], sessions.form_secret(request)
    if await node.store.read(mailed_links.find_link, ticket, mailed_links.CONFIRM, node.clock.now()) is None:
        raise NotFound("This link was used already, or it is too old.")
    page = page_of(request, CONFIRM, title=Sentence("Confirm your address"), quiet=True, noindex=True)
    view = ConfirmView(page=page, action=CONFIRM, csrf=sessions.form_token(secret), ticket=ticket)
    response = html(request, view)
    sessions.set_cookie(request, response, secret, suffix="-form")
    return response


async def confirm(request: web.Request) -> web.Response:
    fields, node = await sessions.read_form(request, sessions.stranger_token(request)), request.app[NODE]
    await node.store.write(_confirm, node.unit(), fields.get("ticket", ""))
    return web.Response(status=303, headers={"Location": "/sign-in?confirmed"})


def _confirm(conn: Connection, unit: Unit, ticket: str) -> None:
    joining.confirm(conn, unit, ticket)


def _form(request: web.Request, fields: Mapping[str, str], errors: Mapping[str, str]) -> web.Response:
    def field(name: str) -> Field:
        return Field(value=fields.get(name, ""), error=errors.get(name, ""))

    secret, door = sessions.form_secret(request), door_of(request)
    view = JoinView(
        page=page_of(request, JOIN, title=Sentence("Make an account"), quiet=True, noindex=True),
        action=JOIN,
        csrf=sessions.form_token(secret),
        ticket=fields.get("invite", ""),
        asks_reason=door.mode == joining.APPROVAL and not fields.get("invite"),
        user_name=field("user_name"),
        email=field("email"),
        display_name=field("display_name"),
        reason=field("reason"),
        password_error=errors.get("password", ""),
    )
    response = html(request, view, 422 if errors else 200)
    sessions.set_cookie(request, response, secret, suffix="-form")
    return response
