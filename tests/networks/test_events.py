"""Events between whole nodes: answers that reach the organisers, a waiting list across servers, changes everywhere."""

from collections import Counter

import icalendar
import pytest

from node.clock import DAY
from node.domain.events import AnswerState, Wish
from node.domain.visibility import Visibility
from node.domain.zones import local_text
from node.errors import Forbidden, NotFound
from node.services.events import co_organising, event_changes, event_organising, events
from node.services.events.events import EventDraft
from node.services.people.follows import follow
from node.store.events import event_answers
from node.store.events import events as event_store
from node.store.federation import activities
from node.store.people import actors, blocks
from tests.federation.actors.test_community_memberships import hears
from tests.happenings import answer, change, copy_of, direct_words, event_record, meet, publish, state_of
from tests.network import network


@pytest.fixture
async def pair(tmp_path):
    async with network(tmp_path, "museum", "hospital") as net:
        yield net


async def test_an_event_arrives_whole_and_an_answer_comes_back(pair):
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    await meet(pair, ada, (hospital, ben))
    overrides = [{"day": "2099-05-14", "cancelled": True}, {"day": "2099-05-21", "place": {"name": "Room 2"}}]
    weekly = {"frequency": "weekly", "count": 3, "overrides": overrides}
    event = await publish(museum, ada, capacity=1, recurrence=weekly)
    await pair.settle()
    copied = await copy_of(hospital, event.uri)
    assert copied.record == event.record  # with what is different at single times
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
    await meet(pair, ada, (hospital, ben))
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
    await museum.store.write(event_changes.cancel_event, museum.unit(), ada.id, event.id)
    await pair.settle()
    copied = await copy_of(hospital, event.uri)
    assert (copied.status, copied.sequence) == ("cancelled", 2)
    assert copied.cancelled_at is not None
    assert (await hospital.object(event.uri)).state == "live"


async def test_who_looks_after_an_event_from_another_node_decides_there(pair, monkeypatch):
    """She is told, hears of each request until it is settled, and nobody else's word counts."""
    museum, hospital = pair.peers
    ada, cem = await museum.add_actor("ada"), await museum.add_actor("cem")
    ben, eve = await hospital.add_actor("ben"), await hospital.add_actor("eve")
    await meet(pair, ada, (hospital, ben), (hospital, eve))
    event = await publish(museum, ada, joinMode="restricted", capacity=5)
    await pair.settle()
    await answer(museum, cem, event.uri)  # waits already
    there = await museum.store.read(actors.find_actor, ben.uri)
    await museum.store.write(co_organising.appoint, museum.unit(), ada.id, event.id, there.id)
    await pair.settle()
    assert any("You look after this event now" in words for words in await direct_words(hospital, ben))
    copied = await copy_of(hospital, event.uri)
    await answer(hospital, eve, event.uri)
    await pair.settle()

    async def waiting():
        rows = await hospital.store.read(event_answers.list_answers, copied.id, states=[AnswerState.REQUESTED])
        known = await hospital.store.read(actors.load_actors_by_id, [row.actor_id for row in rows])
        return {known[row.actor_id].username: row for row in rows}

    asked = await waiting()
    assert set(asked) == {"cem", "eve"}
    ida = await hospital.add_actor("ida")
    made_up = {"type": "Offer", "actor": ada.uri, "object": {"type": "Join", "actor": ida.uri, "object": event.uri}}
    assert await hears(hospital, {**made_up, "to": [ben.uri]}) == "not-asked"
    with pytest.raises(NotFound):
        await hospital.store.write(event_organising.organise, hospital.unit(), eve.id, asked["cem"].id, "admit")
    await hospital.say(eve, {"type": "Accept", "object": asked["eve"].uri}, ada.uri)
    await pair.settle()
    assert await state_of(hospital, eve, event.uri) == "requested"
    for name, verdict in (("cem", "admit"), ("eve", "refuse")):
        await hospital.store.write(event_organising.organise, hospital.unit(), ben.id, asked[name].id, verdict)
    await pair.settle()
    assert await state_of(museum, cem, event.uri) == "going"
    assert await state_of(hospital, eve, event.uri) == "refused"
    assert await waiting() == {}
    dan = await museum.add_actor("dan")
    await museum.store.write(blocks.insert_block, 7, dan.id, there.id, f"{dan.uri}/blocks/7", museum.unit().now)
    for invited in (ida, await hospital.system.federation.fetcher.actor(dan.uri)):
        done = await hospital.store.write(event_organising.invite, hospital.unit(), ben.id, copied.id, invited.id)
        assert done is None, "its home invites"
    with pytest.raises(Forbidden):
        await hospital.store.write(event_organising.invite, hospital.unit(), eve.id, copied.id, ida.id)
    await hospital.say(eve, {"type": "Invite", "object": event.uri, "target": eve.uri}, ada.uri)
    await pair.settle()
    assert await state_of(hospital, ida, event.uri) == "invited"
    assert any("Your invitation was not passed on" in words for words in await direct_words(hospital, ben))
    monkeypatch.setattr(event_organising, "MAX_INVITED", 1)
    fay = await hospital.add_actor("fay")
    await hospital.store.write(event_organising.invite, hospital.unit(), ben.id, copied.id, fay.id)
    await pair.settle()
    assert await state_of(hospital, fay, event.uri) == ""
    told = [words for words in await direct_words(hospital, ben) if "Your invitation was not passed on" in words]
    assert "invites at most 1" in told[0] + told[-1]
    outcomes = Counter(await museum.outcomes())
    assert [outcomes["Invite", each] for each in ("invited-for-organiser", "invitation-refused")] == [1, 2]
    refused = await hospital.store.read(activities.find_last, ben.id, "Invite", event.uri)
    again = {"type": "Reject", "actor": ada.uri, "object": refused.uri, "summary": "No."}
    assert await hears(hospital, again) == "refused-before"
    asked_to_move = await change(hospital, ben, copied, place={"name": "Hall 7"})
    assert asked_to_move.record == copied.record  # until its home says so
    await pair.settle()
    for peer in (museum, hospital):
        assert (await copy_of(peer, event.uri)).record["place"] == {"name": "Hall 7"}
    copied = await copy_of(hospital, event.uri)
    await change(museum, ada, await copy_of(museum, event.uri), capacity=9)
    await change(hospital, ben, copied, keywords=["metal"])  # what she does not mean stays
    await pair.settle()
    both = await copy_of(hospital, event.uri)
    assert (both.record["capacity"], both.record["keywords"]) == (9, ["metal"])
    await change(museum, ada, await copy_of(museum, event.uri), place={"name": "Hall 8"})
    await change(hospital, ben, both, place={"name": "Hall 9"})
    await pair.settle()
    assert (await copy_of(hospital, event.uri)).record["place"] == {"name": "Hall 8"}
    assert any("Somebody else has changed the event" in words for words in await direct_words(hospital, ben))
    forged = {
        "id": event.uri,
        "type": "Event",
        "mainEntity": {"extensions": {"event": {**event.record, "capacity": 1}}},
    }
    no_record = {**forged, "mainEntity": {"extensions": {"event": ["capacity"]}}}
    for person, about in ((eve, forged), (ben, forged), (ben, no_record)):
        await hospital.say(person, {"type": "Update", "object": about}, ada.uri)
    await pair.settle()
    outcomes = Counter(await museum.outcomes())
    assert (outcomes["Update", "not-organiser"], outcomes["Update", "change-refused"]) == (1, 3)
    assert (await copy_of(museum, event.uri)).capacity == 9
    await hospital.store.write(event_changes.cancel_event, hospital.unit(), ben.id, copied.id)
    await pair.settle()
    for peer in (museum, hospital):
        assert (await copy_of(peer, event.uri)).cancelled_at is not None
    with pytest.raises(Forbidden):
        await hospital.store.write(event_changes.delete_event, hospital.unit(), ben.id, copied.id)
    await museum.store.write(co_organising.dismiss, museum.unit(), ada.id, event.id, there.id)
    await pair.settle()
    assert await hospital.store.read(event_store.list_organisers, copied.id) == []


