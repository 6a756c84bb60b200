"""Pathways: their steps in order, and how far the caller is, which nobody else is told.

A pathway is written as the resource that it is (``/resources``); what is here reads it step by step.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.pathways import KIND, Progress, State, Step, progress_of, steps_of
from node.errors import Forbidden
from node.services.context import Unit
from node.services.library import collecting, progress
from node.state import NODE
from node.store.library import collections, targets
from node.store.library.resources import Resource, Viewer
from node.store.library.targets import Target
from node.store.people import actors
from node.store.posts.objects import LIVE
from web.learning_api.answers import PREFIX, json_answer
from web.learning_api.callers import member, read_json, viewer, writer, written
from web.learning_api.collections import page_of
from web.learning_api.description import ADDRESS, PROBLEM, TEXT, answer, list_of, operation, pages, parameter, ref
from web.learning_api.resources import resource_json

SCOPE = "write:statuses"


async def list_pathways(request: web.Request) -> web.Response:
    """``GET /pathways?limit=&cursor=``: those that the caller may read, the newest first.

    ``?begun=1``: those that she is on, all of them.
    """
    base = request.app[NODE].config.origin
    if request.query.get("begun") in {"1", "true"}:
        begun = await request.app[NODE].store.read(progress.list_begun, await member(request, "read:statuses"))
        items = [{**resource_json(each.pathway, base), "progress": _progress_json(each.progress)} for each in begun]
        return json_answer(request, {"items": items, "next": None})
    found, following = await request.app[NODE].store.read(page_of(request), KIND, await viewer(request))
    return json_answer(request, {"items": [resource_json(each, base) for each in found], "next": following})


async def show_pathway(request: web.Request) -> web.Response:
    """``GET /pathways/SLUG``: its record, its steps as this node knows them, the caller's own progress."""
    base, who = request.app[NODE].config.origin, await viewer(request)
    found, known, states = await request.app[NODE].store.read(_show, request.match_info["slug"], who)
    return json_answer(request, pathway_json(found, known, states, who, base))


async def mark(request: web.Request) -> web.Response:
    """``PUT /pathways/SLUG/progress``: ``{"step": key, "state": open|started|done|skipped}``, for oneself alone."""
    actor_id, node = await writer(request, SCOPE), request.app[NODE]
    sent = await read_json(request, "pathway-progress")
    slug, who = request.match_info["slug"], Viewer(actor_id)
    found, known, states = await node.store.write(_mark, node.unit(), slug, who, sent["step"], State(sent["state"]))
    return written(pathway_json(found, known, states, who, node.config.origin))


async def follow(request: web.Request) -> web.Response:
    """``POST /pathways/SLUG/follow``: hear of new steps."""
    return await _follow(request, follows=True)


async def unfollow(request: web.Request) -> web.Response:
    """``DELETE /pathways/SLUG/follow``"""
    return await _follow(request, follows=False)


async def _follow(request: web.Request, *, follows: bool) -> web.Response:
    actor_id, node = await writer(request, SCOPE), request.app[NODE]
    await node.store.write(_set_follow, node.unit(), request.match_info["slug"], actor_id, follows)
    return web.Response(status=204)


# -- units of work --------------------------------------------------------------------------------------------------


def _show(conn: Connection, slug: str, who: Viewer) -> tuple[Resource, Mapping[str, Target], Mapping[str, State]]:
    found = progress.load_pathway(conn, slug, who)
    iris = [each.iri for each in steps_of(found.record) if each.iri]
    return found, targets.find_targets(conn, iris, who), progress.load_states(conn, found, who)


def _mark(
    conn: Connection, unit: Unit, slug: str, who: Viewer, key: str, state: State
) -> tuple[Resource, Mapping[str, Target], Mapping[str, State]]:
    progress.mark(conn, unit, who.actor_id or 0, progress.load_pathway(conn, slug, who), key, state)
    return _show(conn, slug, who)


def _set_follow(conn: Connection, unit: Unit, slug: str, actor_id: int, follows: bool) -> None:
    by = actors.find_actor_by_id(conn, actor_id)
    if by is None or not by.is_active:
        raise Forbidden
    found = progress.load_pathway(conn, slug, Viewer(actor_id))
    if follows:
        collecting.follow(conn, unit, actor_id, found)
    else:
        collections.unfollow(conn, found.id, actor_id)


# -- writing an answer ----------------------------------------------------------------------------------------------


