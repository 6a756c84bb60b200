"""``/collections``, and what is done with a collection: put something in, order it, share the work, follow it."""

from collections.abc import Callable
from functools import partial

from aiohttp import web
from sqlalchemy import Connection

from federation.builders.resource_documents import write_document
from node.domain import resources as records
from node.domain.collections import KIND
from node.errors import Forbidden, Invalid, NodeError, NotFound
from node.sentences import Sentence
from node.services.context import Unit
from node.services.library import collecting
from node.services.library.collecting import Wanted
from node.state import NODE
from node.store.library import collections, resources
from node.store.library.resources import Resource, Viewer
from node.store.people import actors
from node.store.people.actors import Actor
from web import sessions
from web.design.cards import resource_cards
from web.design.cursor import cursor_of
from web.design.frame import done, html, page_of
from web.design.languages import LANGUAGES
from web.design.lists import Paging
from web.design.parts import Field, Text
from web.design.paths import CATALOGUE
from web.design.reader import reader_of
from web.library.views import CollectionsView, CollectView
from web.lookups import NOBODY, look_up, why_not
from web.viewer import viewer_of

COLLECTIONS = "/collections"
PER_PAGE = 50
NEW = "/resources/new?kind=collection"
#: What is done with a collection; answers the word for it (:mod:`web.library.said`).
Act = Callable[[Connection, Unit, Actor, Resource], str]
Load = Callable[[Connection, str, Viewer], Resource]


async def show_collections(request: web.Request) -> web.Response:
    """All that the reader may list, the newest first."""
    found, following = await request.app[NODE].store.read(
        partial(collections.list_readable, before=cursor_of(request), limit=PER_PAGE), KIND, viewer_of(request)
    )
    reader = reader_of(request)
    view = CollectionsView(
        page=page_of(request, COLLECTIONS, title=Sentence("Collections"), section=COLLECTIONS),
        cards=resource_cards(found, reader),
        paging=paging_of(request, COLLECTIONS, following),
        new_path=NEW if reader.actor_id is not None else "",
    )
    return html(request, view)


def paging_of(request: web.Request, path: str, following: int | None) -> Paging:
    """Where a list goes on after the sort key that its page gave."""
    return Paging(
        next_path=f"{path}?before={following}" if following is not None else "",
        first_path=path if cursor_of(request) is not None else "",
    )


# -- putting something in -------------------------------------------------------------------------------------------


