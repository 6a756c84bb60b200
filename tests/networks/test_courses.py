"""Courses across nodes: published at the university, found at the hospital, enrolled in, withdrawn, gone."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from node.clock import FixedClock
from node.domain.courses import State, key_of
from node.domain.search import parse
from node.domain.visibility import Visibility
from node.errors import Conflict, Forbidden
from node.services.library import enrolling, publish, teaching
from node.store.library import courses, resources
from node.store.library.resources import Resource
from node.store.people.actors import Actor
from node.store.search import listing
from node.store.search.wishes import Wish
from node.store.tables import enrolments, notifications
from tests.federation.actors.test_community_memberships import hears
from tests.network import Network, Peer, network
from tests.records import record

JUNE = 1_780_272_000_000  # 2026-06-01
AUTUMN = "https://learn.uni.example/c#autumn"
KEY = key_of(AUTUMN)


def course(mode: str = "open", **parts):
    instance = {
        "id": AUTUMN,
        "name": {"en": "Autumn 2026"},
        "courseMode": ["onsite"],
        "startDate": "2026-09-07",
        "endDate": "2026-10-16",
        "enrolment": {"mode": mode, "until": "2026-09-01"},
        **parts,
    }
    return record(
        name={"en": "Casting for carers"}, kind="course", isAccessibleForFree=True, hasCourseInstance=[instance]
    )


@pytest.fixture(name="nodes")
async def _nodes(tmp_path: Path) -> AsyncIterator[Network]:
    async with network(tmp_path, "university", "hospital", clock=FixedClock(JUNE)) as nodes:
        yield nodes


async def _follows(nodes: Network) -> Actor:
    """A nurse at the hospital whose organisation follows the university's."""
    university, hospital = nodes.peers
    await hospital.follow(await hospital.organisation(), (await university.organisation()).uri)
    await nodes.settle()
    return await hospital.add_actor("nina")


async def _found(peer: Peer, typed: str) -> list[Resource]:
    page = await peer.store.read(listing.find, Wish(parse(typed), {"kind": ["course"]}))
    return list(page.items)


async def _state(peer: Peer, actor_id: int) -> State | None:
    def load(conn: Connection) -> State | None:
        state = conn.scalar(select(enrolments.c.state).where(enrolments.c.actor_id == actor_id))
        return State(state) if state else None

    return await peer.store.read(load)


async def _home(peer: Peer) -> Resource:
    (found,) = await _found(peer, "casting")
    return found


def _told(conn: Connection, owner_id: int) -> list[str]:
    rows = conn.scalars(select(notifications.c.event).where(notifications.c.owner_id == owner_id))
    return [row["occasion"] for row in rows]


async def _person_at(university: Peer, nurse: Actor) -> int:
    found = await university.system.federation.fetcher.actor(nurse.uri)
    return found.id


async def test_a_course_is_found_elsewhere_with_its_instances_and_gone_when_withdrawn(nodes: Network) -> None:
    university, hospital = nodes.peers
    await _follows(nodes)
    published = await university.publish(course())
    await nodes.settle()
    (copy,) = await _found(hospital, "casting carers")
    assert copy.record["hasCourseInstance"] == (await _home(university)).record["hasCourseInstance"]
    assert copy.record["provider"]["name"] == "University"
    changed = course(startDate="2026-09-14")
    await university.publish(changed)
    await nodes.settle()
    (copy,) = await _found(hospital, "casting carers")
    assert copy.record["hasCourseInstance"][0]["startDate"] == "2026-09-14"
    await university.store.write(publish.withdraw_resource, university.unit(), published.object_id)
    await nodes.settle()
    assert await _found(hospital, "casting") == []
    status, _ = await hospital.get(f"/r/{copy.slug}", Accept="text/html")
    assert status == 410


