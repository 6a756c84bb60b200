"""Enrolling in courses: units of work.

The home of a course decides alone: whether enrolment is open, who gets a place, who waits for one, whose request is
granted. A person of another node asks by a Join of the instance and hears the answer (``federation.handlers.courses``);
here the person's own row says what the home said last. Places are given away under a lock, so a race has one winner.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from node import events
from node.domain.courses import MAX_NOTE, Door, Mode, State, door_of, find_instance, instances, key_of
from node.domain.notices import Occasion
from node.domain.records import Instance
from node.domain.text import clean
from node.errors import Conflict, Forbidden, NotFound
from node.sentences import Sentence, sentences
from node.services.context import Unit
from node.services.library import teaching
from node.services.news import happened, news
from node.store.access import accounts
from node.store.library import authorships, courses, resources
from node.store.library.courses import Enrolment
from node.store.library.resources import Resource
from node.store.news import notifications
from node.store.people import blocks
from node.store.people.actors import Actor, find_actor_by_id

_SHUT: Mapping[Door, Sentence] = sentences(
    {
        Door.NOT_YET: "Enrolment has not begun yet.",
        Door.CLOSED: "Enrolment is closed.",
        Door.OVER: "This is over.",
        Door.CANCELLED: "This was cancelled.",
        Door.EXTERNAL: "One enrols in this elsewhere, at the address that it names.",
    }
)
_AT_MOST = 100_000  # people of one course


def instance_uri(course: Resource, key: str) -> str:
    """What a Join of an instance names: an address below that of the course."""
    return f"{course.uri}/instances/{key}"


def require_instance(course: Resource, key: str) -> Instance:
    """The instance of a course; ``NotFound`` where there is none."""
    found = find_instance(course.record, key)
    if found is None:
        raise NotFound
    return found


# -- a person -------------------------------------------------------------------------------------------------------


def enrol(conn: Connection, unit: Unit, person: Actor, course: Resource, key: str, note: str = "") -> Enrolment:
    """One of ours wants to take part. Again changes nothing.

    ``Conflict`` where nobody can enrol now, ``Forbidden`` for who may not.
    """
    if course.local:
        return admit(conn, unit, course, key, person, note=note)
    _require_open(require_instance(course, key), unit)
    before = courses.find(conn, course.id, key, person.id)
    if before is not None and before.state is not State.REFUSED:
        return before
    if before is not None:
        courses.remove(conn, before.id)
    new = _new(unit, course, key, person, State.ASKED, note=note)
    asked = replace(new, uri=f"{unit.origin}/ap/x/{new.id}")
    courses.insert_enrolment(conn, asked)
    events.record(conn, unit.ids, unit.now, events.CourseJoined(asked.id), about=course.uri)
    return asked


def leave(conn: Connection, unit: Unit, person: Actor, course: Resource, key: str) -> None:
    """Take part no more; the next who waits moves up. Nothing happens to somebody who does not take part."""
    courses.lock(conn, course.id)
    before = courses.find(conn, course.id, key, person.id)
    if before is None or (course.local and before.state is State.REFUSED):
        return  # a refusal stays, so that nobody asks again and again
    courses.remove(conn, before.id)
    if course.local:
        if before.state is State.REQUESTED:
            teaching.offer(conn, unit, course, before, is_settled=True)
        if before.state is not State.INVITED:
            _tell_holders(conn, unit, course, before, Occasion.LEAVES)
        fill(conn, unit, course, key)
    elif before.state is not State.REFUSED:
        left = events.CourseLeft(course.id, key, person.id, before.uri)
        events.record(conn, unit.ids, unit.now, left, about=course.uri)


def forget(conn: Connection, unit: Unit, person: Actor) -> None:
    """Somebody is gone, also from every course: who waits for a place has it at once, homes elsewhere are told."""
    found = courses.load_all_of(conn, person.id)
    known = resources.load_by_objects(conn, {each.object_id for each in found})
    for each in found:
        if (course := known.get(each.object_id)) is not None and (course.local or person.local):
            leave(conn, unit, person, course, each.key)


# -- the home of the course -----------------------------------------------------------------------------------------


def admit(
    conn: Connection, unit: Unit, course: Resource, key: str, person: Actor, *, uri: str = "", note: str = ""
) -> Enrolment:
    """Somebody wants to take part in a course of ours: what becomes of it. ``uri``: the Join of somebody elsewhere.

    Raises ``NotFound`` without such an instance, ``Conflict`` where enrolment is shut, ``Forbidden`` for who is
    refused, blocked, or not invited.
    """
    instance = require_instance(course, key)
    courses.lock(conn, course.id)
    before = courses.find(conn, course.id, key, person.id)
    if blocks.has_blocked(conn, course.owner.id, person.id) or (before and before.state is State.REFUSED):
        raise Forbidden("You cannot enrol in this.")
    if before is not None and before.state is not State.INVITED:
        if uri and uri != before.uri:
            courses.change(conn, before.id, uri=uri)
        return before
    _require_open(instance, unit)
    mode = instance["enrolment"]["mode"]
    if mode == Mode.INVITE and before is None:
        raise Forbidden("One enrols in this by invitation.")
    needs_word = mode == Mode.REQUEST and before is None
    state = State.REQUESTED if needs_word else _state_by_places(conn, course, instance)
    if before is not None:
        courses.change(conn, before.id, state=state, uri=uri, queued_at=unit.now, updated_at=unit.now)
        found = courses.find_by_id(conn, before.id)
        assert found is not None
    else:
        found = _new(unit, course, key, person, state, uri=uri, note=note)
        if state is State.REQUESTED and not uri:  # those who decide elsewhere need a name for it
            found = replace(found, uri=f"{unit.origin}/ap/x/{found.id}")
        courses.insert_enrolment(conn, found)
    _tell_holders(conn, unit, course, found, _WANTED[found.state])
    if found.state is State.REQUESTED:
        teaching.offer(conn, unit, course, found)
    return found


def withdraw(conn: Connection, unit: Unit, course: Resource, key: str, person: Actor) -> bool:
    """Somebody of another node leaves a course of ours; whether they took part."""
    was_there = courses.find(conn, course.id, key, person.id) is not None
    leave(conn, unit, person, course, key)
    return was_there


def decide(conn: Connection, unit: Unit, course: Resource, enrolment_id: int, *, accepted: bool) -> Enrolment:
    """Somebody who holds the course grants a request, or refuses it or a place that was given."""
    courses.lock(conn, course.id)
    found = courses.find_by_id(conn, enrolment_id)
    if found is None or found.object_id != course.id or not course.local:
        raise NotFound
    if accepted and found.state is State.REQUESTED:
        state = _state_by_places(conn, course, require_instance(course, found.key))
    elif accepted:
        return found
    else:
        state = State.REFUSED
    if state is found.state:
        return found
    courses.change(conn, found.id, state=state, queued_at=unit.now, updated_at=unit.now)
    notifications.delete_for(conn, [found.id])  # that it is to decide
    if found.state is State.REQUESTED:
        teaching.offer(conn, unit, course, found, is_settled=True)
    _tell_person(conn, unit, course, found, state)
    if found.state is State.ENROLLED:
        fill(conn, unit, course, found.key)
    return replace(found, state=state)


def invite(conn: Connection, unit: Unit, course: Resource, key: str, person: Actor) -> Enrolment:
    """Let somebody in who needs no further word; they enrol themselves. Those who asked are granted it.

    Only at the home of the course: NotFound elsewhere.
    """
    if not course.local:
        raise NotFound
    require_instance(course, key)
    courses.lock(conn, course.id)
    before = courses.find(conn, course.id, key, person.id)
    if before is not None and before.state is State.REQUESTED:
        return decide(conn, unit, course, before.id, accepted=True)
    if before is not None and before.state is not State.REFUSED:
        return before
    if before is not None:
        courses.remove(conn, before.id)
    new = _new(unit, course, key, person, State.INVITED)
    courses.insert_enrolment(conn, new)
    _tell_person(conn, unit, course, new, State.INVITED)
    return new


def fill(conn: Connection, unit: Unit, course: Resource, key: str) -> None:
    """Give free places to those who wait, in their order."""
    instance = find_instance(course.record, key)
    if instance is None or instance.get("status") == "cancelled":
        return
    free = _free_places(conn, course, instance)
    waiting = courses.list_waiting(conn, course.id, key, limit=1_000 if free is None else max(free, 0))
    for each in waiting:
        courses.change(conn, each.id, state=State.ENROLLED, updated_at=unit.now)
        _tell_person(conn, unit, course, each, State.ENROLLED)


def fill_all(conn: Connection, unit: Unit, course: Resource) -> None:
    """After a change of the course: it may have more places now, or a date less, whose people are told."""
    counts = courses.count(conn, course.id)
    keys = {key_of(each["id"]) for each in instances(course.record)}
    gone = {key for key, state in counts if key not in keys and state is not State.REFUSED}
    if not gone and not any(state is State.WAITING for _, state in counts):
        return
    courses.lock(conn, course.id)
    for key in keys:
        fill(conn, unit, course, key)
    if gone:
        for each in courses.list_of_course(conn, course.id, limit=_AT_MOST):
            if each.key in gone and each.state is not State.REFUSED:
                courses.change(conn, each.id, state=State.REFUSED, updated_at=unit.now)
                _tell_person(conn, unit, course, each, State.REFUSED)


def _require_open(instance: Instance, unit: Unit) -> None:
    door = door_of(instance, unit.today)
    if door is not Door.OPEN:
        raise Conflict(_SHUT[door])


def _state_by_places(conn: Connection, course: Resource, instance: Instance) -> State:
    free = _free_places(conn, course, instance)
    return State.ENROLLED if free is None or free > 0 else State.WAITING


def _free_places(conn: Connection, course: Resource, instance: Instance) -> int | None:
    """How many are left; None where nobody counts them."""
    capacity = instance.get("capacity")
    if capacity is None:
        return None
    return capacity - courses.count(conn, course.id).get((key_of(instance["id"]), State.ENROLLED), 0)


# -- who holds it ---------------------------------------------------------------------------------------------------


def holders(conn: Connection, course: Resource) -> dict[int, Actor]:
    """Our people who decide about enrolments and see them: the owner, its makers, whoever wrote it for the
    organisation, and whoever teaches an instance.
    """
    named = {agent.get("id", "") for agent in course.record.get("creator", ())}
    named |= {agent.get("id", "") for each in instances(course.record) for agent in each.get("instructor", ())}
    found = {each.id: each for each in courses.load_people(conn, course.owner.id, named)}
    author_id = authorships.find_author(conn, course.id)
    author = find_actor_by_id(conn, author_id) if author_id is not None else None
    return found if author is None else {**found, author.id: author}


def may_hold(conn: Connection, course: Resource, actor_id: int | None) -> bool:
    """Whether somebody decides about enrolments; administrators do for the organisation's courses.

    Of a course elsewhere, whom it names as maker or teacher: she sees what it asks her to decide (``teaching``).
    """
    if actor_id is None:
        return False
    if not course.local:
        person = find_actor_by_id(conn, actor_id)
        return person is not None and person.uri in teaching.named(course)
    if actor_id in holders(conn, course):
        return True
    account = accounts.load_account(conn, actor_id) if course.owner.kind == "organization" else None
    return account is not None and account.role == "admin"


# -- what the home of a course elsewhere said -----------------------------------------------------------------------


def answered(conn: Connection, unit: Unit, course: Resource, found: Enrolment, state: State) -> None:
    """Keep the answer to a Join of one of ours, and tell that person."""
    if state is found.state:
        return
    courses.change(conn, found.id, state=state, updated_at=unit.now)
    _tell_here(conn, unit, course, found, state)


# -- telling --------------------------------------------------------------------------------------------------------


#: What becomes of somebody, as those who hold the course hear it, and as the person does.
_WANTED: Mapping[State, Occasion] = {
    State.REQUESTED: Occasion.ASKS,
    State.ENROLLED: Occasion.COMES,
    State.WAITING: Occasion.WAITS,
}
_BECAME: Mapping[State, Occasion] = {
    State.ENROLLED: Occasion.PLACE,
    State.WAITING: Occasion.IN_LINE,
    State.REQUESTED: Occasion.IN_LINE,
    State.INVITED: Occasion.INVITED,
    State.REFUSED: Occasion.TURNED_AWAY,
}


def _tell_holders(conn: Connection, unit: Unit, course: Resource, found: Enrolment, occasion: Occasion) -> None:
    """Of a course of the organisation that nobody here wrote or teaches, its administrators hear it."""
    people = sorted(holders(conn, course) or notifications.load_staff(conn, ["admin"]))
    news.tell(conn, unit, *(happened.Enrolled(course.id, each, found.actor_id, found.id, occasion) for each in people))


def _tell_here(conn: Connection, unit: Unit, course: Resource, found: Enrolment, state: State) -> None:
    """One of ours hears what became of her."""
    told = happened.Enrolled(course.id, found.actor_id, course.owner.id, found.id, _BECAME[state])
    news.tell(conn, unit, told)


def _tell_person(conn: Connection, unit: Unit, course: Resource, found: Enrolment, state: State) -> None:
    """One of ours hears it at once, somebody elsewhere by an answer to their Join, or an Invite."""
    person = find_actor_by_id(conn, found.actor_id)
    if person is None:
        return
    if person.local:
        _tell_here(conn, unit, course, found, state)
    else:
        answer = events.CourseAnswered(found.id, state.value, found.uri)
        events.record(conn, unit.ids, unit.now, answer, about=person.uri)


# -- rows -----------------------------------------------------------------------------------------------------------


def _new(
    unit: Unit, course: Resource, key: str, person: Actor, state: State, *, uri: str = "", note: str = ""
) -> Enrolment:
    return Enrolment(
        id=unit.ids.new(),
        object_id=course.id,
        key=key,
        actor_id=person.id,
        state=state,
        uri=uri,
        note=clean(note).strip()[:MAX_NOTE],
        queued_at=unit.now,
        created_at=unit.now,
        updated_at=unit.now,
    )
