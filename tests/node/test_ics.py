"""Calendar files: valid by RFC 5545 for an independent reader, and strangers' files that never break anything."""

import contextlib
import datetime as dt

import icalendar

from node.calendar.ics import CalendarEntry, write_calendar
from node.calendar.ics_reading import MAX_BYTES, read_calendar
from node.calendar.recurrence import occurrences
from node.domain.events import start_of
from node.errors import Invalid
from node.services.events.event_records import check_record
from tests.happenings import event_record
from tests.rows import each_row
from tests.shared import shared_files

FILES = shared_files("catalogues/calendars", "*.ics")


def entry(**changes) -> CalendarEntry:
    record = check_record(event_record(**changes))
    return CalendarEntry(
        uri="https://museum.example/ap/o/1",
        url="https://museum.example/e/1-casting",
        record=record,
        sequence=changes.get("sequence", 2),
        created_at=1_790_000_000_000,
        updated_at=1_790_000_100_000,
    )


def written(*entries: CalendarEntry) -> tuple[bytes, icalendar.Calendar]:
    body = write_calendar(entries, name="Café Müller", url="https://museum.example/calendar.ics")
    return body, icalendar.Calendar.from_ical(body)


def test_a_calendar_has_what_rfc_5545_asks_for():
    body, calendar = written(entry(description={"en": "Bring safety glasses, " * 30}))
    assert body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 75
    assert b"\n" not in body.replace(b"\r\n", b"")
    [event] = calendar.walk("VEVENT")
    [zone] = calendar.walk("VTIMEZONE")
    assert (str(event["uid"]), event["sequence"], str(event["status"])) == (
        "https://museum.example/ap/o/1",
        2,
        "CONFIRMED",
    )
    assert event["dtstart"].params["TZID"] == str(zone["tzid"]) == "Europe/Berlin"
    assert event.decoded("dtstart").astimezone(dt.UTC) == dt.datetime(2099, 5, 7, 16, tzinfo=dt.UTC)
    assert not {"attendee", "organizer"} & {key.lower() for key in event}
    assert b"mailto" not in body.lower()


def test_a_series_is_one_entry_with_its_rule_and_what_is_left_out():
    rule = {"frequency": "weekly", "byDay": ["TH"], "count": 4, "exceptions": ["2099-05-14"]}
    _, calendar = written(entry(recurrence=rule))
    [event] = calendar.walk("VEVENT")
    assert event["rrule"].to_ical() == b"FREQ=WEEKLY;COUNT=4;BYDAY=TH"
    assert event["exdate"].to_ical() == b"20990514T180000"


OVERRIDES = [
    {"day": "2099-05-14", "cancelled": True},
    {"day": "2099-05-21", "start": "2099-05-22T19:00:00+02:00", "end": "2099-05-22T21:30:00+02:00"},
    {"day": "2099-10-29", "place": {"name": "Room 2"}},
]


def test_single_times_of_a_series_are_entries_of_their_own():
    rule = {"frequency": "weekly", "count": 26, "overrides": OVERRIDES}
    _, calendar = written(entry(recurrence=rule))
    whole, *differing = calendar.walk("VEVENT")
    assert "recurrence-id" not in whole
    assert {(str(each["uid"]), each["sequence"]) for each in (whole, *differing)} == {
        ("https://museum.example/ap/o/1", 2)
    }
    assert [
        (each["recurrence-id"].params["TZID"], each["recurrence-id"].to_ical(), each["dtstart"].to_ical())
        for each in differing
    ] == [
        ("Europe/Berlin", b"20990514T180000", b"20990514T180000"),
        ("Europe/Berlin", b"20990521T180000", b"20990522T190000"),
        ("Europe/Berlin", b"20991029T180000", b"20991029T180000"),  # the clocks have changed meanwhile
    ]
    assert [(str(each["status"]), str(each["location"])) for each in differing] == [
        ("CANCELLED", str(whole["location"])),
        ("CONFIRMED", str(whole["location"])),
        ("CONFIRMED", "Room 2"),
    ]
    assert all("rrule" not in each for each in differing)


def test_single_times_are_read_back_and_need_their_series():
    rule = {"frequency": "weekly", "count": 26, "overrides": OVERRIDES}
    record = entry(recurrence=rule, place={"name": "Library"})
    body, _ = written(record)
    [found] = read_calendar(body, timezone="UTC", language="en")
    assert check_record(found.record)["recurrence"] == record.record["recurrence"]
    lone = body.replace(b"RRULE:FREQ=WEEKLY;COUNT=26\r\n", b"")
    [bare] = read_calendar(lone, timezone="UTC", language="en")
    assert "recurrence" not in bare.record


