"""``/e/ID-slug/dates/DAY``: one time of a series, which organisers move, hold elsewhere, or cancel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web
from sqlalchemy import Connection

from node.calendar.recurrence import Occurrence, find_occurrence, usual_occurrence, where_at
from node.domain.events import EventRecord, Override, place_line
from node.domain.zones import from_wall, to_wall
from node.errors import Invalid, NotFound, Problem
from node.sentences import Sentence, sentences
from node.services.events import event_changes
from node.state import NODE
from node.store.events.events import Event
from web.design.frame import done, html, page_of
from web.design.parts import Field, Link
from web.design.reader import reader_of
from web.events.cards import name_of, path_of, when_of
from web.events.page import event_id_of
from web.events.views import EventDateView
from web.sessions import read_form, require_person

NAMES = ("start", "end", "place", "online")
#: What is said of an error at the end of these paths.
_WRONG = sentences(
    {
        "start": "Please give a day and a time within 60 days of the usual ones.",
        "end": "The end has to be after the beginning, by 60 days at most.",
        "place": "Please say where it takes place, or where one takes part online.",
        "onlineUrl": "Please give a web address that begins with https://.",
    }
)
_SHOWN_AT = {"start": "start", "end": "end", "place": "place", "onlineUrl": "online"}


@dataclass(frozen=True, slots=True)
class _Date:
    """A time of a series: ``usual`` as its rule has it, ``now`` as it takes place."""

    event: Event
    usual: Occurrence
    now: Occurrence

    @property
    def record(self) -> EventRecord:
        return self.event.record


async def show_date(request: web.Request) -> web.Response:
    date = await _load(request)
    return _page(request, date, _written(date.record, date.now), {})


async def change_date(request: web.Request) -> web.Response:
    """``do``: ``save``, ``cancel``, or ``reset`` to what the series says."""
    session, node = require_person(request), request.app[NODE]
    fields, date = await read_form(request), await _load(request)
    try:
        override = _OVERRIDES.get(fields.get("do", ""), _read)(date, fields)
        changed = (session.actor_id, date.event.id, date.usual.day, override)
        await node.store.write(event_changes.change_occurrence, node.unit(), *changed)
    except Invalid as error:
        return _page(request, date, fields, _errors(error))
    return done(path_of(date.event), "changed" if date.event.local else "asked")


async def _load(request: web.Request) -> _Date:
    session, node = require_person(request), request.app[NODE]
    return await node.store.read(_find, event_id_of(request), session.actor_id, request.match_info["day"])


def _find(conn: Connection, event_id: int, person_id: int, day: str) -> _Date:
    event = event_changes.find_whole(conn, event_id, person_id)
    usual, now = usual_occurrence(event.record, day), find_occurrence(event.record, day)
    if usual is None or now is None:
        raise NotFound
    return _Date(event, usual, now)


# -- reading the form ------------------------------------------------------------------------------------------------


def _read(date: _Date, fields: Mapping[str, str]) -> Override | None:
    """What the form says of this time; None where that is what its series says. Saved is what takes place."""
    said = {name: fields.get(name, "").strip() for name in NAMES}
    usual, found = _written(date.record, date.usual), dict[str, Any]()
    if any(said[name] != usual[name] for name in ("start", "end")):
        found |= _when(date.record, said)
    if any(said[name] != usual[name] for name in ("place", "online")):
        found |= _where(date.record, said)
    return cast(Override, {"day": date.usual.day, **found}) if found else None


def _when(record: EventRecord, said: Mapping[str, str]) -> dict[str, str]:
    zone, found = record["timeZone"], dict[str, str]()
    for name in ("start", "end"):
        at = from_wall(said[name], zone)
        if at is None and (said[name] or name == "start"):
            raise Invalid(problems=[Problem(f"$.{name}", "a day and a time", said[name] or "nothing")])
        if at is not None:
            found[name] = at
    return found


def _where(record: EventRecord, said: Mapping[str, str]) -> dict[str, Any]:
    known = record.get("place")
    place = known if known is not None and place_line(known) == said["place"] else {"name": said["place"]}
    found = {**({"place": place} if said["place"] else {}), **({"onlineUrl": said["online"]} if said["online"] else {})}
    if not found:
        raise Invalid(problems=[Problem("$.place", "a place, or an address where it happens online", "nothing")])
    return found


def _cancelled(date: _Date, _fields: Mapping[str, str]) -> Override | None:
    return cast(Override, {**(date.now.override or {}), "day": date.usual.day, "cancelled": True})


def _usual(_date: _Date, _fields: Mapping[str, str]) -> Override | None:
    return None


_OVERRIDES: Mapping[str, Callable[[_Date, Mapping[str, str]], Override | None]] = {
    "cancel": _cancelled,
    "reset": _usual,
}


# -- the page --------------------------------------------------------------------------------------------------------


def _written(record: EventRecord, time: Occurrence) -> dict[str, str]:
    """The form that describes a time."""
    zone, (place, online) = record["timeZone"], where_at(record, time)
    return {
        "start": to_wall(time.start_at, zone),
        "end": to_wall(time.end_at, zone) if time.end_at is not None else "",
        "place": place_line(place),
        "online": online,
    }


def _errors(error: Invalid) -> dict[str, str]:
    """By field: a problem of the record is told where its last word belongs."""
    found: dict[str, str] = {}
    for each in error.problems:
        word = next((part for part in reversed(each.path.split(".")) if part in _WRONG), "")
        found.setdefault(_SHOWN_AT.get(word, "start"), _WRONG.get(word, error.public))
    return found


def _page(request: web.Request, date: _Date, said: Mapping[str, str], errors: Mapping[str, str]) -> web.Response:
    event, record = date.event, date.record
    name, path = name_of(record, reader_of(request)).value, path_of(event)
    action = f"{path}/dates/{date.usual.day}"
    view = EventDateView(
        page=page_of(
            request,
            action,
            title=Sentence("One date: {name}", name=name),
            section="/calendar",
            noindex=True,
            breadcrumbs=(Link(label=Sentence("Events"), href="/events"), Link(label=name, href=path)),
        ),
        action=action,
        csrf=require_person(request).csrf,
        event=Link(label=name, href=path),
        usual=when_of(date.usual.start_at, date.usual.end_at, event.timezone),
        fields={key: Field(value=said.get(key, ""), error=errors.get(key, "")) for key in NAMES},
        cancelled=date.now.is_cancelled,
        differs=date.now.override is not None,
    )
    return html(request, view, 422 if errors else 200)
