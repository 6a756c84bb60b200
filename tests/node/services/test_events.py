"""Events and answers at home: one winner for the last place, a waiting list in order, rules that hold."""

import asyncio
import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from node.calendar.recurrence import following, last_end, occurrences, where_at
from node.clock import DAY, HOUR, SystemClock
from node.domain.event_words import read_answer
from node.domain.events import AnswerState, Wish, start_of
from node.domain.visibility import Visibility
from node.domain.zones import local_text, to_wall
from node.errors import Conflict, Forbidden, Invalid, NotFound
from node.ids import Ids
from node.services.context import Unit
from node.services.events import event_answers as answers
from node.services.events import event_changes, event_deciding, event_organising, event_work
from node.services.events import events as service
from node.services.events.event_records import check_record
from node.services.events.events import EventDraft
from node.store.access import accounts
from node.store.events import event_answers, event_lists, events
from node.store.people import actors
from node.store.posts import objects
from node.store.tables import event_answers as answer_table
from node.store.tables import jobs as jobs_table
from node.store.tables import notifications
from tests import stores
from tests.happenings import event_record
from tests.rows import each_row

database = stores.database
store = stores.store
ORIGIN = "https://learn.uni.example"


@pytest.fixture
def unit():
    return Unit(Ids(SystemClock()), 1_800_000_000_000, ORIGIN, "learn.uni.example")


def person(conn, unit, username, *, local=True, kind="person"):
    host = unit.host if local else "far.example"
    actor_id = unit.ids.new()
    uri = f"https://{host}/ap/a/{actor_id}"
    actors.insert_actor(
        conn, id=actor_id, uri=uri, kind=kind, local=local, username=username, host=host,
        url=f"https://{host}/@{username}", created_at=unit.now, updated_at=unit.now, inbox=f"{uri}/inbox",
    )  # fmt: skip
    if local and kind == "person":
        accounts.insert_account(conn, actor_id, f"{username}@example.org", "", "member", unit.now)
    return actor_id


def people(conn, unit, count):
    return [person(conn, unit, f"p{number}") for number in range(count)]


def publish(conn, unit, owner, visibility=Visibility.PUBLIC, **changes):
    return service.publish_event(conn, unit, owner, EventDraft(event_record(**changes), visibility))


async def world(store, unit, guests, **changes):
    def make(conn):
        owner = person(conn, unit, "ada")
        return owner, people(conn, unit, guests), publish(conn, unit, owner, **changes)

    return await store.write(make)


def states(conn, event_id):
    rows = event_answers.list_answers(conn, event_id)
    return {row.actor_id: row.state for row in rows}


async def test_a_race_for_one_place_has_one_winner(store, unit):
    """100 people answer at once; the other 99 stand in line, each once, in the order in which they came."""
    _, guests, event = await world(store, unit, 100, capacity=1)
    given = await asyncio.gather(
        *(store.write(event_deciding.decide, unit, event.id, guest, Wish.GOING) for guest in guests)
    )
    assert sorted(each.state for each in given) == ["going", *["waitlist"] * 99]
    after = await store.read(events.find_event, event.id)
    assert (after.going_count, after.waiting_count, after.remaining) == (1, 99, 0)
    assert await store.read(lambda conn: conn.scalar(select(func.count()).select_from(answer_table))) == 100


async def test_a_race_without_a_waiting_list_turns_99_away(store, unit):
    _, guests, event = await world(store, unit, 100, capacity=1, waitlist=False)
    given = await asyncio.gather(
        *(store.write(event_deciding.decide, unit, event.id, guest, Wish.GOING) for guest in guests),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Conflict) for each in given) == 99
    assert (await store.read(events.find_event, event.id)).going_count == 1


async def notices(store, owner):
    query = select(notifications.c.actor_id, notifications.c.event, notifications.c.group_key)
    rows = await store.read(lambda conn: conn.execute(query.where(notifications.c.owner_id == owner)).all())
    return {row.actor_id: row.event["occasion"] for row in rows}, {row.group_key for row in rows}


