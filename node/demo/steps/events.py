"""Events: planned, changed for one date, and who is invited."""

from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from node.calendar.recurrence import occurrences
from node.demo.steps.posts import draw
from node.demo.taking import Taken
from node.domain.events import EventRecord, Override
from node.domain.visibility import Visibility
from node.services.events import event_organising
from node.services.events.event_changes import change_occurrence, find_organised
from node.services.events.event_pictures import Picture
from node.services.events.events import EventDraft, publish_event

_ZONE = ZoneInfo("Europe/Berlin")


async def _plan(taken: Taken) -> str:
    """An event, so many days from today."""
    step, group = taken.step, await taken.actor(taken.step["community"])
    day = datetime.fromtimestamp(taken.unit.now / 1000, _ZONE) + timedelta(days=step["in_days"])
    hour, _, minute = step["at"].partition(":")
    start = day.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    record = {
        "defaultLanguage": next(iter(step["event"]["name"])),
        "start": start.isoformat(),
        "end": (start + timedelta(hours=step["hours"])).isoformat(),
        "timeZone": _ZONE.key,
        "joinMode": "free",
        **step["event"],
    }
    draft = EventDraft(
        cast(EventRecord, record),
        Visibility.PUBLIC,  # or whatever the community says
        community_id=group.id,
        picture=Picture(await draw(taken), step["alt"]) if "picture" in step else None,
    )
    links = taken.uploads.links
    return await taken.done(lambda conn: publish_event(conn, taken.unit, taken.by.id, draft, links=links).uri)


async def _move(taken: Taken) -> str:
    """The ``date``-th time of a series (0 the first) is held elsewhere."""
    return await _differ(taken, "moves", cast(Override, taken.step["to"]))


async def _cancel(taken: Taken) -> str:
    return await _differ(taken, "cancels", cast(Override, {"cancelled": True}))


async def _differ(taken: Taken, word: str, override: Override) -> str:
    def write(conn: Connection) -> None:
        event = find_organised(conn, taken.about(conn, word).id, taken.by.id)
        day = list(occurrences(event.record))[taken.step["date"]].day
        change_occurrence(conn, taken.unit, taken.by.id, event.id, day, cast(Override, {"day": day, **override}))

    return await taken.done(write)


async def _expect(taken: Taken) -> str:
    """Somebody is invited to an event."""
    guest = await taken.actor(taken.step["guest"])

    def write(conn: Connection) -> None:
        event_organising.invite(conn, taken.unit, taken.by.id, taken.about(conn, "expects").id, guest.id)

    return await taken.done(write)


DOINGS = {"event": _plan, "moves": _move, "cancels": _cancel, "expects": _expect}
