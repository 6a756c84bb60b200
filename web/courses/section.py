"""The part of a resource's page that only courses have: when and where it is held, what it consists of, enrolling."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection

from node.domain.courses import Door, State, door_of, instances, is_course, is_over, key_of, offers_of
from node.domain.records import Agent as AgentRecord
from node.domain.records import Instance, Location, Offer, ResourceRecord, Section
from node.domain.text import language_of, plain
from node.domain.uris import host_of, is_web_uri
from node.services.library import enrolling
from node.store.library import courses
from node.store.library.courses import Enrolment
from node.store.library.resources import Resource
from web.courses.parts import CourseSection, InstanceCard, PlaceLine, SyllabusSection
from web.design.cards import Reader
from web.design.parts import Prose, Text
from web.design.resources import Agent, Concept, Reference

_NOT_THERE = frozenset({State.REFUSED})


class Standing:
    """What the store knows of a course beside its record: what the reader is to it, and how full it is."""

    def __init__(
        self,
        mine: Mapping[str, Enrolment] | None = None,
        counts: Mapping[tuple[str, State], int] | None = None,
        holds: bool = False,
    ) -> None:
        self.mine, self.counts, self.holds = mine or {}, counts or {}, holds


def load_standing(conn: Connection, found: Resource, actor_id: int | None) -> Standing:
    """Nothing is read of what is no course."""
    if not is_course(found.record):
        return Standing()
    mine = courses.load_of_person(conn, actor_id, found.id) if actor_id is not None else {}
    counts = courses.count(conn, found.id) if found.local else {}
    return Standing(mine, counts, enrolling.may_hold(conn, found, actor_id))


def course_section(
    found: Resource, standing: Standing, reader: Reader, *, today: dt.date, csrf: str
) -> CourseSection | None:
    """None for what is no course. ``csrf`` is empty for who is not signed in."""
    record = found.record
    if not is_course(record):
        return None
    cards = [(each, _instance(found, each, standing, reader, today, csrf)) for each in _in_order(record)]
    return CourseSection(
        code=record.get("courseCode", ""),
        provider=_agent(record["provider"]) if "provider" in record else None,
        workload=record.get("workload", ""),
        credits=_credits(record),
        prerequisites=tuple(_concept(each, reader) for each in record.get("coursePrerequisites", ())),
        awards=tuple(_reference(each) for each in record.get("educationalCredentialAwarded", ())),
        languages=tuple(record.get("availableLanguages", ())),
        syllabus=tuple(_section(each, reader) for each in record.get("syllabus", ())),
        coming=tuple(card for each, card in cards if not is_over(each, today)),
        past=tuple(card for each, card in cards if is_over(each, today)),
        enrolments_path=f"/courses/{found.slug}/enrolments" if standing.holds else "",
        csrf=csrf,
        is_signed_in=bool(csrf),
    )


def _in_order(record: ResourceRecord) -> Sequence[Instance]:
    """By their start; those that one can start at any time first."""
    return sorted(instances(record), key=lambda each: each.get("startDate", ""))


# -- an instance ----------------------------------------------------------------------------------------------------


def _instance(
    found: Resource, instance: Instance, standing: Standing, reader: Reader, today: dt.date, csrf: str
) -> InstanceCard:
    key, enrolment = key_of(instance["id"]), cast(Any, instance["enrolment"])
    mine, door = standing.mine.get(key), door_of(instance, today)
    takes_part = mine is not None and mine.state not in {*_NOT_THERE, State.INVITED}
    is_invited = mine is not None and mine.state is State.INVITED
    can_enrol = bool(csrf) and door is Door.OPEN and not takes_part and (enrolment["mode"] != "invite" or is_invited)
    path = f"/courses/{found.slug}/{key}"
    offers = offers_of(found.record, instance)
    return InstanceCard(
        key=key,
        name=_text(instance["name"], reader) if "name" in instance else None,
        starts_on=instance.get("startDate", ""),
        ends_on=instance.get("endDate", ""),
        modes=tuple(instance.get("courseMode", ())),
        days=tuple(instance.get("courseSchedule", {}).get("byDay", ())),
        hours=_hours(instance),
        times=instance.get("courseSchedule", {}).get("repeatCount", 0),
        workload=instance.get("courseWorkload", ""),
        places=tuple(map(_place, instance.get("location", ()))),
        instructors=tuple(map(_agent, instance.get("instructor", ()))),
        languages=tuple(instance.get("inLanguage", ())),
        prices=tuple(_prices(offers)),
        is_free=bool(offers) and all(not each["price"] for each in offers),
        mode=enrolment["mode"],
        door=door.value,
        enrol_from=enrolment.get("from", "")[:10],
        enrol_until=enrolment.get("until", "")[:10],
        external_url=enrolment.get("url", ""),
        capacity=instance.get("capacity", 0),
        taken=standing.counts.get((key, State.ENROLLED), 0) if found.local else -1,
        waiting=standing.counts.get((key, State.WAITING), 0),
        state=mine.state.value if mine else "",
        enrol_path=f"{path}/enrol" if can_enrol and not (mine and mine.state is State.REFUSED) else "",
        leave_path=f"{path}/leave" if csrf and takes_part else "",
        address=enrolling.instance_uri(found, key) if found.visibility.is_open else "",
    )


def _hours(instance: Instance) -> str:
    """``18:00`` to ``20:00``, and the zone, as far as that is known."""
    schedule = instance.get("courseSchedule", {})
    times = "\N{EN DASH}".join(filter(None, (schedule.get("startTime", ""), schedule.get("endTime", ""))))
    zone = schedule.get("scheduleTimezone", "") if times else ""
    return f"{times} ({zone})" if zone else times


def _prices(offers: Sequence[Offer]) -> Iterator[str]:
    for each in offers:
        if each["price"]:
            yield f"{each['price']:,.2f}".removesuffix(".00") + f" {each.get('priceCurrency', '')}".rstrip()


def _place(location: Location) -> PlaceLine:
    address = cast(Mapping[str, str], location.get("address", {}))
    words = ("streetAddress", "postalCode", "addressLocality", "addressRegion", "addressCountry")
    parts = [address[word] for word in words if address.get(word)]
    url = location.get("url", "")
    return PlaceLine(
        label=location.get("name", "") or (host_of(url) if url else ""),
        address=", ".join(dict.fromkeys(parts)),
        url=url if is_web_uri(url) else "",
        is_online=location["type"] == "VirtualLocation",
    )


# -- small things ---------------------------------------------------------------------------------------------------


def _credits(record: ResourceRecord) -> str:
    found = record.get("numberOfCredits")
    return f"{found['value']:g} {found.get('creditType', '')}".strip() if found else ""


def _section(section: Section, reader: Reader) -> SyllabusSection:
    texts = section.get("description", {})
    language = language_of(texts, reader.languages)
    return SyllabusSection(
        name=_text(section["name"], reader),
        description=Prose(value=plain(texts[language]), language=language) if language else None,
        time_required=section.get("timeRequired", ""),
        parts=tuple(_reference(each) for each in section.get("hasPart", ())),
    )


def _text(texts: Mapping[str, str], reader: Reader) -> Text:
    language = language_of(texts, reader.languages) or ""
    return Text(value=texts.get(language, ""), language=language)


def _agent(agent: AgentRecord) -> Agent:
    address = agent.get("url", "") or agent.get("id", "")
    affiliation = agent["affiliation"]["name"] if "affiliation" in agent else ""
    return Agent(name=agent["name"], href=address if is_web_uri(address) else "", affiliation=affiliation)


def _concept(concept: Mapping[str, Any], reader: Reader) -> Concept:
    labels = concept.get("prefLabel", {})
    return Concept(label=_text(labels, reader) if labels else Text(value=concept.get("id", "")))


def _reference(reference: Mapping[str, Any]) -> Reference:
    address = reference.get("id", "")
    return Reference(
        label=Text(value=reference.get("name") or address),
        href=address if is_web_uri(address) else "",
        host=host_of(address) if is_web_uri(address) else "",
    )
