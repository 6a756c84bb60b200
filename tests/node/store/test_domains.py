"""Which actors a domain means: in statements the same as for one host, on each database."""

import pytest
from sqlalchemy import select

from node.clock import SystemClock
from node.domain.moderation import DomainPolicy, Policies
from node.ids import Ids
from node.store.people import domain_blocks
from node.store.people.actors import insert_actor
from node.store.people.domains import is_at
from node.store.reading import hearing
from node.store.tables import actors
from tests import stores

database, store = stores.database, stores.store
HOSTS = [
    "far.example", "far.example:8443", "social.far.example", "a.social.far.example:99", "notfar.example",
    "far.example.net", "xfar.example:1", "example", "social.far.examples",
]  # fmt: skip


@pytest.fixture
async def people(store):
    """One on each host, and a member of this node."""
    ids = Ids(SystemClock())

    def add(conn):
        made = {}
        for host in [*HOSTS, "ours.net"]:
            made[host] = ids.new()
            uri = f"https://{host}/ap/a/{made[host]}"
            insert_actor(
                conn, id=made[host], uri=uri, kind="person", local=host.startswith("ours"), username="ada", name="",
                host=host, created_at=1, updated_at=1,
            )  # fmt: skip
        return made

    return await store.write(add)


@pytest.mark.parametrize("domain", ["far.example", "social.far.example", "far.example:8443", "example", "no.example"])
async def test_a_domain_means_the_same_actors_everywhere(store, people, domain):
    expected = {host for host in HOSTS if domain_blocks.is_below(host, {domain})}
    policies = Policies({domain: DomainPolicy.BLOCK})
    assert {host for host in HOSTS if policies.is_blocked(host)} == expected
    query = select(actors.c.host).where(is_at(domain))
    assert set(await store.read(lambda conn: conn.scalars(query).all())) == expected
    me = people["ours.net"]
    await store.write(domain_blocks.insert_domain_block, 7, me, domain, 1)
    everybody = list(people.values())
    away = await store.read(hearing.load_turned_away, me, everybody, 1)
    assert away == {people[host]: "blocked_domain" for host in expected}
    deaf = await store.read(lambda conn: hearing.load_deaf(conn, [me], everybody, 1, notices=True))
    assert deaf == {(me, people[host]) for host in expected}