def pathway_json(
    found: Resource, known: Mapping[str, Target], states: Mapping[str, State], who: Viewer, base: str
) -> dict[str, Any]:
    """A pathway with its steps; ``state`` and ``progress`` are told to people of this node, of themselves."""
    steps = steps_of(found.record)
    own = {"progress": _progress_json(progress_of(steps, states))} if who.is_member else {}
    return {
        **resource_json(found, base),
        "steps": [_step_json(each, known.get(each.iri), states, who, base) for each in steps],
        **own,
    }


def _progress_json(so_far: Progress) -> dict[str, int]:
    return {"done": so_far.done, "total": so_far.total}


def _step_json(
    step: Step, target: Target | None, states: Mapping[str, State], who: Viewer, base: str
) -> dict[str, Any]:
    is_hidden = target is not None and target.state == LIVE and not target.readable
    is_shown = target is not None and target.readable
    name = target.name if target is not None and is_shown else "" if is_hidden else step.name
    page = f"{base}{target.resource.path}" if target is not None and is_shown and target.resource else ""
    return {
        "key": step.key,
        "action": step.action.value,
        "resource": step.iri,
        "name": name,
        "page": page,
        "gone": target is not None and target.state != LIVE,
        "note": dict(step.note),
        "optional": step.optional,
        "timeRequired": step.time,
        "alternatives": list(step.alternatives),
        **({"state": states.get(step.key, State.OPEN).value} if who.is_member else {}),
    }


_P = f"{PREFIX}/pathways/{{slug}}"
ROUTES = [
    web.get(f"{PREFIX}/pathways", list_pathways, name="learning-pathways"),
    web.get(_P, show_pathway, name="learning-pathway"),
    web.put(f"{_P}/progress", mark, name="learning-pathway-progress"),
    web.post(f"{_P}/follow", follow, name="learning-pathway-follow"),
    web.delete(f"{_P}/follow", unfollow, name="learning-pathway-unfollow"),
]

# -- the description ------------------------------------------------------------------------------------------------

_SLUG = parameter("slug", "The last part of the pathway's address here", TEXT, where="path")
_BEGUN = parameter("begun", "Only those that the caller is on, with how far", {"type": "boolean"})
_REFUSALS = {"401": PROBLEM, "403": PROBLEM, "404": PROBLEM}
_FOLLOWED = {"204": {"description": "It is so"}, **_REFUSALS}

PATHS: Mapping[str, Any] = {
    "/pathways": {
        "get": operation("listPathways", {**answer("A page", "Pathways"), "401": PROBLEM}, [_BEGUN, *pages()]),
    },
    "/pathways/{slug}": {
        "get": operation("showPathway", {**answer("The pathway", "Pathway"), "404": PROBLEM}, [_SLUG]),
    },
    "/pathways/{slug}/progress": {
        "put": operation(
            "markStep",
            {**answer("The pathway as it is now", "Pathway"), **_REFUSALS, "422": PROBLEM},
            [_SLUG],
            body="StepProgress",
        )
    },
    "/pathways/{slug}/follow": {
        "post": operation("followPathway", _FOLLOWED, [_SLUG]),
        "delete": operation("unfollowPathway", _FOLLOWED, [_SLUG]),
    },
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    states = {"enum": [state.value for state in State]}
    count = {"type": "integer", "minimum": 0}
    step = {
        "type": "object",
        "required": ["key", "action", "resource", "name", "gone", "optional"],
        "properties": {
            "key": TEXT,
            "action": TEXT,
            "resource": {**TEXT, "description": "Identity of what it leads to; empty for a step in words"},
            "name": {**TEXT, "description": "Empty for what is not for the caller"},
            "page": {**TEXT, "description": "Where it is shown here, if it is"},
            "gone": {"type": "boolean", "description": "It was withdrawn; the name is what it was"},
            "note": {"type": "object", "additionalProperties": TEXT},
            "optional": {"type": "boolean"},
            "timeRequired": TEXT,
            "alternatives": {"type": "array", "items": ADDRESS},
            "state": {**states, "description": "Of the caller, told to nobody else"},
        },
    }
    return {
        "StepProgress": {
            "type": "object",
            "required": ["step", "state"],
            "properties": {"step": TEXT, "state": states},
        },
        "Pathway": {
            "allOf": [ref("Resource")],
            "type": "object",
            "properties": {
                "steps": {"type": "array", "items": step},
                "progress": {"type": "object", "properties": {"done": count, "total": count}},
            },
        },
        "Pathways": list_of("Pathway"),
    }
