"""Lists of statuses, newest first: ``/api/v1/timelines``, of one account, and what a person keeps."""

from collections.abc import Callable, Sequence

from aiohttp import web
from sqlalchemy import Connection

from node.domain.filters import FilterContext
from node.domain.tags import key_of
from node.errors import NotFound
from node.services.library import pathway_lists
from node.state import NODE
from node.store.database.windows import Window
from node.store.people import actors, lists
from node.store.reading import entries, showing, timelines
from node.store.reading.entries import Entry
from web.client_api.answers import answer, joined
from web.client_api.callers import reader, require
from web.client_api.entities import statuses
from web.client_api.entities.look import Look, look_of
from web.client_api.paging import filled, link_header, read_window
from web.client_api.parameters import Parameters, query_parameters, read_id
from web.client_api.remembering import remembering

#: Ids that the list pages by, and the statuses that are shown of it.
Rendered = tuple[list[int], list[bytes]]
_Show = Callable[[Sequence[Entry]], Rendered]
_WHICH = ("local", "remote", "only_media")  # what narrows public lists
_MOST_TAGS = 4  # of each kind beside the one in the address


def listing(request: web.Request, found: Rendered, window: Window) -> web.Response:
    """A list of statuses; ids are those of all entries, also of what is not shown."""
    ids, bodies = found
    return answer(joined(bodies), headers=link_header(request, ids, window=window))


def _rendered(
    conn: Connection, look: Look, listed: Sequence[Entry], viewer_id: int | None, context: FilterContext | None = None
) -> Rendered:
    return [entry.id for entry in listed], list(
        statuses.render_entries(conn, look, listed, viewer_id, context=context).values()
    )


# -- home and public -------------------------------------------------------------------------------------------------


async def home(request: web.Request) -> web.Response:
    caller = await require(request, "read:statuses")
    window = read_window(query_parameters(request))
    found = await request.app[NODE].store.read(_home, look_of(request), caller.actor_id, window)
    return listing(request, found, window)


def _home(conn: Connection, look: Look, owner_id: int, window: Window) -> Rendered:
    return filled(
        window,
        lambda part: entries.list_home(conn, owner_id, part, look.now),
        lambda listed: _rendered(conn, look, listed, owner_id, FilterContext.HOME),
    )


async def public(request: web.Request) -> web.Response:
    viewer, asked = await reader(request), query_parameters(request)
    window = read_window(asked)
    found = await request.app[NODE].store.read(_public, look_of(request), viewer, window, asked)
    return listing(request, found, window)


def _public(conn: Connection, look: Look, viewer_id: int | None, window: Window, asked: Parameters) -> Rendered:
    wanted = {name: asked.flag(name) or False for name in _WHICH}
    return filled(
        window,
        lambda part: timelines.list_public(conn, viewer_id, part, look.now, **wanted),
        _in_public(conn, look, viewer_id),
    )


def _in_public(conn: Connection, look: Look, viewer_id: int | None) -> _Show:
    """Without what comes from hosts that are shown to followers only."""

    def show(listed: Sequence[Entry]) -> Rendered:
        shown = statuses.render_entries(conn, look, listed, viewer_id, in_public=True, context=FilterContext.PUBLIC)
        return [entry.id for entry in listed], list(shown.values())

    return show


async def tag(request: web.Request) -> web.Response:
    viewer, asked = await reader(request), query_parameters(request)
    window = read_window(asked)
    name = request.match_info["tag"]
    found = await request.app[NODE].store.read(_tag, look_of(request), viewer, name, window, asked)
    return listing(request, found, window)


def _tag(conn: Connection, look: Look, viewer_id: int | None, name: str, window: Window, asked: Parameters) -> Rendered:
    wanted = {name: asked.flag(name) or False for name in _WHICH}
    any_of, all_of, none_of = [key_of(name), *_tags(asked, "any")], _tags(asked, "all"), _tags(asked, "none")
    return filled(
        window,
        lambda part: timelines.list_tag(
            conn, viewer_id, part, look.now, any_of=any_of, all_of=all_of, none_of=none_of, **wanted
        ),
        _in_public(conn, look, viewer_id),
    )


def _tags(asked: Parameters, name: str) -> list[str]:
    return [key for text in asked.texts(name)[:_MOST_TAGS] if (key := key_of(text))]


async def link(request: web.Request) -> web.Response:
    """What people say about a page."""
    viewer, asked = await reader(request), query_parameters(request)
    window = read_window(asked)
    url = asked.text("url") or ""
    found = await request.app[NODE].store.read(_link, look_of(request), viewer, url, window)
    return listing(request, found, window)


def _link(conn: Connection, look: Look, viewer_id: int | None, url: str, window: Window) -> Rendered:
    return filled(
        window,
        lambda part: timelines.list_link(conn, viewer_id, url, part, look.now),
        _in_public(conn, look, viewer_id),
    )


# -- for one person --------------------------------------------------------------------------------------------------


