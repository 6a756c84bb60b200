"""Enrolling at home under load: a race for the last place has one winner, on both databases."""

import asyncio

import pytest

from federation.builders.resource_documents import write_document
from node.clock import SystemClock
from node.domain.courses import State, key_of
from node.domain.visibility import Visibility
from node.ids import Ids
from node.services.context import Unit
from node.services.library import enrolling, publish
from node.store.library import courses, resources
from node.store.people import actors
from tests import stores
from tests.node.services.test_events import person
from tests.records import record

database, store = stores.database, stores.store
ONE = "https://learn.uni.example/c#one"
KEY = key_of(ONE)
ORIGIN = "https://learn.uni.example"


@pytest.fixture
def unit():
    return Unit(Ids(SystemClock()), 1_800_000_000_000, ORIGIN, "learn.uni.example")


def offer(conn, unit, capacity):
    owner = person(conn, unit, "uni", kind="organization")
    instance = {"id": ONE, "courseMode": ["onsite"], "enrolment": {"mode": "open"}, "capacity": capacity}
    value = record(name={"en": "Casting"}, kind="course", hasCourseInstance=[instance])
    return publish.publish_resource(conn, unit, owner, value, Visibility.PUBLIC, write=write_document).object_id


async def test_a_race_for_one_place_has_one_winner(store, unit):
    """100 people enrol at once: one has the place, 99 wait, each once; who leaves hands it on to the first of them."""

    def make(conn):
        made = offer(conn, unit, 1)
        return made, [person(conn, unit, f"p{number}") for number in range(100)]

    course_id, people = await store.write(make)

    def enrol(conn, actor_id):
        course = resources.load_by_object(conn, course_id)
        return enrolling.enrol(conn, unit, actors.load_actors_by_id(conn, [actor_id])[actor_id], course, KEY)

    given = await asyncio.gather(*(store.write(enrol, each) for each in (*people, *people)))
    assert len(given) == 200
    counts = await store.read(courses.count, course_id)
    assert counts == {(KEY, State.ENROLLED): 1, (KEY, State.WAITING): 99}

    def leave(conn, actor_id):
        course = resources.load_by_object(conn, course_id)
        enrolling.leave(conn, unit, actors.load_actors_by_id(conn, [actor_id])[actor_id], course, KEY)

    first = next(each.actor_id for each in given if each.state is State.ENROLLED)
    line = await store.read(
        lambda conn: [each.actor_id for each in courses.list_waiting(conn, course_id, KEY, limit=1)]
    )
    await asyncio.gather(*(store.write(leave, first) for _ in range(5)))
    rows = await store.read(lambda conn: courses.list_of_course(conn, course_id, limit=200))
    assert [each.actor_id for each in rows if each.state is State.ENROLLED] == line
    assert len(rows) == 99
