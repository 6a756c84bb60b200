"""Signals and messages arrive after the commit that carries them, in every process."""

import asyncio

import pytest

from node.errors import NotFound
from node.store.database.engine import send
from tests import stores
from tests.node.store.units import heard, put, tell

database, store, postgresql = stores.database, stores.store, stores.postgresql


async def test_signals_arrive_after_the_commit_and_only_then(store):
    arrived = await heard(store)
    with pytest.raises(NotFound):
        await store.write(tell, "never", fail=True)
    end = asyncio.Event()
    store.listen(lambda name: end.set() if name == "end" else None)
    await store.write(tell, "end", "end")
    await asyncio.wait_for(end.wait(), 30)
    assert arrived == ["first", "end"]


async def test_messages_arrive_in_their_order_after_the_commit_and_each_once(store):
    arrived: list[str] = []
    end = asyncio.Event()
    store.hear("topic", lambda message: end.set() if message == "end" else arrived.append(message))
    store.hear("other", arrived.append)
    store.listen(arrived.append)

    def say(conn, *messages: str, fail: bool = False) -> None:
        for message in messages:
            send(conn, "topic", message)
        if fail:
            raise NotFound

    with pytest.raises(NotFound):
        await store.write(say, "never", fail=True)
    await store.write(say, *(f"a {number}\nb" for number in range(20)), "a 3\nb", "é" * 3_900, "end")
    await asyncio.wait_for(end.wait(), 30)
    assert arrived == [*(f"a {number}\nb" for number in range(20)), "é" * 3_900]
    with pytest.raises(ValueError, match="too long"):
        await store.write(say, "é" * 4_000)


async def test_every_process_hears_a_message(postgresql):
    async with stores.open_store(postgresql) as one, stores.open_store(postgresql) as other:
        both: list[asyncio.Event] = [asyncio.Event(), asyncio.Event()]
        for store, heard in zip((one, other), both, strict=True):
            store.hear("topic", lambda message, heard=heard: heard.set() if message == "hello" else None)
        await one.write(send, "topic", "hello")
        await asyncio.wait_for(asyncio.gather(*(heard.wait() for heard in both)), 30)


async def test_a_failing_listener_stops_nobody(store):
    reported: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    store.listen(lambda name: 1 / 0)
    arrived = await heard(store)
    await store.write(put, "a")
    assert arrived == ["first"]
    assert isinstance(reported[0]["exception"], ZeroDivisionError)