async def show_collect(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    found, curated = await request.app[NODE].store.read(_curated, session.actor_id, request.match_info["slug"])
    return _collect_page(request, session.csrf, found, curated, {})


async def collect(request: web.Request) -> web.StreamResponse:
    session, node = sessions.require_person(request), request.app[NODE]
    fields = await sessions.read_form(request)
    found, curated = await node.store.read(_curated, session.actor_id, request.match_info["slug"])
    language, note = fields.get("language", ""), fields.get("note", "").strip()
    wanted = Wanted(found.record["id"], note={language: note} if note else {})

    def act(conn: Connection, unit: Unit, by: Actor, collection: Resource) -> str:
        return collecting.add(conn, unit, by, collection, wanted, write=write_document)

    try:
        word = await _do(request, session.actor_id, fields.get("collection", ""), act)
    except NodeError as error:
        wrong = Sentence("Choose a collection.") if isinstance(error, NotFound) else error.public
        return _collect_page(request, session.csrf, found, curated, {**fields, "error": wrong})
    return done(f"/r/{fields['collection']}", word)


def _curated(conn: Connection, actor_id: int, slug: str) -> tuple[Resource, list[Resource]]:
    found = resources.load_by_slug(conn, slug, Viewer(actor_id))
    me = actors.find_actor_by_id(conn, actor_id)
    return found, [each for each in collecting.list_curated(conn, me) if each.id != found.id] if me else []


def _collect_page(
    request: web.Request, csrf: str, found: Resource, curated: list[Resource], fields: dict[str, str]
) -> web.Response:
    languages = reader_of(request).languages
    tags = [tag for tag in dict.fromkeys(languages) if tag in LANGUAGES]
    path = f"{found.path}/collect"
    view = CollectView(
        page=page_of(request, path, title=Sentence("Put into a collection"), section=CATALOGUE, noindex=True),
        csrf=csrf,
        action=path,
        title=Text(
            value=records.title(found.record, languages), language=records.title_language(found.record, languages)
        ),
        path=found.path,
        collections=tuple((each.slug, records.title(each.record, languages)) for each in curated),
        chosen=Field(value=fields.get("collection", ""), error=fields.get("error", "")),
        note=Field(value=fields.get("note", "")),
        language=Field(value=fields.get("language", tags[0] if tags else "en")),
        languages=tuple((tag, LANGUAGES[tag]) for tag in tags or ["en"]),
        new_path=NEW,
    )
    return html(request, view, 422 if fields.get("error") else 200)


# -- keeping it -----------------------------------------------------------------------------------------------------


async def change_items(request: web.Request) -> web.StreamResponse:
    """One button beside one entry: up, down, remove, accept."""
    session = sessions.require_person(request)
    fields = await sessions.read_form(request)
    iri, pressed = fields.get("item", ""), fields.get("do", "")

    def act(conn: Connection, unit: Unit, by: Actor, found: Resource) -> str:
        if pressed in {"up", "down"}:
            step = -1 if pressed == "up" else 1
            collecting.move(conn, unit, by, found, iri, step, write=write_document)
        elif pressed == "accept":
            return collecting.accept(conn, unit, by, found, iri, write=write_document)
        elif pressed == "remove":
            collecting.remove(conn, unit, by, found, iri, write=write_document)
        else:
            raise Invalid(Sentence("Choose what to do."))
        return "done" if found.local else "asked"

    return await _done(request, session.actor_id, act)


async def change_curators(request: web.Request) -> web.StreamResponse:
    """Add somebody by address, or let somebody go."""
    session = sessions.require_person(request)
    fields = await sessions.read_form(request)
    removed = fields.get("remove", "")
    actor = None if removed else await _named(request, fields.get("curator", ""))

    def act(conn: Connection, unit: Unit, by: Actor, found: Resource) -> str:
        if actor is not None:
            collecting.add_curator(conn, unit, by, found, actor, write=write_document)
        else:
            collecting.remove_curator(conn, unit, by, found, removed, write=write_document)
        return "done"

    return await _done(request, session.actor_id, act)


async def _named(request: web.Request, text: str) -> Actor:
    """``@ann`` or ``@ann@learn.uni.example``, whose server is asked where nobody here knows her."""
    try:
        actor = await look_up(request, text)
    except NodeError as failure:
        raise Invalid(why_not(failure, NOBODY)) from failure
    if actor.kind != "person":
        raise Invalid(Sentence("Only people curate collections."))
    return actor


async def follow(request: web.Request) -> web.StreamResponse:
    """Hear of what is new in a collection or pathway, or no more."""
    session = sessions.require_person(request)
    fields = await sessions.read_form(request)

    def act(conn: Connection, unit: Unit, by: Actor, found: Resource) -> str:
        if fields.get("do") == "unfollow":
            collections.unfollow(conn, found.id, by.id)
            return "unfollowed"
        collecting.follow(conn, unit, by.id, found)
        return "followed"

    return await _done(request, session.actor_id, act, collecting.load_list)


async def _done(
    request: web.Request, actor_id: int, act: Act, load: Load = collecting.load_collection
) -> web.StreamResponse:
    slug = request.match_info["slug"]
    return done(f"/r/{slug}", await _do(request, actor_id, slug, act, load))


async def _do(request: web.Request, actor_id: int, slug: str, act: Act, load: Load = collecting.load_collection) -> str:
    node = request.app[NODE]
    return await node.store.write(_act, node.unit(), actor_id, slug, act, load)


def _act(conn: Connection, unit: Unit, actor_id: int, slug: str, act: Act, load: Load) -> str:
    by = actors.find_actor_by_id(conn, actor_id)
    if by is None or not by.is_active:
        raise Forbidden
    return act(conn, unit, by, load(conn, slug, Viewer(actor_id)))
