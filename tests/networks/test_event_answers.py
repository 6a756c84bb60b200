"""Answers to events between whole nodes: they reach the organisers, wait across servers, and are taken once."""

import icalendar
import pytest
from sqlalchemy import func, select

from node.calendar.ics import CalendarEntry, write_calendar
from node.calendar.recurrence import occurrences
from node.clock import DAY, FixedClock
from node.domain.events import AnswerState, Wish
from node.domain.visibility import Visibility
from node.domain.zones import local_text
from node.services.events import event_changes, event_dates, event_organising
from node.store.events import event_answers, event_places
from node.store.people import actors
from node.store.tables import home_entries
from tests.happenings import answer, change, copy_of, direct_words, meet, publish, state_of
from tests.network import Network, network, running_peer, stop_peer
from tests.notes import publish_note


@pytest.fixture
async def pair(tmp_path):
    async with network(tmp_path, "museum", "hospital") as net:
        yield net


async def test_one_date_of_a_series_is_answered_alone_from_another_node(tmp_path):
    """Its id follows from that of the series; its home decides, tells of changes, and posts it once it is near."""
    clock = FixedClock()
    async with network(tmp_path, "museum", "hospital", clock=clock) as pair:
        await answer_one_date(pair, clock)


async def answer_one_date(pair: Network, clock: FixedClock) -> None:
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    await meet(pair, ada, (hospital, ben))
    begins = local_text(museum.unit().now + 2 * DAY, "Europe/Berlin")
    weekly = {"frequency": "weekly", "count": 4}
    event = await publish(museum, ada, start=begins, end=None, capacity=1, recurrence=weekly)
    await pair.settle()
    days = [each.day for each in occurrences(event.record)]
    series = await copy_of(hospital, event.uri)
    second = await hospital.store.write(event_dates.make, hospital.unit(), series, days[1])
    assert second.uri == f"{event.uri}/dates/{days[1]}"
    await answer(hospital, ben, second.uri)
    await pair.settle()
    assert await state_of(hospital, ben, second.uri) == "going"
    at_home = await copy_of(museum, second.uri)
    assert (at_home.series_id, at_home.going_count, at_home.visibility) == (event.id, 1, "unlisted")
    assert await museum.store.read(event_places.load_free, event, ada.id, museum.unit().now) == 0

    moved = {"day": days[1], "place": {"name": "Room 2"}}
    await museum.store.write(event_changes.change_occurrence, museum.unit(), ada.id, event.id, days[1], moved)
    await pair.settle()
    assert (await copy_of(hospital, second.uri)).record["place"] == {"name": "Room 2"}

    clock.advance(3 * DAY)
    await settle_later(pair, clock)
    told = await copy_of(hospital, second.uri)
    assert (told.series_id, told.day, told.visibility) == (series.id, days[1], "public")
    assert told.announced_at is not None
    assert await hospital.store.read(lambda conn: conn.scalar(shown_to(ben.id, told.id))) == 1

    third = f"{event.uri}/dates/{days[2]}"  # whoever is given the id finds what it names
    document = (await hospital.system.federation.fetcher.get_document(third)).document
    assert (document["type"], document["superEvent"], document["startTime"][:10]) == ("Event", event.uri, days[2])
    assert (await hospital.get(f"{event.uri}/dates/2020-01-01"))[0] == 404

    for wish, state in ((Wish.DECLINED, "declined"), (Wish.GOING, "going")):
        await answer(hospital, ben, second.uri, wish)
        await pair.settle()
        assert await state_of(hospital, ben, second.uri) == state
    await answer(hospital, ben, event.uri)  # the whole series, but for the third date
    await hospital.store.write(event_dates.make, hospital.unit(), series, days[2])
    await answer(hospital, ben, third, Wish.DECLINED)
    await pair.settle()
    assert await state_of(hospital, ben, event.uri) == "going"
    assert (await copy_of(museum, third)).going_count == 0
    await museum.store.write(event_changes.delete_event, museum.unit(), ada.id, event.id)
    await pair.settle()
    assert (await hospital.object(second.uri)).state == "deleted"


def shown_to(owner_id, object_id):
    shown = home_entries.c.owner_id == owner_id, home_entries.c.object_id == object_id
    return select(func.count()).select_from(home_entries).where(*shown)


