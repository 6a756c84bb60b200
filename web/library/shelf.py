"""A member's drafts and what she published, what a resource said before, and taking one back."""

from aiohttp import web
from sqlalchemy import Connection

from node.domain import resources as records
from node.domain.numbers import id_in
from node.domain.text import UNKNOWN_LANGUAGE
from node.sentences import Sentence
from node.services.context import Unit
from node.services.library import authoring, drafting
from node.state import NODE
from node.store.library import authorships, drafts, resources, versions
from node.store.library.drafts import Draft
from node.store.library.resources import Resource, Viewer
from node.store.library.versions import Version
from web import sessions
from web.design.cards import Reader, resource_cards
from web.design.frame import ACTIVITY, done, html, page_of
from web.design.licences import licence_in_words
from web.design.page import Alternate
from web.design.parts import Link, Text
from web.design.paths import CATALOGUE
from web.design.reader import reader_of
from web.library import editor_target
from web.library.editor_page import DRAFTS, texts
from web.library.views import DraftRow, DraftsView, VersionRow, VersionsView, VersionView, WithdrawView
from web.viewer import viewer_of

MAX_WRITTEN = 100  # that are shown; all of them are found by the search
_TRAIL = (Link(label=Sentence("Catalogue"), href=CATALOGUE),)


# -- drafts ---------------------------------------------------------------------------------------------------------