def test_what_is_written_is_read_back():
    rule = {"frequency": "monthly", "byDay": ["1TH"], "until": "2100-01-31"}
    written_entry = entry(recurrence=rule, onlineUrl="https://meet.example/x", status="cancelled")
    body, _ = written(written_entry)
    [found] = read_calendar(body, timezone="UTC", language="en")
    assert found.record is not None
    again = check_record(found.record)
    assert [each.start_at for each in occurrences(again)] == [
        each.start_at for each in occurrences(written_entry.record)
    ]
    assert (again["onlineUrl"], again["status"], found.uid) == (
        "https://meet.example/x",
        "cancelled",
        written_entry.uri,
    )


@each_row("path", FILES)
def test_files_of_others_give_events_or_reasons(path):
    found = list(read_calendar(path.read_bytes(), timezone="Europe/Berlin", language="en"))
    assert found
    for each in found:
        assert (each.record is None) == bool(each.problem)
        if each.record is None:
            continue
        with contextlib.suppress(Invalid):  # such as one without a place
            checked = check_record(each.record)
            assert start_of(checked) > 0
            assert len(list(occurrences(checked))) <= 750


@each_row(
    "data",
    [
        b"",
        b"\x00\xff\xfe" * 100,
        b"BEGIN:VCALENDAR\r\n" * 1000,
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:99999999T999999Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"x" * (MAX_BYTES + 1),
    ],
)
def test_what_is_no_calendar_says_so(data):
    found = list(read_calendar(data, timezone="UTC", language="en"))
    assert len(found) == 1
    assert found[0].problem


# -- zones that a file defines ---------------------------------------------------------------------------------------

RULE = "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"


def in_own_zone(*, rule: str = RULE, offset: str = "+0200", changes: int = 2, start: str = "19701025T030000") -> bytes:
    """A calendar with an event at ten in a zone of its own, which is ``offset`` all year round."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VTIMEZONE", "TZID:School time"]
    for number in range(changes):
        kind = ("STANDARD", "DAYLIGHT")[number % 2]
        lines += [f"BEGIN:{kind}", f"DTSTART:{start}", f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}"]
        lines += [f"RRULE:{rule}", f"END:{kind}"]
    lines += ["END:VTIMEZONE", "BEGIN:VEVENT", "UID:1", "SUMMARY:Visit", "DTSTART;TZID=School time:20260501T100000"]
    return "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()


def begins(data: bytes) -> str:
    [found] = read_calendar(data, timezone="Asia/Tokyo", language="en")
    assert found.record is not None
    return found.record["start"]


def test_a_zone_of_one_file_says_nothing_about_the_next():
    assert begins(in_own_zone()) == "2026-05-01T08:00:00+00:00"
    assert begins(in_own_zone(offset="-0500")) == "2026-05-01T15:00:00+00:00"


@each_row(
    "changed",
    [
        {"rule": "FREQ=SECONDLY"},
        {"rule": "FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12"},
        {"rule": "FREQ=YEARLY;BYHOUR=1,2;BYMINUTE=1,2;BYSECOND=1,2"},
        {"rule": "FREQ=YEARLY;BYYEARDAY=1"},
        {"rule": "FREQ=YEARLY;BYDAY=SU"},
        {"rule": "FREQ=YEARLY;BYMONTH=1;BYDAY=SU"},
        {"rule": "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1,2,3,4,5,6,7"},
        {"changes": 9},
    ],
)
def test_a_zone_that_costs_more_than_real_ones_is_not_known(changed):
    """The time is then one of whoever brings it; a rule for every second would never be done."""
    assert begins(in_own_zone(**changed)) == "2026-05-01T10:00:00+09:00"


@each_row(
    "changed",
    [
        {"start": "16010228T030000"},
        {"start": "16040229T030000"},
        {"rule": "FREQ=YEARLY"},
        {"rule": "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU"},
        {"rule": "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=1;UNTIL=20300401T000000Z", "changes": 1},
    ],
)
def test_zones_are_defined_as_programs_write_them(changed):
    assert begins(in_own_zone(**changed)) == "2026-05-01T08:00:00+00:00"


def test_single_times_belong_to_the_first_series_of_a_name():
    body, _ = written(entry(recurrence={"frequency": "weekly", "count": 26, "overrides": OVERRIDES}))
    first, rest = body.index(b"BEGIN:VEVENT"), body.index(b"END:VEVENT") + len(b"END:VEVENT\r\n")
    one, again = read_calendar(body[:rest] + body[first:], timezone="UTC", language="en")
    assert "overrides" in one.record["recurrence"]
    assert "overrides" not in again.record["recurrence"]
