"""What a person says about herself: name, text, fields, switches; pages and apps change it alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from node import events
from node.domain.actors import ActorKind
from node.errors import Invalid, Problem
from node.sentences import Sentence
from node.services.context import Unit
from node.services.people import follows, profile_links
from node.services.posts import emojis, texts
from node.store.access import accounts
from node.store.people import actors
from node.text.markdown import profile_link, render_markdown
from node.text.richtext import clean_plain_field

MAX_NAME, MAX_NOTE, MAX_FIELDS, MAX_FIELD = 100, 2_000, 6, 255


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChange:
    """What is to change; None stays as it is. ``note`` is Markdown; ``fields`` are pairs of name and plain value."""

    name: str | None = None
    note: str | None = None
    fields: Sequence[tuple[str, str]] | None = None
    locked: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    bot: bool | None = None  # runs by itself
    hides_follows: bool | None = None


def change_profile(conn: Connection, unit: Unit, actor_id: int, change: ProfileChange) -> bool:
    """Change the profile of a person here; whether anything did. Raises ``Invalid`` with the paths of what is wrong."""
    if problems := list(_problems(change)):
        raise Invalid(problems=problems)
    row = actors.load_profile(conn, actor_id)
    said = _values(change, _summary(conn, unit, change.note), row.fields)
    values = {name: value for name, value in said.items() if getattr(row, name) != value}
    values |= emojis.worn(conn, row, values)
    if change.note is not None:
        accounts.set_note(conn, actor_id, change.note)
    if not values:
        return False
    actors.update_actor(conn, actor_id, **values, updated_at=unit.now)
    if values.get("locked") is False:
        follows.accept_all(conn, unit, actor_id)
    if "fields" in values:
        profile_links.check_later(conn, unit, actor_id)
    events.record(conn, unit.ids, unit.now, events.ActorUpdated(actor_id), about=row.uri)
    return True


def _problems(change: ProfileChange) -> Iterator[Problem]:
    for path, text, most in (("$.display_name", change.name, MAX_NAME), ("$.note", change.note, MAX_NOTE)):
        if text is not None and len(text) > most:
            yield Problem(path, Sentence("at most {n} characters", n=most), f"{len(text)}")
    fields = _filled(change.fields or ())
    if len(fields) > MAX_FIELDS:
        yield Problem("$.fields_attributes", Sentence("at most {n} fields", n=MAX_FIELDS), f"{len(fields)}")
    for place, (name, value) in enumerate(fields):
        if max(len(name), len(value)) > MAX_FIELD or not name:
            yield Problem(
                f"$.fields_attributes[{place}]",
                Sentence("a name and a value of at most {n} characters", n=MAX_FIELD),
                name,
            )


def _filled(fields: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Empty fields are dropped, as apps send all rows of their form."""
    return [(name.strip(), value.strip()) for name, value in fields if name.strip() or value.strip()]


def _summary(conn: Connection, unit: Unit, note: str | None) -> str | None:
    """The note as others read it; whom it mentions is linked as far as this node knows them."""
    if note is None:
        return None
    return texts.render(note, unit, texts.find_mentioned(conn, unit, note), is_markdown=True)


def _values(change: ProfileChange, summary: str | None, known: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The columns of the actor that the change names; a link stays as verified as it is among the ``known`` fields."""
    verified = {each["text"]: each["verified_at"] for each in known if each.get("verified_at") and "text" in each}
    values: dict[str, Any] = {
        "name": None if change.name is None else clean_plain_field(change.name),
        "summary": summary,
        "fields": None if change.fields is None else [_field(*pair, verified) for pair in _filled(change.fields)],
        "locked": change.locked,
        "discoverable": change.discoverable,
        "indexable": change.indexable,
        "kind": None if change.bot is None else _KIND_OF[change.bot].value,
        "hides_follows": change.hides_follows,
    }
    return {name: value for name, value in values.items() if value is not None}


_KIND_OF = {False: ActorKind.PERSON, True: ActorKind.SERVICE}


def _field(name: str, value: str, verified: Mapping[str, int]) -> dict[str, Any]:
    """A field as it is stored: ``value`` is HTML, shown and sent, ``text`` what was typed."""
    is_address = value.startswith(("https://", "http://")) and not any(character.isspace() for character in value)
    shown = profile_link(value) if is_address else render_markdown(value).removeprefix("<p>").removesuffix("</p>")
    found = {"name": clean_plain_field(name), "value": shown, "text": value}
    return {**found, "verified_at": verified[value]} if value in verified else found
