"""How hosts fare: the circuit as pure functions, and the cache over its rows on each database."""

import asyncio
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from federation.transport import circuit
from federation.transport.hosts import MAX_KNOWN, Hosts, Software
from node.clock import DAY, HOUR, MINUTE, SECOND, FixedClock
from node.errors import RemoteUnavailable, Unavailable
from node.jobs.kinds import DELIVER
from node.store import jobs
from node.store.federation import hosts as table
from node.store.federation.hosts import Host
from node.store.jobs import BEHIND, NewJob
from node.store.tables import activities, actors
from node.store.tables import jobs as jobs_table
from tests import stores
from tests.statements import counted

database, store = stores.database, stores.store
_ids = count(1)
NOW = 1_790_000_000_000


def fail(host: Host, *moments: int) -> Host:
    for at in moments:
        host = circuit.after_failure(host, at, "down")
    return host


def test_five_failures_in_ten_minutes_open_the_circuit_for_a_minute():
    host = fail(Host("h"), *(NOW + i * 2 * MINUTE for i in range(4)))
    assert not host.is_held
    host = fail(host, NOW + 10 * MINUTE)
    assert host.held_until_at == NOW + 11 * MINUTE
    assert not circuit.is_well(host)


def test_five_failures_spread_wider_do_not():
    assert not fail(Host("h"), *(NOW + i * 3 * MINUTE for i in range(12))).is_held


def test_one_answer_between_starts_the_count_anew():
    host = fail(Host("h"), *range(NOW, NOW + 4))
    host = fail(circuit.after_answer(host, NOW + 5), *range(NOW + 6, NOW + 10))
    assert not host.is_held
    assert host.failures == 4


def test_probes_that_fail_double_the_pause_up_to_an_hour():
    host = fail(Host("h"), *range(NOW, NOW + 5))
    pauses = []
    for _ in range(8):
        at = host.held_until_at
        host = fail(host, at)
        pauses.append((host.held_until_at - at) // MINUTE)
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]


def test_a_try_that_was_under_way_does_not_lengthen_the_pause():
    host = fail(Host("h"), *range(NOW, NOW + 5))
    assert fail(host, NOW + 30 * SECOND).held_until_at == host.held_until_at


@pytest.mark.parametrize("heal", [circuit.after_answer, circuit.after_request])
def test_an_answer_or_a_request_closes_the_circuit_at_once(heal):
    host = heal(fail(Host("h"), *range(NOW, NOW + 9)), NOW + 20)
    assert circuit.is_well(host)
    assert host.recent_failures == ()


def test_a_week_of_failing_days_gives_a_host_up_and_less_does_not():
    host = Host("h")
    for day in range(8):
        assert not host.is_unavailable
        host = fail(host, NOW + day * DAY)
    assert host.unavailable_at == NOW + 7 * DAY
    few_days = fail(Host("h"), NOW, NOW + 20 * DAY)
    assert not few_days.is_unavailable
    many_on_one_day = fail(Host("h"), *(NOW + i * HOUR for i in range(10)))
    assert not many_on_one_day.is_unavailable


def test_a_host_given_up_returns_when_it_is_heard_of_or_found_alive():
    lost = replace(fail(Host("h"), *(NOW + day * DAY for day in range(8))))
    assert lost.is_unavailable
    assert not circuit.after_request(lost, NOW + 9 * DAY).is_unavailable
    assert not circuit.after_check(lost, NOW + 9 * DAY, alive=True).is_unavailable
    still = circuit.after_check(lost, NOW + 9 * DAY, alive=False)
    assert still.is_unavailable
    assert still.checked_at == NOW + 9 * DAY


def test_how_to_sign_is_remembered_for_thirty_days_and_forgotten_after_three_refusals():
    host = circuit.after_trust(Host("h"), NOW, "rfc9421")
    assert circuit.remembered_scheme(host, NOW + 30 * DAY - 1) == "rfc9421"
    assert circuit.remembered_scheme(host, NOW + 30 * DAY) == ""
    assert circuit.after_trust(host, NOW + HOUR, "rfc9421") == host
    assert circuit.after_trust(host, NOW + 2 * DAY, "rfc9421").signature_at == NOW + 2 * DAY
    twice = circuit.after_mistrust(circuit.after_mistrust(host))
    assert circuit.remembered_scheme(twice, NOW) == "rfc9421"
    assert circuit.remembered_scheme(circuit.after_mistrust(twice), NOW) == ""
    assert circuit.after_trust(twice, NOW, "rfc9421").refusals == 0


EVENTS = st.lists(st.tuples(st.sampled_from(["fail", "answer", "request"]), st.integers(0, 3 * HOUR)), max_size=40)


