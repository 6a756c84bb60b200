"""The picture in the form of an event: taken in before anything else, so that it is not lost with what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from aiohttp.web_request import FileField
from sqlalchemy import Connection

from node.domain.numbers import number_in
from node.errors import Invalid, Unavailable
from node.services.events.event_pictures import Picture
from node.services.posts.uploads import Words
from node.state import NODE
from node.store.access.sessions import Session
from node.store.posts import media as media_store
from node.store.posts.media import Media
from web import sessions
from web.design.parts import Field, Image
from web.uploads import on_disk, roomy

UPLOAD, SHOWN, ALT, REMOVED = "picture", "picture-id", "picture-alt", "picture-remove"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The fields of a form with the picture that it brought, and what is wrong with that."""

    fields: Mapping[str, str]
    problem: str = ""


async def read_form(request: web.Request, session: Session) -> Chosen:
    """The fields of the form; a file in it is an upload of this person from now on."""
    async with roomy(request, files=1) as wide:
        fields, files = await sessions.read_upload_form(request, wide)
        return await _take(request, session, dict(fields), files.get(UPLOAD))


async def _take(request: web.Request, session: Session, fields: dict[str, str], file: FileField | None) -> Chosen:
    async with on_disk(request, file) as (place,):
        if place is None:
            return Chosen(fields)
        try:
            words = Words(fields.get(ALT, ""))
            taken = await request.app[NODE].uploads.take(session.actor_id, place, words, wait=True)
        except (Invalid, Unavailable) as error:
            return Chosen(fields, error.public)
    fields[SHOWN] = str(taken.id)
    fields.pop(REMOVED, None)
    return Chosen(fields)


def wanted(fields: Mapping[str, str]) -> Picture | None:
    """What the form asks to be shown; None where it does not speak of it."""
    number = number_in(fields.get(SHOWN, ""))
    if REMOVED in fields:
        return Picture(None)
    return Picture(number, fields.get(ALT, "").strip()) if number is not None else None


# -- the form --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFields:
    """``media_id`` is that of the picture ``shown``; empty where there is none yet."""

    upload: Field
    alt: Field
    media_id: str = ""
    shown: Image | None = None
    removed: bool = False


def load(conn: Connection, person_id: int, event_id: int | None, fields: Mapping[str, str]) -> Media | None:
    """The picture of a form: what it names where this person may use it, else the one of the event."""
    shown = media_store.load_for_objects(conn, [event_id]).get(event_id, []) if event_id is not None else []
    number = number_in(fields.get(SHOWN, ""))
    found = media_store.find_media(conn, number) if number is not None else None
    is_own = found is not None and found.owner_id == person_id and found.object_id is None
    return found if is_own else next(iter(shown), None)


def write(request: web.Request, fields: Mapping[str, str], found: Media | None, problem: str) -> PictureFields:
    links = request.app[NODE].links
    words = fields.get(ALT, found.description if found is not None else "")
    return PictureFields(
        upload=Field(error=problem),
        alt=Field(value=words),
        media_id=str(found.id) if found is not None else "",
        shown=Image(url=links.stored(found.small_key or found.key), alt=words) if found is not None else None,
        removed=REMOVED in fields,
    )