@pytest.mark.dear("fifteen people of three houses, one of them away for a while")
@pytest.mark.usefixtures("each_database")
async def test_twelve_places_for_fifteen_people_of_three_houses(tmp_path):
    """S2: three wait, one leaves, the next moves up; a room change reaches every calendar.

    The home node is off for a while: its event can be read elsewhere all the time, and what was answered meanwhile
    reaches it when it is back.
    """
    clock = FixedClock()
    async with network(tmp_path, "museum", "university", "hospital", clock=clock) as net:
        museum, university, hospital = net.peers
        organiser = await museum.add_actor("curator")
        guests = [
            (peer, await peer.add_actor(f"{name}{number}"))
            for peer, name in ((university, "u"), (hospital, "h"), (museum, "m"))
            for number in range(5)
        ]
        for peer in (university, hospital):
            await peer.follow(await peer.organisation(), organiser.uri)
        await net.settle()
        event = await publish(museum, organiser, capacity=12)
        await net.settle()
        for peer, person in guests[:10]:
            await answer(peer, person, event.uri)
        await net.settle()

        host = museum.system.node.config.host
        await stop_peer(museum)
        net.peers.remove(museum)
        assert (await copy_of(hospital, event.uri)).record == event.record  # read while its home is off
        leaver = guests[0]
        await answer(*leaver, event.uri, Wish.DECLINED)
        await answer(*leaver, event.uri, Wish.GOING)  # and changed her mind while nobody heard either
        await net.settle()
        async with running_peer(tmp_path / "museum", "museum", host=host, clock=clock) as museum:
            net.peers.append(museum)
            await settle_later(net, clock)
            for _, person in guests[10:]:
                await answer(museum, person, event.uri)
            await settle_later(net, clock)
            at_home = await states_at_home(museum, event.id)
            assert sorted(at_home.values()) == ["going"] * 12 + ["waitlist"] * 3
            assert await everywhere(net, event, guests[:10]) == {uri: at_home[uri] for uri in uris(guests[:10])}

            waiting = await museum.store.read(event_answers.list_waiting, event.id)
            await answer(guests[3][0], guests[3][1], event.uri, Wish.DECLINED)
            await settle_later(net, clock)
            at_home = await states_at_home(museum, event.id)
            moved = await museum.store.read(event_answers.find_by_id, waiting[0].id)
            assert moved.state == "going"
            assert sorted(at_home.values()) == ["declined", *["going"] * 12, *["waitlist"] * 2]
            assert await everywhere(net, event, guests[:10]) == {uri: at_home[uri] for uri in uris(guests[:10])}

            await change(museum, organiser, event, place={"name": "Hall 7"})
            await settle_later(net, clock)
            for peer in net.peers:
                shown = await calendar_of(peer, event.uri)
                assert (str(shown["location"]), shown["sequence"], str(shown["uid"])) == ("Hall 7", 1, event.uri)
                assert (await copy_of(peer, event.uri)).going_count == 12
            net.peers.remove(museum)


def uris(guests) -> list[str]:
    return [person.uri for _, person in guests]


async def settle_later(net: Network, clock: FixedClock) -> None:
    """Also what is tried again after a while, and what is told once a minute."""
    for _ in range(4):
        await net.settle()
        clock.advance(20 * 60_000)
    await net.settle()


async def states_at_home(home, event_id: int) -> dict[str, str]:
    def load(conn):
        rows = event_answers.list_answers(conn, event_id)
        known = actors.load_actors_by_id(conn, [row.actor_id for row in rows])
        return {known[row.actor_id].uri: row.state for row in rows}

    return await home.store.read(load)


async def everywhere(net: Network, event, guests) -> dict[str, str]:
    """What the homes of these people know of their answers."""
    return {person.uri: await state_of(peer, person, event.uri) for peer, person in guests}


async def calendar_of(peer, uri: str):
    """The event as the calendar of this node shows it."""
    event = await copy_of(peer, uri)
    entry = CalendarEntry(
        event.uri, event.url, event.record, event.sequence, event.published_at, event.updated_at or event.published_at
    )
    [found] = icalendar.Calendar.from_ical(write_calendar([entry], name="x", url=event.url)).walk("VEVENT")
    return found


