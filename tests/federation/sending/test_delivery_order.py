"""In which order deliveries go, when a host is left alone, and when one ends."""

import json

from node.clock import DAY, HOUR, MINUTE, SECOND
from node.store.federation import activities
from tests import stores
from tests.broken_peers import in_turn
from tests.federation.sending import deliveries
from tests.federation.sending.deliveries import ACCEPTED, name_of, peers, rows, status

database, store, sender = stores.database, stores.store, deliveries.sender


async def test_what_is_said_of_one_object_arrives_in_order_while_the_rest_goes_on(sender):
    async with peers(in_turn(status("503 Busy"), ACCEPTED)) as (peer,):
        first = await sender.post(peer.url("/inbox"), about="https://hub.example/o/1")
        await sender.worker.drain()
        second = await sender.post(peer.url("/inbox"), about="https://hub.example/o/1", type_="Update")
        other = await sender.post(peer.url("/inbox"), about="https://hub.example/o/2")
        await sender.worker.drain()
        sender.pass_time(5 * SECOND)
        await sender.worker.drain()
        sent = [int(json.loads(request.body)["id"].rpartition("/")[2]) for request in peer.requests]
        assert sent == [first, other, first, second]


async def test_a_group_is_heard_in_order_by_each_host(sender):
    async with peers(in_turn(status("503 Busy"), ACCEPTED), ACCEPTED) as (one, two):
        numbers = [await sender.post(one.url("/inbox"), two.url("/inbox"), group=True) for _ in range(3)]
        await sender.worker.drain()
        assert len(one.requests) == 1
        sender.pass_time(5 * SECOND)
        await sender.worker.drain()
        heard = [
            [int(json.loads(request.body)["id"].rpartition("/")[2]) for request in peer.requests] for peer in (one, two)
        ]
        assert heard == [[numbers[0], *numbers], numbers]


async def test_hosts_that_were_heard_of_last_come_first_and_those_that_fail_last(sender):
    async def hear_of(*names: str) -> None:
        for name in names:
            sender.hosts.seen(name)
        await sender.hosts.flush()
        sender.pass_time(MINUTE)

    await hear_of("127.0.97.1", "127.0.97.2", "127.0.97.3")
    await hear_of("127.0.97.4")
    await sender.hosts.failed("127.0.97.1", "down")
    await sender.post(*(f"http://127.0.97.{number}/inbox" for number in (1, 2, 3, 4, 5)))
    waiting = [row.host.rpartition(".")[2] for row in await rows(sender.store)]
    assert waiting == ["5", "4", "2", "3", "1"]  # the fifth is not noted yet: it was met just now


async def test_a_failing_host_is_left_alone_but_for_one_probe_and_gets_all_when_it_returns(sender):
    """However long it was away (REL7)."""
    async with peers(status("503 Busy")) as (peer,):
        for _ in range(12):
            await sender.post(peer.url("/inbox"))
        while not (await sender.hosts.get(name_of(peer))).is_held:
            await sender.worker.drain()
            sender.pass_time(SECOND)
        opened_after = len(peer.requests)
        assert 5 <= opened_after <= 8
        for probes in range(1, 4):
            sender.pass_time(HOUR + MINUTE)
            await sender.worker.drain()
            assert len(peer.requests) == opened_after + probes
        await sender.post(peer.url("/inbox"))
        await sender.worker.drain()
        assert len(peer.requests) == opened_after + 3
        peer.answer = ACCEPTED
        sender.pass_time(HOUR + MINUTE)
        await sender.worker.drain()
        assert await rows(sender.store) == []
        assert len(peer.requests) == opened_after + 3 + 13


async def test_a_request_from_a_failing_host_lets_its_queue_go_at_once(sender):
    async with peers(status("503 Busy")) as (peer,):
        for _ in range(6):
            await sender.post(peer.url("/inbox"))
        for _ in range(5):
            await sender.hosts.failed(name_of(peer), "down")
        await sender.worker.drain()
        assert peer.requests == []
        peer.answer = ACCEPTED
        sender.hosts.seen(name_of(peer))
        await sender.hosts.flush()
        await sender.worker.drain()
        assert len(peer.requests) == 6


async def test_a_host_that_was_given_up_gets_only_what_must_not_be_forgotten_once_it_is_back(sender):
    async with peers(ACCEPTED) as (peer,):
        for _ in range(8):
            await sender.hosts.failed(name_of(peer), "down")
            sender.pass_time(DAY)
        await sender.post(peer.url("/inbox"))
        deleted = await sender.post(peer.url("/inbox"), type_="Delete")
        await sender.worker.drain()
        assert [row.ref for row in await rows(sender.store)] == [deleted]
        assert peer.requests == []
        await sender.hosts.checked(name_of(peer), alive=True)
        await sender.worker.drain()
        assert len(peer.requests) == 1


async def test_what_has_lost_its_worth_is_dropped_unless_the_clock_has_jumped(sender):
    async with peers(status("503 Busy", Retry_After="86400")) as (peer,):
        await sender.post(peer.url("/inbox"), type_="Like")
        await sender.worker.drain()
        sender.clock.advance(3 * DAY)  # without as much time having passed
        await sender.worker.drain()
        assert len(await rows(sender.store)) == 1
        sender.pass_time(2 * MINUTE)
        await sender.worker.drain()
        assert await rows(sender.store) == []
        assert len(peer.requests) == 1


async def test_when_the_probe_of_a_held_host_expires_the_next_one_is_sent(sender):
    sender.pass_time(2 * MINUTE)
    async with peers(ACCEPTED) as (peer,):
        await sender.post(peer.url("/inbox"), type_="Like")
        await sender.post(peer.url("/inbox"))
        for _ in range(5):
            await sender.hosts.failed(name_of(peer), "down")
        sender.pass_time(3 * DAY)
        await sender.worker.drain()
        assert len(peer.requests) == 1
        assert await rows(sender.store) == []


async def test_deliveries_of_an_activity_that_is_gone_end_quietly(sender):
    async with peers(ACCEPTED) as (peer,):
        await sender.post(peer.url("/inbox"))
        await sender.store.write(lambda conn: conn.execute(activities.activities.delete()))
        await sender.worker.drain()
        assert await rows(sender.store) == []
        assert peer.requests == []
