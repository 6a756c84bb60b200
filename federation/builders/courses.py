"""Join, Leave and their answers, for the instances of courses: in the dialect of events (FEP-8a8e, Mobilizon)."""

from typing import Any

from sqlalchemy import Connection

from federation.builders.audience import Audience
from federation.builders.outgoing import Outgoing
from node import events
from node.domain.courses import State
from node.domain.visibility import Visibility
from node.errors import NotFound
from node.services.context import Unit
from node.services.library.enrolling import instance_uri
from node.store.library import courses, resources
from node.store.library.courses import Enrolment
from node.store.library.resources import Resource
from node.store.people import actors
from node.store.people.actors import Actor

#: An answer that is none yet says so.
_ANSWERS = {
    State.ENROLLED: "Accept",
    State.WAITING: "TentativeAccept",
    State.REQUESTED: "TentativeAccept",
    State.REFUSED: "Reject",
}


def answer_type(state: State) -> str:
    """The activity that tells somebody of another node what they are to an instance."""
    return _ANSWERS[state]


def join_of(enrolment: Enrolment, person: Actor, course: Resource) -> dict[str, Any]:
    """The Join of one of ours; its note is for those who hold the course."""
    return {**_join(enrolment.uri, person, course, enrolment.key, enrolment.note), "to": [course.owner.uri]}


def course_joined(conn: Connection, unit: Unit, event: events.CourseJoined) -> Outgoing | None:
    found = courses.find_by_id(conn, event.enrolment_id)
    if found is None:
        return None
    course = resources.load_by_object(conn, found.object_id)
    person = actors.load_actors_by_id(conn, [found.actor_id])[found.actor_id]
    return _to(person, course.owner, join_of(found, person, course))


def course_left(conn: Connection, unit: Unit, event: events.CourseLeft) -> Outgoing | None:
    try:
        course = resources.load_by_object(conn, event.object_id)
    except NotFound:
        return None  # withdrawn meanwhile: there is nobody to tell
    person = actors.load_actors_by_id(conn, [event.actor_id])[event.actor_id]
    activity = {
        "type": "Leave",
        "actor": person.uri,
        "object": instance_uri(course, event.key),
        "to": [course.owner.uri],
    }
    return _to(person, course.owner, activity)


def course_answered(conn: Connection, unit: Unit, event: events.CourseAnswered) -> Outgoing | None:
    """Accept, TentativeAccept or Reject of a Join; an Invite to whoever has not asked."""
    found = courses.find_by_id(conn, event.enrolment_id)
    if found is None:
        return None
    course = resources.load_by_object(conn, found.object_id)
    person = actors.load_actors_by_id(conn, [found.actor_id])[found.actor_id]
    uri = instance_uri(course, found.key)
    activity: dict[str, Any] = {"actor": course.owner.uri, "to": [person.uri]}
    if event.state == State.INVITED:
        activity |= {"type": "Invite", "object": uri, "target": person.uri}
    elif event.uri:
        join = {"id": event.uri, "type": "Join", "actor": person.uri, "object": uri}
        activity |= {"type": answer_type(State(event.state)), "object": join}
    else:
        return None  # was invited and has not asked: nothing to answer
    return _to(course.owner, person, activity)


def enrolment_offered(conn: Connection, unit: Unit, event: events.EnrolmentOffered) -> Outgoing | None:
    """Offer of a Join to those elsewhere who teach; Undo of that when it is settled, matched by its meaning."""
    try:
        course = resources.load_by_object(conn, event.object_id)
    except NotFound:
        return None
    person = actors.load_actors_by_id(conn, [event.asker_id])[event.asker_id]
    join = _join(event.uri, person, course, event.key, event.note)
    activity = {"type": "Offer", "actor": course.owner.uri, "object": join, "to": list(event.to)}
    if event.is_settled:
        activity = {"type": "Undo", "actor": course.owner.uri, "object": activity, "to": list(event.to)}
    return Outgoing(course.owner, activity, course.uri, Visibility.DIRECT, Audience(named=tuple(event.to)))


def enrolment_decided(conn: Connection, unit: Unit, event: events.EnrolmentDecided) -> Outgoing | None:
    """Accept or Reject of an offered Join, to the home of the course."""
    try:
        course = resources.load_by_object(conn, event.object_id)
    except NotFound:
        return None
    known = actors.load_actors_by_id(conn, [event.teacher_id, event.asker_id])
    teacher, person = known[event.teacher_id], known[event.asker_id]
    activity = {
        "type": "Accept" if event.accepted else "Reject",
        "actor": teacher.uri,
        "object": _join(event.uri, person, course, event.key, ""),
        "to": [course.owner.uri],
    }
    return _to(teacher, course.owner, activity)


def _join(uri: str, person: Actor, course: Resource, key: str, note: str) -> dict[str, Any]:
    join = {"id": uri, "type": "Join", "actor": person.uri, "object": instance_uri(course, key)}
    return {**join, **({"participationMessage": note} if note else {})}


def _to(sender: Actor, receiver: Actor, activity: dict[str, Any]) -> Outgoing:
    audience = Audience(named=(receiver.uri,))
    return Outgoing(sender, activity, receiver.uri, Visibility.DIRECT, audience)
