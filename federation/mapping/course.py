"""What only courses say, in words of schema.org: syllabus, credits, and when and where a course is held.

schema.org has no word for how one enrols; ours begin with ``rz:``. ``federation.mapping.course_reader`` is the way
back.
"""

from collections.abc import Mapping
from typing import Any

from federation.mapping.entity_parts import (
    agent_entity,
    concepts_entity,
    reference_entity,
    spread,
    without,
)
from node.domain.text import pick

_Json = dict[str, Any]

#: Keys of records -> words of objects, where the value stays as it is.
SAME: Mapping[str, str] = {
    "courseCode": "courseCode",
    "workload": "rz:workload",
    "availableLanguages": "availableLanguage",
}
SAME_OF_INSTANCE: Mapping[str, str] = {
    "courseMode": "courseMode",
    "startDate": "startDate",
    "endDate": "endDate",
    "courseWorkload": "courseWorkload",
    "inLanguage": "inLanguage",
    "capacity": "maximumAttendeeCapacity",
}
ENROLMENT: Mapping[str, str] = {
    "mode": "rz:enrolment",
    "url": "rz:enrolmentUrl",
    "from": "rz:enrolmentFrom",
    "until": "rz:enrolmentUntil",
}
STATUS: Mapping[str, str] = {
    "scheduled": "https://schema.org/EventScheduled",
    "cancelled": "https://schema.org/EventCancelled",
}


def to_course(record: Mapping[str, Any], language: str) -> _Json:
    """The properties of a course beside those of every resource; nothing for other records."""
    entity: _Json = {word: record[key] for key, word in SAME.items() if key in record}
    if "provider" in record:
        entity["provider"] = agent_entity(record["provider"])
    if "coursePrerequisites" in record:
        entity["coursePrerequisites"] = concepts_entity(record["coursePrerequisites"], "coursePrerequisites", language)
    if "educationalCredentialAwarded" in record:
        awarded = record["educationalCredentialAwarded"]
        entity["educationalCredentialAwarded"] = [reference_entity(each) for each in awarded]
    if "numberOfCredits" in record:
        entity["numberOfCredits"] = _part("StructuredValue", record["numberOfCredits"], "credits")
    if "syllabus" in record:
        entity["syllabusSections"] = [_section(each, language) for each in record["syllabus"]]
    if "hasCourseInstance" in record:
        entity["hasCourseInstance"] = [_instance(each, language) for each in record["hasCourseInstance"]]
    return entity


def _section(section: Mapping[str, Any], language: str) -> _Json:
    entity: _Json = {
        "type": "Syllabus",
        **_texts("name", section, language),
        **_texts("description", section, language),
    }
    if "timeRequired" in section:
        entity["timeRequired"] = section["timeRequired"]
    if "hasPart" in section:
        entity["hasPart"] = [reference_entity(each) for each in section["hasPart"]]
    return spread(entity, section.get("extensions"), "section")


def _texts(key: str, part: Mapping[str, Any], language: str) -> _Json:
    """A text in one language, and in all where that is not enough."""
    texts = part.get(key)
    if not texts:
        return {}
    is_enough = list(texts) == [language]
    return {key: pick(texts, (), language), **({} if is_enough else {f"{key}Map": texts})}


def _instance(instance: Mapping[str, Any], language: str) -> _Json:
    entity: _Json = {"id": instance["id"], "type": "CourseInstance", **_texts("name", instance, language)}
    entity |= {word: instance[key] for key, word in SAME_OF_INSTANCE.items() if key in instance}
    if "status" in instance:
        entity["eventStatus"] = STATUS[instance["status"]]
    if "courseSchedule" in instance:
        entity["courseSchedule"] = _part("Schedule", instance["courseSchedule"], "schedule")
    if "instructor" in instance:
        entity["instructor"] = [agent_entity(each) for each in instance["instructor"]]
    if "location" in instance:
        entity["location"] = [_location(each) for each in instance["location"]]
    if "offers" in instance:
        entity["offers"] = [_part("Offer", each, "offer") for each in instance["offers"]]
    entity |= {word: instance["enrolment"][key] for key, word in ENROLMENT.items() if key in instance["enrolment"]}
    return spread(entity, instance.get("extensions"), "instance")


def _location(location: Mapping[str, Any]) -> _Json:
    entity = without(location, "extensions", "address")
    if "address" in location:
        entity["address"] = _part("PostalAddress", location["address"], "address")
    return spread(entity, location.get("extensions"), "location")


def _part(type_: str, part: Mapping[str, Any], name: str) -> _Json:
    return spread({"type": type_, **without(part, "extensions")}, part.get("extensions"), name)
