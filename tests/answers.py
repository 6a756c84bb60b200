"""Every answer of the client API in the whole test run is held against the schema of its entity.

``ANSWERS`` says what each route answers, by the route's name; ``watch`` notes the answers of a test node that do not
fit, and stopping the node fails for them. A route of the client API without an entry fails a test.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

import schemas

#: Name of a route -> its entity, ``[entity]`` for a list of them, None where the answer has no body worth a schema.
ANSWERS: dict[str, str | list[str] | None] = {
    "client-apps": "CredentialApplication",
    "client-apps-own": "Application",
    "api-apps": "CredentialApplication",
    "api-apps-own": "Application",
    "client-instance-v1": "InstanceV1",
    "client-instance": "Instance",
    "client-rules": ["Rule"],
    "client-extended-description": "NodeText",
    "client-privacy-policy": "NodeText",
    "client-terms": "TermsOfService",
    "client-peers": None,
    "client-activity": ["Week"],
    "client-instance-domain-blocks": ["DomainBlock"],
    "client-translations": None,
    "client-languages": ["Language"],
    "client-custom-emojis": ["CustomEmoji"],
    "client-relationships": ["Relationship"],
    "client-account-act": "Relationship",
    "client-follow-request-answer": "Relationship",
    "client-lists": ["List"],
    "client-list": "List",
    "client-list-create": "List",
    "client-list-change": "List",
    "client-list-delete": None,
    "client-list-add": None,
    "client-list-remove": None,
    "client-account-lists": ["List"],
    "media-upload": "MediaAttachment",
    "media-upload-v1": "MediaAttachment",
    "media-show": "MediaAttachment",
    "media-change": "MediaAttachment",
    "media-delete": None,
    "client-account": "Account",
    "client-home": ["OwnedStatus"],
    "client-status": "Status",
    "client-statuses": ["Status"],
    "client-verify-credentials": "CredentialAccount",
}

_PREFIXES = ("/api/v1", "/api/v2")


def is_client_route(path: str) -> bool:
    return path.startswith(_PREFIXES)


@dataclass(slots=True)
class Watch:
    """What did not fit, as sentences."""

    wrong: list[str]

    async def note(self, request: web.Request, response: web.StreamResponse) -> None:
        if not is_client_route(request.path) or not isinstance(response, web.Response) or not response.body:
            return
        for finding in findings(request, response):
            self.wrong.append(f"{request.method} {request.path_qs} -> {response.status}: {finding}")


def findings(request: web.Request, response: web.Response) -> list[str]:
    """What is wrong with one answer."""
    body = orjson.loads(bytes(response.body))
    if response.status >= 400:
        return _check("Error", body)
    expected = ANSWERS.get(request.match_info.route.name or "", "")
    if expected is None:
        return []
    if expected == "":
        return ["the route has no entry in tests.answers.ANSWERS"]
    if isinstance(expected, str):
        return _check(expected, body)
    if not isinstance(body, list):
        return [f"expected a list of {expected[0]}"]
    return [found for each in body for found in _check(expected[0], each)]


def _check(entity: str, value: Any) -> list[str]:
    return [f"{entity} {finding}" for finding in schemas.check(f"client/{entity}", value)]


def watch(app: web.Application) -> Watch:
    """Begin to note the answers of this application; before it starts."""
    made = Watch([])
    app.on_response_prepare.append(made.note)
    return made
