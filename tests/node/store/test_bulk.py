"""Many rows in one statement, past SQLAlchemy's own way: the same values arrive, on each database."""

import pytest
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from node.store.database.bulk import Bulk
from node.store.tables import facts, jobs
from tests import stores
from tests.statements import counted

database, store = stores.database, stores.store

_INSERT_JOBS = Bulk(insert(jobs))
_INSERT_FACTS = Bulk(insert(facts))
_RENAME = Bulk(update(facts).where(facts.c.name == bindparam("old")).values(name=bindparam("new")))


def _job(number: int, **values: object) -> dict[str, object]:
    return {"id": number, "kind": "k", "due_at": 1, "created_at": 2**40, "payload": None, **values}


async def test_values_are_converted_as_their_columns_say(store):
    rows = [_job(1, payload={"a": ["ü", 1, None]}), _job(2)]
    await store.write(_INSERT_JOBS.run, rows)

    def read(conn: Connection):
        return conn.execute(select(jobs.c.payload, jobs.c.created_at, jobs.c.state).order_by(jobs.c.id)).all()

    assert await store.read(read) == [({"a": ["ü", 1, None]}, 2**40, "live"), (None, 2**40, "live")]


async def test_rows_of_other_columns_are_another_statement(store):
    await store.write(_INSERT_JOBS.run, [_job(1)])
    await store.write(_INSERT_JOBS.run, [_job(2, host="h.example")])
    assert await store.read(lambda conn: list(conn.scalars(select(jobs.c.host).order_by(jobs.c.id)))) == [
        "",
        "h.example",
    ]


async def test_updates_take_their_bind_parameters_from_the_row(store):
    await store.write(_INSERT_FACTS.run, [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}])
    await store.write(_RENAME.run, [{"old": "a", "new": "c%s"}, {"old": "b", "new": "d?"}])
    assert await store.read(lambda conn: sorted(conn.scalars(select(facts.c.name)))) == ["c%s", "d?"]


async def test_any_number_of_rows_is_one_statement_and_none_is_no_statement(store):
    with counted(store) as seen:
        await store.write(_INSERT_FACTS.run, [{"name": str(number), "value": ""} for number in range(50)])
        await store.write(_INSERT_FACTS.run, [])
    assert len(seen) == 1


async def test_a_row_that_is_refused_undoes_its_unit(store):
    with pytest.raises(IntegrityError):
        await store.write(_INSERT_FACTS.run, [{"name": "a", "value": ""}, {"name": "a", "value": ""}])
    assert await store.read(lambda conn: list(conn.scalars(select(facts.c.name)))) == []
