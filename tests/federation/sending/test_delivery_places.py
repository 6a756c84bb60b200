"""Which deliveries wait for others, and which do not: places of hosts, and signatures."""

import asyncio
import threading
from types import SimpleNamespace

import pytest

from federation.signatures.keypairs import Algorithm, SigningKey
from federation.signatures.signing import Signing
from federation.transport.address import AddressPolicy
from federation.transport.connection import Timeouts
from federation.transport.http import OutboundClient
from federation.transport.places import Crowded, GaveWay, Places, Tempo
from node.clock import DAY, HOUR, SECOND, FixedClock, SteadyClock
from node.errors import Unavailable
from tests import stores
from tests.broken_peers import is_silent, response
from tests.federation.sending import deliveries
from tests.federation.sending.deliveries import ACCEPTED, NOW, peers

database, store, sender = stores.database, stores.store, deliveries.sender


async def test_hosts_that_hang_do_not_hold_up_those_that_answer(sender):
    """They hang for longer than the test waits, and there are more of them than places."""
    patient = Timeouts(silence=600, total=600)
    client = OutboundClient(
        AddressPolicy(allow_loopback_peers=True), user_agent="Rhizome/0", clock=sender.clock, timeouts=patient
    )
    sender.deliverer._client, sender.deliverer._places = client, Places(quick=6, slow=2, patience=0.1)
    async with peers(*[is_silent()] * 12, *[ACCEPTED] * 30) as all_peers:
        hanging, healthy = all_peers[:12], all_peers[12:]
        await sender.post(*(peer.url("/inbox") for peer in all_peers))
        await sender.worker.start()
        async with asyncio.timeout(30):
            while not all(peer.requests for peer in healthy):
                await asyncio.sleep(0.01)
                sender.pass_time(10)  # what gave way on a busy machine is due again
        assert any(peer.requests for peer in hanging)
        await client.close()
        await sender.worker.stop()


async def test_a_host_gets_several_at_once_only_after_a_prompt_answer(sender):
    at_once: list[int] = []
    running, three_are_there = 0, asyncio.Event()

    async def counting(_, writer):
        nonlocal running
        running += 1
        at_once.append(running)
        if running == 3:
            three_are_there.set()
        if len(at_once) > 2:  # the first two are to come alone
            await asyncio.wait_for(three_are_there.wait(), 30)
        await asyncio.sleep(0.02)  # so that a fourth could arrive meanwhile
        running -= 1
        writer.write(response(status="202 Accepted"))

    async with peers(counting) as (peer,):
        for _ in range(9):
            await sender.post(peer.url("/inbox"))
        await sender.worker.drain()
    assert at_once[0] == 1
    assert at_once[1] == 1  # alone until it had answered
    assert max(at_once) == 3  # the last place of a host is for what its answers need


def test_a_host_is_prompt_for_a_while_and_slow_until_it_is_prompt_again():
    now = SimpleNamespace(at=0.0)
    tempo = Tempo(patience=2, monotonic=lambda: now.at)
    assert (tempo.is_prompt("h"), tempo.is_slow("h")) == (False, False)
    tempo.note("h", 0.1)
    now.at = 9.9
    assert tempo.is_prompt("h")
    now.at = 10
    assert not tempo.is_prompt("h")
    tempo.note("h", 0.1)
    tempo.note("h", 2)
    assert (tempo.is_prompt("h"), tempo.is_slow("h")) == (False, True)
    tempo.note("h", 1.9)
    assert (tempo.is_prompt("h"), tempo.is_slow("h")) == (True, False)


async def test_nobody_gives_way_while_there_is_room():
    places = Places(quick=3, slow=1, patience=0.05)

    async def slow() -> str:
        await asyncio.sleep(0.15)
        return "done"

    assert await asyncio.gather(*(places.run(slow, is_slow=False) for _ in range(3))) == ["done"] * 3


