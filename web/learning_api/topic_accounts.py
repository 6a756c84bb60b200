"""Accounts that can be followed for what is new about a topic; administrators make and change them."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.actors.topic_accounts import NewTopicAccount, create_topic_account, prepare_topic_account
from node.domain.selections import Selection, of_address
from node.errors import Invalid, Problem
from node.services.accounts import topic_accounts
from node.services.accounts.house_profiles import HouseProfile, topics_of
from node.services.context import Unit
from node.state import NODE
from node.store.access import idempotency
from node.store.library import topic_accounts as store
from node.store.library.topic_accounts import TopicAccount
from node.store.people import actors
from node.store.reading import showing
from schemas import load as load_schema
from web.learning_api import callers
from web.learning_api.answers import PREFIX, actor_json, json_answer
from web.learning_api.description import (
    ACTOR,
    ADDRESS,
    PROBLEM,
    TEXT,
    answer,
    made,
    object_of,
    operation,
    parameter,
    ref,
)

_WRITE = "write:accounts"
_SCHEMA = "topic-account"


async def list_topic_accounts(request: web.Request) -> web.Response:
    """``GET /topic-accounts``: all of this node, by name; ``query`` is that of ``/resources``."""
    node = request.app[NODE]
    items = await node.store.read(lambda conn: _json(conn, node.config.origin, store.list_all(conn)))
    return json_answer(request, {"items": items})


async def show_topic_account(request: web.Request) -> web.Response:
    """``GET /topic-accounts/NAME``"""
    node = request.app[NODE]
    return json_answer(request, await node.store.read(_show, node.config.origin, request.match_info["name"]))


def _show(conn: Connection, origin: str, name: str) -> dict[str, Any]:
    return _json(conn, origin, [topic_accounts.load(conn, name)])[0]


def _json(conn: Connection, origin: str, found: Sequence[TopicAccount]) -> list[dict[str, Any]]:
    """With the same number of statements for one as for many."""
    rows = showing.load_rows(conn, [each.actor.id for each in found])
    return [
        {
            "account": actor_json(each.actor),
            "description": each.purpose,
            "topics": topics_of(rows[each.actor.id].fields),
            "query": each.query,
            "avatar": rows[each.actor.id].icon or None,
            "header": rows[each.actor.id].image or None,
            "page": each.actor.url,
            "resources": f"{origin}{PREFIX}{each.path}",
        }
        for each in found
    ]


# -- writing --------------------------------------------------------------------------------------------------------


async def create(request: web.Request) -> web.Response:
    """``POST /topic-accounts``: it shows what fits already, the newest 20, and what is new from now on."""
    actor_id, node = await callers.administrator(request, _WRITE), request.app[NODE]
    sent = await callers.read_json(request, _SCHEMA)
    box = node.config.secret_box
    selection = _selection(sent) or Selection()
    username = sent.get("username", "")
    new = await asyncio.to_thread(prepare_topic_account, node.unit(), box, username, _profile(sent), selection)
    shown = await node.store.write(_create, node.unit(), new, actor_id, callers.key_of(request))
    return callers.written(shown, status=201, location=f"{PREFIX}/topic-accounts/{new.username}")


def _create(conn: Connection, unit: Unit, new: NewTopicAccount, by: int, key: str) -> dict[str, Any]:
    if key and (claimed := idempotency.claim(conn, by, key, new.identity.actor_id, unit.now)) != new.identity.actor_id:
        return _show(conn, unit.origin, actors.load_actors_by_id(conn, [claimed])[claimed].username)
    return _json(conn, unit.origin, [create_topic_account(conn, unit, new, by=by)])[0]


async def change(request: web.Request) -> web.Response:
    """``PATCH /topic-accounts/NAME`` with ``If-Match``: what is not named stays as it is."""
    actor_id, node, name = await callers.administrator(request, _WRITE), request.app[NODE], request.match_info["name"]
    sent = await callers.read_json(request, _SCHEMA)
    if "username" in sent:
        raise Invalid(problems=[Problem("$.username", "nothing: it is given once", sent["username"][:60])])
    callers.require_match(request, await node.store.read(_show, node.config.origin, name))
    changed = await node.store.write(_change, node.unit(), name, _profile(sent), _selection(sent), actor_id)
    return callers.written(changed)


def _change(
    conn: Connection, unit: Unit, name: str, profile: HouseProfile, selection: Selection | None, by: int
) -> dict[str, Any]:
    found = topic_accounts.change(conn, unit, name, profile, selection)
    topic_accounts.record_deed(conn, unit, by, "change", found)
    return _json(conn, unit.origin, [found])[0]


async def remove(request: web.Request) -> web.Response:
    """``DELETE /topic-accounts/NAME``: its followers are told, and nobody else ever gets its name."""
    actor_id, node = await callers.administrator(request, _WRITE), request.app[NODE]
    await node.store.write(_remove, node.unit(), request.match_info["name"], actor_id)
    return web.Response(status=204)


def _remove(conn: Connection, unit: Unit, name: str, by: int) -> None:
    topic_accounts.record_deed(conn, unit, by, "remove", topic_accounts.remove(conn, unit, name))


def _profile(sent: Mapping[str, Any]) -> HouseProfile:
    return HouseProfile(name=sent.get("name"), description=sent.get("description"), topics=sent.get("topics"))


def _selection(sent: Mapping[str, Any]) -> Selection | None:
    return of_address(sent["query"]) if "query" in sent else None


_ONE = "/topic-accounts/{name}"
ROUTES = [
    web.get(f"{PREFIX}/topic-accounts", list_topic_accounts, name="learning-topic-accounts"),
    web.post(f"{PREFIX}/topic-accounts", create, name="learning-topic-account-create"),
    web.get(f"{PREFIX}{_ONE}", show_topic_account, name="learning-topic-account"),
    web.patch(f"{PREFIX}{_ONE}", change, name="learning-topic-account-change"),
    web.delete(f"{PREFIX}{_ONE}", remove, name="learning-topic-account-remove"),
]

# -- the description ------------------------------------------------------------------------------------------------

_WHICH = parameter("name", "Its short name", TEXT, where="path")
_MATCH = {**parameter("If-Match", "The entity tag of what was read", TEXT, where="header"), "required": True}
_KEY = parameter("Idempotency-Key", "The same key again makes nothing more", TEXT, where="header")
_REFUSALS = {"401": PROBLEM, "403": PROBLEM, "404": PROBLEM, "422": PROBLEM}

PATHS: Mapping[str, Any] = {
    "/topic-accounts": {
        "get": operation("listTopicAccounts", answer("Accounts that show what is new about a topic", "TopicAccounts")),
        "post": operation(
            "createTopicAccount",
            {"201": made("It is made", "TopicAccount"), **_REFUSALS, "409": PROBLEM},
            [_KEY],
            body="TopicAccountToWrite",
        ),
    },
    _ONE: {
        "get": operation("showTopicAccount", {**answer("One of them", "TopicAccount"), "404": PROBLEM}, [_WHICH]),
        "patch": operation(
            "changeTopicAccount",
            {"200": made("It is changed", "TopicAccount"), **_REFUSALS, "412": PROBLEM, "428": PROBLEM},
            [_WHICH, _MATCH],
            body="TopicAccountToWrite",
        ),
        "delete": operation("removeTopicAccount", {"204": {"description": "It is gone"}, **_REFUSALS}, [_WHICH]),
    },
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    words, picture = load_schema(_SCHEMA), {"type": ["string", "null"]}
    said = {name: words["properties"][name] for name in ("description", "topics")}
    known = {"account": ACTOR, **said, "query": TEXT, "avatar": picture, "header": picture}
    return {
        "TopicAccountToWrite": {name: value for name, value in words.items() if name not in {"$id", "$schema"}},
        "TopicAccount": object_of({**known, "page": ADDRESS, "resources": ADDRESS}),
        "TopicAccounts": object_of({"items": {"type": "array", "items": ref("TopicAccount")}}),
    }
