"""Events on the wire: ours in the words of FEP-8a8e and Mobilizon, theirs as records, real messages of both."""

import json

from federation.mapping.event_document import event_terms, summary_html
from federation.mapping.event_record import read_event_record, read_sequence
from federation.mapping.post import read_post
from node.domain.events import EventRecord
from node.services.events.event_records import check_record
from node.store.events.events import Event
from tests.happenings import event_record
from tests.rows import each_row
from tests.shared import shared_data

ADA = "https://learn.uni.example/ap/a/1"


def event(record: EventRecord, **changes) -> Event:
    values = {
        "id": 7, "uri": "https://learn.uni.example/ap/o/7", "url": "https://learn.uni.example/e/7-casting",
        "actor_id": 1, "local": True, "visibility": "public", "state": "live", "audience": "",
        "published_at": 1_790_000_000_000, "updated_at": None, "version": 1, "start_at": 0, "end_at": None,
        "next_at": 0, "last_at": 0, "timezone": record["timeZone"], "status": record.get("status", "scheduled"),
        "sequence": 3, "cancelled_at": None, "join_mode": record["joinMode"], "capacity": record.get("capacity"),
        "has_waitlist": True, "going_count": 12, "waiting_count": 0, "interested_count": 0, "record": record,
        "details": None,
    }  # fmt: skip
    return Event(**values | changes)


def document(record: EventRecord, now: int = 0) -> dict:
    base = {
        "id": "https://learn.uni.example/ap/o/7", "type": "Event", "attributedTo": ADA, "name": "Casting at home",
        "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": [f"{ADA}/followers"], "attachment": [],
        "content": "<p>Bring safety glasses.</p>", "url": "https://learn.uni.example/e/7-casting",
        "published": "2026-03-01T09:00:00Z",
    }  # fmt: skip
    return base | event_terms(event(record), base, publisher=ADA, now=now)


FULL = check_record(
    event_record(
        name={"en": "Casting at home", "de": "Gießen zuhause"},
        end="2099-05-07T20:00:00+02:00",
        onlineUrl="https://meet.example/casting",
        capacity=20,
        recurrence={"frequency": "weekly", "count": 3, "exceptions": ["2099-05-14"]},
        speakers=[{"name": "Maeve", "url": "https://example.org/m"}],
        about=[{"id": "https://example.org/metals", "prefLabel": {"en": "Metals"}}],
        materials=[{"name": "Worksheet", "url": "https://example.org/w"}],
    )
)


def test_what_we_send_is_read_back_without_loss():
    post = read_post(document(FULL))
    assert read_event_record(post) == FULL
    assert read_sequence(post) == 3
    assert post.event is not None
    assert (post.event.capacity, post.event.participants) == (20, 12)


def test_our_events_say_all_that_the_reference_says():
    example = json.loads(shared_data("examples/event.json").read_bytes())["object"]
    ours = document({**FULL, "joinMode": "external", "externalUrl": "https://x.example/"})
    absent = set(example) - set(ours)
    # What every post says (mapping.post), and what an event without these has not.
    assert absent <= {"mediaType", "updated", "tag", "replies", "context", "interactionPolicy"}
    assert (ours["status"], ours["eventStatus"], ours["remainingAttendeeCapacity"]) == (
        "CONFIRMED",
        "EventScheduled",
        8,
    )
    assert ours["location"]["address"]["addressLocality"] == "Berlin"


def test_a_series_tells_its_next_time_to_those_who_know_no_series():
    after_first = 4_081_900_000_000
    assert document(FULL, now=after_first)["startTime"] == "2099-05-21T18:00:00+02:00"
    assert document(FULL, now=2**52)["startTime"] == "2099-05-21T18:00:00+02:00"


def test_a_cancellation_is_said_in_every_vocabulary():
    ours = document({**FULL, "status": "cancelled"})
    assert (ours["status"], ours["ical:status"], ours["eventStatus"]) == ("CANCELLED", "CANCELLED", "EventCancelled")
    assert ours["name"] == "CANCELLED: Casting at home"
    assert "CANCELLED" in ours["summary"]
    assert read_event_record(read_post(ours)) == {**FULL, "status": "cancelled"}


def test_the_summary_is_whole_for_those_who_know_no_events():
    record = check_record(event_record(name={"de": "Gießen <b>"}, defaultLanguage="de", description=None, capacity=2))
    said = summary_html(event(record), 0)
    assert "Do., 7. Mai 2099, 18:00–20:00 (Europe/Berlin)" in said
    assert "City Library, Breite Str. 30, 10178 Berlin, 2 Plätze" in said
    assert "ja, nein oder vielleicht" in said


def test_an_event_of_mobilizon_becomes_a_record():
    found = read_event_record(read_post(json.loads(shared_data("payloads/mobilizon/objects/event.json").read_bytes())))
    assert found == {
        "name": {"en": "Caledonian scottish dance class"},
        "defaultLanguage": "en",
        "start": "2022-12-11T19:00:00+00:00",
        "end": "2022-12-11T21:00:00+00:00",
        "timeZone": "Europe/London",
        "joinMode": "free",
        "place": {
            "name": "The Kenn Centre",
            "street": "Devon Expressway",
            "postalCode": "EX6 7TW",
            "locality": "Teignbridge",
            "region": "England",
            "country": "United Kingdom",
            "latitude": 50.66881615,
            "longitude": -3.537739788359949,
        },
    }


def test_an_event_of_gancio_becomes_a_record():
    activity = json.loads(shared_data("payloads/gancio/gancio-event-activity.json").read_bytes())
    found = read_event_record(read_post(activity["object"]))
    assert found is not None
    assert (found["start"], found["timeZone"], found["joinMode"], found["place"]) == (
        "2021-07-14T15:30:57+00:00",
        "UTC",
        "unknown",
        {"name": "Colosseo"},
    )


@each_row(
    "changes",
    [
        {"startTime": "soon"},
        {"startTime": None},
        {"startTime": "9999-12-31T23:59:59Z"},
        {"startTime": "1900-01-01T00:00:00Z"},
    ],
)
def test_without_a_usable_time_it_stays_a_post(changes):
    assert read_event_record(read_post(document(FULL) | {"mainEntity": None} | changes)) is None


@each_row(
    "changes, key, value",
    [
        ({"endTime": "2090-01-01T00:00:00Z"}, "end", None),
        ({"timezone": "../../etc/passwd"}, "timeZone", "UTC"),
        ({"joinMode": "whatever"}, "joinMode", "unknown"),
        ({"maximumAttendeeCapacity": 10**15}, "capacity", 100_000),
        ({"maximumAttendeeCapacity": -5}, "capacity", None),
        ({"location": None, "attachment": []}, "place", None),
        ({"eventStatus": "EventCancelled"}, "status", "cancelled"),
        (
            {"mainEntity": {"type": "EducationEvent", "extensions": {"event": {"recurrence": "bomb"}}}},
            "recurrence",
            None,
        ),
        (
            {"mainEntity": {"extensions": {"event": {**FULL, "recurrence": {"frequency": "daily", "count": 10**9}}}}},
            "recurrence",
            None,
        ),
    ],
)
def test_what_does_not_hold_is_left_out_and_the_rest_is_kept(changes, key, value):
    found = read_event_record(read_post({**document(FULL), "mainEntity": None, **changes}))
    assert found is not None
    assert found.get(key) == value
    assert found["name"]
