"""From what a search found to what is shown of it."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Row

from node.domain import resources as records
from node.domain.actors import handle_of
from node.domain.course_lines import course_line
from node.domain.text import plain, shorten
from node.store.search.everything import Hit
from node.text import descriptions
from web.design.cards import Reader, actor_path, origin_of_actor, resource_origin
from web.design.licences import licence_name
from web.design.parts import Link, Text
from web.design.paths import event_path
from web.events.views import When
from web.search.views import ResultCard
from web.threads.paths import community_path, thread_path

_SUMMARY, _TITLE = 220, 90


def result_cards(hits: Iterable[Hit], reader: Reader, today: dt.date) -> tuple[ResultCard, ...]:
    """Cards of what may be listed: policies of moderators leave some out."""
    return tuple(card for hit in hits if (card := _card(hit, reader, today)) is not None)


def _card(hit: Hit, reader: Reader, today: dt.date) -> ResultCard | None:
    if hit.resource is not None:
        return _of_resource(hit, reader, today) if reader.lists_actor(hit.resource.owner) else None
    if hit.actor is not None:
        return _of_actor(hit.kind, hit.actor) if reader.lists_actor(hit.actor) else None
    if hit.row is None or hit.author is None or not reader.lists_actor(hit.author):
        return None
    row, community = hit.row, hit.community
    # The summary of an event says when and where, as its card does.
    text = plain((row.content or row.summary) if hit.kind == "event" else (row.summary or row.content))
    path = event_path(row.id, row.name) if hit.kind == "event" else thread_path(row, community)
    return ResultCard(
        kind=hit.kind,
        path=path,
        title=Text(value=row.name or shorten(text, _TITLE), language=row.language),
        summary=Text(value=shorten(text, _SUMMARY), language=row.language) if text and row.name else None,
        when=When(starts_at=hit.starts_at, timezone=hit.timezone) if hit.starts_at is not None else None,
        published_at=row.published_at,
        author=hit.author.name or hit.author.username,
        community=Link(label=community.name or community.username, href=community_path(community))
        if community
        else None,
        origin=origin_of_actor(hit.author),
        visibility=row.visibility,
    )


def _of_resource(hit: Hit, reader: Reader, today: dt.date) -> ResultCard:
    found = hit.resource
    assert found is not None
    record = found.record
    summary = descriptions.summary(record, reader.languages, _SUMMARY)
    line = course_line(record, reader.languages[0], today) if found.kind == "course" else ""
    return ResultCard(
        kind=found.kind,
        path=found.path,
        title=Text(
            value=records.title(record, reader.languages), language=records.title_language(record, reader.languages)
        ),
        summary=Text(value=summary) if summary else None,
        facts=tuple(filter(None, (line, licence_name(record["license"])))),
        published_at=found.published_at,
        author=", ".join(agent["name"] for agent in record.get("creator", ())[:2]),
        origin=resource_origin(found),
        visibility=found.visibility.value,
    )


def _of_actor(kind: str, row: Row[tuple[object, ...]]) -> ResultCard:
    summary = shorten(plain(row.summary), _SUMMARY)
    return ResultCard(
        kind=kind,
        path=community_path(row) if kind == "community" else actor_path(row),
        title=Text(value=row.name or row.username),
        summary=Text(value=summary) if summary else None,
        facts=(handle_of(row),),
        origin=origin_of_actor(row),
    )
