"""The text of a status: a post as it was written, anything else as a short, complete-looking post.

Apps know no titles and cut what is long, so the essentials stand in front: a bold first line, the beginning of the
description, one line of facts, hashtags, the address.
"""

import html
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Row

from federation.mapping.resource_text import facts
from node.domain import resources as records
from node.domain.course_lines import course_line
from node.domain.posts import PostKind
from node.domain.records import ResourceRecord
from node.domain.text import plain, shorten
from node.domain.uris import is_web_uri
from node.domain.when import when_line
from node.text.descriptions import summary
from node.text.markdown import address_link, hashtag_link, with_quoted
from web.client_api.entities.look import Look

_NOTES = frozenset({PostKind.NOTE.value, PostKind.QUESTION.value})
_EXCERPT = 300
_WHOLE = 5_000  # characters of the beginning of a thread; longer ones of other servers are cut
_ANSWERED = "\N{CHECK MARK}"  # in front of the title of a question, in any language
_TAGS = 12
_STEPS, _STEP = 8, 100


def is_note(row: Row[Any]) -> bool:
    """Whether it is a short post that is shown whole, and whose summary is a warning."""
    return row.kind in _NOTES


def note_of(row: Row[Any], content: str) -> str:
    """What a note says or said. One of ours leads to what it quotes; others bring along what leads there."""
    return with_quoted(as_paragraphs(content), (row.details or {}).get("quote", "") if row.local else "")


def content_of(row: Row[Any], look: Look) -> str:
    """Safe HTML in paragraphs."""
    if is_note(row):
        return note_of(row, row.content)
    details = row.details or {}
    if row.kind == PostKind.PAGE.value and len(plain(row.content)) <= _WHOLE:
        return _thread(row, details)
    tags = " ".join(hashtag_link(f"{look.origin}/tags/{tag}", tag) for tag in details.get("hashtags", ())[:_TAGS])
    parts = [
        f"<strong>{html.escape(_title(row, details))}</strong>" if row.name else "",
        "<br>".join(map(html.escape, _when(details.get("event"), row.language))),
        html.escape(_held(row.record, look)),
        html.escape(_excerpt(row, details)),
        "<br>".join(_steps(row.record)),
        html.escape(" · ".join(_facts(row.record))) if row.record is not None else "",
        tags,
        address_link(row.url or row.uri) + _calendar(row, look),
    ]
    return "".join(f"<p>{part}</p>" for part in parts if part)


def _excerpt(row: Row[Any], details: Mapping[str, Any]) -> str:
    """The beginning of the description. What a summary repeats of dates, places and facts stands beside it anyway."""
    if row.record is not None:
        return summary(row.record, (row.record["defaultLanguage"],), _EXCERPT)
    told = (row.content or row.summary) if details.get("event") else (row.summary or row.content)
    return shorten(plain(told), _EXCERPT)


def _thread(row: Row[Any], details: Mapping[str, Any]) -> str:
    """What begins a thread is read whole: its title, its text, what it is about, and its page with all answers."""
    link = (details.get("link") or {}).get("url", "")
    parts = [
        f"<p><strong>{html.escape(_title(row, details))}</strong></p>" if row.name else "",
        as_paragraphs(row.content),
        *(f"<p>{address_link(address)}</p>" for address in (link, row.url or row.uri) if address),
    ]
    return "".join(parts)


def warning_of(row: Row[Any]) -> str:
    """The warning in front of a post; the summary of a Page is one only where it says that it is sensitive."""
    is_warning = is_note(row) or (row.kind == PostKind.PAGE.value and row.sensitive)
    return plain(row.summary) if is_warning else ""


def _calendar(row: Row[Any], look: Look) -> str:
    """The same event for calendars, of ours."""
    is_own_event = row.kind == PostKind.EVENT and row.url.startswith(f"{look.origin}/e/")
    return f"<br>{address_link(f'{row.url}.ics')}" if is_own_event else ""


def as_paragraphs(content: str) -> str:
    """HTML that begins with a block as it is; words alone in a paragraph."""
    return content if not content or content.lstrip().startswith("<") else f"<p>{content}</p>"


def _title(row: Row[Any], details: Mapping[str, Any]) -> str:
    name = plain(row.name)
    event = details.get("event") or {}
    if getattr(row, "accepted_id", None) is not None:
        return f"{_ANSWERED} {name}"
    is_told = name.upper().startswith(("CANCELLED", "ABGESAGT"))  # other nodes of ours say so in the name
    return f"CANCELLED: {name}" if event.get("status") == "cancelled" and not is_told else name


# -- resources -------------------------------------------------------------------------------------------------------


def _facts(record: ResourceRecord) -> Iterator[str]:
    """Kind, duration, level, licence and languages, as far as they are known; the publisher is the author."""
    yield from facts(record, record["defaultLanguage"], with_publisher=False)
    if record["inLanguage"]:
        yield ", ".join(record["inLanguage"][:4])


def _steps(record: ResourceRecord | None) -> Iterator[str]:
    """What a pathway or collection leads through, numbered; the first of many."""
    steps = records.entries_of(record) if record is not None else ()
    for number, (name, address) in enumerate(steps[:_STEPS], 1):
        shown = html.escape(shorten(name, _STEP))
        linked = f'<a href="{html.escape(address)}">{shown}</a>' if is_web_uri(address) else shown
        yield f"{number}. {linked}"
    if len(steps) > _STEPS:
        yield f"… +{len(steps) - _STEPS}"


def _held(record: ResourceRecord | None, look: Look) -> str:
    """When and where a course is held next."""
    return course_line(record, record["defaultLanguage"], look.today) if record is not None else ""


# -- events ----------------------------------------------------------------------------------------------------------


def _when(event: Mapping[str, Any] | None, language: str) -> Iterator[str]:
    """Date and time in the organiser's zone, with its name; and the place."""
    if not event:
        return
    if when := when_line(event, language):
        yield when
    if place := event.get("place") or ("online" if event.get("online_url") else ""):
        yield place
