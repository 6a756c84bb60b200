"""``/api/v2/filters`` with words and posts, and ``/api/v1/filters``, which shows each word as a filter of its own."""

from collections.abc import Sequence

from aiohttp import web
from sqlalchemy import Connection

from node.domain.filters import Filter, FilterAction, Keyword
from node.errors import Invalid
from node.services.context import Unit
from node.services.people import filters
from node.services.people.filters import Draft, KeywordChange
from node.state import NODE
from node.store.reading import entries
from node.store.reading import filters as store
from web.client_api.answers import answer, empty
from web.client_api.callers import require
from web.client_api.entities.filters import filter_of, first_version_of, keyword_of, status_of
from web.client_api.parameters import Parameters, read_id, read_parameters

_READ, _WRITE = "read:filters", "write:filters"


def _id(request: web.Request) -> int:
    return read_id(request.match_info["id"])


async def list_all(request: web.Request) -> web.Response:
    """``GET /api/v2/filters``"""
    caller = await require(request, _READ)
    found = await request.app[NODE].store.read(store.list_filters, caller.actor_id)
    return answer([filter_of(each) for each in found])


async def show(request: web.Request) -> web.Response:
    """``GET /api/v2/filters/:id``"""
    caller = await require(request, _READ)
    return answer(filter_of(await request.app[NODE].store.read(filters.find, caller.actor_id, _id(request))))


async def create(request: web.Request) -> web.Response:
    """``POST /api/v2/filters``"""
    caller, node = await require(request, _WRITE), request.app[NODE]
    draft = _draft(await read_parameters(request))
    return answer(filter_of(await node.store.write(filters.create, node.unit(), caller.actor_id, draft)))


async def change(request: web.Request) -> web.Response:
    """``PUT /api/v2/filters/:id``"""
    caller, node = await require(request, _WRITE), request.app[NODE]
    draft = _draft(await read_parameters(request))
    return answer(filter_of(await node.store.write(filters.change, node.unit(), caller.actor_id, _id(request), draft)))


async def delete(request: web.Request) -> web.Response:
    """``DELETE /api/v2/filters/:id``"""
    caller, node = await require(request, _WRITE), request.app[NODE]
    await node.store.write(filters.delete, node.unit(), caller.actor_id, _id(request))
    return empty()


def _draft(values: Parameters) -> Draft:
    return Draft(
        title=values.text("title"),
        contexts=values.texts("context") if values.has("context") else None,
        action=values.text("filter_action"),
        expires_in=values.number("expires_in"),
        has_expiry=values.has("expires_in"),
        keywords=[_keyword_change(each) for each in values.tables("keywords_attributes")],
    )


def _keyword_change(values: Parameters, *, keyword_id: int | None = None) -> KeywordChange:
    return KeywordChange(
        id=keyword_id or values.identifier("id"),
        keyword=values.text("keyword"),
        whole_word=values.flag("whole_word"),
        is_removed=bool(values.flag("_destroy")),
    )


# -- words ------------------------------------------------------------------------------------------------------------


async def list_keywords(request: web.Request) -> web.Response:
    """``GET /api/v2/filters/:id/keywords``"""
    caller = await require(request, _READ)
    found = await request.app[NODE].store.read(filters.find, caller.actor_id, _id(request))
    return answer([keyword_of(each) for each in found.keywords])


async def add_keyword(request: web.Request) -> web.Response:
    """``POST /api/v2/filters/:id/keywords``"""
    caller, node = await require(request, _WRITE), request.app[NODE]
    change = _keyword_change(Parameters({**(await read_parameters(request)).tree, "id": None, "_destroy": None}))
    made = await node.store.write(filters.add_keyword, node.unit(), caller.actor_id, _id(request), change)
    return answer(keyword_of(made))


async def show_keyword(request: web.Request) -> web.Response:
    """``GET /api/v2/filters/keywords/:id``"""
    caller = await require(request, _READ)
    _, found = await request.app[NODE].store.read(filters.find_keyword, caller.actor_id, _id(request))
    return answer(keyword_of(found))


