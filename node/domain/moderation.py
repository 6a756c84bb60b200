"""What the node does with a domain and everything below it, and with single people."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class DomainPolicy(enum.StrEnum):
    ALLOW = "allow"  # needed with an allow-list, meaningless without
    LIMIT = "limit"  # shown to followers only, never in public lists
    MEDIA_FREE = "media-free"  # text is taken in, media is not
    LIMIT_MEDIA_FREE = "limit-media-free"  # both
    BLOCK = "block"  # nothing in, nothing out


#: What lets posts reach followers only, and what keeps media out.
LIMITING = frozenset({DomainPolicy.LIMIT, DomainPolicy.LIMIT_MEDIA_FREE})
WITHOUT_MEDIA = frozenset({DomainPolicy.MEDIA_FREE, DomainPolicy.LIMIT_MEDIA_FREE})


class Sanction(enum.StrEnum):
    """What moderators decided about one actor, here or elsewhere; several may hold."""

    SENSITIVE = "sensitive"  # its media are always covered
    SILENCED = "silenced"  # shown to followers only, never in public lists
    SUSPENDED = "suspended"  # nothing in, nothing out, nothing shown; can be taken back


@dataclass(frozen=True, slots=True)
class Policies:
    """All decisions about domains and people at one moment."""

    by_domain: Mapping[str, DomainPolicy]
    allow_list: bool = False  # only allowed domains are spoken with
    by_actor: Mapping[str, frozenset[Sanction]] = field(default_factory=dict)  # by URI
    own_hosts: frozenset[str] = frozenset()  # this node, which no policy is about

    @property
    def is_empty(self) -> bool:
        """Nothing is decided about anybody."""
        return not (self.by_domain or self.allow_list or self.by_actor)

    def find(self, host: str) -> DomainPolicy | None:
        """The policy of the host, or of the nearest domain above it; the port does not matter.

        >>> Policies({"bad.example": DomainPolicy.BLOCK}).find("a.bad.example:8443")
        <DomainPolicy.BLOCK: 'block'>
        """
        name = host if host in self.by_domain else host.rsplit(":", 1)[0]
        while name:
            if (policy := self.by_domain.get(name)) is not None:
                return policy
            _, _, name = name.partition(".")
        return None

    def is_blocked(self, host: str) -> bool:
        if (not self.by_domain and not self.allow_list) or host in self.own_hosts:
            return False
        policy = self.find(host)
        return policy is DomainPolicy.BLOCK or (self.allow_list and policy is None)

    def is_limited(self, host: str) -> bool:
        return bool(self.by_domain) and self.find(host) in LIMITING

    def refuses_media(self, host: str) -> bool:
        return bool(self.by_domain) and self.find(host) in WITHOUT_MEDIA

    def is_suspended(self, actor_uri: str) -> bool:
        return bool(self.by_actor) and Sanction.SUSPENDED in self.by_actor.get(actor_uri, ())

    def is_silenced(self, actor_uri: str) -> bool:
        return Sanction.SILENCED in self.by_actor.get(actor_uri, ())

    def covers_media(self, actor_uri: str) -> bool:
        """Whether media of this actor are shown only on demand."""
        return Sanction.SENSITIVE in self.by_actor.get(actor_uri, ())
