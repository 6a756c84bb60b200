"""How many hosts that nobody here has heard of may be asked because strangers name them (OUT13).

Whoever owns a domain has as many hosts below it as she likes: without a bound, one actor for each of them would make a
node look at all. What people here ask for is not counted, nor is what a known host causes about itself.
"""

from collections import OrderedDict

from federation.transport.address import registrable_domain
from federation.transport.hosts import Hosts
from node.clock import HOUR, SECOND, Clock
from node.errors import RateLimited
from node.ratelimit import Exemptions

AT_MOST, WITHIN = 10, HOUR
_DOMAINS_AT_MOST = 10_000


class FirstContacts:
    """Counts new hosts by the domain that somebody registered; an IP address is a domain of its own."""

    def __init__(self, hosts: Hosts, clock: Clock, exempt: Exemptions) -> None:
        self._hosts, self._clock, self._exempt = hosts, clock, exempt
        self._domains: OrderedDict[str, dict[str, int]] = OrderedDict()

    async def check(self, host: str) -> None:
        """Before a host (with its port) is asked because of a stranger. Raises RateLimited until the hour is over."""
        row = await self._hosts.get(host)
        if row.last_seen_at or row.last_success_at or self._is_exempt(host):
            return
        domain, now = registrable_domain(host), self._clock.now()
        asked = {name: at for name, at in self._domains.pop(domain, {}).items() if 0 <= now - at < WITHIN}
        is_over = host not in asked and len(asked) >= AT_MOST
        if not is_over:
            asked.setdefault(host, now)
        self._domains[domain] = asked
        if len(self._domains) > _DOMAINS_AT_MOST:
            self._domains.popitem(last=False)
        if is_over:
            wait = (min(asked.values()) + WITHIN - now) // SECOND + 1
            raise RateLimited(retry_after_seconds=wait, detail=f"new hosts under {domain}")

    def _is_exempt(self, host: str) -> bool:
        name = host.partition(":")[0]
        return self._exempt.covers("127.0.0.1" if name == "localhost" else name)
