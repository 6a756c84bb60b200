"""The picture of an event: shown on its page and on cards, in apps, and by other servers. Units of work.

It is an upload of whoever chose it, tied to the event as the files of a post are to the post.
"""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from node.domain.media import MediaKind
from node.errors import Invalid, Problem
from node.media.links import MediaLinks
from node.services.context import Unit
from node.services.posts import media
from node.store.posts import media as media_store
from node.store.posts.media import Media


@dataclass(frozen=True, slots=True)
class Picture:
    """What shall be shown: an upload with what it shows in words, or nothing."""

    media_id: int | None
    alt: str = ""


def choose(conn: Connection, person_id: int, wanted: Picture | None) -> Media | None:
    """The upload that a new event shows. Raises Invalid for what is none of this person's pictures."""
    if wanted is None or wanted.media_id is None:
        return None
    [found] = media.choose(conn, person_id, [wanted.media_id])
    if found.kind not in {MediaKind.IMAGE, MediaKind.GIFV}:
        raise Invalid(problems=[Problem("$.picture", "a picture", found.media_type)])
    media.describe(conn, person_id, found.id, description=wanted.alt, focus=None)
    return media_store.find_media(conn, found.id)


def replace(conn: Connection, unit: Unit, person_id: int, event_id: int, wanted: Picture) -> Media | None:
    """Show another picture, other words for the same, or none any more. One that was somebody else's stays usable."""
    shown = media_store.load_for_objects(conn, [event_id]).get(event_id, [])
    kept = next((each for each in shown if each.id == wanted.media_id), None)
    if kept is not None:
        media.describe(conn, kept.owner_id, kept.id, description=wanted.alt, focus=None, object_id=event_id)
        return media_store.find_media(conn, kept.id)
    found = choose(conn, person_id, wanted)
    media_store.untie(conn, [each.id for each in shown], unit.now)
    if found is not None:
        media_store.tie(conn, event_id, [found.id])
    return found


def as_details(found: Media | None, links: MediaLinks) -> list[dict[str, Any]]:
    """What the row of the event says of its picture."""
    return [asdict(each) for each in media.as_attachments([found] if found is not None else [], links)]
