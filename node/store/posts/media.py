"""Media of our own people: what was uploaded, what shows it, and what nothing shows any more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from node.domain.media import MediaPurpose
from node.store.database.prepared import Prepared
from node.store.tables import media, objects


@dataclass(frozen=True, slots=True)
class Media:
    """One upload. Keys are those of the storage; sizes in pixels, bytes and seconds, 0 where there are none."""

    id: int
    owner_id: int
    purpose: str
    object_id: int | None
    state: str
    kind: str
    media_type: str
    key: str
    small_key: str
    source_key: str
    bytes: int
    width: int
    height: int
    small_width: int
    small_height: int
    duration: float
    frame_rate: float
    blurhash: str
    description: str
    focus_x: float | None
    focus_y: float | None
    problem: str

    @property
    def keys(self) -> list[str]:
        """All its files."""
        return [key for key in (self.key, self.small_key, self.source_key) if key]


_NEVER = 32_503_680_000_000  # the year 3000; NULL without a post stands for a post that is gone
_COLUMNS = tuple(media.c[name] for name in Media.__dataclass_fields__)
_BY_ID = select(*_COLUMNS).where(media.c.id.in_(bindparam("ids", expanding=True)))
_OF_OBJECTS = Prepared(
    select(*_COLUMNS)
    .where(media.c.object_id.in_(bindparam("object_ids", expanding=True)))
    .order_by(media.c.object_id, media.c.position, media.c.id),
    many="object_ids",
)


def insert_media(conn: Connection, **values: Any) -> None:
    """A new row; the caller mints the id. Nothing shows it yet."""
    conn.execute(insert(media).values(loose_since_at=values["created_at"], **values))


def update_media(conn: Connection, media_id: int, **values: Any) -> bool:
    """Whether it was still there."""
    return conn.execute(update(media).where(media.c.id == media_id).values(**values)).rowcount > 0


def find_media(conn: Connection, media_id: int) -> Media | None:
    return load_media(conn, [media_id]).get(media_id)


def load_media(conn: Connection, ids: Collection[int]) -> dict[int, Media]:
    """By id."""
    if not ids:
        return {}
    return {row.id: Media(*row) for row in conn.execute(_BY_ID, {"ids": list(ids)})}


def load_by_keys(conn: Connection, keys: Collection[str]) -> dict[str, Media]:
    """Uploads by the key of their file."""
    if not keys:
        return {}
    rows = conn.execute(select(*_COLUMNS).where(media.c.key.in_(list(keys))))
    return {row.key: Media(*row) for row in rows}


def keep(conn: Connection, media_ids: Collection[int]) -> None:
    """A draft shows these: they do not expire before ``untie`` lets them go."""
    if media_ids:
        conn.execute(update(media).where(media.c.id.in_(list(media_ids))).values(loose_since_at=_NEVER))


def load_for_objects(conn: Connection, object_ids: Collection[int]) -> dict[int, list[Media]]:
    """What posts show, in its order, by the id of the post; one statement. Posts without media are left out."""
    found: dict[int, list[Media]] = {}
    if object_ids:
        for item in starmap(Media, _OF_OBJECTS.run(conn, {"object_ids": list(object_ids)})):
            if item.object_id is not None:
                found.setdefault(item.object_id, []).append(item)
    return found


def tie(conn: Connection, object_id: int, media_ids: Sequence[int]) -> None:
    """Let a post show these, in this order."""
    for position, media_id in enumerate(media_ids):
        conn.execute(
            update(media)
            .where(media.c.id == media_id)
            .values(object_id=object_id, position=position, loose_since_at=None)
        )
    if media_ids:
        conn.execute(update(objects).where(objects.c.id == object_id, ~objects.c.has_media).values(has_media=True))


def untie(conn: Connection, media_ids: Collection[int], now: int) -> None:
    """Nothing shows these any more; they may be used again until they expire."""
    if media_ids:
        conn.execute(
            update(media).where(media.c.id.in_(list(media_ids))).values(object_id=None, position=0, loose_since_at=now)
        )


def load_profile_media(conn: Connection, owner_id: int, purpose: MediaPurpose) -> list[Media]:
    """What the profile of an actor shows as avatar or header: one, or none."""
    query = select(*_COLUMNS).where(
        media.c.owner_id == owner_id, media.c.purpose == purpose, media.c.loose_since_at.is_(None)
    )
    return [Media(*row) for row in conn.execute(query)]


def load_of_owner(conn: Connection, owner_id: int) -> list[Media]:
    """Everything that an actor uploaded."""
    return [Media(*row) for row in conn.execute(select(*_COLUMNS).where(media.c.owner_id == owner_id))]


def count_bytes(conn: Connection, owner_id: int) -> int:
    """What the files of an actor take up."""
    return int(conn.scalar(select(func.coalesce(func.sum(media.c.bytes), 0)).where(media.c.owner_id == owner_id)) or 0)


def count_all_bytes(conn: Connection) -> int:
    """What all files of this node's people take up."""
    return int(conn.scalar(select(func.coalesce(func.sum(media.c.bytes), 0))) or 0)


_LOST = (
    select(media.c.id)
    .join(objects, objects.c.id == media.c.object_id)
    .where(objects.c.state == "deleted")
    .limit(bindparam("most"))
)
_EXPIRED = select(*_COLUMNS).where(
    or_(
        media.c.loose_since_at < bindparam("before"),
        and_(media.c.object_id.is_(None), media.c.loose_since_at.is_(None), media.c.purpose == MediaPurpose.ATTACHMENT),
    )
)


def untie_lost(conn: Connection, now: int, *, most: int = 1_000) -> int:
    """Untie what only deleted posts show; answers how many."""
    found = list(conn.scalars(_LOST, {"most": most}))
    untie(conn, found, now)
    return len(found)


def load_expired(conn: Connection, before: int, *, most: int = 1_000) -> list[Media]:
    """What nothing has shown since ``before``."""
    return [Media(*row) for row in conn.execute(_EXPIRED.limit(most), {"before": before})]


def delete_media(conn: Connection, ids: Collection[int]) -> None:
    """Rows only; removing the files is work for a job."""
    if ids:
        conn.execute(delete(media).where(media.c.id.in_(list(ids))))
