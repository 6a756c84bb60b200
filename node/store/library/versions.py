"""What a resource said before: its earlier records, as far as a reader may know them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from node.domain.records import ResourceRecord
from node.domain.visibility import STRANGER, Relation, Visibility, may_see
from node.errors import NotFound
from node.store.library.resources import Resource, Viewer
from node.store.posts import objects


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a record; ``until_at`` is when the next one took its place, 0 of the present one."""

    version: int
    record: ResourceRecord
    until_at: int


def list_versions(conn: Connection, found: Resource, viewer: Viewer) -> list[Version]:
    """The present one and those before it, newest first; of what was narrower than now only what the viewer may see.

    Copies of others have their present version only: what their home showed before, it alone knows.
    """
    present = Version(found.version, found.record, 0)
    if not found.local:
        return [present]
    earlier = [
        Version(row.version, row.details["record"], row.replaced_at)
        for row in objects.list_versions(conn, found.id)
        if row.details and "record" in row.details
    ]
    visible = [each for each in earlier if was_for(each.record, found.owner.id, viewer)]
    return [present, *reversed(visible)]


def was_for(record: Mapping[str, Any], owner_id: int, viewer: Viewer) -> bool:
    """Whether what a resource of ours once said was said to this viewer, however widely it is read now."""
    relation = STRANGER
    if viewer.actor_id is not None:
        relation |= Relation.LOCAL
        relation |= Relation.AUTHOR if viewer.actor_id == owner_id else STRANGER
    return may_see(Visibility(record.get("visibility", "private")), relation)


def load_version(conn: Connection, found: Resource, viewer: Viewer, number: int) -> Version:
    """Raises NotFound where there is none that the viewer may see."""
    version = next((each for each in list_versions(conn, found, viewer) if each.version == number), None)
    if version is None:
        raise NotFound
    return version
