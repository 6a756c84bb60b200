"""What a use case needs besides its transaction."""

from dataclasses import dataclass

from node.ids import Ids


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of work: the instant it happens at, and where ids and IRIs come from."""

    ids: Ids
    now: int  # milliseconds since 1970, UTC
    origin: str  # "https://learn.uni.example"
    host: str  # "learn.uni.example"
