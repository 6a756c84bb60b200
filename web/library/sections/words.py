"""Title and text, in one language or several side by side."""

from collections.abc import Mapping
from dataclasses import dataclass

from node.domain.records import ResourceRecord
from node.domain.resources import languages_of
from node.sentences import Sentence
from schemas.formats import is_language_tag
from web.design.languages import language_choices
from web.design.parts import Field
from web.library.form import MAX_BLOCKS, Form, Parts, Section, Values

MAX_TITLE, MAX_TEXT = 300, 60_000


@dataclass(frozen=True, slots=True)
class Block:
    """One language of the form."""

    number: int
    language: Field
    name: Field
    text: Field


@dataclass(frozen=True, slots=True)
class Words:
    blocks: tuple[Block, ...]
    languages: tuple[tuple[str, str], ...]  # tag and name, for the choice
    may_add: bool


def show(record: ResourceRecord) -> Values:
    fields = {}
    for number, tag in enumerate(languages_of(record)[:MAX_BLOCKS]):
        fields[f"language-{number}"] = tag
        fields[f"name-{number}"] = record["name"].get(tag, "")
        fields[f"description-{number}"] = record.get("description", {}).get(tag, "")
    return fields


def read(form: Form) -> tuple[Parts, Mapping[str, str]]:
    """A block without any words is none; the first with words says the language that counts where one must."""
    names: dict[str, str] = {}
    texts: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for number in form.blocks("language"):
        tag, name = form.text(f"language-{number}"), form.text(f"name-{number}")
        text = form.values.get(f"description-{number}", "").replace("\r\n", "\n").strip()
        if not name and not text:
            continue
        if not is_language_tag(tag):
            wrong[f"language-{number}"] = Sentence("Choose the language of this text.")
        elif tag in names or tag in texts:
            wrong[f"language-{number}"] = Sentence("This language is there already.")
        if len(name) > MAX_TITLE:
            wrong[f"name-{number}"] = Sentence("A title has at most 300 characters.")
        if len(text) > MAX_TEXT:
            wrong[f"description-{number}"] = Sentence("A text has at most 60,000 characters.")
        if name:
            names[tag] = name
        elif not names:
            wrong[f"name-{number}"] = Sentence("Give it a title.")
        if text:
            texts[tag] = text
    if not names:
        wrong.setdefault("name-0", Sentence("Give it a title."))
    parts: Parts = {"name": names, "defaultLanguage": next(iter(names), ""), "description": texts}
    return parts | {"descriptionFormat": "text/markdown" if texts else None}, wrong


def data(form: Form) -> Words:
    numbers = form.blocks("language") or [0]
    blocks = tuple(_block(form, number) for number in numbers)
    known = [form.text(f"language-{number}") for number in numbers]
    return Words(blocks, language_choices((*known, *form.languages), form.languages[0]), len(blocks) < MAX_BLOCKS)


def _block(form: Form, number: int) -> Block:
    def field(name: str) -> Field:
        key = f"{name}-{number}"
        return Field(value=form.values.get(key, ""), error=form.error(key))

    return Block(number, field("language"), field("name"), field("description"))


SECTION = Section("words", Sentence("What it is"), "library/sections/words.html", show, read, data)