async def of_list(request: web.Request) -> web.Response:
    caller = await require(request, "read:lists")
    window = read_window(query_parameters(request))
    list_id = read_id(request.match_info["id"])
    found = await request.app[NODE].store.read(_of_list, look_of(request), caller.actor_id, list_id, window)
    return listing(request, found, window)


def _of_list(conn: Connection, look: Look, owner_id: int, list_id: int, window: Window) -> Rendered:
    found = lists.find_list(conn, owner_id, list_id)
    if found is None and (pathway := pathway_lists.find(conn, owner_id, list_id)) is not None:
        return _rendered(conn, look, pathway_lists.list_steps(conn, owner_id, pathway, window), owner_id)
    if found is None:
        raise NotFound
    return filled(
        window,
        lambda part: timelines.list_of_list(conn, owner_id, found.id, found.replies_policy, part, look.now),
        lambda listed: _rendered(conn, look, listed, owner_id, FilterContext.HOME),
    )


async def direct(request: web.Request) -> web.Response:
    caller = await require(request, "read:statuses")
    window = read_window(query_parameters(request))
    found = await request.app[NODE].store.read(_direct, look_of(request), caller.actor_id, window)
    return listing(request, found, window)


def _direct(conn: Connection, look: Look, viewer_id: int, window: Window) -> Rendered:
    return _rendered(conn, look, timelines.list_direct(conn, viewer_id, window, look.now), viewer_id)


async def bookmarks(request: web.Request) -> web.Response:
    caller = await require(request, "read:bookmarks")
    window = read_window(query_parameters(request))
    found = await request.app[NODE].store.read(_bookmarks, look_of(request), caller.actor_id, window)
    return listing(request, found, window)


def _bookmarks(conn: Connection, look: Look, viewer_id: int, window: Window) -> Rendered:
    return _kept(conn, look, timelines.list_bookmarks(conn, viewer_id, window), viewer_id)


async def favourites(request: web.Request) -> web.Response:
    caller = await require(request, "read:favourites")
    window = read_window(query_parameters(request))
    found = await request.app[NODE].store.read(_favourites, look_of(request), caller.actor_id, window)
    return listing(request, found, window)


def _favourites(conn: Connection, look: Look, viewer_id: int, window: Window) -> Rendered:
    return _kept(conn, look, timelines.list_favourites(conn, viewer_id, window), viewer_id)


def _kept(conn: Connection, look: Look, kept: timelines.Kept, viewer_id: int) -> Rendered:
    """These lists page by when something was kept, not by what it is."""
    _, bodies = _rendered(conn, look, [entry for _, entry in kept], viewer_id)
    return [kept_id for kept_id, _ in kept], bodies


# -- of one account --------------------------------------------------------------------------------------------------


async def of_account(request: web.Request) -> web.Response:
    viewer, asked = await reader(request), query_parameters(request)
    window = read_window(asked)
    actor_id = read_id(request.match_info["id"])
    found = await request.app[NODE].store.read(_of_account, look_of(request), viewer, actor_id, window, asked)
    if asked.flag("pinned"):
        return answer(joined(found[1]))
    return listing(request, found, window)


def _of_account(
    conn: Connection, look: Look, viewer_id: int | None, actor_id: int, window: Window, asked: Parameters
) -> Rendered:
    actor = actors.find_actor_by_id(conn, actor_id)
    if actor is None or actor.state == "gone" or not showing.load_known(conn, [actor.id], viewer_id):
        raise NotFound
    if asked.flag("pinned"):
        return _rendered(conn, look, timelines.list_pinned(conn, viewer_id, actor_id), viewer_id)
    tagged = asked.text("tagged")
    tag = key_of(tagged) if tagged else None
    wanted = {name: asked.flag(name) or False for name in ("exclude_replies", "exclude_reblogs", "only_media")}
    return filled(
        window,
        lambda part: timelines.list_of_actor(conn, viewer_id, actor_id, part, look.now, tag=tag, **wanted),
        lambda listed: _rendered(conn, look, listed, viewer_id, FilterContext.ACCOUNT),
    )


ROUTES = [
    web.get("/api/v1/timelines/home", remembering(home), name="client-home"),
    web.get("/api/v1/timelines/public", remembering(public), name="client-public"),
    web.get("/api/v1/timelines/tag/{tag}", remembering(tag), name="client-tag-timeline"),
    web.get("/api/v1/timelines/link", remembering(link), name="client-link-timeline"),
    web.get("/api/v1/timelines/list/{id:[0-9]+}", remembering(of_list), name="client-list-timeline"),
    web.get("/api/v1/timelines/direct", remembering(direct), name="client-direct"),
    web.get("/api/v1/bookmarks", remembering(bookmarks), name="client-bookmarks"),
    web.get("/api/v1/favourites", remembering(favourites), name="client-favourites"),
    web.get("/api/v1/accounts/{id:[0-9]+}/statuses", remembering(of_account), name="client-account-statuses"),
]
