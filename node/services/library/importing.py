"""Publishing many records of our own at once: a file, a harvest."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection

from node.domain.records import ResourceRecord
from node.domain.visibility import Visibility
from node.errors import Forbidden, Invalid, Problem, Unavailable
from node.ports import DocumentWriter
from node.services.context import Unit
from node.services.library.publish import PublishResult, publish_resource
from node.store.database.engine import Store

BATCH = 100


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one record of many: ``result``, or the ``problems`` that kept it out; counted from 1."""

    position: int
    identifier: str
    result: PublishResult | None
    problems: tuple[Problem, ...] = ()


async def publish_many(
    store: Store,
    new_unit: Callable[[], Unit],
    owner_actor_id: int,
    records: Iterable[ResourceRecord],
    visibility: Visibility,
    *,
    write: DocumentWriter,
) -> AsyncIterator[Imported]:
    """Publish records in batches of 100, each batch one transaction; tells of each record in order.

    A record that is refused never stops the run; of records with one ``id`` the last wins.
    """
    remaining = iter(records)
    position = 1
    while batch := list(islice(remaining, BATCH)):
        for record, answer in zip(
            batch, await _publish_batch(store, new_unit, owner_actor_id, batch, visibility, write), strict=True
        ):
            result = answer if isinstance(answer, PublishResult) else None
            problems = () if isinstance(answer, PublishResult) else answer
            yield Imported(position, str(record.get("id", "")), result, problems)
            position += 1


Answer = PublishResult | tuple[Problem, ...]


async def _publish_batch(
    store: Store,
    new_unit: Callable[[], Unit],
    owner_actor_id: int,
    batch: Sequence[ResourceRecord],
    visibility: Visibility,
    write: DocumentWriter,
) -> list[Answer]:
    """One transaction; where the database refuses it, one for each record, so that the bad one fails alone."""
    try:
        return await store.write(_publish_each, new_unit(), owner_actor_id, batch, visibility, write)
    except (Unavailable, Forbidden):
        raise
    except Exception as error:  # noqa: BLE001 (which record it was shows when each is tried alone)
        if len(batch) == 1:
            return [(Problem("$", "a record that can be stored", type(error).__name__),)]
    answers = [await _publish_batch(store, new_unit, owner_actor_id, [each], visibility, write) for each in batch]
    return [answer for each in answers for answer in each]


def _publish_each(
    conn: Connection,
    unit: Unit,
    owner_actor_id: int,
    batch: Sequence[ResourceRecord],
    visibility: Visibility,
    write: DocumentWriter,
) -> list[Answer]:
    return [_publish_or_explain(conn, unit, owner_actor_id, each, visibility, write) for each in batch]


def _publish_or_explain(
    conn: Connection,
    unit: Unit,
    owner_actor_id: int,
    record: ResourceRecord,
    visibility: Visibility,
    write: DocumentWriter,
) -> Answer:
    try:
        return publish_resource(conn, unit, owner_actor_id, record, visibility, write=write)
    except Invalid as error:
        return error.problems or (Problem("$", "a learning resource", error.public),)