async def test_an_instance_is_an_event_for_other_servers(nodes: Network) -> None:
    university, _ = nodes.peers
    published = await university.publish(course(capacity=12))
    status, event = await university.get(f"{published.uri}/instances/{KEY}")
    assert (status, event["type"], event["name"]) == (200, "Event", "Casting for carers: Autumn 2026")
    assert (event["startTime"], event["joinMode"]) == ("2026-09-07T00:00:00Z", "free")
    assert (event["maximumAttendeeCapacity"], event["remainingAttendeeCapacity"]) == (12, 12)
    for path in (f"{published.uri}/instances/i00000000000", "/ap/o/1/instances/i00000000000"):
        assert (await university.get(path))[0] == 404


async def test_nobody_learns_of_an_instance_of_a_course_for_members(nodes: Network) -> None:
    university, hospital = nodes.peers
    published = await university.publish(course(), Visibility.ORGANISATION)
    assert (await university.get(f"{published.uri}/instances/{KEY}"))[0] == 404
    nurse = await hospital.add_actor("nina")
    await _send_join(nodes, nurse, f"{published.uri}/instances/{KEY}")
    assert ("Join", "not-ours") in await university.outcomes()
    assert await university.store.read(courses.count, published.object_id) == {}


async def _send_join(nodes: Network, person: Actor, uri: str, type_: str = "Join", **parts: str) -> None:
    """An activity of a person of the hospital to the university, whatever the hospital knows."""
    university, hospital = nodes.peers
    await hospital.say(person, {"type": type_, "object": uri, **parts}, (await university.organisation()).uri)
    await nodes.settle()


async def _enrol(peer: Peer, person: Actor, note: str = "") -> None:
    await peer.store.write(enrolling.enrol, peer.unit(), person, await _home(peer), KEY, note)


async def test_people_of_another_node_get_places_wait_for_them_and_move_up(nodes: Network) -> None:
    university, hospital = nodes.peers
    nina = await _follows(nodes)
    omar = await hospital.add_actor("omar")
    uma = await university.add_actor("uma")
    await university.publish(course(capacity=2))
    await nodes.settle()
    await _enrol(university, uma)
    await _enrol(hospital, nina, "I come by train")
    await nodes.settle()
    await _enrol(hospital, omar)
    assert await _state(hospital, omar.id) is State.ASKED
    await nodes.settle()
    assert (await _state(hospital, nina.id), await _state(hospital, omar.id)) == (State.ENROLLED, State.WAITING)
    rows = await university.store.read(courses.list_of_course, (await _home(university)).id, limit=10)
    assert [(row.state, row.note) for row in rows][1:] == [(State.ENROLLED, "I come by train"), (State.WAITING, "")]
    await university.store.write(enrolling.leave, university.unit(), uma, await _home(university), KEY)
    await nodes.settle()
    assert await _state(hospital, omar.id) is State.ENROLLED
    assert await hospital.store.read(_told, omar.id) == ["place"]  # that she waited is no news any more
    await hospital.store.write(enrolling.leave, hospital.unit(), nina, await _home(hospital), KEY)
    await nodes.settle()
    assert await _state(hospital, nina.id) is None
    counts = await university.store.read(courses.count, (await _home(university)).id)
    assert counts == {(KEY, State.ENROLLED): 1}


async def test_more_places_move_those_up_who_wait(nodes: Network) -> None:
    university, hospital = nodes.peers
    nina = await _follows(nodes)
    await university.publish(course(capacity=1))
    await nodes.settle()
    await _enrol(university, await university.add_actor("uma"))
    await _enrol(hospital, nina)
    await nodes.settle()
    assert await _state(hospital, nina.id) is State.WAITING
    await university.publish(course(capacity=2))
    await nodes.settle()
    assert await _state(hospital, nina.id) is State.ENROLLED


async def test_who_enrolled_in_a_date_that_is_taken_away_hears_it(nodes: Network) -> None:
    university, hospital = nodes.peers
    nina = await _follows(nodes)
    await university.publish(course())
    await nodes.settle()
    await _enrol(hospital, nina)
    await nodes.settle()
    assert await _state(hospital, nina.id) is State.ENROLLED
    await university.publish({**course(), "hasCourseInstance": []})
    await nodes.settle()
    assert await _state(hospital, nina.id) is State.REFUSED


