"""``/settings/pictures``: avatar and header of whoever is signed in; ``/admin/pictures``: those of the organisation."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.actors import ActorKind
from node.domain.media import MediaPurpose
from node.errors import Invalid
from node.sentences import Sentence
from node.services import audit
from node.services.context import Unit
from node.services.posts.media import show_on_profile
from node.state import NODE
from node.store.access.sessions import Session
from node.store.people import actors
from web import sessions
from web.account.views import OrganisationPicturesView, PicturesView
from web.design.frame import done, html, page_of
from web.design.parts import Image, PicturesForm
from web.state import WEB
from web.uploads import on_disk, roomy

PATH, OF_ORGANISATION = "/settings/pictures", "/admin/pictures"
_PURPOSES = (MediaPurpose.AVATAR, MediaPurpose.HEADER)
#: Makes a picture that was taken in the avatar or header, or takes that away (None and an empty address).
Show = Callable[[Connection, Unit, MediaPurpose, int | None, str], None]


async def show(request: web.Request) -> web.Response:
    session, actor_id = await _whose(request)
    return await _page(request, session, actor_id, {})


async def save(request: web.Request) -> web.StreamResponse:
    """Take what was chosen, each picture by itself; or take away what is to go."""
    session, actor_id = await _whose(request)
    if wrong := await change_pictures(request, actor_id, partial(_show, by=session.actor_id, actor_id=actor_id)):
        return await _page(request, session, actor_id, wrong)
    return done(request.path, "saved")


def _show(
    conn: Connection, unit: Unit, purpose: MediaPurpose, media_id: int | None, url: str, *, by: int, actor_id: int
) -> None:
    """What somebody does to another actor than herself, which is the organisation, stands in the log (ADM3)."""
    show_on_profile(conn, unit, actor_id, purpose, media_id, url)
    if by != actor_id:
        audit.record(conn, unit, by, "picture.set", purpose.value, after=url or None)


async def change_pictures(request: web.Request, actor_id: int, show: Show) -> Mapping[str, str]:
    """Have each picture of a form shown, or taken away; what is wrong with those that were not taken, by their fields.

    ``actor_id``: whose they become; ``show`` is a unit of work.
    """
    node, wrong = request.app[NODE], {}
    async with roomy(request, files=2) as wide:
        words, files = await sessions.read_upload_form(request, wide)
        if words.get("remove") in _PURPOSES:
            await node.store.write(show, node.unit(), MediaPurpose(words["remove"]), None, "")
            return {}
        for purpose in _PURPOSES:
            async with on_disk(request, files.get(purpose)) as (place,):
                try:
                    if place is not None:
                        media = await node.uploads.take_picture(actor_id, place, purpose)
                        url = node.links.stored(media.key)
                        await node.store.write(show, node.unit(), purpose, media.id, url)
                except Invalid as error:
                    wrong[purpose.value] = error.public
    return wrong


async def _whose(request: web.Request) -> tuple[Session, int]:
    if request.path != OF_ORGANISATION:
        session = sessions.require_person(request)
        return session, session.actor_id
    session = sessions.require_admin(request)
    (found,) = await request.app[NODE].store.read(actors.load_local_actors, [ActorKind.ORGANIZATION])
    return session, found.id


async def _page(request: web.Request, session: Session, actor_id: int, wrong: Mapping[str, str]) -> web.Response:
    row = await request.app[NODE].store.read(actors.load_profile, actor_id)
    is_own = request.path != OF_ORGANISATION
    title = Sentence("Your pictures") if is_own else Sentence("Pictures of the organisation")
    view = (PicturesView if is_own else OrganisationPicturesView)(
        page=page_of(request, request.path, title=title, section=PATH if is_own else "", noindex=True),
        form=form_of(request, row, request.path, session.csrf, title, wrong),
    )
    return html(request, view, 422 if wrong else 200)


def form_of(
    request: web.Request, row: Any, action: str, csrf: str, title: str, wrong: Mapping[str, str]
) -> PicturesForm:
    """The form with what is shown now. ``row``: the whole row of the actor."""
    pictures = request.app[WEB].pictures
    return PicturesForm(
        action=action,
        csrf=csrf,
        title=title,
        avatar=Image(url=pictures.avatar(row.icon), width=400, height=400),
        header=Image(url=pictures.header(row.image), width=1500, height=500),
        has_avatar=bool(row.icon),
        has_header=bool(row.image),
        avatar_error=wrong.get(MediaPurpose.AVATAR, ""),
        header_error=wrong.get(MediaPurpose.HEADER, ""),
    )
