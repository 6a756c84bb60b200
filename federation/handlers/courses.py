"""Join and Leave of an instance of a course of ours, and the answers to those of our people.

An instance is named by an address below that of its course. Each function answers an empty text where the activity is
about something else.
"""

import re

from federation.applying.batch import Batch, Inbound
from federation.builders.courses import answer_type
from federation.mapping.activity import Activity
from federation.sending import outbox
from node.domain.courses import State, find_instance
from node.domain.uris import host_of
from node.domain.visibility import Visibility
from node.errors import Conflict, Forbidden, NotFound
from node.services.library import enrolling, teaching
from node.store.federation import partners
from node.store.library import courses, resources
from node.store.library.courses import Enrolment
from node.store.library.resources import Resource
from node.store.people.actors import Actor

_INSTANCE = re.compile(r"(.+)/instances/(i[0-9a-f]{11})")


def join(batch: Batch, inbound: Inbound) -> str:
    """Answered at once: Accept with a place, TentativeAccept while there is none or somebody has to decide."""
    activity = inbound.activity
    named = _instance(batch, activity.object_uri)
    if named is None:
        return ""
    course, key = named
    person = batch.known_actor(activity.actor)
    if batch.is_deleted(activity.id, person.uri):
        return "undone-before"
    if not _may_see(batch, course, person):
        return "not-ours"
    note = activity.raw.get("participationMessage")
    try:
        found = enrolling.admit(
            batch.conn,
            batch.unit,
            course,
            key,
            person,
            uri=activity.id,
            note=note if isinstance(note, str) else "",
        )
    except (Conflict, Forbidden):
        outbox.answer(batch, course.owner, person, activity.raw, accepted=False)
        return "enrolment-refused"
    type_ = answer_type(found.state)
    outbox.answer(batch, course.owner, person, activity.raw, accepted=type_ == "Accept", type_=type_)
    batch.add_owner(course.owner.id, inbound.received_id)
    return f"course-{found.state}"


def leave(batch: Batch, inbound: Inbound) -> str:
    named = _instance(batch, inbound.activity.object_uri)
    person = batch.actor(inbound.activity.actor)
    if named is None:
        return ""
    if person is None:
        return "unknown-actor"
    course, key = named
    return "course-left" if enrolling.withdraw(batch.conn, batch.unit, course, key, person) else "course-not-joined"


def undo_join(batch: Batch, person: Actor, inner: Activity) -> str:
    """FEP-8a8e: Undo of the Join is a Leave."""
    named = _instance(batch, inner.object_uri)
    if named is None:
        return ""
    course, key = named
    return "course-left" if enrolling.withdraw(batch.conn, batch.unit, course, key, person) else "course-not-joined"


def undo_join_by_id(batch: Batch, person: Actor, uri: str) -> str:
    """The same, where the Join is named by its id alone."""
    found = courses.find_here(batch.conn, uri)
    if found is None or found.actor_id != person.id:
        return ""
    course = resources.load_by_object(batch.conn, found.object_id)
    enrolling.withdraw(batch.conn, batch.unit, course, found.key, person)
    return "course-left"


def answer(batch: Batch, inbound: Inbound) -> str:
    """What the home of a course said to one of ours; only its owner's word counts (IN17)."""
    activity = inbound.activity
    if (asked := courses.find_here(batch.conn, activity.object_uri or "")) is not None:
        return _decided_elsewhere(batch, activity, asked)
    if (found := courses.find_elsewhere(batch.conn, activity.object_uri or "")) is None:
        return ""
    course = resources.load_by_object(batch.conn, found.object_id)
    if course.owner.uri != activity.actor:
        return "not-asked"
    state = _state_said(activity, course, found.key)
    enrolling.answered(batch.conn, batch.unit, course, found, state)
    batch.add_owner(found.actor_id, inbound.received_id)
    return f"course-{state}"