async def test_organisers_hear_of_requests_and_answers_together_and_once(store, unit):
    owner, [first, second, third], event = await world(store, unit, 3, joinMode="restricted", capacity=1)
    helper = await store.write(person, unit, "helper")
    await store.write(events.add_organisers, event.id, [helper])
    for guest in (first, second, first):
        await store.write(event_deciding.decide, unit, event.id, guest, Wish.GOING)
    for wish in (Wish.INTERESTED, Wish.DECLINED, Wish.DECLINED):
        await store.write(event_deciding.decide, unit, event.id, third, wish)
    for organiser in (owner, helper):
        told, groups = await notices(store, organiser)
        assert told == {first: "asks", second: "asks"}
        assert len(groups) == 1
    [asked, other] = await store.read(event_answers.list_answers, event.id, states=[AnswerState.REQUESTED])
    await store.write(event_organising.organise, unit, helper, asked.id, "admit")
    assert (await notices(store, owner))[0] == {second: "asks"}  # nothing is left to decide of the first
    await store.write(event_deciding.decide, unit, event.id, first, Wish.DECLINED)
    assert (await notices(store, owner))[0] == {second: "asks", first: "leaves"}
    assert other.actor_id == second


async def test_who_waits_moves_up_in_order_and_once(store, unit):
    _, guests, event = await world(store, unit, 4, capacity=1)
    for guest in guests:
        await store.write(event_deciding.decide, unit, event.id, guest, Wish.GOING)
    await store.write(event_deciding.decide, unit, event.id, guests[0], Wish.DECLINED)
    assert await store.read(states, event.id) == dict(
        zip(guests, ["declined", "going", "waitlist", "waitlist"], strict=True)
    )
    await store.write(event_deciding.decide, unit, event.id, guests[0], Wish.GOING)  # back at the end of the line
    await asyncio.gather(
        *(store.write(event_deciding.decide, unit, event.id, guests[1], Wish.DECLINED) for _ in range(5))
    )
    after = await store.read(states, event.id)
    assert [after[guest] for guest in guests] == ["waitlist", "declined", "going", "waitlist"]


async def test_companions_need_places_too(store, unit):
    _, guests, event = await world(store, unit, 4, capacity=3)
    first = await store.write(event_deciding.decide, unit, event.id, guests[0], Wish.GOING, companions=1)
    second = await store.write(event_deciding.decide, unit, event.id, guests[1], Wish.GOING, companions=1)
    assert (first.state, second.state) == ("going", "waitlist")
    third = await store.write(event_deciding.decide, unit, event.id, guests[2], Wish.GOING)
    assert third.state == "going"  # one place is free, and who waits needs two
    with pytest.raises(Conflict, match="0 places left"):
        await store.write(event_deciding.decide, unit, event.id, guests[0], Wish.GOING, companions=2)
    with pytest.raises(Conflict, match="3 places in all"):
        await store.write(event_deciding.decide, unit, event.id, guests[3], Wish.GOING, companions=3)
    await store.write(event_deciding.decide, unit, event.id, guests[0], Wish.DECLINED)
    assert (await store.read(states, event.id))[guests[1]] == "going"


async def test_the_same_answer_twice_changes_nothing(store, unit):
    _, guests, event = await world(store, unit, 2, capacity=1)
    for guest in (*guests, *guests):
        await store.write(event_deciding.decide, unit, event.id, guest, Wish.GOING)
    after = await store.read(events.find_event, event.id)
    assert (after.going_count, after.waiting_count) == (1, 1)


async def test_more_places_let_people_move_up_and_fewer_than_given_are_refused(store, unit):
    owner, guests, event = await world(store, unit, 3, capacity=1)
    for guest in guests:
        await store.write(event_deciding.decide, unit, event.id, guest, Wish.GOING)
    await store.write(event_changes.change_event, unit, owner, event.id, {**event.record, "capacity": 2})
    assert list((await store.read(states, event.id)).values()) == ["going", "going", "waitlist"]
    with pytest.raises(Invalid, match="at least 2"):
        await store.write(event_changes.change_event, unit, owner, event.id, {**event.record, "capacity": 1})
    assert (await store.read(events.find_event, event.id)).capacity == 2


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": "cancelled"}, "cancelled"),
        ({"start": "2020-01-01T10:00:00+01:00", "end": "2020-01-01T11:00:00+01:00"}, "over"),
        ({"joinMode": "external", "externalUrl": "https://x.example/"}, "elsewhere"),
        ({"joinMode": "invite"}, "invited"),
    ],
)
async def test_answers_that_cannot_be_granted_are_refused_and_change_nothing(store, unit, changes, why):
    _, [guest], event = await world(store, unit, 1, **changes)
    with pytest.raises(Conflict, match=why):
        await store.write(answers.answer, unit, guest, event.id, Wish.GOING)
    assert await store.read(states, event.id) == {}


