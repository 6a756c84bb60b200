"""``/events/import``: events of a calendar file become events here; the same file again changes what differs."""

import asyncio
from functools import partial

from aiohttp import web
from sqlalchemy import Connection

from federation.state import FEDERATION
from node.calendar.ics_reading import MAX_BYTES, ReadEvent, read_calendar
from node.domain.events import EventRecord, title
from node.domain.visibility import Visibility
from node.errors import Blocked, Invalid, RemoteError, Unavailable
from node.media.links import MediaLinks
from node.sentences import Sentence
from node.services.context import Unit
from node.services.events import event_changes
from node.services.events import events as service
from node.services.events.event_pictures import Picture
from node.services.events.events import EventDraft
from node.services.posts.uploads import Words
from node.state import NODE
from node.store.events import events
from web.design.frame import html, page_of
from web.design.parts import Field, Link
from web.events.cards import path_of
from web.events.timezones import COMMON, own_zone
from web.events.views import EventImportView, ImportedRow
from web.sessions import read_upload_form, require_person

PATH = "/events/import"
_PICTURES = 20  # of so many events of a file, the first, the picture is fetched


async def show_import(request: web.Request) -> web.Response:
    return _page(request, own_zone(request))


async def bring(request: web.Request) -> web.Response:
    """Everything is published for members first; who brings it widens what is meant for others."""
    session, node = require_person(request), request.app[NODE]
    words, files = await read_upload_form(request, request)
    zone = words.get("timezone", "") or own_zone(request)
    file = files.get("file")
    address = words.get("address", "").strip()
    try:
        if file is None and not address:
            return _page(request, zone, error=Sentence("Please choose a file, or name an address."))
        data = file.file.read(MAX_BYTES + 1) if file is not None else await _fetch(request, address)
    except (RemoteError, Blocked, Unavailable):
        return _page(request, zone, address=address, error=Sentence("No calendar was found at this address."))
    finally:
        for each in files.values():
            each.file.close()
    language = node.config.node.languages[0]
    rows = list[ImportedRow]()
    for read in await asyncio.to_thread(read_calendar, data, timezone=zone, language=language):
        known = await node.store.read(events.find_by_source, session.actor_id, read.uid) if read.uid else None
        wants_picture = read.picture and known is None and len(rows) < _PICTURES
        picture = await _fetch_picture(request, session.actor_id, read.picture) if wants_picture else None
        take = partial(_take, picture=picture, links=node.links)
        rows.append(await node.store.write(take, node.unit(), session.actor_id, read))
    return _page(request, zone, tuple(rows), address=address)


async def _fetch_picture(request: web.Request, person_id: int, address: str) -> Picture | None:
    """The picture at an address of others as an upload of this person; None where there is none that can be shown."""
    node, client = request.app[NODE], request.app[FEDERATION].client
    try:
        async with node.uploads.scratch() as folder:
            answer = await client.get(address, accept="image/*", max_bytes=node.config.media.image_mib << 20, feed=True)
            client.check_status(answer)
            await asyncio.to_thread((place := folder / "picture").write_bytes, answer.body)
            taken = await node.uploads.take(person_id, place, Words(), wait=True)
    except (RemoteError, Blocked, Unavailable, Invalid):
        return None
    return Picture(taken.id)


async def _fetch(request: web.Request, address: str) -> bytes:
    """The calendar at an address of others, bounded and guarded like everything that leaves (OutboundClient)."""
    url = "https:" + address.partition(":")[2] if address.startswith("webcal:") else address
    client = request.app[FEDERATION].client
    answer = await client.get(url, accept="text/calendar", max_bytes=MAX_BYTES, feed=True)
    client.check_status(answer)
    return answer.body


def _take(
    conn: Connection, unit: Unit, person_id: int, read: ReadEvent, *, picture: Picture | None, links: MediaLinks
) -> ImportedRow:
    """One event: new, or the next version of the one that this person brought under the same UID."""
    if read.record is None:
        return ImportedRow(name=read.name or read.uid, outcome="refused", problem=read.problem)
    problem = next(iter(read.warnings), "")
    try:
        known = events.find_by_source(conn, person_id, read.uid) if read.uid else None
        if known is not None:
            return _again(conn, unit, person_id, known, read.record, problem)
        draft = EventDraft(read.record, Visibility.ORGANISATION, picture=picture)
        made = service.publish_event(conn, unit, person_id, draft, source_uid=read.uid, links=links)
        return ImportedRow(name=title(made.record), outcome="created", path=path_of(made), problem=problem)
    except Invalid as error:
        return ImportedRow(name=read.name, outcome="refused", problem=error.public)


def _again(
    conn: Connection, unit: Unit, person_id: int, known: events.Event, record: EventRecord, problem: str
) -> ImportedRow:
    changed = event_changes.change_event(conn, unit, person_id, known.id, record)
    outcome = "unchanged" if changed.version == known.version else "changed"
    return ImportedRow(name=title(record), outcome=outcome, path=path_of(changed), problem=problem)


def _page(
    request: web.Request, zone: str, rows: tuple[ImportedRow, ...] = (), error: str = "", address: str = ""
) -> web.Response:
    session = require_person(request)
    view = EventImportView(
        page=page_of(
            request,
            PATH,
            title=Sentence("Events from a calendar file"),
            section="/calendar",
            noindex=True,
            breadcrumbs=(Link(label=Sentence("Events"), href="/events"),),
        ),
        csrf=session.csrf,
        rows=rows,
        error=error,
        address=Field(value=address),
        timezone=Field(value=zone),
        timezones=COMMON,
    )
    return html(request, view, 422 if error else 200)


ROUTES = [
    web.get(PATH, show_import, name="events-bring"),
    web.post(PATH, bring, name="events-bring-form"),
]
