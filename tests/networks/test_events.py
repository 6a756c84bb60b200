"""Events between whole nodes: answers that reach the organisers, a waiting list across servers, changes everywhere."""

from collections import Counter

import icalendar
import pytest
from sqlalchemy import func, select

from federation.builders.audience import Audience
from federation.builders.outgoing import Outgoing
from federation.sending import outbox
from node.calendar.ics import CalendarEntry, write_calendar
from node.calendar.recurrence import occurrences
from node.clock import DAY, FixedClock
from node.domain.events import AnswerState, Wish, local_text
from node.domain.visibility import Visibility
from node.errors import Forbidden, NotFound
from node.services.events import co_organising, event_dates, event_organising, events
from node.services.events.events import EventDraft
from node.services.people.follows import follow
from node.services.posts.posts import publish_note
from node.store.events import event_answers, event_places
from node.store.events import events as event_store
from node.store.people import actors
from node.store.posts import objects
from node.store.tables import home_entries
from tests.federation.actors.test_community_memberships import hears
from tests.happenings import answer, change, copy_of, event_record, publish, state_of
from tests.network import Network, network, open_peer, stop_peer


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


async def test_one_date_of_a_series_is_answered_alone_from_another_node(tmp_path):
    """Its id follows from that of the series; its home decides, tells of changes, and posts it once it is near."""
    clock = FixedClock()
    async with network(tmp_path, "museum", "hospital", clock=clock) as pair:
        await answer_one_date(pair, clock)


async def answer_one_date(pair: Network, clock: FixedClock) -> None:
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    await meet(pair, museum, ada, (hospital, ben))
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
    await museum.store.write(events.change_occurrence, museum.unit(), ada.id, event.id, days[1], moved)
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
    await museum.store.write(events.delete_event, museum.unit(), ada.id, event.id)
    await pair.settle()
    assert (await hospital.object(second.uri)).state == "deleted"


def shown_to(owner_id, object_id):
    shown = home_entries.c.owner_id == owner_id, home_entries.c.object_id == object_id
    return select(func.count()).select_from(home_entries).where(*shown)


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
        museum = await open_peer(tmp_path / "museum", "museum", host, clock=clock)
        try:
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
        finally:
            net.peers.remove(museum)
            await stop_peer(museum)


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
    await meet(pair, museum, ada, (hospital, ben))
    event = await publish(museum, ada, joinMode="restricted")
    await pair.settle()
    asked = await answer(hospital, ben, event.uri)
    await pair.settle()
    assert await state_of(hospital, ben, event.uri) == "requested"
    await send(museum, eve, {"type": "Accept", "object": asked.uri, "to": [ben.uri]}, ben)
    await pair.settle()
    assert ("Accept", "not-organiser") in await hospital.outcomes()
    assert await state_of(hospital, ben, event.uri) == "requested"
    there = await museum.store.read(actors.find_actor, ben.uri)
    given = await museum.store.read(event_answers.find_answer, event.id, there.id)
    await museum.store.write(event_organising.organise, museum.unit(), ada.id, given.id, "admit")
    await pair.settle()
    assert await state_of(hospital, ben, event.uri) == "going"


async def test_who_looks_after_an_event_from_another_node_decides_there(pair):
    """She is told, hears of each request until it is settled, and nobody else's word counts."""
    museum, hospital = pair.peers
    ada, cem = await museum.add_actor("ada"), await museum.add_actor("cem")
    ben, eve = await hospital.add_actor("ben"), await hospital.add_actor("eve")
    await meet(pair, museum, ada, (hospital, ben), (hospital, eve))
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
    await send(hospital, eve, {"type": "Accept", "object": asked["eve"].uri, "to": [ada.uri]}, ada)
    await pair.settle()
    assert await state_of(hospital, eve, event.uri) == "requested"
    for name, verdict in (("cem", "admit"), ("eve", "refuse")):
        await hospital.store.write(event_organising.organise, hospital.unit(), ben.id, asked[name].id, verdict)
    await pair.settle()
    assert await state_of(museum, cem, event.uri) == "going"
    assert await state_of(hospital, eve, event.uri) == "refused"
    assert await waiting() == {}
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
        await send(hospital, person, {"type": "Update", "object": about, "to": [ada.uri]}, ada)
    await pair.settle()
    outcomes = Counter(await museum.outcomes())
    assert (outcomes["Update", "not-organiser"], outcomes["Update", "change-refused"]) == (1, 3)
    assert (await copy_of(museum, event.uri)).capacity == 9
    await hospital.store.write(events.cancel_event, hospital.unit(), ben.id, copied.id)
    await pair.settle()
    for peer in (museum, hospital):
        assert (await copy_of(peer, event.uri)).cancelled_at is not None
    with pytest.raises(Forbidden):
        await hospital.store.write(events.delete_event, hospital.unit(), ben.id, copied.id)
    await museum.store.write(co_organising.dismiss, museum.unit(), ada.id, event.id, there.id)
    await pair.settle()
    assert await hospital.store.read(event_store.list_organisers, copied.id) == []


async def send(peer, actor, activity, to) -> None:
    """An activity of ours as no page would send it."""
    built = {"actor": actor.uri, **activity}
    outgoing = Outgoing(actor, built, to.uri, Visibility.DIRECT, Audience(named=(to.uri,)))

    def write(conn):
        outbox.send(conn, peer.unit(), outgoing)

    await peer.system.federation.fetcher.actor(to.uri)
    await peer.store.write(write)


async def test_a_word_in_reply_is_an_answer_and_is_confirmed(pair):
    """Who only writes posts (as people of Mastodon do) takes part all the same."""
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    await meet(pair, museum, ada, (hospital, ben))
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


async def test_a_private_event_reaches_whom_it_invites_and_nobody_else(pair):
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    eve = await hospital.add_actor("eve")
    await meet(pair, museum, ada, (hospital, ben), (hospital, eve))
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


async def test_a_double_join_and_a_late_undo_are_taken_once(pair):
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    await meet(pair, museum, ada, (hospital, ben))
    event = await publish(museum, ada)
    await pair.settle()
    for number in (1, 2):
        join = {"id": f"{hospital.origin}/ap/x/{number}", "type": "Join", "object": event.uri}
        await send(hospital, ben, join, ada)
    await pair.settle()
    assert (await copy_of(museum, event.uri)).going_count == 1
    await send(hospital, ben, {"type": "Undo", "object": {**join, "actor": ben.uri}}, ada)
    await pair.settle()
    assert (await copy_of(museum, event.uri)).going_count == 0
    assert AnswerState.DECLINED in (await states_at_home(museum, event.id)).values()


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


async def test_answers_and_events_in_the_forms_of_friendica_and_hubzilla(pair):
    """Accept, TentativeAccept and Reject of the event itself, taken back by Undo; events published by an Invite."""
    museum, hospital = pair.peers
    ada, ben = await museum.add_actor("ada"), await hospital.add_actor("ben")
    await meet(pair, museum, ada, (hospital, ben))
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
        await send(hospital, ben, {**activity, "to": [ada.uri]}, ada)
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
    await send(museum, ada, everybody, ben)
    await pair.settle()
    copied = await copy_of(hospital, uri)
    assert (copied.record["place"], copied.start_at) == ({"name": "Hall 7"}, event.start_at)
    assert await state_of(hospital, ben, uri) == ""  # nobody was invited by name
