"""What local actors change of themselves and of how they stand to others."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ActorUpdated:
    """A local actor's profile or keys changed; ``to``: who hears of it besides its followers.

    ``everyone``: every server that we know hears of it; who is suspended has no followers any more.
    """

    actor_id: int
    to: list[str] = field(default_factory=list)
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class ActorDeleted:
    """A local actor is gone."""

    actor_id: int


@dataclass(frozen=True, slots=True)
class ActorMoved:
    """A local actor moved to another account (``moved_to``)."""

    actor_id: int


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


ActorEvent = (
    ActorUpdated
    | ActorDeleted
    | ActorMoved
    | Pinned
    | Unpinned
    | HashtagFeatured
    | HashtagUnfeatured
    | FollowRequested
    | FollowEnded
    | FollowAnswered
    | Blocked
    | BlockEnded
    | Reported
)
