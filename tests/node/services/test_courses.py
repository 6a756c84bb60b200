"""Courses: which instance is next, when one can enrol, and what no course may be."""

import datetime as dt

import schemas
from node.calendar.course_times import times_of
from node.calendar.recurrence import occurrences
from node.domain.course_lines import course_line
from node.domain.courses import Door, broken_course_rules, completed, door_of, find_instance, key_of, next_instance
from node.domain.resources import broken_rules, kind_of
from node.domain.zones import moment, zone_of
from tests.records import course_record, full_record, record
from tests.rows import each_row

TODAY = dt.date(2026, 6, 1)
ONLINE = {"id": "https://learn.uni.example/c#1", "courseMode": ["online"], "enrolment": {"mode": "open"}}


def course(*instances, **parts):
    return record(type=["LearningResource", "Course"], hasCourseInstance=list(instances), **parts)


def test_the_sample_is_a_course_that_schema_and_rules_allow():
    value = course_record()
    assert list(schemas.check("resource", value)) == []
    assert broken_rules(value) == ()
    assert kind_of({key: each for key, each in value.items() if key != "kind"}) == "course"


@each_row(
    "parts, door",
    [
        ({}, Door.OPEN),
        ({"enrolment": {"mode": "request", "until": "2026-06-01"}}, Door.OPEN),
        ({"enrolment": {"mode": "open", "until": "2026-05-31"}}, Door.CLOSED),
        ({"enrolment": {"mode": "open", "from": "2026-06-02"}}, Door.NOT_YET),
        ({"enrolment": {"mode": "closed"}}, Door.CLOSED),
        ({"enrolment": {"mode": "external", "url": "https://x.example/"}}, Door.EXTERNAL),
        ({"startDate": "2026-05-31"}, Door.OVER),
        ({"startDate": "2026-05-01", "endDate": "2026-06-01T23:00:00+02:00"}, Door.OPEN),
        ({"startDate": "2026-05-01", "courseSchedule": {"repeatFrequency": "P1W"}}, Door.OPEN),
        ({"status": "cancelled"}, Door.CANCELLED),
    ],
)
def test_when_one_can_enrol(parts, door):
    assert door_of({**ONLINE, **parts}, TODAY) is door


def test_the_next_instance_is_the_earliest_that_is_not_over():
    past = {**ONLINE, "id": "https://x.example/#past", "startDate": "2026-01-01", "endDate": "2026-02-01"}
    cancelled = {**ONLINE, "id": "https://x.example/#off", "startDate": "2026-06-02", "status": "cancelled"}
    autumn = {**ONLINE, "id": "https://x.example/#autumn", "startDate": "2026-09-07"}
    any_time = {**ONLINE, "id": "https://x.example/#any"}
    assert next_instance(course(past, any_time, cancelled, autumn), TODAY) == autumn
    assert next_instance(course(past, any_time), TODAY) == any_time
    assert next_instance(course(past, cancelled), TODAY) is None


@each_row(
    "instance, language, line",
    [
        ({"startDate": "2026-09-07"}, "en", "starts 7 September 2026 · online"),
        (
            {"startDate": "2026-09-07", "courseWorkload": "PT4H"},
            "de",
            "beginnt am 7. September 2026 · online · 4 h je Woche",
        ),
        ({"startDate": "2026-05-01", "endDate": "2026-07-01"}, "fr", "runs until 1 July 2026 · online"),
        (
            {"enrolment": {"mode": "request", "until": "2026-08-01"}},
            "en",
            "start at any time · online · on request · enrol until 1 August 2026",
        ),
        ({"enrolment": {"mode": "closed"}}, "de", "Beginn jederzeit · online · Anmeldung geschlossen"),
        ({"endDate": "2026-05-01"}, "en", "no dates at present"),
    ],
)
def test_a_course_in_one_line(instance, language, line):
    assert course_line(course({**ONLINE, **instance}), language, TODAY) == line
    assert course_line(record(), language, TODAY) == ""


def test_what_is_left_to_us_is_filled_in_and_stays_the_same():
    bare = {key: each for key, each in ONLINE.items() if key != "id"}
    provider = {"type": "Organization", "name": "Uni"}
    first = completed(record(kind="course", hasCourseInstance=[bare, bare]), provider)
    assert first["type"] == ["LearningResource", "Course"]
    assert first["provider"] == provider
    ids = [each["id"] for each in first["hasCourseInstance"]]
    assert ids == [f"{first['id']}-instance-1", f"{first['id']}-instance-2"]
    assert completed(first, provider) == first
    without_the_first = completed({**first, "hasCourseInstance": [first["hasCourseInstance"][1], bare]}, provider)
    assert [each["id"] for each in without_the_first["hasCourseInstance"]] == [ids[1], ids[0]]
    assert find_instance(first, key_of(ids[1])) == first["hasCourseInstance"][1]
    assert completed(full_record(), provider) == full_record()


