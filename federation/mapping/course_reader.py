"""From the course of a schema.org object, ours or anybody's, to the keys that only courses have in our records.

What :mod:`federation.mapping.course` wrote comes back unchanged. Others say less: an instance without id gets one by
its place, one that does not say how to enrol is enrolled in at its own address, or at none.
"""

from collections.abc import Mapping
from typing import Any

from federation.mapping.concept_reader import read_concept
from federation.mapping.course import ENROLMENT, SAME, SAME_OF_INSTANCE, STATUS
from federation.mapping.entity_texts import Texts
from federation.mapping.reference_reader import agents_of, read_agent, references_of
from federation.mapping.schema_values import as_list, extensions_of, first, language_tag, present, texts_of
from node.domain.courses import Mode, with_ids
from schemas.formats import is_web_url

_Json = dict[str, Any]
_STATES = {iri.rpartition("/")[2]: state for state, iri in STATUS.items()}
_MODES = {
    "online": "online", "onsite": "onsite", "on-site": "onsite", "offline": "onsite", "in person": "onsite",
    "blended": "blended", "mixed": "blended", "hybrid": "blended",
    "synchronous": "synchronous", "asynchronous": "asynchronous", "self-paced": "asynchronous",
}  # fmt: skip
_CATEGORIES = {"free": "Free", "paid": "Paid", "partially free": "Partially Free"}
_LISTS = frozenset({"courseMode", "inLanguage", "availableLanguage"})


def read_course(said: Texts, rest: _Json, record_id: Any) -> _Json:
    """The keys of a course; takes what it has understood out of the object."""
    record: _Json = {key: _plain(word, rest.pop(word, None)) for key, word in SAME.items()}
    if isinstance(record["courseCode"], int):
        record["courseCode"] = str(record["courseCode"])
    record["provider"] = read_agent(said, first(rest.pop("provider", None)), "Organization")
    if (values := rest.pop("coursePrerequisites", None)) is not None:
        found = (read_concept(said, each, "coursePrerequisites") for each in as_list(values))
        record["coursePrerequisites"] = [each for each in found if each]
    record["educationalCredentialAwarded"] = references_of(said, rest, "educationalCredentialAwarded")
    record["numberOfCredits"] = _credits(rest.pop("numberOfCredits", None))
    if (values := rest.pop("syllabusSections", None)) is not None:
        record["syllabus"] = [part for each in as_list(values) if (part := _section(said, each))]
    if (values := rest.pop("hasCourseInstance", None)) is not None:
        found_ = [_instance(said, each) for each in as_list(values) if isinstance(each, dict)]
        record["hasCourseInstance"] = with_ids(record_id, found_) if isinstance(record_id, str) else found_
    return record


def _plain(word: str, value: Any) -> Any:
    """A value of ours as it is; of others a list where we have one, tags of languages in their usual form."""
    if value is None or word not in _LISTS:
        return value
    return [_word(word, each) for each in as_list(value)]


def _word(word: str, value: Any) -> Any:
    if word == "courseMode":
        return _MODES.get(value.rpartition("/")[2].lower(), value) if isinstance(value, str) else value
    return language_tag(value)


def _credits(value: Any) -> _Json | None:
    if not isinstance(value, dict):
        return {"value": value} if isinstance(value, int | float) else None
    rest = dict(value)
    rest.pop("type", None)
    number = rest.pop("value", None)
    return present(value=number, creditType=rest.pop("creditType", None), extensions=extensions_of(rest))


def _section(said: Texts, value: Any) -> _Json | None:
    rest = dict(value) if isinstance(value, dict) else {"name": value}
    rest.pop("type", None)
    return present(
        name=said.texts(rest, "name", "nameMap"),
        description=said.texts(rest, "description", "descriptionMap"),
        timeRequired=rest.pop("timeRequired", None),
        hasPart=references_of(said, rest, "hasPart"),
        extensions=extensions_of(rest),
    )