async def show_drafts(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    found, edited, written = await request.app[NODE].store.read(_own, session.actor_id)
    reader = reader_of(request)
    view = DraftsView(
        page=page_of(
            request,
            DRAFTS,
            title=Sentence("Your resources"),
            section=CATALOGUE,
            noindex=True,
            said={"deleted": Sentence("The draft is deleted.")},
            breadcrumbs=_TRAIL,
        ),
        csrf=session.csrf,
        rows=tuple(_draft_row(each, edited, reader) for each in found),
        written=resource_cards(written, reader),
        new_path=editor_target.NEW,
    )
    return html(request, view)


def _own(conn: Connection, actor_id: int) -> tuple[list[Draft], dict[int, Resource], list[Resource]]:
    """Drafts, what they change, and what was published, the newest first."""
    found = drafts.list_drafts(conn, actor_id)
    edited = resources.load_by_objects(conn, {each.object_id for each in found if each.object_id})
    ids = authorships.list_written(conn, actor_id, MAX_WRITTEN)
    written = resources.load_readable(conn, ids, Viewer(actor_id))
    return found, edited, [written[i] for i in ids if i in written]


def _draft_row(draft: Draft, edited: dict[int, Resource], reader: Reader) -> DraftRow:
    about = edited.get(draft.object_id) if draft.object_id else None
    form = f"{about.path}/edit" if about else editor_target.NEW
    link = Link(label=records.title(about.record, reader.languages), href=about.path) if about else None
    return DraftRow(
        title=draft.fields.get("name-0", "").strip(),
        path=f"{form}?draft={draft.id}",
        delete_path=f"{DRAFTS}/{draft.id}/delete",
        changed_at=draft.updated_at,
        about=link,
    )


async def delete_draft(request: web.Request) -> web.StreamResponse:
    session, node = sessions.require_person(request), request.app[NODE]
    await sessions.read_form(request)
    await node.store.write(_discard, node.unit(), session.actor_id, request.match_info["draft"])
    return done(DRAFTS, "deleted")


def _discard(conn: Connection, unit: Unit, actor_id: int, draft_id: str) -> None:
    drafting.discard(conn, unit, actor_id, drafting.load(conn, actor_id, draft_id).id)


# -- branches -------------------------------------------------------------------------------------------------------


async def change_branches(request: web.Request) -> web.StreamResponse:
    """Hide a branch on the page of the original, or show it again."""
    session, node, slug = sessions.require_person(request), request.app[NODE], request.match_info["slug"]
    fields = await sessions.read_form(request)
    shown = fields.get("do") == "show"

    def act(conn: Connection, unit: Unit) -> None:
        author = authoring.load_author(conn, session.actor_id)
        authoring.show_branch(conn, unit, author, slug, fields.get("branch", ""), shown=shown)

    await node.store.write(act, node.unit())
    return done(f"/r/{slug}#branches", "branch" if shown else "no-branch")


# -- versions -------------------------------------------------------------------------------------------------------


async def show_versions(request: web.Request) -> web.Response:
    found, history = await request.app[NODE].store.read(_history, request.match_info["slug"], viewer_of(request))
    reader = reader_of(request)
    begins = [each.until_at for each in history[1:]] + [found.published_at]
    path = f"{found.path}/versions"
    rows = tuple(
        VersionRow(
            number=each.version,
            title=_title(each, reader),
            path=found.path if not each.until_at else f"{path}/{each.version}",
            from_at=begin,
            until_at=each.until_at,
        )
        for each, begin in zip(history, begins, strict=True)
    )
    view = VersionsView(
        page=page_of(
            request,
            path,
            title=Sentence("Earlier versions"),
            section=CATALOGUE,
            noindex=True,
            breadcrumbs=_TRAIL,
            alternates=(Alternate(media_type=ACTIVITY, href=found.uri),),
        ),
        title=_title(history[0], reader),
        path=found.path,
        rows=rows,
    )
    return html(request, view)


async def show_version(request: web.Request) -> web.Response:
    slug, number = request.match_info["slug"], id_in(request.match_info, "number")
    found, version = await request.app[NODE].store.read(_version, slug, viewer_of(request), number)
    reader = reader_of(request)
    history = f"{found.path}/versions"
    view = VersionView(
        page=page_of(
            request,
            f"{history}/{number}",
            title=Sentence("Earlier version"),
            section=CATALOGUE,
            noindex=True,
            breadcrumbs=_TRAIL,
            alternates=(Alternate(media_type=ACTIVITY, href=found.uri),),
        ),
        title=_title(version, reader),
        path=found.path,
        history_path=history,
        number=number,
        texts=texts(version.record),
        licence=licence_in_words(version.record["license"]),
        visibility=version.record.get("visibility", ""),
        until_at=version.until_at,
    )
    return html(request, view)


def _history(conn: Connection, slug: str, viewer: Viewer) -> tuple[Resource, list[Version]]:
    found = resources.load_by_slug(conn, slug, viewer)
    return found, versions.list_versions(conn, found, viewer)


def _version(conn: Connection, slug: str, viewer: Viewer, number: int) -> tuple[Resource, Version]:
    found = resources.load_by_slug(conn, slug, viewer)
    return found, versions.load_version(conn, found, viewer, number)


def _title(version: Version, reader: Reader) -> Text:
    language = records.title_language(version.record, reader.languages)
    shown = "" if language == UNKNOWN_LANGUAGE else language
    return Text(value=records.title(version.record, reader.languages), language=shown)


# -- taking back ----------------------------------------------------------------------------------------------------


async def ask_to_withdraw(request: web.Request) -> web.Response:
    """The page that asks whether one is sure."""
    session, reader = sessions.require_person(request), reader_of(request)
    found = await request.app[NODE].store.read(_editable, session.actor_id, request.match_info["slug"])
    language = records.title_language(found.record, reader.languages)
    view = WithdrawView(
        page=page_of(
            request,
            f"{found.path}/withdraw",
            title=Sentence("Withdraw"),
            section=CATALOGUE,
            noindex=True,
            breadcrumbs=_TRAIL,
        ),
        csrf=session.csrf,
        action=f"{found.path}/withdraw",
        title=Text(value=records.title(found.record, reader.languages), language=language),
        path=found.path,
    )
    return html(request, view)


async def withdraw(request: web.Request) -> web.StreamResponse:
    session, node = sessions.require_person(request), request.app[NODE]
    await sessions.read_form(request)
    await node.store.write(_withdraw, node.unit(), session.actor_id, request.match_info["slug"])
    return done(CATALOGUE, "withdrawn")


def _editable(conn: Connection, actor_id: int, slug: str) -> Resource:
    return authoring.load_editable(conn, authoring.load_author(conn, actor_id), slug)


def _withdraw(conn: Connection, unit: Unit, actor_id: int, slug: str) -> None:
    authoring.withdraw(conn, unit, authoring.load_author(conn, actor_id), slug)
