"""What collections and pathways tell of what is in them: the titles of today, and none that a reader may not read.

A list names things that others may narrow at any time. What fewer people may read than the list keeps its place and
its address there and loses everything else; it is told again once all readers of the list may read it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from sqlalchemy import Connection

from node.domain.collections import Curator, is_collection, with_contents
from node.domain.licences import NOT_STATED
from node.domain.pathways import is_pathway
from node.domain.records import Reference, ResourceRecord
from node.domain.resources import is_list
from node.domain.visibility import Circle, Visibility
from node.errors import Invalid, Problem
from node.sentences import Sentence
from node.store.library import collections, resources, targets
from node.store.library.collections import LISTED
from node.store.library.resources import ANYBODY, Resource
from node.store.library.targets import Target
from node.store.people import actors
from node.store.posts.objects import LIVE

#: What a list says of a thing beside its address and the list's own words.
_SNAPSHOT = frozenset({"name", "type", "creator", "license", "provider", "extensions"})


@dataclass(frozen=True, slots=True)
class Readers:
    """Who may read a list: its circle, and its owner (URI), who alone reads what is private."""

    circle: Circle
    owner: str

    def all_may_read(self, target: Target) -> bool:
        is_own = target.circle.visibility is not Visibility.PRIVATE or target.owner_uri == self.owner
        return is_own and self.circle.all_may_read(target.circle)


def readers_of(resource: Resource) -> Readers:
    return Readers(Circle(resource.visibility, resource.audience), resource.owner.uri)


def filled(
    conn: Connection, record: Mapping[str, Any], list_id: int, readers: Readers, more: tuple[str, ...] = ()
) -> ResourceRecord:
    """The record of a list of ours as its readers may know it; other records as they are.

    A collection gets what its curators put in, and their names; ``more``: curators to be.
    """
    if is_collection(record):
        listed = [each.reference for each in collections.load_items(conn, list_id) if each.state == LISTED]
        uris = list(dict.fromkeys([*collections.load_curators(conn, list_id), *more]))
        known = actors.load_actors(conn, uris)
        curators = [Curator(uri, known[uri].title if uri in known else uri) for uri in uris]
        record = with_contents(record, listed, curators)
    if is_list(record) and record.get("hasPart"):
        return cast(ResourceRecord, {**record, "hasPart": told(conn, record["hasPart"], readers)})
    return cast(ResourceRecord, record)


def told_in_all(conn: Connection, records: Sequence[ResourceRecord], readers: Readers) -> list[ResourceRecord]:
    """The records of a list as it was at several times, for those who may read it now."""
    parts = [each.get("hasPart", []) if is_list(each) else [] for each in records]
    entries = iter(told(conn, [entry for part in parts for entry in part], readers))
    return [
        cast(ResourceRecord, {**each, "hasPart": list(islice(entries, len(part)))}) if part else each
        for each, part in zip(records, parts, strict=True)
    ]


def told(conn: Connection, references: Sequence[Reference], readers: Readers) -> list[Reference]:
    """The entries of a list for these readers. What is gone, or not held here, is told as it was last known."""
    known = targets.find_targets(conn, [each["id"] for each in references if "id" in each], ANYBODY)
    return [
        _told(each, known[each["id"]], readers) if "id" in each and each["id"] in known else each for each in references
    ]


def _told(reference: Reference, target: Target, readers: Readers) -> Reference:
    if target.state != LIVE:
        return reference
    own = {key: value for key, value in reference.items() if key not in _SNAPSHOT}
    if not readers.all_may_read(target):
        return cast(Reference, own)
    licence = target.resource.record["license"] if target.resource else NOT_STATED
    now = {
        **own,
        "id": target.iri,
        "name": target.name[:300],
        **({"license": licence} if licence != NOT_STATED else {}),
        "provider": {"id": target.owner_uri, "name": target.owner_name[:300]},
    }
    return cast(Reference, {**{key: value for key, value in reference.items() if key not in now}, **now})


def check_readers(readers: Readers, entries: Iterable[Target]) -> None:
    """Raises Invalid where one of these has fewer readers than the list, which would tell them of it.

    It is called by its title only to who may read it.
    """
    for each in entries:
        if each.state == LIVE and not readers.all_may_read(each):
            sentence = (
                Sentence("“{title}” is for fewer people than this list.", title=each.name)
                if each.readable
                else Sentence("Something in it is for fewer people than this list.")
            )
            raise Invalid(
                sentence,
                problems=[
                    Problem(
                        "$.visibility",
                        f'at most "{each.circle.visibility.value}"',
                        f'"{readers.circle.visibility.value}"',
                    )
                ],
            )


def entries_of(conn: Connection, record: Mapping[str, Any], list_id: int) -> list[str]:
    """The identities of what is in a list of ours, or suggested for it."""
    if is_collection(record):
        return [each.item_iri for each in collections.load_items(conn, list_id)]
    return [each["id"] for each in record.get("hasPart", ()) if "id" in each] if is_pathway(record) else []


def lists_with(conn: Connection, iris: Iterable[str]) -> list[Resource]:
    """The collections and pathways of ours that lead to any of these."""
    return list(resources.load_by_objects(conn, collections.list_holding(conn, list(iris))).values())
