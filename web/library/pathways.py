"""``/pathways``, and what a learner notes of her way along one."""

from aiohttp import web
from sqlalchemy import Connection

from node.domain.pathways import KIND, State
from node.errors import Invalid
from node.sentences import Sentence
from node.services.context import Unit
from node.services.library import progress
from node.services.library.progress import Begun
from node.state import NODE
from node.store.library.collections import list_readable
from node.store.library.resources import Resource, Viewer
from web import sessions
from web.design.cards import resource_cards
from web.design.cursor import cursor_of
from web.design.frame import done, html, page_of
from web.design.reader import reader_of
from web.library.collections import PER_PAGE, paging_of
from web.library.views import BegunRow, PathwaysView
from web.viewer import viewer_of

PATHWAYS = "/pathways"
NEW = f"/resources/new?kind={KIND}"


async def show_pathways(request: web.Request) -> web.Response:
    """Those that the reader is on, and all that she may list, the newest first."""
    found, following, begun = await request.app[NODE].store.read(_list, viewer_of(request), cursor_of(request))
    reader = reader_of(request)
    cards = resource_cards([each.pathway for each in begun], reader)
    view = PathwaysView(
        page=page_of(request, PATHWAYS, title=Sentence("Pathways"), section=PATHWAYS),
        cards=resource_cards(found, reader),
        paging=paging_of(request, PATHWAYS, following),
        begun=tuple(
            BegunRow(card=card, done=each.progress.done, total=each.progress.total)
            for card, each in zip(cards, begun, strict=True)
        ),
        new_path=NEW if reader.actor_id is not None else "",
    )
    return html(request, view)


def _list(conn: Connection, viewer: Viewer, before: int | None) -> tuple[list[Resource], int | None, list[Begun]]:
    """What she has begun stands on the first page."""
    found, following = list_readable(conn, KIND, viewer, before=before, limit=PER_PAGE)
    is_first = viewer.actor_id is not None and before is None
    return found, following, progress.list_begun(conn, viewer.actor_id) if is_first and viewer.actor_id else []


async def mark(request: web.Request) -> web.StreamResponse:
    """One button beside one step."""
    session, node = sessions.require_person(request), request.app[NODE]
    fields, slug = await sessions.read_form(request), request.match_info["slug"]
    key, pressed = fields.get("step", ""), fields.get("do", "")
    if pressed not in set(State):
        raise Invalid(Sentence("Choose what to do."))
    await node.store.write(_mark, node.unit(), session.actor_id, slug, key, State(pressed))
    return done(f"/r/{slug}#step-{key}", f"step-{pressed}")


def _mark(conn: Connection, unit: Unit, actor_id: int, slug: str, key: str, state: State) -> None:
    found = progress.load_pathway(conn, slug, Viewer(actor_id))
    progress.mark(conn, unit, actor_id, found, key, state)
