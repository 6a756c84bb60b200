"""Statements that are compiled once: the same rows as SQLAlchemy's own way, on each database."""

import pytest
from sqlalchemy import Connection, bindparam, insert, literal, select
from sqlalchemy.exc import DBAPIError

from node.store.database.bulk import Bulk
from node.store.database.prepared import Prepared
from node.store.tables import accounts, facts, jobs
from tests import stores
from tests.statements import counted

database, store = stores.database, stores.store

_BY_ID = (
    select(jobs.c.id, jobs.c.payload, jobs.c.kind.label("what"))
    .where(jobs.c.id.in_(bindparam("ids", expanding=True)), jobs.c.kind != bindparam("kind"))
    .order_by(jobs.c.id)
)
_INSERT = Bulk(insert(jobs))


async def _fill(store, number: int) -> None:
    rows = [
        {"id": each, "kind": "k", "due_at": 1, "created_at": 1, "payload": {"at": [each, None]}}
        for each in range(1, number + 1)
    ]
    await store.write(_INSERT.run, rows)


@pytest.mark.parametrize("number", [1, 2, 3, 64, 65, 300])
async def test_rows_are_those_of_the_statement_however_long_the_list(store, number):
    await _fill(store, 300)
    prepared = Prepared(_BY_ID, many="ids", named=True)
    values = {"ids": list(range(1, number + 1)), "kind": "other"}
    for _ in range(2):
        rows = await store.read(prepared.run, values)
        assert [tuple(row) for row in rows] == [(each, {"at": [each, None]}, "k") for each in range(1, number + 1)]
        assert (rows[-1].id, rows[-1].payload, rows[-1].what) == (number, {"at": [number, None]}, "k")
    assert await store.read(prepared.run, {**values, "kind": "k"}) == []


async def test_lists_of_about_one_length_share_a_text(store):
    prepared = Prepared(_BY_ID, many="ids")
    with counted(store) as seen:
        for number in (5, 7, 8):
            await store.read(prepared.run, {"ids": list(range(number)), "kind": ""})
    assert len(set(seen)) == 1


async def test_several_lists(store):
    await _fill(store, 9)
    both = select(jobs.c.id).where(
        jobs.c.id.in_(bindparam("ids", expanding=True)) | jobs.c.id.in_(bindparam("others", expanding=True)),
        jobs.c.id.in_(bindparam("ids", expanding=True)) | (jobs.c.id > bindparam("above")),
    )
    prepared = Prepared(both.order_by(jobs.c.id), many=("ids", "others"))
    rows = await store.read(prepared.run, {"ids": [1, 2, 3], "others": [4, 7, 8, 9, 10], "above": 7})
    assert rows == [(1,), (2,), (3,), (8,), (9,)]
    assert await store.read(prepared.run, {"ids": [], "others": [9], "above": 7}) == [(9,)]


async def test_an_empty_list_finds_nothing(store):
    await _fill(store, 2)
    prepared = Prepared(_BY_ID, many="ids")
    assert await store.read(prepared.run, {"ids": [], "kind": ""}) == []
    assert len(await store.read(prepared.run, {"ids": [1, 2], "kind": ""})) == 2


async def test_booleans_are_booleans(store):
    prepared = Prepared(select(accounts.c.default_sensitive).where(accounts.c.actor_id == bindparam("actor_id")))
    constant = Prepared(select(literal(True), literal("%s ?")).where(facts.c.name == bindparam("name")))

    def run(conn: Connection):
        conn.execute(insert(facts), {"name": "a", "value": ""})
        return prepared.run(conn, {"actor_id": 1}), constant.run(conn, {"name": "a"})

    none, (row,) = await store.write(run)
    assert none == []
    assert row[0] is True
    assert row[1] == "%s ?"


async def test_a_statement_that_fails_fails_as_everywhere(store):
    prepared = Prepared(select(facts.c.name).where(facts.c.name == bindparam("name")))

    def run(conn: Connection):
        return prepared.run(conn, {"name": object()})

    with pytest.raises(DBAPIError):
        await store.read(run)
