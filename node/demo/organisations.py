"""What the three organisations of the demo publish, read from ``content/*.json``.

The files say in few words what a record says in many; here they become whole records of our own format.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from node.clock import SystemClock
from node.domain.licences import NOT_STATED
from node.domain.records import Concept
from schemas import vocabularies

NAMES = ("hospital", "university", "museum")

_KIM = "https://w3id.org/kim/"
_AUDIENCE = "http://purl.org/dcx/lrmi-vocabs/educationalAudienceRole/"
_FORM = "https://w3id.org/rhizome/learningForm/"
_COMMONS = "https://creativecommons.org/"
_LICENCES = {
    "by": f"{_COMMONS}licenses/by/4.0/",
    "by-sa": f"{_COMMONS}licenses/by-sa/4.0/",
    "cc0": f"{_COMMONS}publicdomain/zero/1.0/",
    "none": NOT_STATED,
}
_TYPES = {
    "article": "Article",
    "video": "VideoObject",
    "audio": "AudioObject",
    "slides": "PresentationDigitalDocument",
    "worksheet": "CreativeWork",
    "dataset": "Dataset",
    "software": "SoftwareApplication",
    "assessment": "Quiz",
    "tutorial": "HowTo",
    "link": "WebPage",
    "package": "CreativeWork",
    "course": "Course",
    "pathway": "LearningResource",
}


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation of the demo; what holds several things is as its file has it."""

    key: str
    port: int
    handle: str
    name: str
    accent: str
    languages: tuple[str, ...]
    description: str
    people: tuple[Mapping[str, Any], ...]
    communities: tuple[Mapping[str, Any], ...]
    emojis: tuple[Mapping[str, str], ...]
    about: str
    rules: tuple[tuple[str, str], ...]
    entries: tuple[Mapping[str, Any], ...]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    @property
    def administrator(self) -> str:
        """The user name of whoever runs its node."""
        return str(next(person["username"] for person in self.people if person["role"] == "admin"))

    @property
    def names(self) -> frozenset[str]:
        """The user names of its people and communities."""
        return frozenset(each["username"] for each in (*self.people, *self.communities))

    @property
    def shown_to_all(self) -> int:
        """How many of its resources everybody may read."""
        return sum("visibility" not in entry for entry in self.entries)

    def iri(self, slug: str) -> str:
        """What a resource of it is called everywhere."""
        return f"{self.origin}/r/{slug}#resource"

    def records(self) -> list[dict[str, Any]]:
        """Its resources as records of our own format, for ``rhizome resource add``."""
        return [self.record(entry) for entry in self.entries]

    def record(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """One of ``entries`` as a record."""
        names = {person["username"]: person["name"] for person in self.people}
        record: dict[str, Any] = {
            "id": self.iri(entry["slug"]),
            "name": entry["name"],
            "defaultLanguage": entry["default"],
            "description": entry["description"],
            "type": list(dict.fromkeys(["LearningResource", _TYPES[entry["kind"]]])),
            "kind": entry["kind"],
            "inLanguage": entry["language"],
            "license": _LICENCES[entry["license"]],
            "learningResourceType": [_term(f"{_KIM}hcrt/{entry['hcrt']}")],
            "educationalLevel": [_term(f"{_KIM}educationalLevel/{entry['level']}")],
            "learningForm": [_term(_FORM + entry["form"])],
            "audience": [_term(_AUDIENCE + entry["audience"])],
            "about": [{"prefLabel": label} for label in entry["about"]],
            "keywords": entry["keywords"],
            "creator": [{"type": "Person", "name": names[entry["creator"]], "url": self._page(entry["creator"])}],
            "publisher": [{"type": "Organization", "name": self.name, "url": f"{self.origin}/"}],
            "datePublished": entry["published"],
            "isAccessibleForFree": True,
        }
        if "minutes" in entry:
            record["timeRequired"] = f"PT{entry['minutes']}M"
        if "url" in entry:
            record["url"] = entry["url"]
        if "based_on" in entry:
            record["isBasedOn"] = [_reference(entry["based_on"])]
        if "steps" in entry:
            record["hasPart"] = [_reference(step) for step in entry["steps"]]
        if "course" in entry:
            record |= self._course(record["id"], entry["course"], names[entry["creator"]])
        return record

    def _course(self, iri: str, course: Mapping[str, Any], teacher: str) -> dict[str, Any]:
        """What makes a record a course; dates count from today, so that a demo is never over."""
        instructor = [{"type": "Person", "name": teacher}]
        return {
            "courseCode": course["code"],
            "provider": {"type": "Organization", "name": self.name, "url": f"{self.origin}/"},
            "syllabus": [{"name": name} for name in course["syllabus"]],
            "hasCourseInstance": [
                {"id": f"{iri}-{place}", "instructor": instructor, **_instance(each)}
                for place, each in enumerate(course["instances"], 1)
            ],
        }

    def _page(self, username: str) -> str:
        return f"{self.origin}/@{username}"


def _reference(named: str) -> dict[str, Any]:
    """A resource of a house, as ``slug@museum``."""
    slug, _, key = named.partition("@")
    house = load_organisation(key)
    entry = next(each for each in house.entries if each["slug"] == slug)
    return {
        "id": house.iri(slug),
        "type": ["LearningResource"],
        "name": entry["name"][entry["default"]],
        "license": _LICENCES[entry["license"]],
    }


def _instance(each: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"name": each["name"], "courseMode": each["mode"], "enrolment": {"mode": each["enrolment"]}}
    if "in_days" in each:
        begin = datetime.fromtimestamp(SystemClock().now() / 1000, UTC).date() + timedelta(days=each["in_days"])
        made["startDate"] = begin.isoformat()
        made["endDate"] = (begin + timedelta(weeks=each["weeks"] - 1)).isoformat()
        begins, ends = each["hours"]
        made["courseSchedule"] = {
            "repeatFrequency": "P1W",
            "repeatCount": each["weeks"],
            "byDay": [f"{begin:%A}"],
            "startTime": begins,
            "endTime": ends,
            "scheduleTimezone": "Europe/Berlin",
        }
    if "place" in each:
        made["location"] = [{"type": "Place", "name": each["place"]}]
    if "capacity" in each:
        made["capacity"] = each["capacity"]
    return made


@cache
def edition() -> str:
    """What changes whenever the content does: data that was made from other content does not go with it."""
    files = sorted(resources.files("node.demo").joinpath("content").iterdir(), key=lambda each: each.name)
    return hashlib.sha256(b"".join(each.read_bytes() for each in files)).hexdigest()


@cache
def load_organisation(key: str) -> Organisation:
    """One of ``NAMES``."""
    found = json.loads(resources.files("node.demo").joinpath("content", f"{key}.json").read_bytes())
    lists = {name: tuple(found[name]) for name in ("languages", "people", "communities", "emojis", "rules")}
    entries = tuple(found.pop("resources"))
    return Organisation(**{**found, **lists, "entries": entries})


@cache
def load_steps() -> tuple[Mapping[str, Any], ...]:
    """What people of all three write, answer, plan, recommend, decide and report, in this order.

    ``by`` names who, ``key`` a post, event or collection that later steps are about: those that one of
    ``conversations.ABOUT`` names. All other things are named with their house, as ``name@museum``.
    """
    steps = json.loads(resources.files("node.demo").joinpath("content", "conversations.json").read_bytes())["steps"]
    return tuple(steps)


@cache
def _terms() -> Mapping[str, Mapping[str, str]]:
    return {concept["id"]: concept.get("prefLabel", {}) for each in vocabularies() for concept in each["concepts"]}


def _term(iri: str) -> Concept:
    """A term of a vocabulary that comes with the node, in the languages that it has; KeyError for any other."""
    labels = _terms()[iri]
    return {"id": iri, "prefLabel": {tag: labels[tag] for tag in ("de", "en", "en-US") if tag in labels}}
