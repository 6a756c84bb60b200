"""The smallest units of work: facts that have names, and names that are signalled."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from node.errors import NotFound
from node.store.database.engine import Store, signal
from node.store.tables import facts


def put(conn: Connection, name: str, value: str = "") -> str:
    conn.execute(insert(facts).values(name=name, value=value))
    return name


def put_many(conn: Connection, names: Sequence[str]) -> list[str]:
    for name in names:
        put(conn, name)
    return [name.upper() for name in names]


def names(conn: Connection) -> list[str]:
    return list(conn.scalars(select(facts.c.name).order_by(facts.c.name)))


def tell(conn: Connection, *sent: str, fail: bool = False) -> None:
    """Signal these, and fail thereafter if told to."""
    for name in sent:
        signal(conn, name)
    if fail:
        raise NotFound


async def heard(store: Store) -> list[str]:
    """What is signalled from now on, once the first has arrived; what comes later is added."""
    arrived: list[str] = []
    has_begun = asyncio.Event()

    def listen(name: str) -> None:
        arrived.append(name)
        has_begun.set()

    store.listen(listen)
    await store.write(tell, "first")
    await asyncio.wait_for(has_begun.wait(), 30)
    return arrived
