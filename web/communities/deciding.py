"""``/c/NAME/members`` as it is sent: what those who govern decide about a person."""

from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web
from sqlalchemy import Connection

from node.clock import DAY
from node.domain.communities import Act
from node.domain.deeds import Deed
from node.errors import Invalid, NodeError
from node.sentences import Sentence
from node.services.context import Unit
from node.services.governing import governing, governing_people
from node.state import NODE
from web import sessions
from web.communities.people import BAN_DAYS, answer, load_inside
from web.design.frame import done
from web.design.parts import Field
from web.lookups import look_up, why_not

#: What is decided about a person, by her address.
_ABOUT_PEOPLE = frozenset(governing_people.EFFECTS)


async def decide(request: web.Request) -> web.StreamResponse:
    """A person is named by her address (buttons) or by her handle (the field for those who are not there yet)."""
    session, node = sessions.require_person(request), request.app[NODE]
    fields = await sessions.read_form(request)
    act = next((act for act in _ABOUT_PEOPLE if act.value == fields.get("act")), None)
    if act is None:
        raise Invalid(Sentence("This is not possible."))
    name, target, typed = request.match_info["name"], fields.get("target", ""), fields.get("handle", "")
    try:
        target = target or (await look_up(request, typed)).uri
        deed = Deed(act, "", target, reason=fields.get("reason", ""), expires_at=_until(node.clock.now(), act, fields))
        is_asked = await node.store.write(_decide, node.unit(), name, session.actor_id, deed)
    except NodeError as error:
        if not typed:
            raise
        return await answer(request, handle=Field(value=typed, error=why_not(error, error.public)), status=422)
    return done(f"/c/{name}/members", "asked" if is_asked else "done")


def _until(now: int, act: Act, fields: Mapping[str, str]) -> int | None:
    """When a ban ends; None for any other act, and for one for ever."""
    days = next((days for days in BAN_DAYS if str(days) == fields.get("days")), None)
    return now + days * DAY if days is not None and act is Act.BAN else None


def _decide(conn: Connection, unit: Unit, name: str, actor_id: int, deed: Deed) -> bool:
    """Whether the home of the community was only asked to."""
    inside = load_inside(conn, unit, name, actor_id)
    governing.govern(conn, unit, inside.me, inside.group, replace(deed, by=inside.me.uri))
    return governing.is_asked(inside.group, deed.act)
