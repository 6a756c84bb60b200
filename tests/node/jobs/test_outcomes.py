"""What becomes of a job after it ran: the outcome that it answers, or the error that it ends with."""

import pytest

from node import errors
from node.clock import SECOND, FixedClock
from node.errors import NotFound, ProofUnavailable, RemoteUnavailable, Unavailable
from node.jobs.kind import Kind
from node.jobs.outcome import PAUSES, VERDICTS, Done, GiveBack, Park, Retry, Settled, judge
from node.jobs.worker import Worker
from node.store import jobs as table
from tests import stores
from tests.node.jobs.job_rows import job, rows
from tests.node.jobs.workers import make

database, store = stores.database, stores.store


OUTCOMES = {
    "retry": (Retry(5000, "later"), "live", 6000, 1, "later"),
    "park": (Park("poison"), "parked", 1000, 1, "poison"),
    "give back": (GiveBack(70), "live", 1070, 0, ""),
}


@pytest.mark.parametrize("name", OUTCOMES)
async def test_an_outcome_decides_what_becomes_of_the_row(store, name):
    outcome, state, due_at, attempts, error = OUTCOMES[name]

    async def run(_):
        return outcome

    await store.write(table.enqueue_many, [job()])
    assert await make(store, run).drain() == 1
    (row,) = await store.read(rows)
    assert (row.state, row.due_at, row.attempts, row.error, row.owner) == (state, due_at, attempts, error, "")


async def test_a_settled_job_is_left_to_the_one_who_settled_it(store):
    async def run(each):
        await store.write(table.finish_many, [each.id])
        return Settled()

    await store.write(table.enqueue_many, [job()])
    assert await make(store, run).drain() == 1
    assert await store.read(rows) == []


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (RemoteUnavailable(detail="down"), "live", "RemoteUnavailable: Another server could not be reached. (down)"),
        (NotFound(), None, ""),
        (ZeroDivisionError("oh"), "live", "ZeroDivisionError: oh"),
    ],
)
async def test_an_error_is_judged_by_its_class(store, error, state, reason):
    async def run(_):
        raise error

    await store.write(table.enqueue_many, [job()])
    await make(store, run).drain()
    found = await store.read(rows)
    assert [(row.state, row.error, row.due_at) for row in found] == (
        [(state, reason, 1000 + PAUSES[0])] if state else []
    )


async def test_an_answer_that_is_no_outcome_is_an_error_of_that_job(store):
    async def run(_):
        return None

    await store.write(table.enqueue_many, [job()])
    await make(store, run).drain()
    (row,) = await store.read(rows)
    assert row.error.startswith("RuntimeError")


async def test_poison_is_set_aside_after_five_tries_and_those_behind_go_on(store):
    clock, ran = FixedClock(1000), []

    async def run(each):
        ran.append(each.ref)
        if each.ref == 1:
            raise ZeroDivisionError
        return Done()

    await store.write(table.enqueue_many, [job(ref=1, serial_key="k"), job(ref=2, serial_key="k")])
    worker = make(store, run, clock=clock)
    for pause in (*PAUSES, 0):
        await worker.drain()
        clock.advance(pause)
    assert ran == [1, 1, 1, 1, 1, 2]
    assert [row.state for row in await store.read(rows)] == ["parked"]


async def test_a_batch_fails_only_where_it_must(store):
    calls: list[list[int]] = []

    async def run(batch):
        calls.append([each.ref for each in batch])
        if 3 in calls[-1]:
            raise ZeroDivisionError
        return [Done()] * len(batch)

    await store.write(table.enqueue_many, [job(ref=i) for i in range(6)])
    worker = Worker(store, FixedClock(1000), [Kind("work", run, batch=10)], name="w")
    await worker.drain()
    assert calls[0] == [0, 1, 2, 3, 4, 5]
    assert [row.ref for row in await store.read(rows)] == [3]


def test_every_error_of_ours_has_a_verdict():
    def tree(cls):
        return {cls}.union(*map(tree, cls.__subclasses__()))

    missing = {cls for cls in tree(errors.NodeError) if cls.__module__ == "node.errors"} - set(VERDICTS)
    assert missing == set()


def test_an_error_says_how_long_to_wait():
    assert judge(RemoteUnavailable(retry_after_seconds=90), 1) == Retry(
        90 * SECOND, "RemoteUnavailable: Another server could not be reached."
    )
    assert isinstance(judge(RemoteUnavailable(), len(PAUSES) + 1), Park)


def test_what_the_node_itself_could_not_do_is_never_set_aside():
    outcome = judge(Unavailable(retry_after_seconds=5), len(PAUSES) + 1)
    assert outcome == Retry(
        5 * SECOND, "Unavailable: The node cannot do this right now; try again later.", counts=False
    )
    assert isinstance(judge(ProofUnavailable(), len(PAUSES) + 1), Park)


async def test_a_batch_that_the_database_refuses_waits_as_a_whole_and_no_try_counts(store):
    calls = []

    async def run(batch):
        calls.append(len(batch))
        raise Unavailable(retry_after_seconds=5)

    await store.write(table.enqueue_many, [job() for _ in range(6)])
    await Worker(store, FixedClock(1000), [Kind("work", run, batch=10)], name="w").drain()
    assert calls == [6]
    assert {(row.due_at, row.attempts, row.owner) for row in await store.read(rows)} == {(6000, 0, "")}


@pytest.mark.parametrize("outcome", [Retry, Park])
async def test_a_reason_that_no_database_takes_holds_nobody_up(store, outcome):
    async def run(_):
        return outcome(reason="half a character \ud800 and a \0", **({"after": 5} if outcome is Retry else {}))

    await store.write(table.enqueue_many, [job()])
    await make(store, run).drain()
    assert [row.error for row in await store.read(rows)] == ["half a character ? and a \N{REPLACEMENT CHARACTER}"]
