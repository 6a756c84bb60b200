"""Pictures that stand for words: administrators give them, everybody here uses them. Units of work.

What is written keeps the addresses of those that it uses, so one that is disabled stays where it was used before; one
that is removed goes with its file, and texts show its name again.
"""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from node.domain.actors import ActorKind
from node.domain.emojis import MAX_CATEGORY, MAX_SHORTCODE, is_shortcode, shortcodes_in
from node.domain.text import plain
from node.errors import Conflict, Invalid, NotFound
from node.media.links import MediaLinks
from node.sentences import Sentence
from node.services import audit
from node.services.context import Unit
from node.services.posts import media
from node.store.people import actors
from node.store.posts import emojis
from node.store.posts import media as media_table
from node.store.posts.emojis import OwnEmoji
from node.store.posts.media import Media
from node.text.richtext import clean_plain_field

MAX_EMOJIS = 1_000  # apps load all of them with their start


def owner_id(conn: Connection) -> int:
    """Whose the files are: the organisation's."""
    (house,) = actors.load_local_actors(conn, [ActorKind.ORGANIZATION.value])[:1]
    return house.id


def check(conn: Connection, shortcode: str, category: str) -> None:
    """Whether there can be one more of this name. Raises Invalid, and Conflict where there is one already."""
    if not is_shortcode(shortcode):
        raise Invalid(Sentence("The name of an emoji has 2 to {n} letters, digits or _.", n=MAX_SHORTCODE))
    if len(category) > MAX_CATEGORY:
        raise Invalid(Sentence("A category has at most {n} characters.", n=MAX_CATEGORY))
    if emojis.find_emoji(conn, shortcode) is not None:
        raise Conflict("There is an emoji of this name already; remove it first.")
    if emojis.count_emojis(conn) >= MAX_EMOJIS:
        raise Invalid(Sentence("There can be at most {n} emojis.", n=MAX_EMOJIS))


def add(
    conn: Connection, unit: Unit, shortcode: str, category: str, found: Media, links: MediaLinks, *, by: int | None
) -> None:
    """Let everybody here use an upload as ``:shortcode:``. ``by``: None for the command line. Raises as ``check``."""
    category = clean_plain_field(category)
    check(conn, shortcode, category)
    emojis.insert_emoji(
        conn,
        id=unit.ids.new(),
        shortcode=shortcode,
        category=category,
        media_id=found.id,
        url=links.stored(found.key),
        still_url=links.stored(found.small_key),
        media_type=found.media_type,
        enabled=True,
        created_at=unit.now,
    )
    media_table.update_media(conn, found.id, loose_since_at=None)
    audit.record(conn, unit, by, "emoji.add", shortcode, after=links.stored(found.key))


def set_enabled(conn: Connection, unit: Unit, shortcode: str, *, enabled: bool, by: int | None) -> None:
    """Whether it may be used from now on. Raises NotFound."""
    found = _find(conn, shortcode)
    emojis.set_enabled(conn, found.id, enabled=enabled)
    audit.record(conn, unit, by, "emoji.enable" if enabled else "emoji.disable", shortcode)


def remove(conn: Connection, unit: Unit, shortcode: str, *, by: int | None) -> None:
    """It is gone with its file, also where it was used. Raises NotFound."""
    found = _find(conn, shortcode)
    media.remove(conn, unit, media_table.load_media(conn, [found.media_id]).values())
    audit.record(conn, unit, by, "emoji.remove", shortcode, before=found.url)


def _find(conn: Connection, shortcode: str) -> OwnEmoji:
    found = emojis.find_emoji(conn, shortcode)
    if found is None:
        raise NotFound("There is no emoji of this name.")
    return found


def used_in(conn: Connection, texts: Iterable[str]) -> list[dict[str, Any]]:
    """What ``details`` of a post, or a profile, keep of the emojis that its texts use; no statement where none does."""
    named = shortcodes_in(texts)
    return [asdict(each) for each in emojis.load_usable(conn, named)] if named else []


def worn(conn: Connection, row: Any, values: dict[str, Any]) -> dict[str, Any]:
    """The column ``emojis`` of an actor's ``row`` once it has these other ``values``; empty where it stays the same."""
    name, summary, fields = (values.get(each, getattr(row, each)) for each in ("name", "summary", "fields"))
    texts = [name, plain(summary), *(text for each in fields for text in (each["name"], plain(each["value"])))]
    found = used_in(conn, texts)
    return {"emojis": found} if found != row.emojis else {}
