"""What happens to uploads in the database: made, finished, shown by posts and profiles, forgotten.

Files are removed by a job that is recorded with the change, so that neither a crash nor a storage that is away leaves
rows without files or files without rows for good.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from node import events
from node.clock import DAY
from node.domain.media import (
    MediaPurpose,
    MediaState,
    check_description,
    read_focus,
)
from node.domain.posts import Attachment
from node.errors import Invalid, NotFound, Problem
from node.jobs.kinds import MEDIA
from node.media.links import MediaLinks
from node.services.context import Unit
from node.store import jobs
from node.store.jobs import NewJob
from node.store.people import actors
from node.store.posts import media as table
from node.store.posts.media import Media

#: Uploads that nothing shows are kept so long (MED7).
KEEP_LOOSE = DAY
MAX_ATTACHED = 4  # what apps and other servers show of one post
_OVER_QUOTA = "There is no room left for more files of yours."


# -- posts ----------------------------------------------------------------------------------------------------------


def choose(conn: Connection, owner_id: int, media_ids: Sequence[int], *, object_id: int | None = None) -> list[Media]:
    """The uploads that a post of their owner can show, in this order; ``object_id``: a post that shows some already.

    Raises Invalid for media of others, used ones, unprocessed ones, and more than ``MAX_ATTACHED``.
    """
    wanted = list(dict.fromkeys(media_ids))
    if len(wanted) > MAX_ATTACHED:
        raise Invalid(problems=[Problem("$.media_ids", f"at most {MAX_ATTACHED}", str(len(wanted)))])
    found = table.load_media(conn, wanted)
    return [_usable(found.get(media_id), owner_id, media_id, object_id) for media_id in wanted]


def attach(conn: Connection, owner_id: int, media_ids: Sequence[int], object_id: int) -> list[Media]:
    """Let a post, whose row is stored, show them from now on; call it in the transaction of the post."""
    chosen = choose(conn, owner_id, media_ids, object_id=object_id)
    table.tie(conn, object_id, [each.id for each in chosen])
    return chosen


def replace_attached(
    conn: Connection, unit: Unit, owner_id: int, media_ids: Sequence[int], object_id: int
) -> list[Media]:
    """The same for a post that is edited: what it showed before and no longer does may be used again for a day."""
    before = [each.id for each in table.load_for_objects(conn, [object_id]).get(object_id, ())]
    chosen = attach(conn, owner_id, media_ids, object_id)
    table.untie(conn, set(before) - set(media_ids), unit.now)
    return chosen


def _usable(found: Media | None, owner_id: int, media_id: int, object_id: int | None) -> Media:
    if found is None or found.owner_id != owner_id or found.purpose != MediaPurpose.ATTACHMENT:
        raise Invalid(problems=[Problem("$.media_ids", "media of yours", str(media_id))])
    if found.state != MediaState.READY:
        raise Invalid(problems=[Problem("$.media_ids", "media that are processed", str(media_id))])
    if found.object_id not in {None, object_id}:
        raise Invalid(problems=[Problem("$.media_ids", "media that no other post shows", str(media_id))])
    return found


def release(conn: Connection, unit: Unit, object_id: int, *, forget: bool = False) -> list[Media]:
    """A post is deleted: its media may be used again for a day ("delete and re-draft"), or go at once (``forget``)."""
    found = table.load_for_objects(conn, [object_id]).get(object_id, [])
    if forget:
        remove(conn, unit, found)
    else:
        table.untie(conn, [each.id for each in found], unit.now)
    return found


def as_attachments(found: Sequence[Media], links: MediaLinks) -> tuple[Attachment, ...]:
    """What a post's ``details`` and its document for other servers say of its media."""
    return tuple(
        Attachment(
            url=links.stored(each.key),
            media_type=each.media_type,
            alt=each.description,
            width=each.width or None,
            height=each.height or None,
            blurhash=each.blurhash,
            preview_url=links.stored(each.small_key),
            focus=None if each.focus_x is None or each.focus_y is None else (each.focus_x, each.focus_y),
            duration=each.duration or None,
        )
        for each in found
    )


# -- uploads --------------------------------------------------------------------------------------------------------


def find_own(conn: Connection, owner_id: int, media_id: int) -> Media:
    """An attachment of this person. Raises NotFound for that of anybody else."""
    found = table.find_media(conn, media_id)
    if found is None or found.owner_id != owner_id or found.purpose != MediaPurpose.ATTACHMENT:
        raise NotFound
    return found


def add(
    conn: Connection, unit: Unit, owner_id: int, purpose: MediaPurpose, values: Mapping[str, Any], *, quota_bytes: int
) -> int:
    """A new upload that nothing shows yet; answers its id. Raises Invalid where the quota is used up (MED7)."""
    if table.count_bytes(conn, owner_id) + values["bytes"] > quota_bytes:
        raise Invalid(_OVER_QUOTA)
    media_id = unit.ids.new()
    table.insert_media(
        conn, id=media_id, owner_id=owner_id, purpose=purpose.value, created_at=unit.now, position=0, **values
    )
    return media_id


