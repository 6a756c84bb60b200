"""What happened here that other servers may have to hear of.

A service records an event in the transaction of its change; after the commit a job of kind ``event`` hands it to
``federation.sending.outbox``, which turns it into an activity (``federation.builders``) and its deliveries. So a page
or an API call never waits for another server, and a crash between the two loses nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from node.clock import SECOND
from node.ids import Ids
from node.store import jobs
from node.store.jobs import NewJob

KIND = "event"


@dataclass(frozen=True, slots=True)
class ObjectCreated:
    """A local object (post, resource) was published."""

    object_id: int


@dataclass(frozen=True, slots=True)
class ObjectUpdated:
    """A local object was changed. ``community``: URI of one that it belonged to, whose members are told, too."""

    object_id: int
    community: str = ""


@dataclass(frozen=True, slots=True)
class ObjectDeleted:
    """A local object was removed; its tombstone row is still there.

    ``told``: URIs of actors who know of it beside the followers (``objects.load_told``), read before it was buried.
    Of a living object whose readers became fewer, ``before`` is its former level, ``community`` the one that it
    belonged to: who may read it still is not told.
    """

    object_id: int
    told: Sequence[str] = ()
    before: str = ""
    community: str = ""


@dataclass(frozen=True, slots=True)
class ObjectReopened:
    """A living object of ours is for more people again; those who were told that it is gone hear that it is not."""

    object_id: int


@dataclass(frozen=True, slots=True)
class ActorUpdated:
    """A local actor's profile or keys changed."""

    actor_id: int


@dataclass(frozen=True, slots=True)
class ActorDeleted:
    """A local actor is gone."""

    actor_id: int


@dataclass(frozen=True, slots=True)
class ActorMoved:
    """A local actor moved to another account (``moved_to``)."""

    actor_id: int


@dataclass(frozen=True, slots=True)
class FollowRequested:
    """A local actor asks to follow a remote one."""

    follow_id: int


@dataclass(frozen=True, slots=True)
class FollowEnded:
    """A local actor no longer follows a remote one."""

    follower_id: int
    followed_id: int
    uri: str


@dataclass(frozen=True, slots=True)
class FollowAnswered:
    """A local actor accepted or rejected a follow request, or removed a follower."""

    follower_id: int
    followed_id: int
    uri: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Reacted:
    """A local actor liked or shared something."""

    reaction_id: int


@dataclass(frozen=True, slots=True)
class ReactionEnded:
    """A local actor took a like or a share back."""

    actor_id: int
    object_id: int
    kind: str
    uri: str
    visibility: str = "public"  # of the share


@dataclass(frozen=True, slots=True)
class PollVoted:
    """A local actor chose an option of a poll elsewhere; one event for each option (``store.posts.polls``)."""

    reaction_id: int


@dataclass(frozen=True, slots=True)
class PollCounted:
    """The tallies of a local poll have changed, or its time is over (``record_tallies``, ``record_closing``)."""

    object_id: int


@dataclass(frozen=True, slots=True)
class Pinned:
    """A local actor put one of its objects on top of its profile."""

    actor_id: int
    object_id: int


@dataclass(frozen=True, slots=True)
class Unpinned:
    """A local actor took an object from the top of its profile."""

    actor_id: int
    object_id: int


@dataclass(frozen=True, slots=True)
class HashtagFeatured:
    """A local person shows a hashtag on her profile; ``name`` as it was written."""

    actor_id: int
    name: str


@dataclass(frozen=True, slots=True)
class HashtagUnfeatured:
    """A local person shows a hashtag no more."""

    actor_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """A local actor blocks a remote one; told to that one's server only where ``federation.tell_blocks`` says so.

    The ends of the follows both ways are events of their own (``FollowEnded``, ``FollowAnswered``): they are enough
    where the block itself is nobody's business.
    """

    blocker_id: int
    blocked_id: int
    uri: str


@dataclass(frozen=True, slots=True)
class BlockEnded:
    """A local actor blocks a remote one no more; only after a ``Blocked``."""

    blocker_id: int
    blocked_id: int
    uri: str


@dataclass(frozen=True, slots=True)
class Reported:
    """Somebody here reported a remote actor and wants its server to hear of it; who it was is not told."""

    report_id: int


@dataclass(frozen=True, slots=True)
class QuoteRequested:
    """A local post quotes a remote one (``details.quote``): its author is asked for a stamp (FEP-044f)."""

    object_id: int


@dataclass(frozen=True, slots=True)
class QuoteRevoked:
    """A local author takes back the permission to quote; the row of the stamp is gone.

    ``object_id``: what was quoted; ``quoting_uri``: the quoting post; ``stamp_id``: the id that the row had.
    """

    object_id: int
    quoter_id: int
    quoting_uri: str
    stamp_id: int


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
class EventCounted:
    """The number of those who come to a local event has changed (``record_attendance``)."""

    object_id: int


@dataclass(frozen=True, slots=True)
class PassedOn:
    """A community of ours passes on what a member did: an activity that arrived (``received_id``) or left from here."""

    group_id: int
    activity_uri: str
    received_id: int | None = None