async def test_the_longest_running_calls_give_way_to_as_many_as_wait():
    places = Places(quick=3, slow=1, patience=0.05)

    async def slow() -> None:
        await asyncio.Event().wait()

    async def quick() -> str:
        return "done"

    stuck = [asyncio.create_task(places.run(slow, is_slow=False)) for _ in range(3)]
    await asyncio.sleep(0)
    assert await asyncio.wait_for(places.run(quick, is_slow=False), 30) == "done"
    done, pending = await asyncio.wait(stuck, timeout=0.1)
    assert [type(task.exception()) for task in done] == [GaveWay]
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    assert places._quick.used == 0
    assert places._running == {}


async def test_slow_hosts_have_their_own_places_and_no_endless_queue():
    places = Places(quick=1, slow=1, patience=0.05)
    go_on = asyncio.Event()
    slow = [asyncio.create_task(places.run(go_on.wait, is_slow=True)) for _ in range(4)]
    await asyncio.sleep(0)
    results = await asyncio.gather(asyncio.wait_for(slow[3], 30), return_exceptions=True)
    assert [type(result) for result in results] == [Crowded]
    assert await places.run(lambda: asyncio.sleep(0, "quick"), is_slow=False) == "quick"
    go_on.set()
    assert await asyncio.gather(*slow[:3]) == [True] * 3


async def test_an_error_of_the_call_stays_what_it_is():
    async def fail() -> None:
        raise TimeoutError

    for is_slow in (True, False):
        with pytest.raises(TimeoutError):
            await Places().run(fail, is_slow=is_slow)


async def test_signatures_that_wait_are_made_together_and_each_is_right():
    signing = Signing()
    key = SigningKey.generate("k", Algorithm.ED25519)

    def fail() -> bytes:
        raise ValueError("no")

    results = await asyncio.gather(
        *(signing.run(lambda i=i: key.sign(b"%d" % i)) for i in range(100)), signing.run(fail), return_exceptions=True
    )
    assert isinstance(results.pop(), ValueError)
    assert results == [key.sign(b"%d" % i) for i in range(100)]
    left = asyncio.create_task(signing.run(lambda: key.sign(b"x")))
    await asyncio.sleep(0)
    left.cancel()
    assert await signing.run(lambda: 7) == 7
    signing.close()


async def test_signatures_that_wait_are_shared_by_all_threads_and_questions_go_first():
    signing, both, order = Signing(threads=2), threading.Barrier(2, timeout=5), list[str]()
    await asyncio.gather(signing.run(both.wait), signing.run(both.wait))  # one thread for two would wait for ever
    signing.close()
    signing = Signing(threads=1)
    told = (signing.run(lambda: order.append("told")) for _ in range(3))
    await asyncio.gather(*told, *(signing.run(lambda i=i: order.append(i), hurries=True) for i in ("a", "b")))
    assert order == ["a", "b", *["told"] * 3]
    signing.close()


async def test_signing_that_ends_leaves_nobody_waiting():
    signing, may_go = Signing(threads=1), threading.Event()
    waiting = [asyncio.create_task(signing.run(may_go.wait)), asyncio.create_task(signing.run(lambda: 1))]
    await asyncio.sleep(0)
    signing.close()
    may_go.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError] * 2
    with pytest.raises(Unavailable):
        await signing.run(lambda: 1)


def test_a_clock_is_believed_after_a_minute_without_a_jump():
    clock, time = FixedClock(NOW), SimpleNamespace(passed=0.0)
    steady = SteadyClock(clock, lambda: time.passed)

    def go(wall: int, real: float) -> bool:
        clock.advance(wall)
        time.passed += real
        return steady.is_steady()

    assert not go(0, 0)
    assert go(61 * SECOND, 61)
    assert not go(DAY, 1)
    assert not go(30 * SECOND, 30)
    assert go(31 * SECOND, 31)
    assert not go(-HOUR, 1)
