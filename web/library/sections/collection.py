"""What a collection says beside its words: whether others may suggest something."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from node.domain.collections import KIND, takes_suggestions
from node.domain.records import ResourceRecord
from node.sentences import Sentence
from web.library.form import Form, Parts, Section, Values


@dataclass(frozen=True, slots=True)
class Keeping:
    open: bool


def show(record: ResourceRecord) -> Values:
    return {"open-for-suggestions": "on"} if takes_suggestions(record) else {}


def read(form: Form) -> tuple[Parts, Mapping[str, str]]:
    base: Any = form.base or {}
    said = {**base.get("extensions", {}), "openForSuggestions": bool(form.text("open-for-suggestions"))}
    return {"extensions": said}, {}


def data(form: Form) -> Keeping:
    return Keeping(bool(form.text("open-for-suggestions")))


SECTION = Section(
    "collection",
    Sentence("How it is kept"),
    "library/sections/collection.html",
    show,
    read,
    data,
    frozenset({KIND}),
)