async def test_only_whoever_published_the_event_answers_for_it(pair):
    """A forged Accept, of somebody else on the same server too, gives nobody a place."""
    museum, hospital = pair.peers
    ada, eve = await museum.add_actor("ada"), await museum.add_actor("eve")
    ben = await hospital.add_actor("ben")
    await meet(pair, ada, (hospital, ben))
    event = await publish(museum, ada, joinMode="restricted")
    await pair.settle()
    asked = await answer(hospital, ben, event.uri)
    await pair.settle()
    assert await state_of(hospital, ben, event.uri) == "requested"
    await museum.say(eve, {"type": "Accept", "object": asked.uri}, ben.uri)
    await pair.settle()
    assert ("Accept", "not-organiser") in await hospital.outcomes()
    assert await state_of(hospital, ben, event.uri) == "requested"
    there = await museum.store.read(actors.find_actor, ben.uri)
    given = await museum.store.read(event_answers.find_answer, event.id, there.id)
    await museum.store.write(event_organising.organise, museum.unit(), ada.id, given.id, "admit")
    await pair.settle()
    assert await state_of(hospital, ben, event.uri) == "going"


async def test_a_word_in_reply_is_an_answer_and_is_confirmed(pair):
    """Who only writes posts (as people of Mastodon do) takes part all the same."""
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    await meet(pair, ada, (hospital, ben))
    event = await publish(museum, ada, capacity=1)
    await pair.settle()
    there = await museum.store.read(actors.find_actor, ben.uri)

    def reply(text):
        return hospital.store.write(
            publish_note, hospital.unit(), ben.id, text, Visibility.PUBLIC, in_reply_to=event.uri
        )

    await reply("Yes, but is there a lift?")
    await pair.settle()
    assert await state_of(museum, there, event.uri) == ""
    await reply("yes!")
    await pair.settle()
    assert await state_of(museum, there, event.uri) == "going"
    assert any("You have a place" in words for words in await direct_words(hospital, ben))


async def test_a_double_join_and_a_late_undo_are_taken_once(pair):
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    await meet(pair, ada, (hospital, ben))
    event = await publish(museum, ada)
    await pair.settle()
    for number in (1, 2):
        join = {"id": f"{hospital.origin}/ap/x/{number}", "type": "Join", "object": event.uri}
        await hospital.say(ben, join, ada.uri)
    await pair.settle()
    assert (await copy_of(museum, event.uri)).going_count == 1
    await hospital.say(ben, {"type": "Undo", "object": {**join, "actor": ben.uri}}, ada.uri)
    await pair.settle()
    assert (await copy_of(museum, event.uri)).going_count == 0
    assert AnswerState.DECLINED in (await states_at_home(museum, event.id)).values()


async def test_answers_and_events_in_the_forms_of_friendica_and_hubzilla(pair):
    """Accept, TentativeAccept and Reject of the event itself, taken back by Undo; events published by an Invite."""
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    await meet(pair, ada, (hospital, ben))
    event = await publish(museum, ada)
    await pair.settle()
    there = await museum.store.read(actors.find_actor, ben.uri)
    whole = {"id": event.uri, "type": "Event", "attributedTo": ada.uri, "name": "Casting at home"}
    said = {"id": f"{ben.uri}#a1", "type": "Accept", "actor": ben.uri, "object": event.uri}
    maybe = {"id": f"{ben.uri}#a2", "type": "TentativeAccept", "actor": ben.uri, "object": whole}
    for activity, state in (
        (said, "going"),
        ({"type": "Undo", "object": said}, "declined"),
        (maybe, "interested"),
        ({"type": "Undo", "object": maybe}, "declined"),
        ({"type": "Accept", "object": whole}, "going"),
        ({"type": "Reject", "object": event.uri}, "declined"),
    ):
        await hospital.say(ben, {**activity}, ada.uri)
        await pair.settle()
        assert await state_of(museum, there, event.uri) == state, activity
    assert (await copy_of(museum, event.uri)).going_count == 0

    uri = f"{museum.origin}/event/7"
    published = {
        **whole,
        "id": uri,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "content": "<p>Bring gloves</p>",
        "startTime": "2099-05-07T16:00:00Z",
        "endTime": "2099-05-07T18:00:00Z",
        "location": {"type": "Place", "name": "Hall 7"},
    }
    everybody = {"type": "Invite", "object": published, "to": published["to"], "cc": [ada.followers]}
    await museum.say(ada, everybody, ben.uri)
    await pair.settle()
    copied = await copy_of(hospital, uri)
    assert (copied.record["place"], copied.start_at) == ({"name": "Hall 7"}, event.start_at)
    assert await state_of(hospital, ben, uri) == ""  # nobody was invited by name
