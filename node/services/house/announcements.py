"""Announcements: written by those who look after the node, read and reacted to by everybody here."""

import unicodedata
from dataclasses import dataclass

from sqlalchemy import Connection

from node.clock import to_rfc3339
from node.errors import Invalid, NotFound, Problem
from node.sentences import Sentence
from node.services import audit
from node.services.context import Unit
from node.services.news import happened, news
from node.store.house import announcements
from node.store.posts import emojis
from node.text.markdown import Words, render_markdown

MAX_TEXT = 5_000  # characters
MAX_REACTIONS = 8  # different emoji


@dataclass(frozen=True, slots=True)
class Draft:
    """What an announcement says and when it is shown (milliseconds since 1970)."""

    text: str
    starts_at: int | None = None
    ends_at: int | None = None
    all_day: bool = False
    is_published: bool = True


def publish(conn: Connection, unit: Unit, draft: Draft, *, by: int | None, announcement_id: int | None = None) -> int:
    """A new announcement, or a changed one, which then nobody has read; a unit of work.

    ``by`` is who wrote it, for the audit log; None for the command line. Raises Invalid for one without a text,
    NotFound for one that there is not.
    """
    text = draft.text.strip()
    if not text or len(text) > MAX_TEXT:
        wrong = Problem("$.text", f"1 to {MAX_TEXT} characters", str(len(text)))
        raise Invalid(Sentence("An announcement has between 1 and {n} characters.", n=MAX_TEXT), problems=[wrong])
    if draft.starts_at is not None and draft.ends_at is not None and draft.ends_at < draft.starts_at:
        wrong = Problem("$.ends", "an instant after its start", to_rfc3339(draft.ends_at))
        raise Invalid("An announcement cannot end before it starts.", problems=[wrong])
    values = {
        "source": text,
        "content": render_markdown(text, Words({}, f"{unit.origin}/tags/")),
        "starts_at": draft.starts_at,
        "ends_at": draft.ends_at,
        "all_day": draft.all_day,
        "published_at": unit.now if draft.is_published else None,
        "updated_at": unit.now,
    }
    made_id = announcement_id or unit.ids.new()
    if announcement_id is None:
        announcements.insert_announcement(conn, {"id": made_id, **values})
    elif announcements.update_announcement(conn, announcement_id, values):
        announcements.forget_reads(conn, announcement_id)
    else:
        raise NotFound
    audit.record(conn, unit, by, "announcement.publish", str(made_id))
    if draft.is_published:
        news.tell(conn, unit, happened.Announced(made_id))
    return made_id


def withdraw(conn: Connection, unit: Unit, announcement_id: int, *, by: int | None) -> None:
    """It is gone, with its reactions; raises NotFound."""
    if not announcements.delete_announcement(conn, announcement_id):
        raise NotFound
    audit.record(conn, unit, by, "announcement.delete", str(announcement_id))
    news.tell(conn, unit, happened.Announced(announcement_id, event="announcement.delete"))


def dismiss(conn: Connection, announcement_id: int, actor_id: int, now: int) -> None:
    """This person has read it; raises NotFound."""
    _find(conn, announcement_id, now)
    announcements.dismiss(conn, announcement_id, actor_id)


def react(conn: Connection, unit: Unit, announcement_id: int, name: str, actor_id: int) -> None:
    """Choose an emoji, a symbol or the shortcode of one of ours.

    Raises NotFound, and Invalid for what is no emoji or beyond ``MAX_REACTIONS`` different ones.
    """
    _find(conn, announcement_id, unit.now)
    if not is_emoji(name) and not emojis.load_usable(conn, [name]):
        raise Invalid("Validation failed: Name is not a recognized emoji")
    known = announcements.load_names(conn, announcement_id)
    if name not in known and len(known) >= MAX_REACTIONS:
        raise Invalid("Validation failed: Limit of different reactions reached")
    if announcements.insert_reaction(conn, announcement_id, name, actor_id, unit.now):
        _tell_reaction(conn, unit, announcement_id, name)


def take_back(conn: Connection, unit: Unit, announcement_id: int, name: str, actor_id: int) -> None:
    """Take an emoji back; raises NotFound for an announcement that there is not."""
    _find(conn, announcement_id, unit.now)
    if announcements.delete_reaction(conn, announcement_id, name, actor_id):
        _tell_reaction(conn, unit, announcement_id, name)


def _tell_reaction(conn: Connection, unit: Unit, announcement_id: int, name: str) -> None:
    news.tell(conn, unit, happened.Announced(announcement_id, event="announcement.reaction", name=name))


def _find(conn: Connection, announcement_id: int, now: int) -> None:
    if all(row.id != announcement_id for row in announcements.list_current(conn, now)):
        raise NotFound("Record not found")


#: What an emoji is made of beside symbols: joiner, presentation selectors, skin tones, keycap, flag letters and tags.
_PARTS = frozenset({0x200D, 0xFE0F, 0xFE0E, 0x20E3})
_SYMBOLS = frozenset({"So", "Sk", "Sm", "Cf"})
_KEYCAPS = frozenset("0123456789#*")
_MAX_EMOJI = 16


def is_emoji(text: str) -> bool:
    """Whether this is one symbol, as emoji keyboards give it; letters and punctuation are none.

    >>> is_emoji("👍🏽"), is_emoji("1️⃣"), is_emoji("ok"), is_emoji("")
    (True, True, False, False)
    """
    if not text or len(text) > _MAX_EMOJI:
        return False
    keycap = text[0] in _KEYCAPS and "\u20e3" in text
    rest = text[1:] if keycap else text
    return all(ord(sign) in _PARTS or unicodedata.category(sign) in _SYMBOLS for sign in rest) and (
        keycap or unicodedata.category(text[0]) == "So"
    )
