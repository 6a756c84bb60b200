"""OUT13: strangers do not make the node look at any number of new hosts under one domain."""

from ipaddress import ip_network

import pytest

from federation.fetching.fetch import Budget
from federation.transport.first_contacts import AT_MOST, WITHIN, FirstContacts
from federation.transport.hosts import Hosts
from node.clock import FixedClock
from node.errors import RateLimited
from node.ratelimit import Exemptions
from tests import stores
from tests.network import network

database, store = stores.database, stores.store
HOUR_SECONDS = WITHIN // 1000


@pytest.fixture
async def world(store):
    clock = FixedClock()
    hosts = Hosts(store, clock)
    yield clock, hosts, FirstContacts(hosts, clock, Exemptions([ip_network("127.0.0.0/8")]))
    await hosts.close()


async def fill(contacts: FirstContacts, domain: str = "evil.example") -> None:
    for number in range(AT_MOST):
        await contacts.check(f"h{number}.{domain}")


async def test_the_eleventh_new_host_of_a_domain_waits_until_the_hour_is_over(world):
    clock, _, contacts = world
    await fill(contacts)
    with pytest.raises(RateLimited) as refused:
        await contacts.check("h11.evil.example:8443")
    assert refused.value.retry_after_seconds == HOUR_SECONDS + 1
    await contacts.check("h3.evil.example")  # was asked before
    await contacts.check("good.example")
    clock.advance(WITHIN)
    await contacts.check("h11.evil.example:8443")


async def test_known_hosts_addresses_and_exempt_ones_are_not_counted(world):
    _, hosts, contacts = world
    await fill(contacts)
    await hosts.answered("old.evil.example")
    await hosts.close()
    await hosts.reread("old.evil.example")
    await contacts.check("old.evil.example")
    for number in range(2 * AT_MOST):
        await contacts.check(f"203.0.113.{number}")
        await contacts.check(f"localhost:{8000 + number}")


async def test_nothing_is_asked_of_a_host_too_many(tmp_path):
    """Neither for a key nor for what an activity names; what people here ask for is another matter."""
    async with network(tmp_path, "hospital") as net:
        fetcher = net.peers[0].system.federation.fetcher
        await fill(fetcher.contacts)
        with pytest.raises(RateLimited):
            await fetcher.fetch_key_owner("https://h11.evil.example/users/x#main-key")
        with pytest.raises(RateLimited):
            await fetcher.object("https://h11.evil.example/notes/1", budget=Budget())
