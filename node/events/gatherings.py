"""Who comes to events of the calendar (``node.domain.events``), who decides it, and who changes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class EventJoined:
    """A local person wants to come to an event elsewhere: its home node is asked (``uri`` of the answer)."""

    answer_id: int


@dataclass(frozen=True, slots=True)
class EventAnswered:
    """A local person answers an event elsewhere other than by coming.

    ``wish``: domain.events.Wish; ``join_uri``: the Join that it takes back; ``invite_uri``: the Invite that it answers.
    """

    event_id: int
    actor_id: int
    wish: str
    join_uri: str = ""
    invite_uri: str = ""


@dataclass(frozen=True, slots=True)
class AnswerDecided:
    """What became of an answer that came as an activity; ``state``: domain.events.AnswerState."""

    answer_id: int
    state: str


@dataclass(frozen=True, slots=True)
class PersonInvited:
    """Somebody elsewhere is invited to a local event."""

    answer_id: int


@dataclass(frozen=True, slots=True)
class AnswerOffered:
    """A local event asks those who look after it from elsewhere (``to``: URIs) to decide, or says that it is settled.

    ``uri`` is that of the Join, which somebody of this node never sent.
    """

    event_id: int
    asker_id: int
    uri: str
    note: str
    to: Sequence[str]
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class AnswerJudged:
    """One of ours who looks after an event elsewhere has decided about a request: its home is told."""

    event_id: int
    person_id: int
    asker_id: int
    uri: str
    admitted: bool


@dataclass(frozen=True, slots=True)
class EventChangeAsked:
    """One of ours who looks after an event elsewhere asks its home for this record, in the fields that are named.

    ``sequence``: that of the event as she knew it.
    """

    event_id: int
    person_id: int
    record: Mapping[str, Any]
    changed: Sequence[str]
    sequence: int


@dataclass(frozen=True, slots=True)
class InvitationAsked:
    """One of ours who looks after an event elsewhere wants somebody invited: its home is asked to do it."""

    event_id: int
    person_id: int
    invited_uri: str


@dataclass(frozen=True, slots=True)
class EventCounted:
    """The number of those who come to a local event has changed (``record_attendance``)."""

    object_id: int


GatheringEvent = (
    EventJoined
    | EventAnswered
    | AnswerDecided
    | PersonInvited
    | AnswerOffered
    | AnswerJudged
    | EventChangeAsked
    | InvitationAsked
    | EventCounted
)
