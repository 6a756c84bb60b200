"""``/posts/ID/edit`` and ``/posts/ID/delete``: what authors do with their posts."""

from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from federation.discovery.mentions import look_up_mentions
from federation.state import FEDERATION
from node.domain.numbers import id_in
from node.domain.posts import PostKind
from node.errors import Invalid, Unavailable
from node.media.links import MediaLinks
from node.sentences import Sentence
from node.services.context import Unit
from node.services.posts import media as media_service
from node.services.posts import post_changes
from node.services.posts.post_changes import Edit
from node.state import NODE
from node.store.posts import media as media_store
from node.store.posts import objects
from node.store.posts.media import Media
from node.store.reading import showing
from web import room, sessions
from web.design.cards import post_card
from web.design.frame import done, html, page_of
from web.design.page import Notice
from web.design.reader import reader_of
from web.posted import read_posted
from web.state import WEB
from web.threads import forms
from web.threads.composer import ENDED, OLD, load_media
from web.threads.forms import Typed, Wrong, wrong_of
from web.threads.publishing import path_of
from web.threads.views import ComposeView, DeleteView
from web.uploads import roomy

_DESCRIBE = Sentence("The files are here. Say what is to be seen or heard in them, then save.")


@dataclass(frozen=True, slots=True)
class Own:
    """A post of whoever asks, with its files and its page."""

    row: Any
    author: Any
    media: list[Media]
    path: str


def _load(conn: Connection, author_id: int, object_id: int) -> Own:
    """Raises NotFound for a post of anybody else."""
    found = post_changes.find_own(conn, author_id, object_id)
    return Own(
        row=objects.load_row(conn, found.id),
        author=showing.load_rows(conn, [author_id])[author_id],
        media=media_store.load_for_objects(conn, [found.id]).get(found.id, []),
        path=path_of(conn, found.id),
    )


def _id(request: web.Request) -> int:
    return id_in(request.match_info, "id")


# -- editing ---------------------------------------------------------------------------------------------------------


async def show_edit(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    own = await request.app[NODE].store.read(_load, session.actor_id, _id(request))
    details = own.row.details or {}
    typed = Typed(
        title=own.row.name,
        text=details.get("source", ""),
        link=(details.get("link") or {}).get("url", ""),
        warning=own.row.summary,
        language=own.row.language,
        media=tuple((each.id, each.description) for each in own.media),
    )
    return _page(request, own, typed, own.media)


async def edit(request: web.Request) -> web.Response:
    """The whole of a post anew; whatever is wrong, the form comes back as it was sent."""
    sessions.check_origin(request)
    session, node = sessions.session_of(request), request.app[NODE]
    if session is None:
        typed = forms.read_typed(await read_posted(request))
        return _page(request, None, typed, [], Wrong(general=ENDED), status=401)
    own = await node.store.read(_load, session.actor_id, _id(request))
    async with roomy(request, files=media_service.MAX_ATTACHED) as wide:
        sent = await read_posted(wide)
        typed = forms.read_typed(sent)
        if not sessions.is_own_form(request, sent):
            return await _again(request, own, typed, Wrong(general=OLD), status=403)
        typed, problem, has_new = await forms.take_files(request, session.actor_id, sent, typed)
    if problem:
        return await _again(request, own, typed, Wrong({"files": problem}), status=422)
    if has_new:
        return await _again(request, own, typed, Wrong(general=_DESCRIBE))
    try:
        room.check(request)
        await look_up_mentions(request.app[FEDERATION], node, typed.text)
        links = request.app[WEB].pictures.links
        await node.store.write(_save, node.unit(), session.actor_id, own.row.id, typed, links)
    except Invalid as error:
        return await _again(request, own, typed, wrong_of(error), status=422)
    except Unavailable as error:
        return room.later(await _again(request, own, typed, Wrong(general=room.NOT_STORED), status=503), error)
    own = await node.store.read(_load, session.actor_id, own.row.id)
    return done(own.path, "saved")


def _save(conn: Connection, unit: Unit, author_id: int, object_id: int, typed: Typed, links: MediaLinks) -> None:
    wanted = Edit(
        text=typed.text,
        spoiler=typed.warning,
        language=typed.language,
        media_ids=tuple(media_id for media_id, _ in typed.media),
        descriptions={media_id: {"description": alt} for media_id, alt in typed.media},
        title=typed.title,
        link=typed.link,
    )
    post_changes.edit(conn, unit, author_id, object_id, wanted, links=links)


async def _again(request: web.Request, own: Own, typed: Typed, wrong: Wrong, *, status: int = 200) -> web.Response:
    shown = await request.app[NODE].store.read(load_media, own.row.actor_id, typed)
    return _page(request, own, typed, shown, wrong, status=status)


def _page(
    request: web.Request,
    own: Own | None,
    typed: Typed,
    shown: list[Media],
    wrong: Wrong | None = None,
    *,
    status: int = 200,
) -> web.Response:
    told = wrong or Wrong()
    is_titled = own is not None and own.row.kind == PostKind.PAGE.value
    form = forms.Form(mode="edit", action=request.path, has_title=is_titled)
    is_bad = status >= web.HTTPBadRequest.status_code
    view = ComposeView(
        page=page_of(
            request,
            request.path,
            title=Sentence("Edit"),
            noindex=True,
            notice=Notice(text=told.general, tone="bad" if is_bad else "info") if told.general else None,
        ),
        compose=forms.form_of(request, typed, form, wrong=told, shown=shown),
    )
    return html(request, view, status)


# -- deleting --------------------------------------------------------------------------------------------------------


async def show_delete(request: web.Request) -> web.Response:
    session = sessions.require_person(request)
    own = await request.app[NODE].store.read(_load, session.actor_id, _id(request))
    view = DeleteView(
        page=page_of(request, request.path, title=Sentence("Delete this post?"), noindex=True),
        action=request.path,
        csrf=session.csrf,
        back=own.path,
        post=replace(post_card(own.row, own.author, reader_of(request)), path=""),
    )
    return html(request, view)


async def delete(request: web.Request) -> web.Response:
    """It is gone, and its author looks at what is around it: the community, the thread, her own page."""
    session, node = sessions.require_person(request), request.app[NODE]
    await sessions.read_form(request)
    path = await node.store.write(_delete, node.unit(), session.actor_id, _id(request))
    return done(path, "deleted")


def _delete(conn: Connection, unit: Unit, author_id: int, object_id: int) -> str:
    own = _load(conn, author_id, object_id)
    post_changes.delete(conn, unit, author_id, object_id)
    above, hash_, _ = own.path.partition("#")
    if hash_:
        return above
    community, slash, _ = above.partition("/t/")
    return community if slash else f"/@{own.author.username}"
