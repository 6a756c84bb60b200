"""``/setup?ticket=...``: the one-time link that makes the first administrator; there is nothing here afterwards."""

import asyncio
from collections.abc import Mapping

from aiohttp import web
from sqlalchemy import Connection

from federation.actors.members import NewMember, create_member
from node.errors import Conflict, Invalid, NotFound
from node.sentences import Sentence
from node.services.access import setting_up
from node.services.context import Unit
from node.state import NODE
from node.store.access import accounts
from node.store.people.actors import Actor
from web import sessions
from web.account import member_form
from web.design.frame import html, page_of
from web.design.parts import Field, Link
from web.pages.views import SetupDoneView, SetupView

_STEPS = (
    Link(label=Sentence("Invite your colleagues"), href="/admin/members"),
    Link(label=Sentence("Write the rules, and what this node is about"), href="/admin/house"),
    Link(label=Sentence("Choose pictures of the organisation"), href="/admin/pictures"),
    Link(label=Sentence("Add the first resource"), href="/resources/new"),
    Link(label=Sentence("See how the node is doing"), href="/admin"),
    Link(label=Sentence("Look at the front page"), href="/"),
)


async def show_setup(request: web.Request) -> web.Response:
    ticket = request.query.get("ticket", "")
    await _check(request, ticket)
    return _form(request, {"ticket": ticket}, {})


async def set_up(request: web.Request) -> web.Response:
    fields = await sessions.read_form(request, sessions.stranger_token(request))
    await _check(request, fields.get("ticket", ""))
    node = request.app[NODE]
    unit = node.unit()
    try:
        box = node.config.secret_box
        member = await asyncio.to_thread(member_form.prepare, unit, box, fields, role=accounts.ADMIN)
        person = await node.store.write(_make, unit, member, fields["ticket"])
    except (Invalid, Conflict) as error:
        return _form(request, fields, member_form.wrong(error))
    page = page_of(request, "/setup", title=Sentence("All set"), quiet=True, noindex=True)
    response = html(request, SetupDoneView(page=page, handle=person.handle, steps=_STEPS))
    await sessions.begin_session(request, response, person.id)
    return response


async def _check(request: web.Request, ticket: str) -> None:
    node = request.app[NODE]
    if not await node.store.read(setting_up.is_open, ticket, node.clock.now()):
        raise NotFound


def _make(conn: Connection, unit: Unit, member: NewMember, ticket: str) -> Actor:
    """The link is taken and the administrator made in one transaction; of two at once only one succeeds."""
    setting_up.take(conn, ticket, unit.now)
    return create_member(conn, unit, member)


def _form(request: web.Request, fields: Mapping[str, str], errors: Mapping[str, str]) -> web.Response:
    def field(name: str) -> Field:
        return Field(value=fields.get(name, ""), error=errors.get(name, ""))

    secret = sessions.form_secret(request)
    view = SetupView(
        page=page_of(request, "/setup", title=Sentence("Set up"), quiet=True, noindex=True),
        action="/setup",
        csrf=sessions.form_token(secret),
        ticket=fields.get("ticket", ""),
        user_name=field("user_name"),
        email=field("email"),
        display_name=field("display_name"),
        password_error=errors.get("password", ""),
    )
    response = html(request, view, 422 if errors else 200)
    sessions.set_cookie(request, response, secret, suffix="-form")
    return response
