"""Writing learning resources: publish, change, withdraw; what they said before, and what was made from them.

The body of a writing call is a record, valid by the JSON Schema of resources. Identity, version, digest and everything
else that the node keeps about a record is its own: what a call says of these is not listened to.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import hdrs, web
from sqlalchemy import Connection

from federation.builders.resource_documents import write_document
from node.clock import to_rfc3339
from node.domain.visibility import LEVELS, Visibility
from node.errors import Invalid, Problem
from node.media.links import MediaLinks
from node.services.context import Unit
from node.services.library import authoring, branches, contents
from node.services.library.authoring import Author, Work
from node.services.library.branches import Branches
from node.services.library.publish import PublishResult
from node.state import NODE
from node.store.access import idempotency
from node.store.library import resources, versions
from node.store.library.resources import Resource, Viewer
from web.learning_api.answers import PREFIX, json_answer
from web.learning_api.callers import chosen, key_of, read_json, require_match, viewer, writer, written
from web.learning_api.description import INSTANT, PROBLEM, TEXT, answer, operation, parameter, ref
from web.learning_api.resources import resource_json
from web.queries import one_of

SCOPE = "write:statuses"
#: What answers say beside the record; a call may send back what it has read.
_ANSWERED = frozenset(
    {"version", "digest", "created", "updated", "origin", "uri", "page", "home", "owner", "published", "received"}
    | {"grade", "warnings"}
)
_OWNERS = ("organisation", "me")


async def create(request: web.Request) -> web.Response:
    """``POST /resources?owner=organisation|me``: publish a record, to members only unless it says otherwise.

    In the name of the organisation; in one's own what is for fewer than its members.
    """
    actor_id, node = await writer(request, SCOPE), request.app[NODE]
    owner = request.query.get("owner")
    for_organisation = None if owner is None else one_of(owner, "owner", _OWNERS) == "organisation"
    record, visibility = await _read(request, "")
    work = Work(record, visibility, for_organisation)
    found = await node.store.write(_create, node.unit(), actor_id, work, key_of(request), node.links)
    shown = resource_json(found, node.config.origin)
    return written(shown, status=201, location=f"{PREFIX}/resources/{found.slug}")


async def change(request: web.Request) -> web.Response:
    """``PUT /resources/SLUG`` with ``If-Match``: the next version of a record."""
    actor_id, node, slug = await writer(request, SCOPE), request.app[NODE], request.match_info["slug"]
    before = await node.store.read(_editable, actor_id, slug)
    require_match(request, resource_json(before, node.config.origin))
    record, visibility = await _read(request, before.record["id"])
    work = Work(record, visibility, version=before.version)
    found = await node.store.write(_change, node.unit(), actor_id, slug, work, node.links)
    return written(resource_json(found, node.config.origin))


async def withdraw(request: web.Request) -> web.Response:
    """``DELETE /resources/SLUG``: its address answers 410 from then on."""
    actor_id, node, slug = await writer(request, SCOPE), request.app[NODE], request.match_info["slug"]
    before = await node.store.read(_editable, actor_id, slug)
    if hdrs.IF_MATCH in request.headers:
        require_match(request, resource_json(before, node.config.origin))
    await node.store.write(_withdraw, node.unit(), actor_id, slug)
    return web.Response(status=204)


async def list_versions(request: web.Request) -> web.Response:
    """``GET /resources/SLUG/versions``: what it said before, newest first."""
    slug = request.match_info["slug"]
    found = await request.app[NODE].store.read(_versions, slug, await viewer(request))
    items = [
        {"version": each.version, "until": to_rfc3339(each.until_at) if each.until_at else None, "record": each.record}
        for each in found
    ]
    return json_answer(request, {"items": items})


async def list_branches(request: web.Request) -> web.Response:
    """``GET /resources/SLUG/branches``: what it is based on, and what is based on it."""
    slug, base = request.match_info["slug"], request.app[NODE].config.origin
    sources, made, may_hide = await request.app[NODE].store.read(_branches, slug, await viewer(request))
    return json_answer(
        request,
        {
            "basedOn": [resource_json(each, base) for each in sources],
            "branches": [resource_json(each, base) for each in made.shown],
            **({"hidden": [resource_json(each, base) for each in made.hidden]} if may_hide else {}),
        },
    )


async def hide_branch(request: web.Request) -> web.Response:
    """``DELETE /resources/SLUG/branches/BRANCH``: show it no more with the original, which is ours."""
    return await _show_branch(request, shown=False)


async def show_branch(request: web.Request) -> web.Response:
    """``PUT /resources/SLUG/branches/BRANCH``: show it again."""
    return await _show_branch(request, shown=True)


async def _show_branch(request: web.Request, *, shown: bool) -> web.Response:
    actor_id, node, match = await writer(request, SCOPE), request.app[NODE], request.match_info

    def act(conn: Connection, unit: Unit) -> None:
        author = authoring.load_author(conn, actor_id)
        authoring.show_branch(conn, unit, author, match["slug"], match["branch"], shown=shown)

    await node.store.write(act, node.unit())
    return web.Response(status=204)


# -- reading --------------------------------------------------------------------------------------------------------


async def _read(request: web.Request, iri: str) -> tuple[dict[str, Any], Visibility]:
    """The record of a call and how widely it may be read. ``iri``: the identity that it has already."""
    sent = await read_json(request)
    record = {key: value for key, value in sent.items() if key not in _ANSWERED}
    if record.pop("id", iri) != iri:
        raise Invalid(problems=[Problem("$.id", f'"{iri}"' if iri else "nothing: the node gives it", "another")])
    said = {"visibility": Visibility.ORGANISATION.value, **record}
    return record, Visibility(chosen(said, "visibility", [level.value for level in LEVELS]))


# -- units of work --------------------------------------------------------------------------------------------------


def _create(conn: Connection, unit: Unit, actor_id: int, work: Work, key: str, links: MediaLinks) -> Resource:
    author, object_id = authoring.load_author(conn, actor_id), unit.ids.new()
    if key:
        object_id = idempotency.claim(conn, actor_id, key, object_id, unit.now)
        if (made := resources.load_by_objects(conn, [object_id]).get(object_id)) is not None:
            return made
    result = authoring.create(conn, unit, author, work, links=links, write=write_document, object_id=object_id)
    return _stored(conn, result)


def _change(conn: Connection, unit: Unit, actor_id: int, slug: str, work: Work, links: MediaLinks) -> Resource:
    author = authoring.load_author(conn, actor_id)
    return _stored(conn, authoring.change(conn, unit, author, slug, work, links=links, write=write_document))


def _stored(conn: Connection, result: PublishResult) -> Resource:
    return resources.load_by_object(conn, result.object_id)


def _withdraw(conn: Connection, unit: Unit, actor_id: int, slug: str) -> None:
    authoring.withdraw(conn, unit, authoring.load_author(conn, actor_id), slug)


def _editable(conn: Connection, actor_id: int, slug: str) -> Resource:
    author: Author = authoring.load_author(conn, actor_id)
    return authoring.load_editable(conn, author, slug)


def _versions(conn: Connection, slug: str, viewer: Viewer) -> list[versions.Version]:
    """What is in a list is told as its readers may know it now."""
    found = resources.load_by_slug(conn, slug, viewer)
    history = versions.list_versions(conn, found, viewer)
    told = contents.told_in_all(conn, [each.record for each in history], contents.readers_of(found))
    return [replace(each, record=record) for each, record in zip(history, told, strict=True)]


def _branches(conn: Connection, slug: str, viewer: Viewer) -> tuple[list[Resource], Branches, bool]:
    """Sources, branches, and whether the viewer may hide some."""
    found = resources.load_by_slug(conn, slug, viewer)
    sources = list(branches.load_sources(conn, found.record, viewer).values())
    author = authoring.load_author(conn, viewer.actor_id) if viewer.actor_id is not None else None
    may_hide = author is not None and authoring.may_edit(conn, author, found)
    return sources, branches.load_branches(conn, found, viewer.actor_id), may_hide


ROUTES = [
    web.post(f"{PREFIX}/resources", create, name="learning-resource-create"),
    web.put(f"{PREFIX}/resources/{{slug}}", change, name="learning-resource-change"),
    web.delete(f"{PREFIX}/resources/{{slug}}", withdraw, name="learning-resource-withdraw"),
    web.get(f"{PREFIX}/resources/{{slug}}/versions", list_versions, name="learning-resource-versions"),
    web.get(f"{PREFIX}/resources/{{slug}}/branches", list_branches, name="learning-resource-branches"),
    web.put(f"{PREFIX}/resources/{{slug}}/branches/{{branch}}", show_branch, name="learning-branch-show"),
    web.delete(f"{PREFIX}/resources/{{slug}}/branches/{{branch}}", hide_branch, name="learning-branch-hide"),
]

# -- the description ------------------------------------------------------------------------------------------------

_SLUG = parameter("slug", "The last part of its page's address here", TEXT, where="path")
_BRANCH = parameter("branch", "The last part of the address of the branch's page here", TEXT, where="path")
_MATCH = {**parameter("If-Match", "The entity tag of what was read", TEXT, where="header"), "required": True}
_KEY = parameter("Idempotency-Key", "The same key again makes nothing more", TEXT, where="header")
_REFUSALS = {"401": PROBLEM, "403": PROBLEM, "404": PROBLEM, "422": PROBLEM}
_MADE = {"description": "It is published", "content": {"application/json": {"schema": ref("Resource")}}}

PATHS: Mapping[str, Any] = {
    "/resources": {
        "post": operation(
            "createResource",
            {"201": _MADE, **_REFUSALS},
            [parameter("owner", "In whose name", {"enum": list(_OWNERS)}), _KEY],
            body="ResourceToWrite",
        )
    },
    "/resources/{slug}": {
        "put": operation(
            "changeResource",
            {"200": {**_MADE, "description": "It is changed"}, **_REFUSALS, "412": PROBLEM, "428": PROBLEM},
            [_SLUG, _MATCH],
            body="ResourceToWrite",
        ),
        "delete": operation("withdrawResource", {"204": {"description": "It is withdrawn"}, **_REFUSALS}, [_SLUG]),
    },
    "/resources/{slug}/versions": {
        "get": operation("listVersions", {**answer("What it said", "Versions"), "404": PROBLEM}, [_SLUG])
    },
    "/resources/{slug}/branches": {
        "get": operation("listBranches", {**answer("What it comes from", "Branches"), "404": PROBLEM}, [_SLUG])
    },
    "/resources/{slug}/branches/{branch}": {
        "put": operation("showBranch", {"204": {"description": "It is shown again"}, **_REFUSALS}, [_SLUG, _BRANCH]),
        "delete": operation("hideBranch", {"204": {"description": "It is hidden"}, **_REFUSALS}, [_SLUG, _BRANCH]),
    },
}


def schemas() -> Mapping[str, Any]:
    """The schemas that ``PATHS`` refer to."""
    listed = {"type": "array", "items": ref("Resource")}
    version = {
        "type": "object",
        "required": ["version", "until", "record"],
        "properties": {
            "version": {"type": "integer", "minimum": 1},
            "until": {**INSTANT, "type": ["string", "null"], "description": "When the next one took its place"},
            "record": {"type": "object"},
        },
    }
    return {
        "ResourceToWrite": {"type": "object", "description": "A record without what the node keeps about it"},
        "Versions": {
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": version}},
        },
        "Branches": {
            "type": "object",
            "required": ["basedOn", "branches"],
            "properties": {
                "basedOn": listed,
                "branches": listed,
                "hidden": {**listed, "description": "Told to those who may edit the original"},
            },
        },
    }
