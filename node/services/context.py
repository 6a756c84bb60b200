"""What a use case needs besides its transaction."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from node.clock import day_at
from node.ids import Ids


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of work: the instant it happens at, and where ids and IRIs come from."""

    ids: Ids
    now: int  # milliseconds since 1970, UTC
    origin: str  # "https://learn.uni.example"
    host: str  # "learn.uni.example"
    timezone: str = "UTC"  # IANA, of the organisation: what holds where nothing else says one

    @property
    def today(self) -> dt.date:
        """The day that it is for the organisation."""
        return day_at(self.now, ZoneInfo(self.timezone))
