"""Whom the organisation follows: their catalogues come here, and what is for partners reaches them."""

from collections.abc import Callable

from aiohttp import web
from sqlalchemy import Connection

from federation.state import FEDERATION
from node.domain.actors import ActorKind
from node.domain.numbers import id_in
from node.errors import Invalid, NodeError
from node.sentences import Sentence
from node.services import audit
from node.services.context import Unit
from node.services.people import follows
from node.state import NODE
from node.store.people import actors
from web.admin.network import PATH, network_page, organisation_of
from web.design.frame import done
from web.design.parts import Field
from web.lookups import look_up, why_not
from web.sessions import read_form, require_admin

_NO_ORGANISATION = Sentence("This is no organisation; {command} follows whoever it is.", command="rhizome follow")


async def follow(request: web.Request) -> web.Response:
    """By handle; who is not known here yet is looked up first. What was typed comes back where nobody is found."""
    session, node = require_admin(request), request.app[NODE]
    handle = (await read_form(request, session.csrf)).get("handle", "").strip()
    policies = request.app[FEDERATION].policies()
    try:
        target = await look_up(request, handle)
        if target.kind != ActorKind.ORGANIZATION:
            raise Invalid(_NO_ORGANISATION)
        await node.store.write(_follow, node.unit(), session.actor_id, target.id, policies.is_blocked)
    except NodeError as failure:
        return await network_page(request, Field(value=handle, error=why_not(failure, failure.public)))
    return done(PATH, "followed")


async def unfollow(request: web.Request) -> web.Response:
    session, node = require_admin(request), request.app[NODE]
    await read_form(request, session.csrf)
    await node.store.write(_unfollow, node.unit(), session.actor_id, id_in(request.match_info, "actor"))
    return done(PATH, "unfollowed")


# -- units of work --------------------------------------------------------------------------------------------------


def _follow(conn: Connection, unit: Unit, admin_id: int, target_id: int, is_blocked: Callable[[str], bool]) -> None:
    follows.follow(conn, unit, organisation_of(conn), target_id, is_blocked=is_blocked)
    _audit(conn, unit, admin_id, "partner.follow", target_id)


def _unfollow(conn: Connection, unit: Unit, admin_id: int, target_id: int) -> None:
    if follows.unfollow(conn, unit, organisation_of(conn), target_id):
        _audit(conn, unit, admin_id, "partner.unfollow", target_id)


def _audit(conn: Connection, unit: Unit, admin_id: int, action: str, target_id: int) -> None:
    audit.record(conn, unit, admin_id, action, actors.load_actors_by_id(conn, [target_id])[target_id].uri)