async def test_requests_are_decided_at_home(nodes: Network) -> None:
    university, hospital = nodes.peers
    nina = await _follows(nodes)
    omar = await hospital.add_actor("omar")
    await university.publish(course("request"))
    await nodes.settle()
    for person in (nina, omar):
        await _enrol(hospital, person)
    await nodes.settle()
    assert await _state(hospital, nina.id) is State.REQUESTED
    home = await _home(university)
    asked = await university.store.read(courses.list_of_course, home.id, limit=10)
    for each, accepted in zip(asked, (True, False), strict=True):
        unit = university.unit()
        await university.store.write(_decide, unit, home, each.id, accepted)
    await nodes.settle()
    assert (await _state(hospital, nina.id), await _state(hospital, omar.id)) == (State.ENROLLED, State.REFUSED)
    await _enrol(hospital, omar)  # asks again
    await nodes.settle()
    assert await _state(hospital, omar.id) is State.REFUSED
    assert ("Join", "enrolment-refused") in await university.outcomes()


def _decide(conn: Connection, unit, home: Resource, enrolment_id: int, accepted: bool) -> None:
    enrolling.decide(conn, unit, home, enrolment_id, accepted=accepted)


async def test_who_is_invited_enrols_where_others_cannot(nodes: Network) -> None:
    university, hospital = nodes.peers
    nina = await _follows(nodes)
    omar = await hospital.add_actor("omar")
    await university.publish(course("invite"))
    await nodes.settle()
    home = await _home(university)
    invited = await university.system.federation.fetcher.actor(nina.uri)
    await university.store.write(enrolling.invite, university.unit(), home, KEY, invited)
    await nodes.settle()
    for person in (nina, omar):
        await _enrol(hospital, person)
    await nodes.settle()
    assert (await _state(hospital, nina.id), await _state(hospital, omar.id)) == (State.ENROLLED, State.REFUSED)


async def test_leaving_by_undo_by_leave_and_what_others_cannot_say(nodes: Network) -> None:
    """A table of acts on a place: only its holder gives it up, only the home of the course speaks for it."""
    university, hospital = nodes.peers
    nina = await _follows(nodes)
    omar = await hospital.add_actor("omar")
    published = await university.publish(course())
    await nodes.settle()
    await _enrol(hospital, nina)
    await nodes.settle()
    uri = f"{published.uri}/instances/{KEY}"
    join = (await hospital.store.read(courses.list_of_person, nina.id, before=2**62, limit=1))[0].uri
    at_home = await _person_at(university, nina)
    for type_, target in (("Leave", uri), ("Undo", join)):
        await _send_join(nodes, omar, target, type_)
        assert await _state(university, at_home) is State.ENROLLED, type_
    await _send_join(nodes, nina, join, "Undo")
    assert await _state(university, at_home) is None
    await _send_join(nodes, nina, uri)
    assert await _state(university, at_home) is State.ENROLLED
    await _send_join(nodes, nina, uri)  # again: once
    await _send_join(nodes, nina, uri, "Leave")
    await _send_join(nodes, nina, uri, "Leave")
    assert await university.store.read(courses.count, published.object_id) == {}


_SHUT = (
    ({"enrolment": {"mode": "closed"}}, Conflict),
    ({"enrolment": {"mode": "external", "url": "https://lms.example/"}}, Conflict),
    ({"enrolment": {"mode": "open", "until": "2026-05-31"}}, Conflict),
    ({"enrolment": {"mode": "open", "from": "2026-06-02"}}, Conflict),
    ({"startDate": "2026-04-01", "endDate": "2026-05-01"}, Conflict),
    ({"status": "cancelled"}, Conflict),
    ({"enrolment": {"mode": "invite"}}, Forbidden),
)