async def change_keyword(request: web.Request) -> web.Response:
    """``PUT /api/v2/filters/keywords/:id``"""
    caller, node = await require(request, _WRITE), request.app[NODE]
    values = Parameters({**(await read_parameters(request)).tree, "_destroy": None})
    change = _keyword_change(values, keyword_id=_id(request))
    return answer(keyword_of(await node.store.write(filters.change_keyword, node.unit(), caller.actor_id, change)))


async def delete_keyword(request: web.Request) -> web.Response:
    """``DELETE /api/v2/filters/keywords/:id``"""
    caller, node = await require(request, _WRITE), request.app[NODE]
    await node.store.write(filters.delete_keyword, node.unit(), caller.actor_id, _id(request))
    return empty()


# -- posts ------------------------------------------------------------------------------------------------------------


async def list_statuses(request: web.Request) -> web.Response:
    """``GET /api/v2/filters/:id/statuses``"""
    caller = await require(request, _READ)
    found = await request.app[NODE].store.read(filters.find, caller.actor_id, _id(request))
    return answer([status_of(each) for each in found.statuses])


async def add_status(request: web.Request) -> web.Response:
    """``POST /api/v2/filters/:id/statuses``"""
    caller, node = await require(request, _WRITE), request.app[NODE]
    object_id = (await read_parameters(request)).identifier("status_id") or 0
    made = await node.store.write(_add_status, node.unit(), caller.actor_id, _id(request), object_id)
    return answer(status_of(made))


def _add_status(conn: Connection, unit: Unit, owner_id: int, filter_id: int, object_id: int) -> tuple[int, int]:
    entry = entries.load_entries(conn, [object_id], owner_id).get(object_id)
    visible = [entry.object_id] if entry is not None else []
    wanted = entry.object_id if entry is not None else object_id
    return filters.add_status(conn, unit, owner_id, filter_id, wanted, visible=visible)


async def show_status(request: web.Request) -> web.Response:
    """``GET /api/v2/filters/statuses/:id``"""
    caller = await require(request, _READ)
    return answer(status_of(await request.app[NODE].store.read(filters.find_status, caller.actor_id, _id(request))))


async def delete_status(request: web.Request) -> web.Response:
    """``DELETE /api/v2/filters/statuses/:id``"""
    caller, node = await require(request, _WRITE), request.app[NODE]
    return answer(status_of(await node.store.write(filters.delete_status, node.unit(), caller.actor_id, _id(request))))


# -- the first version ------------------------------------------------------------------------------------------------


async def list_first(request: web.Request) -> web.Response:
    """``GET /api/v1/filters``"""
    caller = await require(request, _READ)
    found = await request.app[NODE].store.read(store.list_filters, caller.actor_id)
    return answer([first_version_of(each, keyword) for each in found for keyword in each.keywords])


async def show_first(request: web.Request) -> web.Response:
    """``GET /api/v1/filters/:id``"""
    caller = await require(request, _READ)
    found = await request.app[NODE].store.read(filters.find_keyword, caller.actor_id, _id(request))
    return answer(first_version_of(*found))


async def create_first(request: web.Request) -> web.Response:
    """``POST /api/v1/filters``: a filter with one word."""
    caller, node = await require(request, _WRITE), request.app[NODE]
    draft = _first_draft(await read_parameters(request))
    if not draft.keywords:
        raise Invalid("Validation failed: Phrase can't be blank")
    made = await node.store.write(filters.create, node.unit(), caller.actor_id, draft)
    return answer(first_version_of(made, made.keywords[0]))


async def change_first(request: web.Request) -> web.Response:
    """``PUT /api/v1/filters/:id``: the word, and the filter that it belongs to."""
    caller, node = await require(request, _WRITE), request.app[NODE]
    draft = _first_draft(await read_parameters(request), keyword_id=_id(request))
    return answer(first_version_of(*await node.store.write(_change_first, node.unit(), caller.actor_id, draft)))


