"""The steps of a pathway in the form: what each leads to, what one does there, and whether it may be left out.

Steps are moved, taken out and put in by buttons that send the whole form (``library.steps``); the fields of a step
carry its number in the form, which says its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from node.domain.pathways import KIND, MAX_STEPS, Action, steps_of
from node.domain.records import ResourceRecord
from node.domain.text import pick
from node.sentences import Sentence
from web.design.parts import Field
from web.library.form import Form, Parts, Section, Values
from web.library.pathway_parts import ACTIONS

#: What the form keeps of a step beside its number: key, address, and what is typed.
FIELDS = ("", "-id", "-name", "-action", "-note", "-optional")
FIND = "step-find"
FOUND = "found"  # what a search brought: address, name and kind of each


@dataclass(frozen=True, slots=True)
class StepFields:
    number: int
    key: str
    iri: str
    name: Field
    action: Field
    note: Field
    optional: bool
    is_told: bool  # by words alone


@dataclass(frozen=True, slots=True)
class Hit:
    number: int
    iri: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Steps:
    rows: tuple[StepFields, ...]
    hits: tuple[Hit, ...]
    find: Field
    actions: tuple[tuple[str, str], ...]
    is_full: bool


def show(record: ResourceRecord) -> Values:
    fields: dict[str, str] = {}
    if record.get("kind") != KIND:
        return fields
    for number, step in enumerate(steps_of(record)):
        note = step.note.get(record["defaultLanguage"]) or pick(step.note, (record["defaultLanguage"],))
        told = (step.key, step.iri, step.name, step.action.value, note, "on" if step.optional else "")
        fields |= {f"step-{number}{name}": value for name, value in zip(FIELDS, told, strict=True) if value}
    return fields


def read(form: Form) -> tuple[Parts, Mapping[str, str]]:
    language, wrong, made = form.text("language-0") or "en", dict[str, str](), list[dict[str, Any]]()
    before = {each.get("step", {}).get("key", ""): each for each in form.kept("hasPart")}
    for number in numbers(form.values):
        name = f"step-{number}"
        key, iri, title = form.text(name), form.text(f"{name}-id"), form.text(f"{name}-name")[:300]
        old = before.get(key, {}) if key and before.get(key, {}).get("id", "") == iri else {}
        if not title and not iri:
            wrong[f"{name}-name"] = Sentence("Say what one does in this step.")
            continue
        note = {**old.get("note", {}), language: form.text(f"{name}-note")[:1_000]}
        step = {**old.get("step", {}), "key": key or None, "action": _action(form.text(f"{name}-action"))}
        step["optional"] = True if form.text(f"{name}-optional") else None
        part = {**old, "id": iri, "name": title, "note": {tag: text for tag, text in note.items() if text}}
        part["step"] = {word: value for word, value in step.items() if value is not None}
        made.append({word: value for word, value in part.items() if value})
    if not made and not wrong:
        wrong[FIND] = Sentence("A pathway has one step at least.")
    return {"hasPart": made}, wrong


def _action(typed: str) -> str | None:
    return typed if typed in ACTIONS else None


def numbers(values: Values) -> list[int]:
    """The numbers of the steps in the form, in their order."""
    return Form(values).blocks("step", MAX_STEPS)


def data(form: Form) -> Steps:
    def field(name: str) -> Field:
        return Field(value=form.values.get(name, ""), error=form.error(name))

    rows = tuple(
        StepFields(
            number=number,
            key=form.text(f"step-{number}"),
            iri=form.text(f"step-{number}-id"),
            name=field(f"step-{number}-name"),
            action=Field(value=form.text(f"step-{number}-action") or Action.PRACTISE.value),
            note=field(f"step-{number}-note"),
            optional=bool(form.text(f"step-{number}-optional")),
            is_told=not form.text(f"step-{number}-id"),
        )
        for number in numbers(form.values)
    )
    hits = tuple(
        Hit(n, form.text(f"{FOUND}-{n}"), form.text(f"{FOUND}-{n}-name"), form.text(f"{FOUND}-{n}-kind"))
        for n in form.blocks(FOUND)
    )
    return Steps(rows, hits, field(FIND), tuple(ACTIONS.items()), len(rows) >= MAX_STEPS)


SECTION = Section(
    "pathway", Sentence("Its steps"), "library/sections/pathway.html", show, read, data, frozenset({KIND})
)
