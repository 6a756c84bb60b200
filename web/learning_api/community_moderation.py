"""Communities, for their moderators wherever those live: who asks to join, what was reported."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.clock import to_rfc3339
from node.domain.numbers import id_in, number_in
from node.errors import Forbidden
from node.services import membership
from node.services.communities import community_reports as reporting
from node.services.context import Unit
from node.state import NODE
from node.store.communities import community_reports, community_requests
from node.store.people import actors, follows
from node.store.people.actors import Actor
from web.learning_api import callers
from web.learning_api.answers import PREFIX, json_answer
from web.learning_api.communities import REFUSALS, WHICH, see
from web.learning_api.description import INSTANT, PROBLEM, TEXT, answer, list_of, object_of, operation, pages, parameter
from web.queries import limit_of, one_of

_WRITE = "write:accounts"
_DECISIONS = {"close": reporting.close, "hand-on": reporting.hand_on}
_STATES = (community_reports.OPEN, community_reports.CLOSED)


def _governed(conn: Connection, unit: Unit, name: str, actor_id: int | None) -> tuple[Actor, Actor]:
    """The community and who governs it. Raises NotFound for one that she may not know, Forbidden for who does not."""
    group, _, me = see(conn, unit, name, actor_id)
    if me is None or not membership.governs(conn, unit, group, me):
        raise Forbidden("Only moderators of this community may do this.")
    return group, me


async def list_requests(request: web.Request) -> web.Response:
    """``GET /communities/NAME/requests``: who asks to join, the oldest first; decided by a deed (admit, refuse)."""
    actor_id, node = await callers.reader(request, "read:accounts"), request.app[NODE]
    items = await node.store.read(_requests, node.unit(), request.match_info["name"], actor_id)
    return json_answer(request, {"items": items, "next": None})


def _requests(conn: Connection, unit: Unit, name: str, actor_id: int | None) -> list[dict[str, Any]]:
    group, _ = _governed(conn, unit, name, actor_id)
    if group.local:
        asked = {each.follower_id: each.created_at for each in follows.load_requests(conn, group.id)}
    else:
        asked = {each.asker_id: each.created_at for each in community_requests.load_open(conn, group.id)}
    people = actors.load_actors_by_id(conn, asked)
    return [
        {"uri": person.uri, "handle": person.handle, "name": person.title, "at": to_rfc3339(asked[each])}
        for each in asked
        if (person := people.get(each)) is not None
    ]


async def list_reports(request: web.Request) -> web.Response:
    """``GET /communities/NAME/reports?state=open|closed&limit=&cursor=``, the newest first."""
    actor_id, node = await callers.reader(request, "read:accounts"), request.app[NODE]
    state = one_of(request.query.get("state", _STATES[0]), "state", _STATES)
    before = number_in(request.query.get("cursor", ""))
    limit, name = limit_of(request), request.match_info["name"]
    items, last = await node.store.read(_reports, node.unit(), name, actor_id, state, before, limit)
    return json_answer(request, {"items": items, "next": str(last) if last is not None else None})


def _reports(
    conn: Connection, unit: Unit, name: str, actor_id: int | None, state: str, before: int | None, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    group, _ = _governed(conn, unit, name, actor_id)
    found = community_reports.list_for(conn, group.id, state=state, before=before, limit=limit + 1)
    rows = found[:limit]
    here = {
        each.report_id: each
        for each in community_reports.load_of(conn, [row.id for row in rows])
        if each.community_id == group.id
    }
    items = [
        {
            "id": str(row.id),
            "posts": list(row.object_uris),
            "person": row.target_uri or None,
            "comment": row.comment,
            "category": row.category,
            "at": to_rfc3339(row.created_at),
            "closedBy": here[row.id].handled_by or None,
            "handedOn": here[row.id].handed_on_at is not None,
        }
        for row in rows
    ]
    return items, rows[-1].id if len(found) > limit else None


async def decide(request: web.Request) -> web.Response:
    """``POST /communities/NAME/reports/ID``: ``{act}``, close or hand-on; 204 also where it was so before."""
    actor_id, node = await callers.writer(request, _WRITE), request.app[NODE]
    act = callers.chosen(await callers.read_json(request), "act", _DECISIONS)
    name, report_id = request.match_info["name"], id_in(request.match_info, "report")
    await node.store.write(_decide, node.unit(), name, actor_id, act, report_id)
    return web.Response(status=204)


def _decide(conn: Connection, unit: Unit, name: str, actor_id: int, act: str, report_id: int) -> None:
    group, me = _governed(conn, unit, name, actor_id)
    _DECISIONS[act](conn, unit, me, group, report_id)


_C = f"{PREFIX}/communities/{{name}}"
ROUTES = [
    web.get(f"{_C}/requests", list_requests, name="learning-community-requests"),
    web.get(f"{_C}/reports", list_reports, name="learning-community-reports"),
    web.post(f"{_C}/reports/{{report:[0-9]{{1,19}}}}", decide, name="learning-community-report"),
]

# -- the description ------------------------------------------------------------------------------------------------

_DENIED = {"403": PROBLEM, "404": PROBLEM}
PATHS: Mapping[str, Any] = {
    "/communities/{name}/requests": {
        "get": operation(
            "listRequests", {**answer("Who asks to join, for its moderators", "Requests"), **_DENIED}, [WHICH]
        )
    },
    "/communities/{name}/reports": {
        "get": operation(
            "listReports",
            {**answer("What was reported in it, for its moderators", "CommunityReports"), **_DENIED},
            [WHICH, parameter("state", "open (as usual) or closed", {"enum": list(_STATES)}), *pages()],
        )
    },
    "/communities/{name}/reports/{report}": {
        "post": operation(
            "decideReport",
            {"204": {"description": "Done"}, **REFUSALS},
            [WHICH, parameter("report", "Its id", TEXT, where="path")],
            body="ReportDecision",
        )
    },
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    request = {"uri": TEXT, "handle": TEXT, "name": TEXT, "at": INSTANT}
    report = {
        "id": TEXT,
        "posts": {"type": "array", "items": TEXT},
        "person": {"type": ["string", "null"]},
        "comment": TEXT,
        "category": {"enum": ["other", "spam", "legal", "violation"]},
        "at": INSTANT,
        "closedBy": {"type": ["string", "null"]},
        "handedOn": {"type": "boolean"},
    }
    return {
        "Request": object_of(request),
        "Requests": list_of("Request"),
        "CommunityReport": object_of(report),
        "CommunityReports": list_of("CommunityReport"),
        "ReportDecision": object_of({"act": {"enum": sorted(_DECISIONS)}}),
    }
