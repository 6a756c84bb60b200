"""Who teaches a course from another node decides on requests to enrol at home, as people of the course's own node do.

The home of the course offers each request to those whom its record names and who are known to it; what they say counts
there as long as the request waits. At the node of a teacher such a request is an enrolment that asks for a word. Units
of work.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from node import events
from node.domain.courses import MAX_NOTE, State, instances, key_of
from node.domain.notices import Occasion
from node.domain.text import clean
from node.errors import Conflict, NotFound
from node.services.context import Unit
from node.services.news import happened, news
from node.store.library import courses
from node.store.library.courses import Enrolment
from node.store.library.resources import Resource
from node.store.news import notifications
from node.store.people import actors
from node.store.people.actors import Actor


def named(course: Resource, key: str = "") -> set[str]:
    """URIs of who made the course and who teaches an instance of it; without a key, any."""
    teachers = [each.get("instructor", ()) for each in instances(course.record) if key in {"", key_of(each["id"])}]
    people = [*course.record.get("creator", ()), *(agent for each in teachers for agent in each)]
    return {agent["id"] for agent in people if agent.get("id")}


# -- at the home of the course ---------------------------------------------------------------------------------------


def offer(conn: Connection, unit: Unit, course: Resource, found: Enrolment, *, is_settled: bool = False) -> None:
    """Ask those elsewhere who may decide, or tell them that it is settled."""
    known = actors.load_actors(conn, sorted(named(course, found.key)))
    to = [uri for uri, each in known.items() if not each.local and each.kind == "person" and each.is_active]
    if to:
        offered = events.EnrolmentOffered(
            course.id, found.key, found.actor_id, found.uri, found.note, to, is_settled=is_settled
        )
        events.record(conn, unit.ids, unit.now, offered, about=course.uri)


# -- at the node of a teacher ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OfferedJoin:
    """What a teacher is asked to decide: who wants to take part in which instance; ``uri`` names the Join."""

    key: str
    asker: Actor
    uri: str
    note: str


def take_in(conn: Connection, unit: Unit, course: Resource, join: OfferedJoin, teachers: Collection[int]) -> None:
    """A request that people here may decide: they are told, as for a course of their own node."""
    known = courses.find(conn, course.id, join.key, join.asker.id)
    if known is None:
        known = Enrolment(
            id=unit.ids.new(),
            object_id=course.id,
            key=join.key,
            actor_id=join.asker.id,
            state=State.REQUESTED,
            uri=join.uri,
            note=clean(join.note).strip()[:MAX_NOTE],
            queued_at=unit.now,
            created_at=unit.now,
            updated_at=unit.now,
        )
        courses.insert_enrolment(conn, known)
    told = [happened.Enrolled(course.id, each, join.asker.id, known.id, Occasion.ASKS) for each in sorted(teachers)]
    news.tell(conn, unit, *told)


def settle(conn: Connection, course: Resource, key: str, asker: Actor) -> bool:
    """It is decided, by whomever. Whether it waited here; what one of ours asked for herself stays hers."""
    known = courses.find(conn, course.id, key, asker.id)
    if known is None:
        return False
    notifications.delete_for(conn, [known.id])
    if not asker.local:
        courses.remove(conn, known.id)
    return True


def load_requests(conn: Connection, course: Resource, *, after: int, limit: int) -> list[Enrolment]:
    """What waits for a word of the teachers here, in the order in which it came."""
    found = courses.list_of_course(conn, course.id, after=after, limit=limit)
    return [each for each in found if each.state is State.REQUESTED]


def decide(
    conn: Connection, unit: Unit, course: Resource, person_id: int, enrolment_id: int, *, accepted: bool
) -> Enrolment:
    """What one of ours says of a request at a course elsewhere goes to its home. Raises NotFound, Conflict."""
    found = courses.find_by_id(conn, enrolment_id)
    if found is None or found.object_id != course.id:
        raise NotFound
    if found.state is not State.REQUESTED:
        raise Conflict("This has been decided already.")
    said = events.EnrolmentDecided(course.id, person_id, found.key, found.actor_id, found.uri, accepted)
    events.record(conn, unit.ids, unit.now, said, about=course.uri)
    asker = actors.load_actors_by_id(conn, [found.actor_id])[found.actor_id]
    settle(conn, course, found.key, asker)
    return found
