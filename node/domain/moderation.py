"""What the node does with a domain and everything below it."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class DomainPolicy(enum.StrEnum):
    ALLOW = "allow"  # needed with an allow-list, meaningless without
    LIMIT = "limit"  # shown to followers only, never in public lists
    MEDIA_FREE = "media-free"  # text is taken in, media is not
    BLOCK = "block"  # nothing in, nothing out


@dataclass(frozen=True, slots=True)
class Policies:
    """All domain policies at one moment."""

    by_domain: Mapping[str, DomainPolicy]
    allow_list: bool = False  # only allowed domains are spoken with

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
        if not self.by_domain and not self.allow_list:
            return False
        policy = self.find(host)
        return policy is DomainPolicy.BLOCK or (self.allow_list and policy is None)

    def is_limited(self, host: str) -> bool:
        return bool(self.by_domain) and self.find(host) is DomainPolicy.LIMIT

    def refuses_media(self, host: str) -> bool:
        return bool(self.by_domain) and self.find(host) is DomainPolicy.MEDIA_FREE