def _instance(said: Texts, value: Mapping[str, Any]) -> _Json:
    rest = dict(value)
    rest.pop("type", None)
    found: _Json = {key: _plain(word, rest.pop(word, None)) for key, word in SAME_OF_INSTANCE.items()}
    if found["courseMode"] is not None:
        found["courseMode"] = list(dict.fromkeys(each for each in found["courseMode"] if isinstance(each, str)))
    if (schedule := _schedule(rest.pop("courseSchedule", None))) is not None:
        found["startDate"] = found["startDate"] or schedule.pop("startDate", None)
        found["endDate"] = found["endDate"] or schedule.pop("endDate", None)
    status = str(rest.get("eventStatus")).rpartition("/")[2]
    if status in _STATES:
        del rest["eventStatus"]
    return present(
        id=rest.pop("id", None),
        name=said.texts(rest, "name", "nameMap"),
        status=_STATES.get(status),
        **found,
        courseSchedule=schedule or None,
        instructor=agents_of(said, rest, "instructor", "Person"),
        location=_all(rest, "location", lambda each: _location(said, each)),
        offers=_all(rest, "offers", _offer),
        enrolment=_enrolment(rest),
        extensions=extensions_of(rest),
    )


def _all(rest: _Json, key: str, read: Any) -> list[_Json] | None:
    values = rest.pop(key, None)
    return None if values is None else [part for each in as_list(values) if (part := read(each))]


def _schedule(value: Any) -> _Json | None:
    """Others put the dates of an instance into its schedule."""
    if not isinstance(value := first(value), dict):
        return None
    rest = dict(value)
    rest.pop("type", None)
    days = rest.pop("byDay", None)
    known = ("repeatFrequency", "repeatCount", "startTime", "endTime", "scheduleTimezone", "startDate", "endDate")
    found = {key: rest.pop(key, None) for key in known}
    for key in ("startTime", "endTime"):
        if isinstance(found[key], str):
            found[key] = found[key][:5]
    names = None if days is None else [str(each).rpartition("/")[2] for each in as_list(days)]
    return present(**found, byDay=names, extensions=extensions_of(rest))


def _location(said: Texts, value: Any) -> _Json | None:
    if isinstance(value, str):
        return {"type": "VirtualLocation", "url": value} if is_web_url(value) else {"type": "Place", "name": value}
    if not isinstance(value, dict):
        return None
    rest = dict(value)
    kind = "VirtualLocation" if "VirtualLocation" in texts_of(rest.pop("type", None)) else "Place"
    return present(
        type=kind,
        name=said.text(rest.pop("name", None)),
        url=said.text(rest.pop("url", None)),
        address=_address(rest.pop("address", None)),
        extensions=extensions_of(rest),
    )


def _address(value: Any) -> _Json | None:
    if isinstance(value, str):
        return {"streetAddress": value} if value.strip() else None
    if not isinstance(value, dict):
        return None
    rest = dict(value)
    rest.pop("type", None)
    known = ("streetAddress", "postalCode", "addressLocality", "addressRegion", "addressCountry")
    return present(**{key: rest.pop(key, None) for key in known}, extensions=extensions_of(rest)) or None


def _offer(value: Any) -> _Json | None:
    if not isinstance(value, dict):
        return None
    rest = dict(value)
    rest.pop("type", None)
    category = rest.pop("category", None)
    return present(
        price=_number(rest.pop("price", 0 if str(category).lower() == "free" else None)),
        priceCurrency=rest.pop("priceCurrency", None),
        category=_CATEGORIES.get(str(category).lower()),
        url=rest.pop("url", None),
        extensions=extensions_of(rest),
    )


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        number = float(value.replace(",", "."))
    except ValueError:
        return value
    return int(number) if number.is_integer() else number


def _enrolment(rest: _Json) -> _Json:
    """As it says; else at the address of the instance or of its offer."""
    if ENROLMENT["mode"] in rest:
        return present(**{key: rest.pop(word, None) for key, word in ENROLMENT.items()})
    address = rest.get("url")
    if isinstance(address, str) and is_web_url(address):
        return {"mode": Mode.EXTERNAL.value, "url": rest.pop("url")}
    return {"mode": Mode.CLOSED.value}
