"""Ways to sign a request. What is signed with loads elsewhere: who only looks after hosts does without."""

from enum import StrEnum


class Knock(StrEnum):
    """A way to sign a request; stored with the host that took it."""

    CAVAGE = "cavage"
    CAVAGE_WITHOUT_QUERY = "cavage-noquery"
    RFC9421 = "rfc9421"
    ED25519 = "rfc9421-ed25519"
