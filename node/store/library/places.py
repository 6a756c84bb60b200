"""Where a new entry of the library stands: its place in the order of all, and the end of its address."""

import hashlib
from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select, union_all

from node.domain import slugs
from node.domain.records import ResourceRecord
from node.domain.resources import kind_of, title
from node.store.database.prepared import Prepared
from node.store.tables import resource_slugs, resources, search_entries

_TIE_BITS = 21


def first_key_at(milliseconds: int) -> int:
    """The smallest sort key of what was published at this instant."""
    return milliseconds << _TIE_BITS


_TAKEN_KEYS = Prepared(
    union_all(
        select(resources.c.sort_key).where(resources.c.sort_key.in_(bindparam("tried", expanding=True))),
        select(search_entries.c.sort_key).where(search_entries.c.sort_key.in_(bindparam("tried", expanding=True))),
    ),
    many="tried",
)


def free_keys(conn: Connection, new: Mapping[int, tuple[int, str]]) -> dict[int, int]:
    """Keys by the instant of publication; equal instants are told apart by a hash of the URI.

    ``new``: id -> ``(published_at, uri)``. The keys are taken by no resource and no other entry of the index.
    """
    wanted = {ref: first_key_at(at) | _tie(uri) for ref, (at, uri) in new.items()}
    tried = {key + step for key in wanted.values() for step in range(8)}
    taken = {key for (key,) in _TAKEN_KEYS.run(conn, {"tried": list(tried)})}
    keys: dict[int, int] = {}
    for object_id, wish in wanted.items():
        key = wish
        while key in taken:
            key += 1
        taken.add(key)
        keys[object_id] = key
    return keys


def _tie(uri: str) -> int:
    return int.from_bytes(hashlib.blake2b(uri.encode(), digest_size=4).digest()) >> (32 - _TIE_BITS)


_TAKEN_SLUGS = Prepared(
    select(resource_slugs.c.slug).where(resource_slugs.c.slug.in_(bindparam("tried", expanding=True))), many="tried"
)


def free_slugs(conn: Connection, wanted: Mapping[int, str]) -> dict[int, str]:
    """For each object a slug that no object ever had, as close to the wish as it goes."""
    tried = {candidate for slug in wanted.values() for candidate in slugs.candidates(slug)}
    taken = {slug for (slug,) in _TAKEN_SLUGS.run(conn, {"tried": list(tried)})}
    free: dict[int, str] = {}
    for object_id, slug in wanted.items():
        free[object_id] = slugs.free_slug(slug, taken, object_id)
        taken.add(free[object_id])
    return free


def wanted_slug(record: ResourceRecord) -> str:
    """What the address of a record should end in."""
    return slugs.slug_of(title(record), otherwise=kind_of(record))