@given(EVENTS)
def test_whatever_happens_the_circuit_is_open_only_after_five_failures_in_a_row(events):
    host, at, run = Host("h"), NOW, []
    for what, pause in events:
        at += pause
        if what == "fail":
            host, run = circuit.after_failure(host, at, "down"), [*run, at]
        else:
            host, run = {"answer": circuit.after_answer, "request": circuit.after_request}[what](host, at), []
        assert host.failures == len(run)
        in_window = any(run[i + 4] - run[i] <= 10 * MINUTE for i in range(len(run) - 4))
        assert host.is_held == in_window
        assert host.held_until_at is None or host.held_until_at - at <= HOUR
        assert len(host.recent_failures) <= 5


async def row(store, host: str) -> Host | None:
    return (await store.read(table.load_hosts, [host])).get(host)


async def queue(store, *hosts: str, ref: int | None = None) -> None:
    new = [NewJob(DELIVER, next(_ids), NOW, ref=ref, host=host) for host in hosts]
    await store.write(jobs.enqueue_many, new)


async def due(store, now: int) -> list[str]:
    query = select(jobs_table.c.host).where(jobs_table.c.due_at <= now).order_by(jobs_table.c.host)
    return await store.read(lambda conn: list(conn.scalars(query)))


@pytest.fixture
async def clock():
    return FixedClock(NOW)


@pytest.fixture
async def hosts(store, clock):
    made = Hosts(store, clock)
    yield made
    await made.close()


async def test_an_open_circuit_holds_the_queue_and_an_answer_releases_it(store, clock, hosts):
    await queue(store, "bad", "bad", "good")
    for _ in range(5):
        after = await hosts.failed("bad", "503 oh\nno" * 100)
    assert after.is_held
    assert len((await row(store, "bad")).last_error) == 200
    assert await due(store, NOW + BEHIND - 1) == ["good"]
    assert await store.read(table.count_held) == 1
    clock.advance(MINUTE)
    await hosts.answered("bad")
    assert await due(store, clock.now()) == ["bad", "bad", "good"]
    assert (await row(store, "bad")).last_success_at == clock.now()
    assert circuit.is_well(await hosts.get("bad"))


async def test_a_request_from_a_held_host_releases_its_queue_without_delay(store, clock, hosts):
    await queue(store, "bad")
    for _ in range(5):
        await hosts.failed("bad", "down")
    hosts.seen("bad")
    async with asyncio.timeout(30):
        while await due(store, NOW) != ["bad"]:  # noqa: ASYNC110 (bounded)
            await asyncio.sleep(0.01)
    assert (await row(store, "bad")).last_seen_at == NOW


async def test_a_request_from_a_host_that_another_process_holds_releases_it_too(store, clock, hosts):
    await queue(store, "bad")
    for _ in range(5):
        await hosts.failed("bad", "down")
    other = Hosts(store, clock)
    other.seen("bad")
    await other.close()
    assert await due(store, NOW) == ["bad"]
    assert not (await hosts.reread("bad")).is_held


async def test_two_processes_count_failures_together(store, clock):
    one, two = Hosts(store, clock), Hosts(store, clock)
    for i in range(5):
        after = await (one, two)[i % 2].failed("bad", "down")
    assert after.is_held
    await one.close()
    await two.close()


async def test_giving_a_host_up_drops_its_queue_but_for_what_must_not_be_forgotten(store, clock, hosts):
    kinds = {1: "Create", 2: "Delete", 3: "Undo", 4: "Move", 5: "Like"}

    def fill(conn):
        conn.execute(
            insert(actors).values(
                id=1, uri="u", kind="person", local=True, username="u", host="h", created_at=NOW, updated_at=NOW
            )
        )
        common = {"actor_id": 1, "object_uri": "", "visibility": "public", "body": "{}", "created_at": NOW}
        conn.execute(insert(activities), [{"id": i, "uri": str(i), "type": t, **common} for i, t in kinds.items()])

    await store.write(fill)
    for i in kinds:
        await queue(store, "bad", "other", ref=i)
    for _ in range(8):
        after = await hosts.failed("bad", "down")
        clock.advance(DAY)
    assert after.is_unavailable

    def left(conn):
        query = select(jobs_table.c.host, jobs_table.c.ref).order_by(jobs_table.c.host, jobs_table.c.ref)
        return [tuple(found) for found in conn.execute(query)]

    assert await store.read(left) == [*(("bad", i) for i in (2, 3, 4)), *(("other", i) for i in kinds)]
    standings = await store.read(table.load_standings, ["bad", "other"], clock.now())
    assert (standings["bad"].unavailable, standings["other"].is_well) == (True, True)


