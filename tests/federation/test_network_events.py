"""Events between whole nodes: answers that reach the organisers, a waiting list across servers, changes everywhere."""

import pytest

from node.domain.events import Wish
from node.services import events
from node.store import actors, objects
from tests.happenings import answer, change, copy_of, publish, state_of
from tests.network import network


@pytest.fixture
async def pair(tmp_path):
    async with network(tmp_path, "museum", "hospital") as net:
        yield net


async def meet(net, host, person, *guests) -> None:
    """People of other nodes follow the organiser."""
    for peer, guest in guests:
        await peer.follow(guest, person.uri)
    await net.settle()


async def direct_words(peer, person) -> list[str]:
    """What this person was told in direct posts."""

    def load(conn):
        rows = conn.execute(objects.select(objects.objects).where(objects.objects.c.visibility == "direct")).all()
        return [row.content for row in rows if person.uri in objects.load_mentioned(conn, row.id)]

    return await peer.store.read(load)


async def test_an_event_arrives_whole_and_an_answer_comes_back(pair):
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    await meet(pair, museum, ada, (hospital, ben))
    event = await publish(museum, ada, capacity=1)
    await pair.settle()
    copied = await copy_of(hospital, event.uri)
    assert copied.record == event.record
    assert (copied.start_at, copied.timezone, copied.capacity) == (event.start_at, "Europe/Berlin", 1)

    asked = await answer(hospital, ben, event.uri, note="I am vegetarian", companions=0)
    assert asked.state == "requested"
    await pair.settle()
    assert await state_of(hospital, ben, event.uri) == "going"
    there = await museum.store.read(actors.find_actor, ben.uri)
    assert await state_of(museum, there, event.uri) == "going"
    assert (await copy_of(museum, event.uri)).going_count == 1
    assert any("You have a place" in words for words in await direct_words(hospital, ben))

    await answer(hospital, ben, event.uri, Wish.DECLINED)
    await pair.settle()
    assert await state_of(museum, there, event.uri) == "declined"
    assert (await copy_of(museum, event.uri)).going_count == 0


async def test_a_room_change_and_a_cancellation_arrive(pair):
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    await meet(pair, museum, ada, (hospital, ben))
    event = await publish(museum, ada)
    await pair.settle()
    await answer(hospital, ben, event.uri)
    await pair.settle()
    moved = await change(museum, ada, event, place={"name": "Room 2"})
    assert moved.sequence == 1
    await pair.settle()
    copied = await copy_of(hospital, event.uri)
    assert copied.record["place"] == {"name": "Room 2"}
    assert copied.sequence == 1
    await museum.store.write(events.cancel_event, museum.unit(), ada.id, event.id)
    await pair.settle()
    copied = await copy_of(hospital, event.uri)
    assert (copied.status, copied.sequence) == ("cancelled", 2)
    assert copied.cancelled_at is not None
    assert (await hospital.object(event.uri)).state == "live"
