"""What is said of a resource by those who used it: adoption notes of organisations, reviews of people.

An adoption note is the strongest sign of quality in a network of organisations: where, with whom and when a resource
was used, what was changed, how it went. Both travel as answers to the resource, so that software
that knows neither shows their words.
"""

import enum
from collections.abc import Iterator, Mapping
from typing import Any, NotRequired, TypedDict

from node.domain.text import pick
from node.errors import Problem

ADOPTION_NOTE = "https://w3id.org/rhizome#AdoptionNote"
OUTCOMES = "https://w3id.org/rhizome/adoptionOutcome/"
BEST, WORST = 5, 1


class Outcome(enum.StrEnum):
    """How it went; concepts below :data:`OUTCOMES`."""

    WORKED = "worked"
    CHANGED = "worked-with-changes"
    UNFIT = "did-not-fit"


class Range(TypedDict):
    min: int
    max: int


class Contact(TypedDict):
    name: str
    url: NotRequired[str]


class AdoptionNote(TypedDict):
    """``schemas/data/adoption-note.schema.json``; ``period`` has ``from`` and perhaps ``to``, both days."""

    context: dict[str, str]
    defaultLanguage: str
    outcome: str
    audienceSize: NotRequired[Range]
    period: NotRequired[dict[str, str]]
    adaptation: NotRequired[dict[str, str]]
    derivative: NotRequired[str]
    advice: NotRequired[dict[str, str]]
    contact: NotRequired[Contact]


def broken_rules(note: AdoptionNote) -> tuple[Problem, ...]:
    """What no note may say, beyond its schema."""
    return tuple(_broken(note))


def _broken(note: AdoptionNote) -> Iterator[Problem]:
    if note["defaultLanguage"] not in note["context"]:
        yield Problem("$.defaultLanguage", "one of the languages of $.context", f'"{note["defaultLanguage"]}"')
    size = note.get("audienceSize")
    if size is not None and size["max"] < size["min"]:
        yield Problem("$.audienceSize.max", f"at least {size['min']}", str(size["max"]))
    period = note.get("period", {})
    if period.get("to", "9999") < period.get("from", ""):
        yield Problem("$.period.to", f"{period['from']} or later", period["to"])


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "used": "{name} used this. {outcome}.", "worked": "It worked", "worked-with-changes": "It worked with changes",
        "did-not-fit": "It did not fit", "people": "{n} people", "changed": "What we changed: {text}",
        "advice": "Our advice: {text}", "contact": "Ask: {text}", "since": "since {day}", "to": "to",
    },
    "de": {
        "used": "{name} hat dies genutzt. {outcome}.", "worked": "Es hat funktioniert",
        "worked-with-changes": "Es hat mit Änderungen funktioniert", "did-not-fit": "Es hat nicht gepasst",
        "people": "{n} Personen", "changed": "Was wir geändert haben: {text}", "advice": "Unser Rat: {text}",
        "contact": "Fragen an: {text}", "since": "seit {day}", "to": "bis",
    },
}  # fmt: skip


def in_sentences(note: AdoptionNote, organisation: str, language: str = "") -> str:
    """What software that knows no adoption notes shows: plain paragraphs."""
    tag = language or note["defaultLanguage"]
    words = _WORDS.get(tag.partition("-")[0].lower(), _WORDS["en"])
    first = words["used"].format(name=organisation, outcome=words[note["outcome"]])
    facts = [size_in_words(note, words["people"], words["to"]), period_in_words(note, words["since"], words["to"])]
    parts = [first, pick(note["context"], (tag,)), ", ".join(filter(None, facts))]
    for key, name in (("adaptation", "changed"), ("advice", "advice")):
        texts: Any = note.get(key)
        if texts:
            parts.append(words[name].format(text=pick(texts, (tag,))))
    if "contact" in note:
        contact = note["contact"]
        parts.append(words["contact"].format(text=f"{contact['name']} {contact.get('url', '')}".strip()))
    return "\n\n".join(filter(None, parts))


def size_in_words(note: AdoptionNote, people: str = "{n} people", to: str = "to") -> str:
    """How many learned with it; empty where nobody says.

    >>> size_in_words({"context": {}, "defaultLanguage": "", "outcome": "", "audienceSize": {"min": 5, "max": 9}})
    '5 to 9 people'
    """
    size = note.get("audienceSize")
    if size is None:
        return ""
    return people.format(n=size["min"] if size["min"] == size["max"] else f"{size['min']} {to} {size['max']}")


def period_in_words(note: AdoptionNote, since: str = "since {day}", to: str = "to") -> str:
    """When it was used, as days; empty where nobody says."""
    period = note.get("period")
    if not period:
        return ""
    return f"{period['from']} {to} {period['to']}" if "to" in period else since.format(day=period["from"])
