"""Accepted activities on their short way from the inbox to the worker, so that each is read once.

Only a shorter way: what is not here (after a restart, in another process, in a flood) is read from the store, where
every accepted activity stands before its sender is answered.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from node.clock import SECOND

if TYPE_CHECKING:
    from federation.applying.batch import Inbound

#: Of bodies as they came. Read, an activity takes some five times as much.
MAX_BYTES = 2 * 1_048_576
_ON_ITS_WAY = 5 * SECOND


class Handover:
    """Received id -> what was read; the oldest go first when there are too many."""

    def __init__(self, *, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes, self._bytes = max_bytes, 0
        self._waiting: OrderedDict[int, tuple[Inbound, int]] = OrderedDict()

    def is_waiting(self, now: int) -> bool:
        """Whether anything is on its way at this moment; what is here for longer, another process has dealt with."""
        newest = next(reversed(self._waiting.values()), None)
        return newest is not None and now - newest[0].received_at < _ON_ITS_WAY

    def put(self, inbound: "Inbound", size: int) -> None:
        """``size``: bytes of the body that it was read from."""
        self._waiting[inbound.received_id] = (inbound, size)
        self._bytes += size
        while self._bytes > self._max_bytes:
            _, (_, dropped) = self._waiting.popitem(last=False)
            self._bytes -= dropped

    def take(self, received_ids: Iterable[int]) -> "dict[int, Inbound]":
        """Those of them that are here; they are here no longer."""
        found: dict[int, Inbound] = {}
        for received_id in received_ids:
            if (waiting := self._waiting.pop(received_id, None)) is not None:
                found[received_id] = waiting[0]
                self._bytes -= waiting[1]
        return found
