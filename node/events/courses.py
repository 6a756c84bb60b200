"""Who takes part in courses, and who decides it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CourseJoined:
    """A local person wants to take part in a course elsewhere."""

    enrolment_id: int


@dataclass(frozen=True, slots=True)
class CourseLeft:
    """A local person takes part in a course elsewhere no more; ``uri`` is that of the Join."""

    object_id: int
    key: str
    actor_id: int
    uri: str


@dataclass(frozen=True, slots=True)
class CourseAnswered:
    """Those who hold a local course have decided about somebody elsewhere; ``uri`` is that of their Join, or empty."""

    enrolment_id: int
    state: str
    uri: str


@dataclass(frozen=True, slots=True)
class EnrolmentOffered:
    """A course of ours asks those who teach it from elsewhere (``to``: URIs) to decide, or says that it is settled.

    ``uri`` is that of the Join, which somebody of this node never sent.
    """

    object_id: int
    key: str
    asker_id: int
    uri: str
    note: str
    to: Sequence[str]
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class EnrolmentDecided:
    """One of ours who teaches a course elsewhere has decided about a request: its home is told."""

    object_id: int
    teacher_id: int
    key: str
    asker_id: int
    uri: str
    accepted: bool


CourseEvent = CourseJoined | CourseLeft | CourseAnswered | EnrolmentOffered | EnrolmentDecided