@each_row(
    "value, paths",
    [
        (record(courseCode="A1"), ["$.courseCode"]),
        (course({**ONLINE, "startDate": "2026-09-07", "endDate": "2026-09-06"}), ["$.hasCourseInstance[0].endDate"]),
        (
            course({**ONLINE, "enrolment": {"mode": "open", "from": "2026-02-01", "until": "2026-01-01"}}),
            ["$.hasCourseInstance[0].enrolment.until"],
        ),
        (course(ONLINE, ONLINE), ["$.hasCourseInstance[1].id"]),
        (course({**ONLINE, "enrolment": {"mode": "external"}}), ["$.hasCourseInstance[0].enrolment.url"]),
        (course({"id": "https://x.example/1", "enrolment": {"mode": "open"}}), ["$.hasCourseInstance[0].courseMode"]),
    ],
)
def test_rules_between_fields(value, paths):
    assert [problem.path for problem in broken_course_rules(value)] == paths


@each_row(
    "parts, path",
    [
        ({"hasCourseInstance": [{**ONLINE, "capacity": 0}]}, "$.hasCourseInstance[0].capacity"),
        ({"hasCourseInstance": [{**ONLINE, "enrolment": {"mode": "maybe"}}]}, "$.hasCourseInstance[0].enrolment.mode"),
        ({"hasCourseInstance": [{**ONLINE, "courseMode": []}]}, "$.hasCourseInstance[0].courseMode"),
        ({"hasCourseInstance": [{**ONLINE, "startDate": "soon"}]}, "$.hasCourseInstance[0].startDate"),
        ({"hasCourseInstance": [ONLINE] * 101}, "$.hasCourseInstance"),
        ({"hasCourseInstance": [{**ONLINE, "offers": [{"price": -1}]}]}, "$.hasCourseInstance[0].offers[0].price"),
        ({"hasCourseInstance": [{**ONLINE, "location": [{"type": "Place"}]}]}, "$.hasCourseInstance[0].location[0]"),
        ({"syllabus": [{}]}, "$.syllabus[0].name"),
        ({"provider": "Uni"}, "$.provider"),
        ({"workload": "4 hours"}, "$.workload"),
    ],
)
def test_bad_input_is_named_by_its_place(parts, path):
    assert path in {finding.path for finding in schemas.check("resource", {**course(ONLINE), **parts})}


def walls(instance, **parts):
    """Wall times of an instance, with the weekday; a star where whole days count."""
    found = times_of(course(instance, **parts), instance, "Europe/Berlin")
    return [
        moment(each.start_at, zone_of(times.record["timeZone"])).strftime(
            "%a %m-%d" + (" *" if times.is_whole_day else " %H:%M")
        )
        for times in found
        for each in occurrences(times.record)
    ]


WEEKLY = {"repeatFrequency": "P1W", "byDay": ["Tuesday", "Thursday"], "startTime": "18:00", "endTime": "19:30"}


@each_row(
    "parts, times",
    [
        ({}, []),
        ({"startDate": "2026-10-19"}, ["Mon 10-19 *"]),
        ({"startDate": "2026-10-19", "endDate": "2026-10-30"}, ["Mon 10-19 *", "Fri 10-30 *"]),
        ({"startDate": "2026-10-19T09:00:00+02:00", "endDate": "2026-10-19T17:00:00+02:00"}, ["Mon 10-19 09:00"]),
        # The clocks change on 25 October; who teaches at six goes on at six.
        (
            {"startDate": "2026-10-19", "endDate": "2026-10-29", "courseSchedule": WEEKLY},
            ["Tue 10-20 18:00", "Thu 10-22 18:00", "Tue 10-27 18:00", "Thu 10-29 18:00"],
        ),
        (
            {"startDate": "2026-10-19", "courseSchedule": {"byDay": ["Monday"], "repeatCount": 2}},
            ["Mon 10-19 *", "Mon 10-26 *"],
        ),
        ({"startDate": "2026-10-19", "courseSchedule": {"repeatFrequency": "P1Y"}}, ["Mon 10-19 *"]),
    ],
)
def test_when_a_course_takes_place(parts, times):
    assert walls({**ONLINE, **parts}) == times


def test_a_course_without_an_end_takes_place_for_two_years_at_most():
    daily = {"startDate": "2026-10-19", "courseSchedule": {"repeatFrequency": "P1D", "startTime": "09:00"}}
    assert len(walls({**ONLINE, **daily})) == 732
