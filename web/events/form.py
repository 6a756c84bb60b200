"""``/events/new`` and ``/e/ID-slug/edit``: an event is written down."""

from collections.abc import Mapping
from functools import partial
from typing import cast

from aiohttp import web
from sqlalchemy import Connection

from node.domain.events import EventRecord, JoinMode, title
from node.domain.numbers import number_in
from node.domain.visibility import Visibility
from node.errors import Forbidden, Invalid, NotFound, Problem, Unavailable
from node.media.links import MediaLinks
from node.sentences import Sentence, sentences
from node.services.context import Unit
from node.services.events import event_changes
from node.services.events import events as service
from node.services.events.event_pictures import Picture
from node.services.events.events import EventDraft
from node.state import NODE
from node.store.access.accounts import MEMBER
from node.store.access.sessions import Session
from node.store.communities import community_members
from node.store.events.events import Event
from node.store.people import actors
from node.store.people.follows import ACCEPTED
from node.store.posts import media as media_store
from web import room
from web.design.frame import done, html, page_of
from web.design.parts import Field, Link
from web.events import picture as pictures
from web.events.cards import path_of
from web.events.page import event_id_of
from web.events.record_fields import NAMES, kept, read_record, with_overrides, write_fields
from web.events.timezones import COMMON, own_zone
from web.events.views import EventFormView, Option
from web.sessions import require_person

PATH = "/events/new"
#: What stands beside a field; what is not named here says what was expected.
_WRONG = sentences(
    {
        "$.name": "Please give a title of at most 300 characters.",
        "$.description": "Please give a text of at most 50,000 characters.",
        "$.start": "When does it begin? A day, a time and a time zone are needed.",
        "$.end": "Please give an end that is after the start and within 60 days of it.",
        "$.timeZone": "Please give a time zone such as Europe/Berlin.",
        "$.place": "Please give a place, or the address where it happens online.",
        "$.onlineUrl": "Please give a web address that begins with https:// or http://.",
        "$.recording": "Please give a web address that begins with https:// or http://.",
        "$.externalUrl": "Please give the web address where one takes part.",
        "$.joinMode": "Please choose how people take part.",
        "$.capacity": "Please give a number from 1 to 100,000, and no fewer places than are given away.",
        "$.recurrence": "Please say how many times, or until which day; at least one day has to be left.",
        "$.recurrence.count": "Please give a number from 1 to 750.",
        "$.recurrence.until": "Please give a day after the start and within two years of it.",
        "$.recurrence.interval": "Please give a number from 1 to 52.",
        "$.recurrence.byDay": "Please give weekdays as the hint shows.",
        "$.recurrence.exceptions": "Please give days such as 2026-12-24, with commas between them.",
        "$.speakers": "Please give at most 100 names of at most 300 characters.",
        "$.keywords": "Please give at most 50 keywords of at most 100 characters.",
        "$.visibility": "Please choose who sees it.",
        "$.community": "Please choose a community that you belong to.",
    }
)


# -- new -------------------------------------------------------------------------------------------------------------


#: Where an error of a record is shown.
_SHOWN_AT = {
    "$.name": "title",
    "$.description": "description",
    "$.start": "start",
    "$.end": "end",
    "$.timeZone": "timezone",
    "$.place": "place",
    "$.onlineUrl": "online",
    "$.capacity": "capacity",
    "$.externalUrl": "external",
    "$.joinMode": "join",
    "$.recurrence": "times",
    "$.recurrence.until": "until",
    "$.recurrence.byDay": "repeat",
    "$.recurrence.exceptions": "except",
    "$.recurrence.interval": "interval",
    "$.recurrence.count": "times",
    "$.keywords": "keywords",
    "$.speakers": "speakers",
    "$.recording": "recording",
    "$.picture": pictures.UPLOAD,
    "$.media_ids": pictures.UPLOAD,
    "$.visibility": "visibility",
    "$.community": "community",
}


async def show_new(request: web.Request) -> web.Response:
    session = require_person(request)
    config = request.app[NODE].config
    fields = dict.fromkeys(NAMES, "") | {
        "language": config.node.languages[0],
        "timezone": own_zone(request),
        "waitlist": "on",
        "join": "free",
        "kind": "workshop",
        "visibility": Visibility.ORGANISATION.value,
        "community": request.query.get("community", "")[:20],
    }
    return await _page(request, session, fields, {})


async def publish(request: web.Request) -> web.Response:
    session, node = require_person(request), request.app[NODE]
    sent = await pictures.read_form(request, session)
    fields = sent.fields
    if sent.problem:
        return await _page(request, session, fields, {pictures.UPLOAD: sent.problem})
    try:
        room.check(request)
        record = read_record(fields)
        draft = EventDraft(
            record,
            _visibility(fields),
            community_id=number_in(fields.get("community", "")),
            as_organisation="house" in fields,
            picture=pictures.wanted(fields),
        )
        made = await node.store.write(_publish, node.unit(), session.actor_id, draft, node.links)
    except (Invalid, Forbidden, NotFound) as error:
        return await _page(request, session, fields, _errors(error))
    except Unavailable as error:
        return room.later(await _page(request, session, fields, {"title": room.NOT_STORED}), error)
    if made.record["joinMode"] == JoinMode.INVITE:  # nobody comes before somebody is invited
        return done(f"{path_of(made)}/answers", "published")
    return done(path_of(made), "published")


