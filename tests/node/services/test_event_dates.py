"""The dates of a series: answered alone, with places and a line of their own, and what that means for the series."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from node.calendar.recurrence import occurrences
from node.clock import DAY, HOUR
from node.domain.events import Wish
from node.domain.visibility import Visibility
from node.domain.zones import local_text
from node.errors import Conflict, NotFound
from node.services.events import event_answers as answers
from node.services.events import event_changes, event_deciding, event_organising, event_work
from node.services.events import event_dates as dates
from node.services.events import events as service
from node.store.events import event_answers, event_dates, event_lists, events
from node.store.posts import objects
from node.store.tables import home_entries, notifications
from node.store.tables import jobs as jobs_table
from tests import stores
from tests.node.services import test_events as at_home
from tests.node.services.test_events import states, world

database = stores.database
store = stores.store
unit = at_home.unit
WEEKLY = {"frequency": "weekly", "count": 4}


def soon(unit):
    """A series that begins in two days."""
    return {"start": local_text(unit.now + 2 * DAY, "Europe/Berlin"), "end": None, "recurrence": WEEKLY}


@pytest.fixture
async def series(store, unit):
    """Organiser, three guests, a series of four dates with one place each, and the days."""
    owner, guests, event = await world(store, unit, 3, **soon(unit), capacity=1)
    return owner, guests, event, [each.day for each in occurrences(event.record)]


async def test_a_date_is_answered_alone_and_a_series_needs_a_place_on_each(store, unit, series):
    """The answer for a date wins over that for the series; who waits moves up as soon as her dates have room."""
    _, (ada, ben, eve), event, days = series

    def run(conn):
        second = dates.make(conn, unit, event, days[1])
        told = []

        def say(who, wish, about):
            told.append(event_deciding.decide(conn, unit, about.id, who, wish).state)

        say(ada, Wish.GOING, second)
        say(ben, Wish.GOING, event)  # no place on the second date
        say(ben, Wish.DECLINED, second)  # which she can do without: she moves up
        say(eve, Wish.GOING, event)
        say(eve, Wish.GOING, second)
        say(ada, Wish.DECLINED, second)  # eve is next there
        return told, states(conn, event.id), states(conn, second.id), events.load_events(conn, [event.id, second.id])

    told, whole, alone, counted = await store.write(run)
    assert told == ["going", "waitlist", "declined", "waitlist", "waitlist", "declined"]
    assert whole == {ben: "going", eve: "waitlist"}
    assert alone == {ada: "declined", ben: "declined", eve: "going"}
    assert [(each.going_count, each.waiting_count) for _, each in sorted(counted.items())] == [(1, 1), (1, 0)]


async def test_who_leaves_one_date_of_a_series_gives_that_place_away(store, unit, series):
    _, (ada, ben, _), event, days = series

    def run(conn):
        event_deciding.decide(conn, unit, event.id, ada, Wish.GOING)
        second = dates.make(conn, unit, event, days[1])
        before = event_deciding.decide(conn, unit, second.id, ben, Wish.GOING)
        event_deciding.decide(conn, unit, second.id, ada, Wish.DECLINED)
        again = event_deciding.decide(conn, unit, second.id, ada, Wish.GOING)
        return before.state, states(conn, second.id), again.state, events.find_event(conn, event.id).going_count

    assert await store.write(run) == ("waitlist", {ada: "waitlist", ben: "going"}, "waitlist", 1)


async def test_a_date_says_what_its_series_says_and_is_changed_there(store, unit, series):
    """Moved, cancelled, or no longer in the rule: whoever answered it hears."""
    owner, (ada, ben, _), event, days = series

    def run(conn):
        made = [dates.make(conn, unit, event, day) for day in days[1:]]
        assert dates.make(conn, unit, event, days[1]).id == made[0].id
        for each in made:
            event_deciding.decide(conn, unit, each.id, ada, Wish.GOING)
        moved = {"day": days[1], "place": {"name": "Room 2"}}
        event_changes.change_occurrence(conn, unit, owner, event.id, days[1], moved)
        event_changes.change_occurrence(conn, unit, owner, event.id, days[2], {"day": days[2], "cancelled": True})
        shorter = events.find_event(conn, event.id).record
        rule = {key: value for key, value in shorter["recurrence"].items() if key != "overrides"}
        overrides = shorter["recurrence"]["overrides"]
        event_changes.change_event(
            conn, unit, owner, event.id, {**shorter, "recurrence": {**rule, "count": 3, "overrides": overrides}}
        )
        with pytest.raises(Conflict):
            event_deciding.decide(conn, unit, made[1].id, ben, Wish.GOING)
        with pytest.raises(Conflict):
            event_changes.change_event(conn, unit, owner, made[0].id, made[0].record)
        heard = conn.execute(select(notifications.c.object_id).where(notifications.c.owner_id == ada)).all()
        return made, [events.find_event(conn, each.id) for each in made], {row[0] for row in heard}

    made, now, heard = await store.write(run)
    assert [each.status for each in now] == ["scheduled", "cancelled", "cancelled"]
    assert now[0].record["place"] == {"name": "Room 2"}
    assert [each.sequence for each in now] == [1, 1, 1]
    assert heard >= {each.id for each in made}


async def test_dates_stay_within_bounds(store, unit):
    """No day that the rule lacks, none too far ahead, none that is over; a bomb makes nothing by itself."""
    bomb = {"frequency": "daily", "count": 750}
    start = local_text(unit.now + 2 * DAY, "Europe/Berlin")
    _, _, event = await world(store, unit, 1, start=start, end=None, recurrence=bomb)
    days = [each.day for each in occurrences(event.record)]
    for day, error in (("2020-01-01", NotFound), (days[200], Conflict), ("nonsense", NotFound)):
        with pytest.raises(error):
            await store.write(dates.make, unit, event, day)
    with pytest.raises(Conflict):
        await store.write(dates.make, replace(unit, now=unit.now + 5 * DAY), event, days[0])
    await store.write(event_work._remind, unit, event.id)
    assert await store.read(event_dates.list_dates, event.id) == []


async def test_a_date_is_told_to_followers_once_when_it_is_near(store, unit, series):
    """Lists show the series, and of her own also the dates that somebody answered alone."""
    owner, (ada, *_), event, days = series
    second = await store.write(dates.make, unit, event, days[1])
    assert (second.visibility, second.announced_at) == ("unlisted", None)
    await store.write(event_deciding.decide, unit, second.id, ada, Wish.GOING)
    later = replace(unit, now=unit.now + 2 * DAY + HOUR)
    for _ in range(2):
        await store.write(event_work._remind, later, event.id)

    def look(conn):
        found = events.find_event(conn, second.id)
        shown = conn.execute(select(home_entries.c.object_id).where(home_entries.c.owner_id == owner)).all()
        created = [
            row.payload["object_id"]
            for row in conn.execute(select(jobs_table.c.payload).where(jobs_table.c.kind == "event"))
            if row.payload["event"] == "ObjectCreated"
        ]
        mine = event_lists.list_upcoming(conn, ada, later.now, scope=event_lists.Scope(person_id=ada))
        everybody = event_lists.list_upcoming(conn, None, later.now)
        return found, {row[0] for row in shown}, created, mine, everybody

    found, shown, created, mine, everybody = await store.read(look)
    assert (found.visibility, found.announced_at) == ("public", later.now)
    assert shown == {event.id, second.id}
    assert created == [event.id, second.id]
    assert [each.id for each in mine] == [second.id]
    assert [each.id for each in everybody] == [event.id]


async def test_who_answered_a_date_is_reminded_as_she_answered(store, unit, series):
    _, (ada, ben, eve), event, days = series

    def run(conn):
        first = dates.make(conn, unit, event, days[0])
        event_deciding.decide(conn, unit, event.id, ada, Wish.GOING)
        event_deciding.decide(conn, unit, first.id, ada, Wish.DECLINED)
        event_deciding.decide(conn, unit, first.id, ben, Wish.GOING)
        event_deciding.decide(conn, unit, event.id, eve, Wish.INTERESTED)
        event_work._remind(conn, replace(unit, now=unit.now + DAY + HOUR), event.id)
        rows = conn.execute(select(notifications).where(notifications.c.type == "status")).all()
        return {(row.owner_id, row.object_id) for row in rows if (row.event or {}).get("occasion") == "reminded"}, first

    reminded, first = await store.write(run)
    assert reminded == {(ben, first.id), (eve, event.id)}


async def test_a_series_is_taken_back_with_its_dates(store, unit, series):
    owner, (ada, *_), event, days = series
    date = await store.write(dates.make, unit, event, days[1])
    await store.write(event_deciding.decide, unit, date.id, ada, Wish.GOING)
    await store.write(event_changes.delete_event, unit, owner, event.id)
    assert await store.read(event_answers.list_of_person, ada) == []
    assert (await store.read(objects.load_row, date.id)).state == "deleted"


async def test_a_date_is_read_by_whom_its_series_names(store, unit):
    """An invitation lets in to each date, those that were made before included."""
    owner, (ada, eve), event = await world(store, unit, 2, **soon(unit), joinMode="invite")

    def run(conn):
        closed = service.publish_event(
            conn, unit, owner, service.EventDraft({**event.record, "joinMode": "invite"}, Visibility.PRIVATE)
        )
        days = [each.day for each in occurrences(closed.record)]
        early = dates.make(conn, unit, closed, days[0])
        event_organising.invite(conn, unit, owner, closed.id, ada)
        late = dates.make(conn, unit, closed, days[1])
        seen = [events.find_visible(conn, each.id, who) is not None for each in (early, late) for who in (ada, eve)]
        return seen, answers.answer(conn, unit, ada, late.id, Wish.GOING).state

    assert await store.write(run) == ([True, False, True, False], "going")
