"""Local ids: 64 bits, rising with time, unique across processes.

Layout from the high end: 47 bits of milliseconds since 1970, 5 bits of lane (one per process),
11 bits of sequence. As decimal text they sort by (length, text), which client apps rely on when they page.
"""

import threading

from node.clock import Clock

LANES = 32
_SEQUENCE_BITS = 11
_LANE_BITS = 5
_SHIFT = _SEQUENCE_BITS + _LANE_BITS


class Ids:
    """Mints ids. Thread-safe; never goes back, even when the clock does."""

    def __init__(self, clock: Clock, *, lane: int = 0, after: int = 0) -> None:
        """``after``: the highest id that is already stored, so that a clock set back cannot mint it again."""
        self._clock, self._lane = clock, lane % LANES
        self._lock = threading.Lock()
        self._at = (after >> _SHIFT) + 1 if after else 0
        self._sequence = 0

    def new(self) -> int:
        with self._lock:
            now = self._clock.now()
            if now > self._at:
                self._at, self._sequence = now, 0
            elif self._sequence < (1 << _SEQUENCE_BITS) - 1:
                self._sequence += 1
            else:
                self._at, self._sequence = self._at + 1, 0
            return (self._at << _SHIFT) | (self._lane << _SEQUENCE_BITS) | self._sequence


def first_id_at(milliseconds: int) -> int:
    """The smallest id that could have been minted at this instant."""
    return milliseconds << _SHIFT


def minted_at(identifier: int) -> int:
    """The instant (milliseconds since 1970) at which an id was minted."""
    return identifier >> _SHIFT