def _decided_elsewhere(batch: Batch, activity: Activity, found: Enrolment) -> str:
    """What somebody says who teaches a course of ours from another node."""
    course = resources.load_by_object(batch.conn, found.object_id)
    if activity.actor not in teaching.named(course, found.key) or activity.type not in {"Accept", "Reject"}:
        return "not-asked"
    if found.state is not State.REQUESTED:
        return "decided-before"
    enrolling.decide(batch.conn, batch.unit, course, found.id, accepted=activity.type == "Accept")
    return "course-decided"


def offered(batch: Batch, inbound: Inbound) -> str:
    """A course elsewhere asks people here who teach it whether somebody may enrol; '' where it is no such Offer."""
    activity, join_ = inbound.activity, inbound.activity.inner
    taught = _taught_here(batch, activity.actor, join_)
    if join_ is None or taught is None:
        return ""
    course, key = taught
    teachers = [each for each in batch.local_addressees(activity.to) if each.uri in teaching.named(course, key)]
    if not teachers:
        return "not-ours"
    asker, note = batch.known_actor(join_.actor), join_.raw.get("participationMessage")
    batch.flush()
    if asker.local and courses.find(batch.conn, course.id, key, asker.id) is None:
        return "not-asked"  # whether one of ours wants to take part is hers to say
    asked = teaching.OfferedJoin(key, asker, join_.own_id, note if isinstance(note, str) else "")
    teaching.take_in(batch.conn, batch.unit, course, asked, [each.id for each in teachers])
    for each in teachers:
        batch.add_owner(each.id, inbound.received_id)
    return "enrolment-offered"


def withdrawn(batch: Batch, actor: Actor, inner: Activity) -> str:
    """Undo of such an Offer: it is settled."""
    taught, asker = _taught_here(batch, actor.uri, inner.inner), batch.actor(inner.inner.actor if inner.inner else "")
    if taught is None or asker is None:
        return ""
    return "enrolment-settled" if teaching.settle(batch.conn, *taught, asker) else ""


def _taught_here(batch: Batch, owner_uri: str, join_: Activity | None) -> tuple[Resource, str] | None:
    """Course and key of the Join of a course elsewhere, where it is the course's owner who speaks."""
    parts = _INSTANCE.fullmatch((join_.object_uri if join_ is not None and join_.type == "Join" else "") or "")
    found = batch.live_object(parts[1]) if parts else None
    if parts is None or found is None or found.local or found.kind != resources.KIND:
        return None
    course = resources.load_by_object(batch.conn, found.id)
    is_there = find_instance(course.record, parts[2]) is not None
    return (course, parts[2]) if is_there and course.owner.uri == owner_uri else None


def _state_said(activity: Activity, course: Resource, key: str) -> State:
    if activity.type == "Accept":
        return State.ENROLLED
    if activity.type != "TentativeAccept":
        return State.REFUSED
    instance = find_instance(course.record, key)
    is_request = instance is not None and instance["enrolment"]["mode"] == "request"
    return State.REQUESTED if is_request else State.WAITING


def _instance(batch: Batch, uri: str | None) -> tuple[Resource, str] | None:
    """Course and key that an address names, where the course is ours and has such an instance."""
    parts = _INSTANCE.fullmatch(uri or "")
    found = batch.live_object(parts[1]) if parts and batch.is_local(parts[1]) else None
    if parts is None or found is None or not found.local or found.kind != resources.KIND:
        return None
    batch.flush()
    try:
        course = resources.load_by_object(batch.conn, found.id)
        enrolling.require_instance(course, parts[2])
    except NotFound:
        return None
    return course, parts[2]


def _may_see(batch: Batch, course: Resource, person: Actor) -> bool:
    """Nobody learns by a Join that there is something they may not read."""
    if course.visibility is Visibility.PARTNERS:
        return host_of(person.uri) in partners.load_partner_hosts(batch.conn)
    return course.visibility.is_open