async def test_what_cannot_be_enrolled_in_leaves_nothing_behind(nodes: Network) -> None:
    university, hospital = nodes.peers
    nina, uma = await hospital.add_actor("nina"), await university.add_actor("uma")
    for number, (parts, refusal) in enumerate(_SHUT, 1):
        published = await university.publish({**course(**parts), "id": f"https://learn.uni.example/{number}"})
        home = await university.store.read(resources.load_by_object, published.object_id)
        with pytest.raises(refusal):
            await university.store.write(enrolling.enrol, university.unit(), uma, home, KEY)
        await _send_join(nodes, nina, f"{published.uri}/instances/{KEY}")
        assert (await university.outcomes()).count(("Join", "enrolment-refused")) == number, parts
        assert await university.store.read(courses.count, published.object_id) == {}


async def test_who_teaches_from_another_node_decides_there(nodes: Network) -> None:
    """Requests are offered to her, her word counts at the home of the course, and that of nobody else."""
    university, hospital = nodes.peers
    nina = await _follows(nodes)
    omar, eve = await hospital.add_actor("omar"), await hospital.add_actor("eve")
    uma, vera = await university.add_actor("uma"), await university.add_actor("vera")
    await _person_at(university, nina)
    await university.publish(course("request", instructor=[{"type": "Person", "name": "Nina", "id": nina.uri}]))
    await nodes.settle()
    for peer, person in ((university, uma), (university, vera), (hospital, omar)):
        await _enrol(peer, person, "I would like to")
    await nodes.settle()
    there = await _home(hospital)
    assert await hospital.store.read(enrolling.may_hold, there, nina.id)
    assert not await hospital.store.read(enrolling.may_hold, there, eve.id)
    asked = await hospital.store.read(partial(teaching.load_requests, after=0, limit=10), there)
    assert [each.note for each in asked] == ["I would like to"] * 3
    assert await hospital.store.read(_told, nina.id) == ["asks"] * 3

    made_up = {"type": "Join", "actor": eve.uri, "object": f"{there.uri}/instances/{asked[0].key}"}
    offer = {"type": "Offer", "actor": there.owner.uri, "object": made_up, "to": [nina.uri]}
    assert await hears(hospital, offer) == "not-asked", "of what people here want no home elsewhere can tell"

    by_uri = {each.uri: each for each in asked}
    uri_of_uma = await university.store.read(_join_of, uma.id)
    await hospital.say(eve, {"type": "Accept", "object": uri_of_uma}, there.owner.uri)
    await nodes.settle()
    assert await _state(university, uma.id) is State.REQUESTED

    home = await _home(university)
    of_vera = await university.store.read(courses.find, home.id, KEY, vera.id)
    await university.store.write(partial(enrolling.decide, accepted=False), university.unit(), home, of_vera.id)
    await nodes.settle()
    assert len(await hospital.store.read(partial(teaching.load_requests, after=0, limit=10), there)) == 2
    for wanted in (by_uri[uri_of_uma], await hospital.store.read(courses.find, there.id, KEY, omar.id)):
        said = (hospital.unit(), there, nina.id, wanted.id)
        await hospital.store.write(partial(teaching.decide, accepted=True), *said)
    await nodes.settle()
    assert [await _state(university, each.id) for each in (uma, vera)] == [State.ENROLLED, State.REFUSED]
    assert await _state(hospital, omar.id) is State.ENROLLED
    assert await hospital.store.read(partial(teaching.load_requests, after=0, limit=10), there) == []
    assert await hospital.store.read(_told, nina.id) == []
    assert {("Offer", "enrolment-offered"), ("Undo", "enrolment-settled")} <= set(await hospital.outcomes())
    assert ("Accept", "course-decided") in await university.outcomes()


def _join_of(conn: Connection, actor_id: int) -> str | None:
    return conn.scalar(select(enrolments.c.uri).where(enrolments.c.actor_id == actor_id))