async def test_a_private_event_reaches_whom_it_invites_and_nobody_else(pair):
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    eve = await hospital.add_actor("eve")
    await meet(pair, ada, (hospital, ben), (hospital, eve))
    event = await publish(museum, ada, Visibility.PRIVATE, joinMode="invite")
    await pair.settle()
    assert await hospital.object(event.uri) is None
    assert (await hospital.get(event.uri))[0] == 404
    invited = await museum.system.federation.fetcher.actor(ben.uri)
    await museum.store.write(event_organising.invite, museum.unit(), ada.id, event.id, invited.id)
    await pair.settle()
    assert await state_of(hospital, ben, event.uri) == "invited"
    copied = await copy_of(hospital, event.uri)
    assert await hospital.store.read(event_store.find_visible, copied.id, eve.id) is None
    await answer(hospital, ben, event.uri)
    await pair.settle()
    assert await state_of(hospital, ben, event.uri) == "going"
    await change(museum, ada, event, place={"name": "Cellar"})
    await pair.settle()
    assert (await copy_of(hospital, event.uri)).record["place"] == {"name": "Cellar"}


async def test_an_event_of_a_community_reaches_its_members_elsewhere(pair):
    """They answer it with their own accounts, and calendars of the community show it."""
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    group = await museum.add_community("metals", ada)
    await museum.store.write(follow, museum.unit(), ada.id, group.id)
    await hospital.follow(ben, group.uri)
    await pair.settle()
    soon = local_text(museum.unit().now + 7 * DAY, "Europe/Berlin")
    draft = EventDraft(event_record(start=soon, end=None), Visibility.PUBLIC, community_id=group.id)
    event = await museum.store.write(events.publish_event, museum.unit(), ada.id, draft)
    await pair.settle()
    assert event.audience == group.uri
    assert (await copy_of(hospital, event.uri)).record == event.record
    await answer(hospital, ben, event.uri)
    await pair.settle()
    assert await state_of(hospital, ben, event.uri) == "going"
    async with museum.http.get(f"{museum.origin}/c/metals/calendar.ics") as reply:
        [shown] = icalendar.Calendar.from_ical(await reply.read()).walk("VEVENT")
    assert str(shown["uid"]) == event.uri
    stranger = await museum.add_actor("eve")
    with pytest.raises(Forbidden):
        await museum.store.write(events.publish_event, museum.unit(), stranger.id, draft)
