"""What happened here that other servers may have to hear of.

A service records an event in the transaction of its change; after the commit a job of kind ``event`` hands it to
``federation.outbox``, which turns it into an activity and its deliveries. So a page or an API call never waits for
another server, and a crash between the two loses nothing.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

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
    """A local object was changed."""

    object_id: int


@dataclass(frozen=True, slots=True)
class ObjectDeleted:
    """A local object was removed; its tombstone row is still there."""

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


Event = (
    ObjectCreated
    | ObjectUpdated
    | ObjectDeleted
    | ActorUpdated
    | ActorDeleted
    | ActorMoved
    | FollowRequested
    | FollowEnded
    | FollowAnswered
    | Reacted
    | ReactionEnded
)

EVENTS: Mapping[str, type[Event]] = MappingProxyType({cls.__name__: cls for cls in Event.__args__})


def record(conn: Connection, ids: Ids, now: int, event: Event, *, about: str) -> None:
    """Store ``event`` with the caller's change. Events with the same ``about`` (a URI) are handled in order."""
    payload: dict[str, Any] = {"event": type(event).__name__, **asdict(event)}
    jobs.enqueue_many(conn, [NewJob(KIND, ids.new(), now, payload=payload, serial_key=f"event|{about}")])


def read(payload: Mapping[str, Any]) -> Event:
    """The event that ``record`` stored."""
    fields = dict(payload)
    return EVENTS[fields.pop("event")](**fields)
