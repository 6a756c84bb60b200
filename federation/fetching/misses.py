"""Addresses that gave nothing a moment ago: whoever names them again does not make this node ask again (OUT12).

An answer counts for what was there before it was asked for. What arrives later is kept and waits, or a stranger who
names an address too early would keep from us what is there soon.
"""

from collections import OrderedDict

from node.clock import MINUTE, SECOND, Clock
from node.errors import RateLimited, RemoteError

WITHIN = 5 * MINUTE
_REMEMBERED = 10_000


class Misses:
    """What one process remembers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[int, type[RemoteError], str]] = OrderedDict()

    def check(self, uri: str, since: int) -> None:
        """Raises what was raised before, for a cause that is not younger; RateLimited for one that is."""
        at, error, detail = self._known.get(uri, (-WITHIN, RemoteError, ""))
        left = at + WITHIN - self._clock.now()
        if left <= 0:
            return
        if at >= since:
            raise error(detail=detail)
        raise RateLimited(retry_after_seconds=left // SECOND + 1, detail=f"{uri} gave nothing a moment ago")

    def note(self, uri: str, error: RemoteError) -> None:
        self._known[uri] = (self._clock.now(), type(error), error.detail)
        self._known.move_to_end(uri)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
