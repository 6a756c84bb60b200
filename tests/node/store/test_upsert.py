"""INSERT statements that may meet rows that are there: what they say of what they did."""

from sqlalchemy import Connection

from node.store.database.upsert import insert_missing
from node.store.tables import facts
from tests import stores

database, store = stores.database, stores.store

_INSERT = insert_missing(facts)


async def test_the_rows_that_were_missing_are_counted(store):
    def insert(conn: Connection, *names: str) -> int:
        rows = [{"name": name, "value": "x"} for name in names]
        return conn.execute(_INSERT[conn.dialect.name], rows[0] if len(rows) == 1 else rows).rowcount

    assert [await store.write(insert, *names) for names in ("a", "a", "b")] == [1, 0, 1]
    assert await store.write(insert, "a", "c", "d") == 2
