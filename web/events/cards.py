"""From rows to what the pages of events show of each."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row

from node.calendar.recurrence import shown_at, where_at
from node.domain.events import EventRecord, place_line, title
from node.domain.posts import first_picture
from node.domain.text import language_of
from node.store.events.event_answers import Answer
from node.store.events.event_lists import CalendarRow
from node.store.events.events import Event
from web.design.cards import Reader, origin_of_actor
from web.design.parts import Image, Text
from web.design.paths import event_path
from web.events.views import EventCard, When


def path_of(event: Event | CalendarRow) -> str:
    """Of ours as it was first published, so that a new name leaves the address as it is."""
    own = event.url.partition("/e/")[2] if event.local else ""
    return f"/e/{own}" if own else event_path(event.id, title(event.record))


def name_of(record: EventRecord, reader: Reader) -> Text:
    language = language_of(record["name"], reader.languages, record["defaultLanguage"]) or ""
    shown = record["name"].get(language) or title(record)
    return Text(value=shown, language=language if language != "und" else "")


def when_of(start_at: int, end_at: int | None, timezone: str) -> When:
    return When(starts_at=start_at, ends_at=end_at or 0, timezone=timezone)


def event_cards(
    found: Iterable[Event], authors: Mapping[int, Row[Any]], answers: Mapping[int, Answer], reader: Reader, now: int
) -> tuple[EventCard, ...]:
    """Cards of what may be listed."""
    return tuple(
        event_card(event, authors[event.actor_id], answers.get(event.id), reader, now)
        for event in found
        if event.actor_id in authors and reader.lists_actor(authors[event.actor_id])
    )


def event_card(event: Event, author: Row[Any], answer: Answer | None, reader: Reader, now: int) -> EventCard:
    """Of a series, the next time is shown."""
    record = event.record
    shown = shown_at(record, now)
    place, online = where_at(record, shown)
    return EventCard(
        path=path_of(event),
        name=name_of(record, reader),
        when=when_of(shown.start_at, shown.end_at, event.timezone),
        place=place_line(place),
        online=bool(online),
        cancelled=event.cancelled_at is not None,
        repeats="recurrence" in record,
        answer=answer.state if answer else "",
        going=event.going_count,
        remaining=-1 if event.remaining is None else event.remaining,
        origin=origin_of_actor(author),
        picture=picture_of(event, author, reader, small=True),
    )


def picture_of(event: Event, author: Row[Any], reader: Reader, *, small: bool = False) -> Image | None:
    """The first picture that the event shows."""
    facts = first_picture(event.details)
    if facts is None:
        return None
    url = reader.media((small and facts.get("preview_url")) or facts["url"], host=author.host)
    size = (facts.get("width") or 0, facts.get("height") or 0)
    return Image(url=url, alt=facts.get("alt", ""), width=size[0], height=size[1]) if url else None
