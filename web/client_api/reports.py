"""``POST /api/v1/reports``."""

from typing import Any

import orjson
from aiohttp import web
from sqlalchemy import Connection

from node.domain.text import clean
from node.services.context import Unit
from node.services.house import reports as service
from node.services.house.reports import Complaint
from node.state import NODE
from web.client_api.answers import answer
from web.client_api.callers import require
from web.client_api.entities import accounts
from web.client_api.entities.look import Look, instant, look_of
from web.client_api.parameters import Parameters, read_parameters


async def report(request: web.Request) -> web.Response:
    caller, node = await require(request, "write:reports"), request.app[NODE]
    complaint = _read(await read_parameters(request))
    return answer(await node.store.write(_report, node.unit(), look_of(request), caller.actor_id, complaint))


def _read(sent: Parameters) -> Complaint:
    return Complaint(
        target_id=sent.identifier("account_id") or 0,
        status_ids=sent.identifiers("status_ids"),
        comment=clean(sent.text("comment") or "").strip(),
        category=sent.text("category") or "other",
        rule_ids=sent.identifiers("rule_ids"),
        forward=sent.flag("forward") or False,
    )


def _report(conn: Connection, unit: Unit, look: Look, me: int, complaint: Complaint) -> dict[str, Any]:
    made = service.report(conn, unit, me, complaint)
    people = accounts.render(conn, look, [made.target.id])
    return {
        "id": str(made.id),
        "action_taken": False,
        "action_taken_at": None,
        "category": made.category,
        "comment": complaint.comment,
        "forwarded": made.forwarded,
        "created_at": instant(made.created_at),
        "status_ids": [str(each) for each in complaint.status_ids] or None,
        "rule_ids": [str(each) for each in complaint.rule_ids] or None,
        "target_account": orjson.Fragment(people[made.target.id]),
    }


ROUTES = [web.post("/api/v1/reports", report, name="client-report")]
