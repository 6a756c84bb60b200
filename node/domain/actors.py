"""Actors as the node understands them, wherever they live."""

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from node.domain.communities import RemoteCommunity
    from node.domain.posts import Emoji


class ActorKind(enum.StrEnum):
    PERSON = "person"
    ORGANIZATION = "organization"
    GROUP = "group"  # a community
    SERVICE = "service"  # a catalogue, a topic, a bot
    APPLICATION = "application"  # a server itself


class KeyAlgorithm(enum.StrEnum):
    RSA = "rsa"
    ED25519 = "ed25519"


class Named(Protocol):
    """An actor, or a row of one, that can be called by its handle."""

    @property
    def username(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def acct(self) -> str: ...


def address_of(actor: Named) -> str:
    """``ada@learn.uni.example``, as people call it: its proven handle, else its name at the host of its id."""
    return actor.acct or f"{actor.username}@{actor.host}"


def handle_of(actor: Named) -> str:
    """``@ada@learn.uni.example``, wherever a handle is shown."""
    return f"@{address_of(actor)}"


@dataclass(frozen=True, slots=True)
class ActorKey:
    """A public key that an actor says is its own."""

    id: str
    algorithm: KeyAlgorithm
    public: str
    """RSA: PEM as it was sent (SPKI, PKCS#1 from Mobilizon); Ed25519, and RSA from ``assertionMethod``: a Multikey."""

    @property
    def is_multikey(self) -> bool:
        return self.public.startswith("z")


@dataclass(frozen=True, slots=True)
class ProfileField:
    """One line of the table in a profile."""

    name: str
    value_html: str


@dataclass(frozen=True, slots=True)
class RemoteActor:
    """An actor document, read: texts clean and cut to size, addresses checked, what is unknown empty."""

    uri: str
    kind: ActorKind
    username: str
    host: str  # of the id
    inbox: str
    webfinger: str = ""  # ``user@host`` where it claims a handle of its own; unproven
    name: str = ""
    summary_html: str = ""
    url: str = ""
    outbox: str = ""
    shared_inbox: str = ""
    followers: str = ""
    following: str = ""
    featured: str = ""
    catalogue: str = ""
    moderators: str = ""  # of a Group: the collection of its moderators
    icon: str = ""
    image: str = ""
    fields: tuple[ProfileField, ...] = ()
    emojis: "tuple[Emoji, ...]" = ()
    also_known_as: tuple[str, ...] = ()
    moved_to: str = ""
    keys: tuple[ActorKey, ...] = ()
    keys_elsewhere: tuple[str, ...] = ()  # ids of keys that it lists, each to be read at its own address
    capabilities: tuple[str, ...] = ()  # FEP-844e: what its server implements
    locked: bool = False
    discoverable: bool = False
    indexable: bool = False
    suspended: bool = False
    community: "RemoteCommunity | None" = None  # of a Group: how it is governed
    published_at: int | None = None
    document: dict[str, Any] | None = None  # as it came

    @property
    def claim(self) -> str:
        """The handle that it claims beside its name at the host of its id, in small letters; empty without one."""
        claimed = self.webfinger.lower()
        return "" if claimed == f"{self.username}@{self.host}".lower() else claimed

    @property
    def title(self) -> str:
        """The display name, or the user name where there is none."""
        return self.name or self.username

    def find_key(self, key_id: str) -> ActorKey | None:
        """The key of this id, where it is listed."""
        return next((key for key in self.keys if key.id == key_id), None)


@dataclass(frozen=True, slots=True)
class OwnActor:
    """What our actor document says of one of our own actors. Its addresses derive from ``uri``."""

    uri: str
    kind: ActorKind
    username: str
    host: str  # of the handle
    keys: tuple[ActorKey, ...]
    """One RSA key as PEM, the one that signs; all others as Multikeys."""
    name: str = ""
    summary_html: str = ""
    url: str = ""
    icon: str = ""
    image: str = ""
    fields: tuple[ProfileField, ...] = ()
    emojis: "tuple[Emoji, ...]" = ()
    also_known_as: tuple[str, ...] = ()
    moved_to: str = ""
    has_catalogue: bool = False
    locked: bool = False
    discoverable: bool = False
    indexable: bool = False
    posting_restricted: bool = False  # of a Group: only moderators begin topics
    attribution_domains: tuple[str, ...] = ()  # sites whose articles may name it as author
    main_entity: dict[str, Any] | None = None
    published_at: int | None = None
    updated_at: int | None = None
    suspended: bool = False  # by moderators: the profile is not told