def process_later(conn: Connection, unit: Unit, media_id: int) -> None:
    """Leave the processing of an upload to a job."""
    jobs.enqueue_many(conn, [NewJob(MEDIA, unit.ids.new(), unit.now, ref=media_id)])


def finish(conn: Connection, unit: Unit, media_id: int, values: Mapping[str, Any]) -> None:
    """An upload is processed; where it was deleted meanwhile, its files go too."""
    before = table.find_media(conn, media_id)
    if before is not None and table.update_media(conn, media_id, **values, state=MediaState.READY, source_key=""):
        replaced = before.small_key if before.small_key != values.get("small_key", before.small_key) else ""
        forget_files(conn, unit, [before.source_key, replaced])
    else:
        forget_files(conn, unit, [values.get("key", ""), values.get("small_key", "")])


def fail(conn: Connection, unit: Unit, media_id: int, problem: str) -> None:
    """An upload turned out to be unusable; its file goes, its row stays so that its owner hears why."""
    found = table.find_media(conn, media_id)
    if found is not None:
        table.update_media(
            conn, media_id, state=MediaState.FAILED, problem=problem, key="", small_key="", source_key="", bytes=0
        )
        forget_files(conn, unit, found.keys)


def describe(
    conn: Connection,
    owner_id: int,
    media_id: int,
    *,
    description: str | None,
    focus: str | None,
    object_id: int | None = None,
) -> Media:
    """Change what is said about an upload; None leaves it as it is. Raises NotFound, Invalid.

    What a published post says of it changes with an edit of that post (``object_id``), which other servers hear of.
    """
    if find_own(conn, owner_id, media_id).object_id not in {None, object_id}:
        raise Invalid("A post shows this; edit the post.")
    values: dict[str, Any] = {}
    if description is not None:
        values["description"] = check_description(description)
    if focus:
        values["focus_x"], values["focus_y"] = read_focus(focus)
    if values:
        table.update_media(conn, media_id, **values)
    return find_own(conn, owner_id, media_id)


def delete_own(conn: Connection, unit: Unit, owner_id: int, media_id: int) -> None:
    """Forget an upload that no post shows. Raises NotFound, and Invalid where a post shows it."""
    found = find_own(conn, owner_id, media_id)
    if found.object_id is not None:
        raise Invalid("A post shows this; edit or delete the post.")
    remove(conn, unit, [found])


def forget_owner(conn: Connection, unit: Unit, owner_id: int) -> None:
    """An account is deleted: so are all its files. Call it before the rows go with their actor."""
    remove(conn, unit, table.load_of_owner(conn, owner_id))


def remove(conn: Connection, unit: Unit, found: Collection[Media]) -> None:
    """Forget uploads and their files."""
    table.delete_media(conn, [each.id for each in found])
    forget_files(conn, unit, [key for each in found for key in each.keys])


def forget_files(conn: Connection, unit: Unit, keys: Collection[str]) -> None:
    """Leave the removal of files to a job."""
    if named := [key for key in keys if key]:
        jobs.enqueue_many(conn, [NewJob(MEDIA, unit.ids.new(), unit.now, payload={"remove": named})])


def expire(conn: Connection, unit: Unit) -> int:
    """Forget what nothing has shown for a day; answers how many."""
    table.untie_lost(conn, unit.now)
    found = table.load_expired(conn, unit.now - KEEP_LOOSE)
    remove(conn, unit, found)
    return len(found)


# -- profiles -------------------------------------------------------------------------------------------------------

_COLUMN = {MediaPurpose.AVATAR: "icon", MediaPurpose.HEADER: "image"}


def show_on_profile(
    conn: Connection,
    unit: Unit,
    actor_id: int,
    purpose: MediaPurpose,
    media_id: int | None,
    url: str,
    *,
    tell: bool = True,
) -> None:
    """Give an actor of ours another avatar or header, or none, which is None and an empty ``url``; the one before goes.

    ``tell``: other servers hear of it; not needed where the caller records a change of the same actor anyway.
    """
    before = table.load_profile_media(conn, actor_id, purpose)
    remove(conn, unit, before)
    if media_id is not None:
        table.update_media(conn, media_id, loose_since_at=None)
    actors.update_actor(conn, actor_id, updated_at=unit.now, **{_COLUMN[purpose]: url})
    actor = actors.find_actor_by_id(conn, actor_id)
    if tell and actor is not None:
        events.record(conn, unit.ids, unit.now, events.ActorUpdated(actor_id), about=actor.uri)
