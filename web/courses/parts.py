"""What is shown of a course wherever it is. Dates are ISO 8601, ``state`` and ``door`` those of the domain."""

from dataclasses import dataclass

from web.design.parts import Prose, Text
from web.design.resources import Agent, Concept, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """Where an instance is held: a name, an address on one line, a web address."""

    label: str
    address: str = ""
    url: str = ""
    is_online: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceCard:
    """An instance of a course.

    ``state`` is what the reader is to it, empty where nothing; ``taken`` and ``waiting`` are known of our own courses
    only (else -1); ``enrol_path`` and ``leave_path`` are there where the reader can do that now; ``address`` is what
    somebody of another server pastes into the search of theirs.
    """

    key: str
    name: Text | None = None
    starts_on: str = ""
    ends_on: str = ""
    modes: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    hours: str = ""
    times: int = 0
    workload: str = ""
    places: tuple[PlaceLine, ...] = ()
    instructors: tuple[Agent, ...] = ()
    languages: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    is_free: bool = False
    mode: str = "open"
    door: str = "open"
    enrol_from: str = ""
    enrol_until: str = ""
    external_url: str = ""
    capacity: int = 0
    taken: int = -1
    waiting: int = 0
    state: str = ""
    enrol_path: str = ""
    leave_path: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyllabusSection:
    name: Text
    description: Prose | None = None
    time_required: str = ""
    parts: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseSection:
    """What a resource's page shows of a course; ``enrolments_path`` is there for those who hold it."""

    code: str = ""
    provider: Agent | None = None
    workload: str = ""
    credits: str = ""
    prerequisites: tuple[Concept, ...] = ()
    awards: tuple[Reference, ...] = ()
    languages: tuple[str, ...] = ()
    syllabus: tuple[SyllabusSection, ...] = ()
    coming: tuple[InstanceCard, ...] = ()
    past: tuple[InstanceCard, ...] = ()
    enrolments_path: str = ""
    csrf: str = ""
    is_signed_in: bool = False