async def test_organisers_decide_where_they_want_to(store, unit):
    owner, guests, event = await world(store, unit, 2, joinMode="restricted", capacity=1)
    asked = [await store.write(answers.answer, unit, guest, event.id, Wish.GOING) for guest in guests]
    assert [each.state for each in asked] == ["requested", "requested"]
    admitted = [await store.write(event_organising.organise, unit, owner, each.id, "admit") for each in asked]
    assert [each.state for each in admitted] == ["going", "waitlist"]
    with pytest.raises(NotFound):
        await store.write(event_organising.organise, unit, guests[0], asked[1].id, "admit")
    with pytest.raises(Conflict):
        await store.write(event_organising.organise, unit, owner, asked[0].id, "attended")  # it has not begun


async def test_who_is_invited_may_come_and_only_organisers_invite(store, unit):
    owner, [guest, other], event = await world(store, unit, 2, joinMode="invite")
    invited = await store.write(event_organising.invite, unit, owner, event.id, guest)
    assert invited.state == "invited"
    assert (await store.write(answers.answer, unit, guest, event.id, Wish.GOING)).state == "going"
    with pytest.raises(Forbidden):
        await store.write(event_organising.invite, unit, guest, event.id, other)


async def test_private_events_are_nowhere_for_outsiders(store, unit):
    owner, [guest], event = await world(store, unit, 1, visibility=Visibility.PRIVATE)
    with pytest.raises(NotFound):
        await store.write(answers.answer, unit, guest, event.id, Wish.GOING)
    with pytest.raises(NotFound):
        await store.write(event_changes.change_event, unit, guest, event.id, event.record)
    for viewer in (guest, None):
        assert await store.read(event_lists.list_upcoming, viewer, unit.now) == []
        assert await store.read(event_lists.list_between, viewer, 0, 2**52, unit.now) == []
    await store.write(event_organising.invite, unit, owner, event.id, guest)
    assert [each.id for each in await store.read(event_lists.list_upcoming, guest, unit.now)] == [event.id]


async def test_only_organisers_change_an_event(store, unit):
    _, [guest], event = await world(store, unit, 1)
    for act in (event_changes.cancel_event, event_changes.delete_event):
        with pytest.raises(Forbidden):
            await store.write(act, unit, guest, event.id)
    assert (await store.read(events.find_event, event.id)).version == 1


# -- records ---------------------------------------------------------------------------------------------------------


@each_row(
    "changes, path",
    [
        ({"end": "2099-05-07T17:00:00+02:00"}, "$.end"),
        ({"end": "2100-05-07T17:00:00+02:00"}, "$.end"),
        ({"timeZone": "Mars/Olympus"}, "$.timeZone"),
        ({"timeZone": "../../etc/passwd"}, "$.timeZone"),
        ({"timeZone": "Europe"}, "$.timeZone"),
        ({"start": "2099-05-07T18:00"}, "$.start"),
        ({"place": None}, "$.place"),
        ({"place": None, "onlineUrl": "javascript:alert(1)"}, "$.onlineUrl"),
        ({"joinMode": "external"}, "$.externalUrl"),
        ({"joinMode": "unknown"}, "$.joinMode"),
        ({"capacity": 0}, "$.capacity"),
        ({"capacity": 10**9}, "$.capacity"),
        ({"name": {}}, "$.name"),
        ({"name": {"de": "Nur deutsch"}}, "$.name"),
        ({"recurrence": {"frequency": "daily"}}, "$.recurrence"),
        ({"recurrence": {"frequency": "daily", "count": 751}}, "$.recurrence.count"),
        ({"recurrence": {"frequency": "secondly", "count": 2}}, "$.recurrence.frequency"),
        ({"recurrence": {"frequency": "daily", "until": "2190-01-01"}}, "$.recurrence.until"),
        ({"recurrence": {"frequency": "daily", "until": "2090-01-01"}}, "$.recurrence.until"),
        ({"recurrence": {"frequency": "weekly", "count": 2, "byDay": ["2TU"]}}, "$.recurrence.byDay"),
        ({"recurrence": {"frequency": "monthly", "count": 2, "byDay": ["TU"]}}, "$.recurrence.byDay"),
        ({"recurrence": {"frequency": "daily", "count": 1, "exceptions": ["2099-05-07"]}}, "$.recurrence"),
        ({"surprise": True}, "$"),
    ],
)
def test_records_that_do_not_hold_are_refused_with_the_place(changes, path):
    with pytest.raises(Invalid) as refused:
        check_record(event_record(**changes))
    assert any(each.path.startswith(path) for each in refused.value.problems), refused.value.problems


