"""Accounts that can be followed for what is new about a topic."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from node.state import NODE
from node.store.library import topic_accounts
from web.learning_api.answers import PREFIX, actor_json, json_answer
from web.learning_api.description import ACTOR, ADDRESS, TEXT, answer, operation, ref


async def list_topic_accounts(request: web.Request) -> web.Response:
    """``GET /topic-accounts``: all of this node, by name; ``query`` is that of ``/resources``."""
    node = request.app[NODE]
    found = await node.store.read(topic_accounts.list_all)
    origin = node.config.origin
    items = [
        {
            "account": actor_json(each.actor),
            "query": each.query,
            "page": each.actor.url,
            "resources": f"{origin}{PREFIX}{each.path}",
        }
        for each in found
    ]
    return json_answer(request, {"items": items})


ROUTES = [web.get(f"{PREFIX}/topic-accounts", list_topic_accounts, name="learning-topic-accounts")]

PATHS: Mapping[str, Any] = {
    "/topic-accounts": {
        "get": operation("listTopicAccounts", answer("Accounts that show what is new about a topic", "TopicAccounts"))
    }
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    properties = {"account": ACTOR, "query": TEXT, "page": ADDRESS, "resources": ADDRESS}
    return {
        "TopicAccount": {"type": "object", "required": sorted(properties), "properties": properties},
        "TopicAccounts": {
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": ref("TopicAccount")}},
        },
    }
