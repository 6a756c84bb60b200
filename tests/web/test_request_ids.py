"""The id of a request goes with the work that it leaves behind, into jobs of jobs, logs and what administrators see."""

import asyncio

from sqlalchemy import Connection, select

from node import log
from node.store.jobs import NewJob, enqueue_many
from node.store.tables import jobs
from tests.client import app_of
from tests.network import network
from tests.node import test_log
from tests.web.conftest import Site

lines, _restored = test_log.lines, test_log._restored


def _asked_for(conn: Connection) -> dict[str, set[str | None]]:
    found: dict[str, set[str | None]] = {}
    for kind, request_id in conn.execute(select(jobs.c.kind, jobs.c.request_id)):
        found.setdefault(kind, set()).add(request_id)
    return found


async def test_a_delivery_carries_the_id_of_the_post(tmp_path, lines: test_log.Lines) -> None:
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        ada, ben = await app_of(uni, "ada"), await app_of(museum, "ben")
        await museum.follow(ben.me, ada.me.uri)
        await net.settle()
        answer = await ada.ask("POST", "v1/statuses", json={"status": "to whom it concerns"})
        asked = answer.headers["X-Request-Id"]
        assert (await uni.store.read(_asked_for))["event"] == {asked}
        await museum.runner.cleanup()  # it does not answer now
        await uni.system.worker.drain()
        assert (await uni.store.read(_asked_for))["deliver"] == {asked}
        told = [line for line in lines.all() if line["event"] == "delivery.failed"]
        assert [(line["request_id"], "job_id" in line) for line in told] == [(asked, True)]


async def test_what_nobody_asked_for_has_none(site: Site) -> None:
    await site.store.write(enqueue_many, [NewJob("periodic", 1, 1)])
    assert (await site.store.read(_asked_for))["periodic"] == {None}


async def test_requests_that_share_a_transaction_keep_their_ids(site: Site) -> None:
    """Units of work run in the thread of the database, each with the ids of whoever asked for it."""

    async def ask(number: int) -> None:
        with log.bound(request=f"request-{number}"):
            await site.store.write(lambda conn: enqueue_many(conn, [NewJob("work", number, 1)]))

    await asyncio.gather(*map(ask, range(1, 30)))

    def load(conn: Connection) -> dict[int, str]:
        rows = conn.execute(select(jobs.c.id, jobs.c.request_id).where(jobs.c.kind == "work"))
        return {row.id: row.request_id for row in rows}

    assert await site.store.read(load) == {number: f"request-{number}" for number in range(1, 30)}


async def test_an_administrator_sees_who_asked_for_what_was_set_aside(site: Site) -> None:
    await site.set_up()

    def park(conn: Connection) -> None:
        with log.bound(request="request-of-ada"):
            enqueue_many(conn, [NewJob("deliver", 7, 1, host="b.example")])
        conn.execute(jobs.update().where(jobs.c.id == 7).values(state="parked", error="410"))

    await site.store.write(park)
    assert "request-of-ada" in await site.get("/admin/queue")


async def test_an_activity_is_followed_from_its_request_to_what_its_handler_leaves_behind(
    tmp_path, lines: test_log.Lines
) -> None:
    """Several requests whose activities are applied as one batch: each keeps its own ids."""
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        people = [await museum.add_actor(name) for name in ("ben", "cleo", "dan")]
        house = await uni.organisation()
        for person in people:
            await museum.follow(person, house.uri)
        await museum.system.worker.drain()  # all three have arrived, none is applied
        log.setup("debug", "json", lines)
        brought = {
            line["activity_id"]: line["request_id"]
            for line in lines.all()
            if line["event"] == "request.answered" and "activity_id" in line
        }
        assert len(brought) == len(set(brought.values())) == len(people)
        assert (await uni.store.read(_asked_for))["inbox"] == set(brought.values())
        await museum.runner.cleanup()  # it does not answer now
        await uni.system.worker.drain()
        assert (await uni.store.read(_asked_for))["deliver"] == set(brought.values())
        applied = [line for line in lines.all() if line["event"] == "activity.applied"]
        assert {line["activity_id"]: (line["request_id"], line["outcome"]) for line in applied} == {
            activity: (request, "followed") for activity, request in brought.items()
        }
