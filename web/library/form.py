"""The form of a resource: what was typed, and how its sections turn that into a record and back.

A section is a part of the form that stands for some keys of the record. The table of sections says which there are, so
that another kind of resource adds fields of its own without touching those that exist (``sections.SECTIONS``).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from node.domain.numbers import number_in
from node.domain.records import ResourceRecord
from node.errors import Invalid, Problem
from node.sentences import Sentence, sentences
from node.store.posts.media import Media

Values = Mapping[str, str]

#: Of one form; what is longer is cut by nobody but refused.
MAX_FIELDS = 2_000
MAX_BLOCKS = 20  # languages side by side


@dataclass(frozen=True, slots=True)
class Form:
    """What a form holds.

    ``base``: the record that is changed or built on, whose keys that no section shows stay as they are; ``media``: the
    uploads that it shows; ``problems``: what is wrong, by the name of the field.
    """

    values: Values
    base: ResourceRecord | None = None
    media: tuple[Media, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en",)  # of the reader, best first
    media_url: Callable[[str], str] = str
    is_new: bool = True
    owner_name: str = ""
    is_own: bool = False  # not the organisation's
    communities: tuple[tuple[str, str], ...] = ()  # URI and name of those whose members it may be for

    def text(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def error(self, name: str) -> str:
        return self.problems.get(name, "")

    def with_problems(self, problems: Mapping[str, str]) -> "Form":
        return replace(self, problems={**self.problems, **problems})

    def kept(self, key: str) -> list[Any]:
        """What the base has under a key that holds a list."""
        found: Any = self.base or {}
        return list(found.get(key, ()))

    def blocks(self, name: str, most: int = MAX_BLOCKS) -> list[int]:
        """The numbers of the repeated fields called so, in order."""
        numbers = {int(key[len(name) + 1 :]) for key in self.values if _is_numbered(key, name)}
        return sorted(number for number in numbers if number < most)


def _is_numbered(key: str, name: str) -> bool:
    tail = key.removeprefix(f"{name}-")
    return tail != key and number_in(tail, digits=3) is not None


#: The keys of a record that a section says; None takes a key away.
Parts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """``show``: the fields of a record; ``read``: its keys from the fields, with what is wrong; ``data``: for the
    template. ``kinds``: of which kinds of resources it is part, all where there are none.
    """

    name: str
    heading: str
    template: str
    show: Callable[[ResourceRecord], Values]
    read: Callable[[Form], tuple[Parts, Mapping[str, str]]]
    data: Callable[[Form], Any]
    kinds: frozenset[str] = frozenset()

    def fits(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True)
class Shown:
    """A section as its template shows it."""

    name: str
    heading: str
    template: str
    data: Any


def fields_of(record: ResourceRecord, sections: Sequence[Section]) -> dict[str, str]:
    """The form of a record."""
    return {name: value for section in sections for name, value in section.show(record).items()}


def record_of(form: Form, sections: Sequence[Section]) -> tuple[dict[str, Any], dict[str, str]]:
    """The record that a form says, and what is wrong by the name of the field.

    What no section shows stays as the base has it.
    """
    record: dict[str, Any] = dict(form.base or {})
    problems: dict[str, str] = {}
    for section in _of_kind(form, sections):
        parts, wrong = section.read(form)
        problems |= wrong
        for key, value in parts.items():
            if value is None or value in ([], {}):
                record.pop(key, None)
            else:
                record[key] = value
    return record, problems


def shown(form: Form, sections: Sequence[Section]) -> tuple[Shown, ...]:
    return tuple(Shown(each.name, each.heading, each.template, each.data(form)) for each in _of_kind(form, sections))


def _of_kind(form: Form, sections: Sequence[Section]) -> Iterator[Section]:
    kind = form.text("kind")
    return (each for each in sections if each.fits(kind))


#: The field that shows a key of the record.
_FIELDS: Mapping[str, str] = {
    "name": "name-0",
    "defaultLanguage": "language-0",
    "description": "description-0",
    "license": "licence",
    "isBasedOn": "licence",
    "url": "url",
    "keywords": "keywords",
    "creator": "creators",
    "inLanguage": "content-languages",
    "timeRequired": "time",
    "visibility": "visibility",
    "community": "community",
    "image": "picture",
    "encoding": "file",
    "kind": "kind",
    "hasPart": "step-find",
    "provider": "course-provider",
    "syllabus": "course-syllabus",
    "hasCourseInstance": "run-0-start",
}


def by_field(error: Invalid) -> dict[str, str]:
    """What the service found wrong, told beside the field that shows it; the rest beside the form."""
    found: dict[str, str] = {}
    for problem in error.problems:
        key = problem.path.removeprefix("$").removeprefix(".").partition(".")[0].partition("[")[0]
        name = _FIELDS.get(key, "form")
        found.setdefault(name, _sentence(key, problem, error.sentence))
    return found


#: What people bring about, in their words; whatever else is wrong only programs can send.
_SENTENCES = sentences(
    {
        "visibility": "Internal terms are for partners at most. Choose fewer readers, or another licence.",
        "community": "Choose a closed community that you belong to and may write in.",
    }
)


def _sentence(key: str, problem: Problem, said: str) -> str:
    if key == "isBasedOn":
        return problem.expected
    otherwise = Sentence("Expected {expected}, found {found}.", expected=problem.expected, found=problem.found)
    return said or _SENTENCES.get(key, otherwise)