@each_row(
    "rule, most",
    [
        ({"frequency": "daily", "interval": 1, "until": "2199-12-31"}, 732),
        ({"frequency": "daily", "count": 10**12}, 750),
        ({"frequency": "monthly", "byDay": ["5MO"], "interval": 52, "count": 10**6}, 2),
        ({"frequency": "weekly", "byDay": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"], "count": 10**6}, 750),
    ],
)
def test_recurrence_bombs_end_soon(rule, most):
    found = list(occurrences(event_record(recurrence=rule)))
    assert len(found) <= most
    assert all(each.start_at - found[0].start_at <= 732 * DAY for each in found)


def test_a_series_stays_at_its_hour_when_the_clocks_change():
    rule = {"frequency": "weekly", "count": 3, "exceptions": ["2099-10-22"]}
    record = event_record(start="2099-10-15T18:00:00+02:00", end="2099-10-15T19:00:00+02:00", recurrence=rule)
    assert [to_wall(each.start_at, "Europe/Berlin") for each in occurrences(record)] == [
        "2099-10-15T18:00",
        "2099-10-29T18:00",
    ]
    assert local_text(last_end(record), "Europe/Berlin") == "2099-10-29T19:00:00+01:00"


def test_months_skip_what_they_lack():
    record = event_record(start="2099-01-31T09:00:00+01:00", end=None, recurrence={"frequency": "monthly", "count": 3})
    days = [dt.datetime.fromtimestamp(each.start_at / 1000, dt.UTC).strftime("%m-%d") for each in occurrences(record)]
    assert days == ["01-31", "03-31", "05-31"]


def walls(record):
    return [to_wall(each.start_at, "Europe/Berlin") for each in occurrences(record) if not each.is_cancelled]


async def test_one_time_of_a_series_is_moved_and_cancelled_and_calendars_hear_of_it(store, unit):
    owner, _, event = await world(store, unit, 0, recurrence={"frequency": "daily", "count": 3})
    other = {"day": "2099-05-07", "start": "2099-05-06T08:00:00Z", "onlineUrl": "https://meet.example/x"}
    moved = await store.write(event_changes.change_occurrence, unit, owner, event.id, "2099-05-07", other)
    assert (moved.sequence, walls(moved.record)) == (1, ["2099-05-06T10:00", "2099-05-08T18:00", "2099-05-09T18:00"])
    [first, second, _] = occurrences(moved.record)
    assert first.end_at - first.start_at == second.end_at - second.start_at == 2 * HOUR
    assert (where_at(moved.record, first), where_at(moved.record, second)) == (
        (None, "https://meet.example/x"),
        (moved.record["place"], ""),
    )
    assert moved.start_at == first.start_at  # lists of a span of time find it there
    off = {"day": "2099-05-08", "cancelled": True}
    changed = await store.write(event_changes.change_occurrence, unit, owner, event.id, "2099-05-08", off)
    assert (changed.sequence, walls(changed.record)) == (2, ["2099-05-06T10:00", "2099-05-09T18:00"])
    assert following(changed.record, second.start_at).day == "2099-05-09"
    again = await store.write(event_changes.change_occurrence, unit, owner, event.id, "2099-05-08", None)
    again = await store.write(event_changes.change_occurrence, unit, owner, event.id, "2099-05-07", None)
    assert again.record == event.record
    for day in ("2099-05-10", "never"):
        with pytest.raises(Conflict):
            await store.write(event_changes.change_occurrence, unit, owner, event.id, day, {**off, "day": day})


@each_row(
    "override, path",
    [
        ({"day": "2099-05-08"}, "$.recurrence.overrides[0]"),
        ({"day": "2099-05-10", "cancelled": True}, "$.recurrence.overrides[0].day"),
        ({"day": "2099-05-09", "cancelled": True}, "$.recurrence.overrides[0].day"),  # an exception
        ({"day": "2099-05-08", "start": "2100-05-08T18:00:00Z"}, "$.recurrence.overrides[0].start"),
        ({"day": "2099-05-08", "end": "2099-05-08T18:00:00Z"}, "$.recurrence.overrides[0].start"),
        (
            {"day": "2099-05-08", "start": "2099-05-08T18:00:00Z", "end": "2099-05-08T17:00:00Z"},
            "$.recurrence.overrides[0].end",
        ),
        ({"day": "2099-05-08", "onlineUrl": "javascript:x"}, "$.recurrence.overrides[0].onlineUrl"),
    ],
)
def test_what_no_time_of_a_series_may_be(override, path):
    rule = {"frequency": "daily", "count": 3, "exceptions": ["2099-05-09"], "overrides": [override]}
    with pytest.raises(Invalid) as refused:
        check_record(event_record(recurrence=rule))
    assert [each.path for each in refused.value.problems] == [path]


def test_a_time_that_is_named_twice_is_refused():
    rule = {"frequency": "daily", "count": 3, "overrides": [{"day": "2099-05-08", "cancelled": True}] * 2}
    with pytest.raises(Invalid, match="named once"):
        check_record(event_record(recurrence=rule))


async def test_posts_show_the_next_time_of_a_series_once_one_is_over(store, unit):
    """What apps and plain Mastodon show goes on by itself; people are reminded of each time once."""
    owner, _, event = await world(store, unit, 0, recurrence={"frequency": "weekly", "count": 3})

    def shown(conn):
        return objects.load_row(conn, event.id).details["event"]["start_at"]

    first, second, third = (each.start_at for each in occurrences(event.record))
    assert await store.read(shown) == first
    later = replace(unit, now=first + 3 * HOUR)
    await store.write(event_work._remind, later, event.id)
    assert await store.read(shown) == second
    other = await store.write(publish, unit, owner, start=local_text(first + DAY, "Europe/Berlin"), end=None)
    listed = await store.read(event_lists.list_upcoming, None, later.now)
    assert [each.id for each in listed] == [other.id, event.id]  # by what comes next, not by when it began
    due = await store.read(
        lambda conn: sorted(
            conn.scalars(
                select(jobs_table.c.due_at).where(jobs_table.c.kind == "reminder", jobs_table.c.ref == event.id)
            )
        )
    )
    week = 7 * DAY  # so long before, followers are told of a date
    assert due == [
        *(first - week, first - DAY, first + 2 * HOUR + 1),
        *(second - DAY, third - week, second + 2 * HOUR + 1),
    ]


async def test_a_text_alone_is_no_news_for_calendars(store, unit):
    owner, _, event = await world(store, unit, 0)
    changed = await store.write(
        event_changes.change_event, unit, owner, event.id, {**event.record, "description": {"en": "Other words"}}
    )
    assert (changed.version, changed.sequence) == (2, 0)
    assert start_of(changed.record) == event.start_at


@each_row(
    "html, wish",
    [
        ("<p>yes</p>", Wish.GOING),
        ('<p><span class="h-card"><a href="https://u.example/@ada">@<span>ada</span></a></span> Yes!</p>', Wish.GOING),
        ("<p>@ada@uni.example Ich komme.</p>", Wish.GOING),
        ("<p>I\N{RIGHT SINGLE QUOTATION MARK}m in \N{PARTY POPPER}</p>", Wish.GOING),
        ("<p>Nein danke</p>", Wish.DECLINED),
        ("<p>maybe</p>", Wish.INTERESTED),
        ("<p>Yes, but is there a lift?</p>", None),
        ("<p>no idea</p>", None),
        ("<p></p>", None),
        ("<p>" + "yes " * 200 + "</p>", None),
    ],
)
def test_only_a_bare_word_is_an_answer(html, wish):
    assert read_answer(html) is wish


async def test_whoever_was_there_is_noted_after_it_began(store, unit):
    begun = local_text(unit.now - HOUR, "Europe/Berlin")
    ends = local_text(unit.now + HOUR, "Europe/Berlin")
    owner, [guest], event = await world(store, unit, 1, start=begun, end=ends)
    given = await store.write(answers.answer, unit, guest, event.id, Wish.GOING)
    noted = await store.write(event_organising.organise, unit, owner, given.id, "attended")
    assert noted.state == AnswerState.ATTENDED
    assert (await store.read(events.find_event, event.id)).going_count == 1


async def test_people_are_reminded_a_day_before_unless_it_was_moved(store, unit):
    """Who answered hears once of each time; a job of before the event was moved says nothing."""
    starts = local_text(unit.now + 3 * DAY, "Europe/Berlin")
    owner, [guest], event = await world(store, unit, 1, start=starts, end=None)
    await store.write(answers.answer, unit, guest, event.id, Wish.INTERESTED)

    def told(conn):
        query = select(notifications.c.owner_id).where(notifications.c.type == "status")
        return sorted(conn.scalars(query))

    await store.write(event_work._remind, unit, event.id)
    assert await store.read(told) == []
    later = replace(unit, now=unit.now + 2 * DAY + HOUR)
    for _ in range(2):
        await store.write(event_work._remind, later, event.id)
    assert await store.read(told) == [guest]
    assert owner
