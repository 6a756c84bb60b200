"""Jobs as tests make, claim and read them."""

import asyncio
from itertools import count

from sqlalchemy import Connection, select

from node.store import claims
from node.store.jobs import NewJob
from node.store.tables import jobs
from tests import stores

_ids = count(1)


def job(kind: str = "work", due_at: int = 0, **fields) -> NewJob:
    return NewJob(kind, next(_ids), due_at, **fields)


def claim(conn: Connection, /, limit: int = 10, *, now: int = 100, owner: str = "w", **fields):
    return claims.claim(conn, "work", limit, now=now, owner=owner, **fields)


def rows(conn: Connection):
    return conn.execute(select(jobs).order_by(jobs.c.id)).all()


def on_sqlite(unit):
    """Run ``unit(conn)`` on a new SQLite database, for tests that need no event loop."""

    async def run():
        with stores.new_database("sqlite") as path:
            async with stores.open_store(path) as store:
                return await store.write(unit)

    return asyncio.run(run())
