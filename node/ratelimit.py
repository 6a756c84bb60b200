"""Rates: token buckets for servers, windows for clients, which are told how much is left.

Kept in the memory of each process and bounded: a rate is a promise about load, not about accounts.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from math import ceil

_KEYS_AT_MOST = 50_000


class Rate:
    """``burst`` at once, refilled with ``per_second``; one bucket per key."""

    def __init__(self, per_second: float, burst: int, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._timer = per_second, burst, timer
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, *, cost: float = 1.0) -> int:
        """0 where there was enough left; otherwise the seconds to wait. An attempt that is refused costs nothing."""
        now = self._timer()
        left, at = self._buckets.pop(key, (float(self._burst), now))
        left = min(float(self._burst), left + (now - at) * self._per_second)
        allowed = left >= cost
        self._buckets[key] = (left - cost if allowed else left, now)
        if len(self._buckets) > _KEYS_AT_MOST:
            self._buckets.popitem(last=False)
        return 0 if allowed else max(1, ceil((cost - left) / self._per_second))

    def would_refuse(self, key: str) -> int:
        """The seconds to wait before another one would be taken, without taking it."""
        left, at = self._buckets.get(key, (float(self._burst), self._timer()))
        left += (self._timer() - at) * self._per_second
        return 0 if left >= 1 else max(1, ceil((1 - left) / self._per_second))


@dataclass(frozen=True, slots=True)
class Taken:
    """What a window says to one request: how many it allows, how many are left, when it begins anew (milliseconds)."""

    limit: int
    left: int
    resets_at: int
    is_over: bool = False


class Window:
    """``limit`` requests of one key in ``milliseconds``, counted from the first of them, all at once if need be."""

    def __init__(self, limit: int, milliseconds: int) -> None:
        self._limit, self._length = limit, milliseconds
        self._used: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def take(self, key: str, now: int) -> Taken:
        """Count one more; one that is refused is not counted."""
        began_at, used = self._used.pop(key, (now, 0))
        if not 0 <= now - began_at < self._length:
            began_at, used = now, 0
        is_over = used >= self._limit
        used += not is_over
        self._used[key] = began_at, used
        if len(self._used) > _KEYS_AT_MOST:
            self._used.popitem(last=False)
        return Taken(self._limit, self._limit - used, began_at + self._length, is_over)


class Exemptions:
    """Addresses that no rate applies to (``[limits] exempt``)."""

    def __init__(self, networks: Sequence[IPv4Network | IPv6Network]) -> None:
        self._networks = networks
        self._known: dict[str, bool] = {}

    def covers(self, address: str | None) -> bool:
        if not self._networks or address is None:
            return False
        if (answer := self._known.get(address)) is None:
            if len(self._known) > _KEYS_AT_MOST:
                self._known.clear()
            answer = self._known[address] = self._look(address)
        return answer

    def _look(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks if network.version == parsed.version)


def key_of_address(address: str) -> str:
    """What a rate counts an address as: IPv6 by /64.

    >>> key_of_address("2001:db8:1:2:3:4:5:6")
    '2001:db8:1:2'
    """
    if ":" not in address:
        return address
    return ":".join(f"{int(part, 16):x}" for part in ip_address(address.partition("%")[0]).exploded.split(":")[:4])
