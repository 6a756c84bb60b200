"""``/c/NAME/settings``: what moderators change of a community here, or ask the home of one elsewhere to change."""

import contextlib
from collections.abc import Mapping
from functools import partial

from aiohttp import web
from sqlalchemy import Connection

from federation.state import FEDERATION
from node.clock import MINUTE
from node.domain.communities import Act
from node.domain.deeds import Deed
from node.domain.media import MediaPurpose
from node.domain.numbers import number_in
from node.errors import Invalid, NodeError, NotFound, PreconditionFailed, Unavailable
from node.sentences import Sentence
from node.services.communities import communities as describing
from node.services.context import Unit
from node.services.governing import governing
from node.services.posts.media import show_on_profile
from node.state import NODE
from node.store.communities import community_log
from node.store.people import actors
from web import lookups, room, sessions
from web.account.pictures import change_pictures
from web.communities.form import Known, errors_of, fields_of, form_view, read_fields
from web.communities.people import Inside, count_waiting, head_of, load_inside
from web.design.frame import done, html
from web.design.page import Notice

_CHANGED_MEANWHILE = Sentence(
    "Somebody else has changed these settings meanwhile. Save again to put yours in their place."
)


async def show_settings(request: web.Request) -> web.Response:
    session, node, name = sessions.require_person(request), request.app[NODE], request.match_info["name"]
    known = await node.store.read(_load_known, node.unit(), name, session.actor_id)
    if not known.group.local and node.clock.now() - known.group.fetched_at > MINUTE:
        with contextlib.suppress(NodeError):  # then as it was last known
            await lookups.in_time(request.app[FEDERATION].fetcher.actor(known.group.uri, fresh=True))
        known = await node.store.read(_load_known, node.unit(), name, session.actor_id)
    return html(request, form_view(request, session.csrf, fields_of(known), known=known))


async def change(request: web.Request) -> web.StreamResponse:
    """What was typed stays in the form where something is wrong with it, or somebody else was faster."""
    session, node, name = sessions.require_person(request), request.app[NODE], request.match_info["name"]
    fields = await sessions.read_form(request)
    try:
        room.check(request)
        is_asked = await node.store.write(_change, node.unit(), name, session.actor_id, fields)
    except (Invalid, PreconditionFailed) as error:
        known = await node.store.read(_load_known, node.unit(), name, session.actor_id)
        errors = errors_of(error) if isinstance(error, Invalid) else {}
        text = error.public if isinstance(error, Invalid) else _CHANGED_MEANWHILE
        notice = None if errors else Notice(text=text, tone="bad")
        view = form_view(request, session.csrf, fields, known=known, errors=errors, notice=notice)
        return html(request, view, status=422 if isinstance(error, Invalid) else 409)
    except Unavailable as error:
        known = await node.store.read(_load_known, node.unit(), name, session.actor_id)
        notice = Notice(text=room.NOT_STORED, tone="bad")
        view = form_view(request, session.csrf, fields, known=known, notice=notice)
        return room.later(html(request, view), error)
    return done(f"/c/{name}/settings", "asked" if is_asked else "saved")


def _change(conn: Connection, unit: Unit, name: str, actor_id: int, fields: Mapping[str, str]) -> bool:
    """Whether the home of the community was only asked to."""
    inside = _load_governed(conn, unit, name, actor_id)
    group, me = inside.group, inside.me
    if group.local and fields.get("act") == "close":
        describing.close(conn, unit, group, by=me.uri)
    elif group.local and fields.get("act") == "reopen":
        describing.reopen(conn, unit, group, by=me.uri)
    else:
        said, known = read_fields(fields), number_in(fields.get("version", ""), digits=9)
        deed = Deed(Act.SETTINGS, me.uri, group.uri, settings=said, version=known)
        return governing.govern(conn, unit, me, group, deed) and governing.is_asked(group, deed.act)
    return False


# -- pictures -------------------------------------------------------------------------------------------------------


async def show_pictures(request: web.Request) -> web.StreamResponse:
    """Take the pictures that were chosen, or take away one."""
    session, node, name = sessions.require_person(request), request.app[NODE], request.match_info["name"]
    inside = await node.store.read(_load_at_home, node.unit(), name, session.actor_id)
    show = partial(_set_picture, name=name, actor_id=session.actor_id)
    if wrong := await change_pictures(request, inside.group.id, show):
        known = await node.store.read(_load_known, node.unit(), name, session.actor_id)
        view = form_view(request, session.csrf, fields_of(known), known=known, wrong_pictures=wrong)
        return html(request, view, status=422)
    return done(f"/c/{name}/settings", "saved")


def _set_picture(
    conn: Connection, unit: Unit, purpose: MediaPurpose, media_id: int | None, url: str, *, name: str, actor_id: int
) -> None:
    inside = _load_at_home(conn, unit, name, actor_id)
    group, by = inside.group, inside.me.uri
    show_on_profile(conn, unit, group.id, purpose, media_id, url)
    community_log.record_act(conn, unit.ids.new(), group.id, Act.SETTINGS, by=by, now=unit.now, title=purpose.value)


# -- who may --------------------------------------------------------------------------------------------------------


def _load_governed(conn: Connection, unit: Unit, name: str, actor_id: int) -> Inside:
    """A community that this person governs. Raises NotFound otherwise."""
    inside = load_inside(conn, unit, name, actor_id)
    if not inside.may_govern:
        raise NotFound
    return inside


def _load_at_home(conn: Connection, unit: Unit, name: str, actor_id: int) -> Inside:
    """The same for what only those may change who have an account where the community lives."""
    inside = _load_governed(conn, unit, name, actor_id)
    if not inside.group.local:
        raise NotFound
    return inside


def _load_known(conn: Connection, unit: Unit, name: str, actor_id: int) -> Known:
    inside = _load_governed(conn, unit, name, actor_id)
    head = head_of(inside, *count_waiting(conn, inside))
    return Known(inside.group, inside.community, actors.load_profile(conn, inside.group.id), head)