async def test_hosts_that_answer_are_asked_once_a_week_what_they_run(store, clock, hosts):
    await hosts.answered("good")
    await hosts.answered("silent")
    await hosts.flush()
    await hosts.failed("bad", "down")
    asked: list[str] = []

    async def ask(host: str) -> Software | None:
        asked.append(host)
        if host == "silent" or len(asked) > 2:
            raise RemoteUnavailable
        return Software("rhizome", "1.0")

    for _ in range(9):
        await hosts.ask_software(ask)
        clock.advance(DAY)
    assert asked == ["good", "silent"] * 2
    found = await row(store, "good")
    assert (found.software, found.software_version) == ("rhizome", "1.0"), "what it said stays"
    assert (await row(store, "silent")).software == ""


async def test_a_lost_host_is_asked_once_a_week_and_returns(store, clock, hosts):
    for _ in range(8):
        await hosts.failed("bad", "down")
        clock.advance(DAY)
    asked: list[str] = []

    async def ask(host: str) -> None:
        asked.append(host)
        if len(asked) == 1:
            raise RemoteUnavailable

    for _ in range(16):
        await hosts.check_given_up(ask)
        clock.advance(DAY)
    assert asked == ["bad", "bad"]
    assert circuit.is_well(await hosts.get("bad"))


async def test_a_thousand_healthy_hosts_cost_a_handful_of_statements(store, clock, hosts):
    names = [f"h{i}.example" for i in range(1000)]
    with counted(store) as reading:
        await asyncio.gather(*map(hosts.get, names))
    assert len(reading) <= 3
    with counted(store) as writing:
        for name in names:
            await hosts.answered(name, scheme="cavage")
        await hosts.flush()
    assert len(writing) <= 2 * 5
    with counted(store) as nothing:
        for name in names:
            hosts.seen(name)
            await hosts.answered(name, scheme="cavage")
        await hosts.flush()
        for _ in range(5):
            for name in names:
                hosts.seen(name)
                await hosts.answered(name, scheme="cavage")
        await hosts.flush()
    assert len(nothing) <= 2 * 5
    found = await row(store, "h7.example")
    assert (found.last_success_at, found.last_seen_at, found.signature) == (NOW, NOW, "cavage")


async def test_success_is_noted_once_a_minute(store, clock, hosts):
    await hosts.answered("h")
    await hosts.flush()
    clock.advance(59 * SECOND)
    await hosts.answered("h")
    await hosts.flush()
    assert (await row(store, "h")).last_success_at == NOW
    clock.advance(SECOND)
    await hosts.answered("h")
    await hosts.flush()
    assert (await row(store, "h")).last_success_at == NOW + MINUTE


async def test_notes_are_written_by_themselves_and_on_closing(store, clock):
    hosts = Hosts(store, clock)
    hosts.seen("new.example")
    async with asyncio.timeout(30):
        while await row(store, "new.example") is None:  # noqa: ASYNC110 (bounded)
            await asyncio.sleep(0.01)
    clock.advance(HOUR)
    hosts.seen("new.example")
    await hosts.close()
    assert (await row(store, "new.example")).last_seen_at == clock.now()


async def test_what_cannot_be_noted_hurts_nobody(clock):
    with stores.new_database("sqlite") as path:
        store = stores.make_store(path)
        await store.open()
        hosts = Hosts(store, clock)
        await store.close()
        hosts.seen("h")
        with pytest.raises(Unavailable):
            await hosts.get("h")
        await hosts.close()


async def test_memory_holds_so_many_hosts_and_no_more(store, clock, hosts):
    for start in range(0, MAX_KNOWN + 500, 500):
        await asyncio.gather(*(hosts.get(f"h{i}") for i in range(start, start + 500)))
    assert len(hosts._known) == MAX_KNOWN
    assert "h0" not in hosts._known
    assert f"h{MAX_KNOWN}" in hosts._known


async def test_hosts_that_are_not_heard_of_are_forgotten_after_thirty_days(store, clock, hosts):
    await hosts.answered("quiet")
    await hosts.flush()
    for _ in range(8):
        await hosts.failed("lost", "down")
        clock.advance(DAY)
    clock.advance(23 * DAY)
    await hosts.answered("fresh")
    await hosts.flush()
    await hosts.expire()
    assert {*await store.read(table.load_hosts, ["fresh", "lost", "quiet"])} == {"fresh", "lost"}
    assert await store.read(table.load_lost, clock.now() - 20 * DAY) == ["lost"]
    assert await store.read(table.load_lost, clock.now() - 90 * DAY) == []


async def test_software_is_noted_beside_the_rest(store, clock, hosts):
    await hosts.answered("h")
    await hosts.flush()
    await store.write(table.note_software, "h", "mastodon" * 20, "4.6", NOW + 5)
    found = await row(store, "h")
    assert (found.software[:8], len(found.software), found.software_version, found.checked_at) == (
        "mastodon",
        64,
        "4.6",
        NOW + 5,
    )
