"""What local people publish, change, withdraw, share, like, quote and vote for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


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
    belonged to: who may read it still is not told. ``everyone``: moderators removed it, and every server that we know
    hears of it, as those who followed before a suspension are not known any more.
    """

    object_id: int
    told: Sequence[str] = ()
    before: str = ""
    community: str = ""
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class ObjectReopened:
    """A living object of ours is for more people again; those who were told that it is gone hear that it is not."""

    object_id: int


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


@dataclass(frozen=True, slots=True)
class SuggestionOffered:
    """Something was suggested for a collection of ours, or that is decided: its curators elsewhere (``to``) hear it."""

    collection_id: int
    by_uri: str
    item_iri: str
    name: str
    note: Mapping[str, str]
    to: list[str]
    is_settled: bool = False


ObjectEvent = (
    ObjectCreated
    | ObjectUpdated
    | ObjectDeleted
    | ObjectReopened
    | Reacted
    | ReactionEnded
    | PollVoted
    | PollCounted
    | QuoteRequested
    | QuoteRevoked
    | CollectionAsked
    | SuggestionOffered
)