def _publish(conn: Connection, unit: Unit, person_id: int, draft: EventDraft, links: MediaLinks) -> Event:
    return service.publish_event(conn, unit, person_id, draft, links=links)


def _visibility(fields: Mapping[str, str]) -> Visibility:
    known = {level.value: level for level in service.VISIBILITIES}
    wanted = fields.get("visibility", "")
    if wanted not in known:
        raise Invalid(problems=[Problem("$.visibility", "one of the levels", wanted[:40])])
    return known[wanted]


# -- changing --------------------------------------------------------------------------------------------------------


async def show_edit(request: web.Request) -> web.Response:
    session, node = require_person(request), request.app[NODE]
    event = await node.store.read(event_changes.find_whole, event_id_of(request), session.actor_id)
    return await _page(request, session, write_fields(event.record), {}, event)


async def change(request: web.Request) -> web.Response:
    session, node = require_person(request), request.app[NODE]
    event = await node.store.read(event_changes.find_whole, event_id_of(request), session.actor_id)
    sent = await pictures.read_form(request, session)
    fields = sent.fields
    if sent.problem:
        return await _page(request, session, fields, {pictures.UPLOAD: sent.problem}, event)
    try:
        room.check(request)
        record = cast(EventRecord, {**kept(event.record), **read_record(fields, event.record)})
        record = with_overrides(record, event.record)
        change = partial(_change, picture=pictures.wanted(fields), links=node.links)
        changed = await node.store.write(change, node.unit(), session.actor_id, event.id, record)
    except Invalid as error:
        return await _page(request, session, fields, _errors(error), event)
    except Unavailable as error:
        return room.later(await _page(request, session, fields, {"title": room.NOT_STORED}, event), error)
    return done(path_of(changed), "changed" if changed.local else "asked")


def _change(
    conn: Connection,
    unit: Unit,
    person_id: int,
    event_id: int,
    record: EventRecord,
    *,
    picture: Picture | None,
    links: MediaLinks,
) -> Event:
    """The form names the picture that is there already; that is no change."""
    before = next(
        (
            Picture(each.id, each.description)
            for each in media_store.load_for_objects(conn, [event_id]).get(event_id, ())
        ),
        None,
    )
    other = None if picture == (before or Picture(None)) else picture
    return event_changes.change_event(conn, unit, person_id, event_id, record, picture=other, links=links)


# -- the page --------------------------------------------------------------------------------------------------------


def _errors(error: Invalid | Forbidden | NotFound) -> dict[str, str]:
    problems = getattr(error, "problems", ())
    if not problems:
        return {"title": error.public}
    found: dict[str, str] = {}
    for each in problems:
        path = each.path.partition("[")[0]
        part = path if path in _SHOWN_AT else ".".join(path.split(".")[:2])
        found.setdefault(
            _SHOWN_AT.get(part, "title"), _WRONG.get(part) or Sentence("Please give {what}.", what=each.expected)
        )
    return found


async def _page(
    request: web.Request,
    session: Session,
    said: Mapping[str, str],
    errors: Mapping[str, str],
    event: Event | None = None,
) -> web.Response:
    node = request.app[NODE]
    groups = await node.store.read(_communities, node.unit(), session.actor_id) if event is None else ()
    picture = await node.store.read(pictures.load, session.actor_id, event.id if event else None, said)
    path = f"{path_of(event)}/edit" if event else PATH
    heading = title(event.record) if event else ""
    view = EventFormView(
        page=page_of(
            request,
            path,
            title=Sentence("Change: {name}", name=heading) if event else Sentence("New event"),
            section="/calendar",
            noindex=True,
            breadcrumbs=(
                Link(label=Sentence("Events"), href="/events"),
                *([Link(label=heading, href=path_of(event))] if event else []),
            ),
        ),
        action=path,
        csrf=session.csrf,
        is_new=event is None,
        fields={name: Field(value=said.get(name, ""), error=errors.get(name, "")) for name in NAMES},
        picture=None
        if event is not None and not event.local
        else pictures.write(request, said, picture, errors.get(pictures.UPLOAD, "")),
        timezones=COMMON,
        languages=tuple(dict.fromkeys([*node.config.node.languages, *filter(None, [said.get("language", "")])])),
        communities=groups,
        may_speak_for_house=event is None and session.role != MEMBER,
        house=node.config.node.name,
        cancel_path=path_of(event) if event else "/events",
    )
    return html(request, view, 422 if errors else 200)


def _communities(conn: Connection, unit: Unit, person_id: int) -> tuple[Option, ...]:
    """Those that this person belongs to."""
    ids = [each for each, state in community_members.load_memberships(conn, person_id).items() if state == ACCEPTED]
    known = actors.load_actors_by_id(conn, ids)
    named = sorted(known.values(), key=lambda group: group.title.casefold())
    return tuple(Option(value=str(group.id), label=group.title) for group in named if group.is_active)


ROUTES = [
    web.get(PATH, show_new, name="event-new"),
    web.post(PATH, publish, name="event-publish"),
]