def _change_first(conn: Connection, unit: Unit, owner_id: int, draft: Draft) -> tuple[Filter, Keyword]:
    keyword_id = draft.keywords[0].id or 0
    found, _ = filters.find_keyword(conn, owner_id, keyword_id)
    filters.change(conn, unit, owner_id, found.id, draft)
    return filters.find_keyword(conn, owner_id, keyword_id)


async def delete_first(request: web.Request) -> web.Response:
    """``DELETE /api/v1/filters/:id``: the word; its filter goes with its last one."""
    caller, node = await require(request, _WRITE), request.app[NODE]
    await node.store.write(_delete_first, node.unit(), caller.actor_id, _id(request))
    return empty()


def _delete_first(conn: Connection, unit: Unit, owner_id: int, keyword_id: int) -> None:
    found, _ = filters.find_keyword(conn, owner_id, keyword_id)
    if len(found.keywords) == 1 and not found.statuses:
        filters.delete(conn, unit, owner_id, found.id)
    else:
        filters.delete_keyword(conn, unit, owner_id, keyword_id)


def _first_draft(values: Parameters, *, keyword_id: int | None = None) -> Draft:
    phrase, irreversible = values.text("phrase"), values.flag("irreversible")
    whole_word = values.flag("whole_word")
    keywords: Sequence[KeywordChange] = ()
    if phrase or keyword_id is not None:
        is_new = keyword_id is None
        keywords = [KeywordChange(keyword_id, phrase, bool(whole_word) if is_new else whole_word)]
    return Draft(
        title=phrase if keyword_id is None else None,
        contexts=values.texts("context") if values.has("context") else None,
        action=None if irreversible is None else (FilterAction.HIDE if irreversible else FilterAction.WARN),
        expires_in=values.number("expires_in"),
        has_expiry=values.has("expires_in"),
        keywords=keywords,
    )


ROUTES = [
    web.get("/api/v2/filters", list_all, name="client-filters"),
    web.post("/api/v2/filters", create, name="client-filter-create"),
    web.get("/api/v2/filters/{id:\\d+}", show, name="client-filter"),
    web.put("/api/v2/filters/{id:\\d+}", change, name="client-filter-change"),
    web.delete("/api/v2/filters/{id:\\d+}", delete, name="client-filter-delete"),
    web.get("/api/v2/filters/{id:\\d+}/keywords", list_keywords, name="client-filter-keywords"),
    web.post("/api/v2/filters/{id:\\d+}/keywords", add_keyword, name="client-filter-keyword-add"),
    web.get("/api/v2/filters/keywords/{id:\\d+}", show_keyword, name="client-filter-keyword"),
    web.put("/api/v2/filters/keywords/{id:\\d+}", change_keyword, name="client-filter-keyword-change"),
    web.delete("/api/v2/filters/keywords/{id:\\d+}", delete_keyword, name="client-filter-keyword-delete"),
    web.get("/api/v2/filters/{id:\\d+}/statuses", list_statuses, name="client-filter-statuses"),
    web.post("/api/v2/filters/{id:\\d+}/statuses", add_status, name="client-filter-status-add"),
    web.get("/api/v2/filters/statuses/{id:\\d+}", show_status, name="client-filter-status"),
    web.delete("/api/v2/filters/statuses/{id:\\d+}", delete_status, name="client-filter-status-delete"),
    web.get("/api/v1/filters", list_first, name="client-filters-first"),
    web.post("/api/v1/filters", create_first, name="client-filter-first-create"),
    web.get("/api/v1/filters/{id:\\d+}", show_first, name="client-filter-first"),
    web.put("/api/v1/filters/{id:\\d+}", change_first, name="client-filter-first-change"),
    web.delete("/api/v1/filters/{id:\\d+}", delete_first, name="client-filter-first-delete"),
]
