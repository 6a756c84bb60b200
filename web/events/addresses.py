"""``/calendar/addresses``: private addresses of one's own calendar, or of one community's, made and taken back."""

import secrets

from aiohttp import web
from sqlalchemy import Connection

from node.domain.numbers import id_in, number_in
from node.errors import Conflict, NotFound
from node.sentences import Sentence
from node.services.context import Unit
from node.state import NODE
from node.store.communities import community_members
from node.store.events import calendar_links
from node.store.events.calendar_links import CalendarLink
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.people.follows import ACCEPTED
from web.design.frame import done, html, page_of
from web.design.parts import Field
from web.events.calendar_views import AddressesView, AddressRow
from web.sessions import read_form, require_person

PATH = "/calendar/addresses"
MAX_ADDRESSES = 10
_SAID = {"removed": Sentence("This address shows nothing any more.")}


async def show_addresses(request: web.Request) -> web.Response:
    return await _page(request, of=request.query.get("of", ""))


async def _page(
    request: web.Request, *, fresh: str = "", label: str = "", of: str = "", error: str = ""
) -> web.Response:
    session, node = require_person(request), request.app[NODE]
    rows, groups = await node.store.read(_load, session.actor_id)
    view = AddressesView(
        page=page_of(
            request,
            PATH,
            title=Sentence("Your calendar in other programs"),
            section="/calendar",
            noindex=True,
            said=_SAID,
        ),
        csrf=session.csrf,
        rows=tuple(
            AddressRow(
                id=row.id,
                label=row.label,
                of=groups[row.community_id].title if row.community_id in groups else "",
                is_idle=row.community_id is not None and row.community_id not in groups,
                created_at=row.created_at,
                used_at=row.used_at or 0,
            )
            for row in rows
        ),
        fresh=fresh,
        label=Field(value=label, error=error),
        of=Field(value=of),
        communities=tuple((str(group.id), group.title) for group in groups.values()),
        public_address=f"{node.config.origin}/calendar.ics",
    )
    return html(request, view, 422 if error else 200)


def _load(conn: Connection, actor_id: int) -> tuple[list[CalendarLink], dict[int, Actor]]:
    """Her addresses, and the communities that she belongs to, by name."""
    ids = [each for each, state in community_members.load_memberships(conn, actor_id).items() if state == ACCEPTED]
    groups = [each for each in actors.load_actors_by_id(conn, ids).values() if each.is_active]
    named = {each.id: each for each in sorted(groups, key=lambda group: group.title.casefold())}
    return calendar_links.list_links(conn, actor_id), named


async def make_address(request: web.Request) -> web.Response:
    session, node = require_person(request), request.app[NODE]
    fields = await read_form(request)
    label, of = fields.get("label", "").strip()[:100], fields.get("of", "")
    token = secrets.token_urlsafe(32)
    try:
        await node.store.write(_make, node.unit(), session.actor_id, token, label, of)
    except Conflict as refused:
        return await _page(request, label=label, of=of, error=refused.public)
    return await _page(request, fresh=f"{node.config.origin}/calendar/{token}.ics")


def _make(conn: Connection, unit: Unit, actor_id: int, token: str, label: str, of: str) -> None:
    links, groups = _load(conn, actor_id)
    if len(links) >= MAX_ADDRESSES:
        raise Conflict(Sentence("At most {n} addresses. Take one back first.", n=MAX_ADDRESSES))
    community_id = number_in(of) if of else None
    if of and community_id not in groups:
        raise Conflict("Please choose a community that you belong to.")
    new = CalendarLink(unit.ids.new(), actor_id, label, unit.now, None, community_id)
    calendar_links.insert_link(conn, new, token)


async def revoke_address(request: web.Request) -> web.Response:
    session, node = require_person(request), request.app[NODE]
    await read_form(request)
    if not await node.store.write(calendar_links.delete_link, id_in(request.match_info, "address"), session.actor_id):
        raise NotFound
    return done(PATH, "removed")


ROUTES = [
    web.get(PATH, show_addresses, name="calendar-addresses"),
    web.post(PATH, make_address, name="calendar-address-make"),
    web.post(f"{PATH}/{{address:[0-9]{{1,19}}}}/revoke", revoke_address, name="calendar-address-revoke"),
]
