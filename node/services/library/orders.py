"""The order of collections and pathways elsewhere: which of them are compared (``federation.fetching.steps``)."""

import random

from sqlalchemy import Connection

from node.clock import DAY, HOUR
from node.domain.uris import host_of
from node.jobs.kinds import STEPS
from node.services.context import Unit
from node.store import jobs
from node.store.jobs import NewJob
from node.store.library import collections

#: So many collections are compared a day.
AT_MOST = 2_000


def ask_for_all(conn: Connection, unit: Unit) -> None:
    """Have those that are kept here compared, in the course of a day."""
    new = [
        NewJob(
            STEPS,
            unit.ids.new(),
            unit.now + random.randint(0, DAY - HOUR),  # noqa: S311 (spreads load)
            ref=object_id,
            host=host_of(uri),
            lock_key=f"steps|{object_id}",
        )
        for object_id, uri in collections.list_remote(conn, limit=AT_MOST)
    ]
    jobs.enqueue_many(conn, new)