@dataclass(frozen=True, slots=True)
class Governed:
    """Somebody here governed a community, ours or another: an entry of its log.

    ``settings``: what a community elsewhere is asked to say of itself, by the names of ``SHARED_SETTINGS``.
    """

    entry_id: int
    settings: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class JoinOffered:
    """A community of ours asks its moderators elsewhere (``to``: URIs) to decide a request, or says that it is over."""

    group_id: int
    asker_id: int
    follow_uri: str
    to: Sequence[str]
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class MemberInvited:
    """A community of ours invites somebody elsewhere, or takes the invitation back."""

    group_id: int
    person_id: int
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class CommunityReported:
    """A post in a community, ours or another, was reported, here or elsewhere: its moderators elsewhere are told."""

    group_id: int
    report_id: int


@dataclass(frozen=True, slots=True)
class ReportResolved:
    """A moderator (``by_uri``) of a community, ours or another, has dealt with a report; ``activity_uri`` told it."""

    group_id: int
    report_id: int
    by_uri: str
    activity_uri: str = ""


@dataclass(frozen=True, slots=True)
class CollectionAsked:
    """One of ours wants something in a collection of another node, or out of it (``adds`` is False).

    ``position``: the place that what is in it shall have, from 1.
    """

    collection_id: int
    actor_id: int
    item_iri: str
    name: str
    note: Mapping[str, str]
    adds: bool
    position: int = 0


Event = (
    ObjectCreated
    | ObjectUpdated
    | ObjectDeleted
    | ObjectReopened
    | ActorUpdated
    | ActorDeleted
    | ActorMoved
    | FollowRequested
    | FollowEnded
    | FollowAnswered
    | Reacted
    | ReactionEnded
    | PollVoted
    | PollCounted
    | Pinned
    | Unpinned
    | HashtagFeatured
    | HashtagUnfeatured
    | Blocked
    | BlockEnded
    | Reported
    | QuoteRequested
    | QuoteRevoked
    | CollectionAsked
    | PassedOn
    | Governed
    | JoinOffered
    | MemberInvited
    | CommunityReported
    | ReportResolved
    | CourseJoined
    | CourseLeft
    | CourseAnswered
    | EnrolmentOffered
    | EnrolmentDecided
    | EventJoined
    | EventAnswered
    | AnswerDecided
    | PersonInvited
    | EventCounted
    | AnswerOffered
    | AnswerJudged
    | EventChangeAsked
)

EVENTS: Mapping[str, type[Event]] = MappingProxyType({cls.__name__: cls for cls in Event.__args__})


def record(conn: Connection, ids: Ids, now: int, event: Event, *, about: str) -> None:
    """Store ``event`` with the caller's change. Events with the same ``about`` (a URI) are handled in order."""
    jobs.enqueue_many(conn, [job_of(ids, now, event, about=about)])


def job_of(ids: Ids, now: int, event: Event, *, about: str, is_first: bool = False) -> NewJob:
    """What ``record`` enqueues, for whoever enqueues more with it; ``is_first``: what it is about is new."""
    payload: dict[str, Any] = {"event": type(event).__name__, **asdict(event)}
    return NewJob(KIND, ids.new(), now, payload=payload, serial_key=key_about(about), is_first=is_first)


def key_about(uri: str) -> str:
    """The serial key of events about this; a job with it runs when they have been told."""
    return f"event|{uri}"


#: Tallies are told so often at most, and a little later, so that votes which are being counted are in.
TALLY_EVERY, TALLY_AFTER = 15 * SECOND, 3 * SECOND


def record_tallies(conn: Connection, ids: Ids, now: int, object_id: int) -> None:
    """Have the tallies of a local poll told; many votes within ``TALLY_EVERY`` are told once."""
    turn = now // TALLY_EVERY + 1
    _record_once(conn, ids, turn * TALLY_EVERY + TALLY_AFTER, PollCounted(object_id), key=f"tally|{object_id}|{turn}")


#: How many come is told so often at most: nobody waits for it.
ATTENDANCE_EVERY = 60 * SECOND


def record_attendance(conn: Connection, ids: Ids, now: int, object_id: int) -> None:
    """Have the numbers of a local event told; many answers within ``ATTENDANCE_EVERY`` are told once."""
    turn = now // ATTENDANCE_EVERY + 1
    due_at = turn * ATTENDANCE_EVERY + TALLY_AFTER
    _record_once(conn, ids, due_at, EventCounted(object_id), key=f"attendance|{object_id}|{turn}")


def record_closing(conn: Connection, ids: Ids, closes_at: int, object_id: int) -> None:
    """Have the result of a local poll told when its time is over; call it when the poll is published."""
    _record_once(conn, ids, closes_at, PollCounted(object_id), key=f"closing|{object_id}|{closes_at}")


def _record_once(conn: Connection, ids: Ids, due_at: int, event: Event, *, key: str) -> None:
    """For later: not in the order of other events, which must not wait for it."""
    payload: dict[str, Any] = {"event": type(event).__name__, **asdict(event)}
    jobs.enqueue_many(conn, [NewJob(KIND, ids.new(), due_at, payload=payload, lock_key=key)])


def read(payload: Mapping[str, Any]) -> Event:
    """The event that ``record`` stored."""
    fields = dict(payload)
    return EVENTS[fields.pop("event")](**fields)
