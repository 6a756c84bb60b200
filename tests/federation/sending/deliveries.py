"""A sender of deliveries with everything that it needs, and servers that it sends to."""

import asyncio
import contextlib
import json
from itertools import count
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, select

from federation.sending import delivery
from federation.sending.delivery import Deliverer
from federation.sending.recheck import Recheck
from federation.signatures.keypairs import Algorithm, SigningKey
from federation.signatures.signing import Signing
from federation.transport.address import AddressPolicy
from federation.transport.connection import Timeouts
from federation.transport.hosts import Hosts
from federation.transport.http import OutboundClient
from federation.transport.places import Places
from node.clock import FixedClock
from node.ids import Ids
from node.jobs.worker import Worker
from node.store.federation import activities
from node.store.federation import hosts as hosts_table
from node.store.tables import actors, jobs
from tests.broken_peers import BrokenPeer, response, says
from tests.federation.signatures.signed import ed25519_key, rsa_key

NOW = 1_790_000_000_000
KEY = rsa_key("https://hub.example/ap/a/1#main-key")
ED25519_KEY = ed25519_key("https://hub.example/ap/a/1#ed25519-key")
ACCEPTED = says(response(status="202 Accepted"))
_numbers = count(1)


def status(line: str, body: bytes = b"", **headers: str):
    return says(response(body, status=line, **headers))


class Keys:
    async def signing_key(self, actor_id: int, algorithm: Algorithm) -> SigningKey:
        assert actor_id == 1
        return {key.algorithm: key for key in (KEY, ED25519_KEY)}[algorithm]


@contextlib.asynccontextmanager
async def peers(*answers, host: str = "127.0.7.{}"):
    """One server per answer, each on its own loopback address."""
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(BrokenPeer(answer, host=host.format(next(_numbers) % 250 + 1)))
            for answer in answers
        ]


def name_of(peer: BrokenPeer) -> str:
    return f"{peer.host}:{peer.port}"


@pytest.fixture
async def sender(store):
    """Everything that delivers, with its clock standing still until it is moved."""
    clock = FixedClock(NOW)
    ids, hosts = Ids(clock), Hosts(store, clock)
    time = SimpleNamespace(passed=0.0)
    client = OutboundClient(
        AddressPolicy(allow_loopback_peers=True),
        user_agent="Rhizome/0 (+https://hub.example/)",
        clock=clock,
        timeouts=Timeouts(silence=0.4, total=1.0),
        blocked=lambda host: host.startswith("127.0.99."),
    )
    signing = Signing()
    deliverer = Deliverer(
        store,
        clock,
        ids,
        client,
        hosts,
        Keys(),
        signing,
        places=Places(patience=0.1),
        rnd=lambda: 0.5,
        monotonic=lambda: time.passed,
    )
    looked: list[str] = []
    answers: dict[str, Exception] = {}

    async def look(uri: str) -> None:
        looked.append(uri)
        if uri in answers:
            raise answers[uri]

    async def prove(uri: str, handle: str) -> None:
        raise AssertionError("nobody here claims a handle")

    worker = Worker(store, clock, [deliverer.kind(), Recheck(clock, look, prove).kind()], name="w")

    def add_actor(conn):
        row = {
            "kind": "person",
            "local": True,
            "username": "a",
            "host": "hub.example",
            "created_at": 1,
            "updated_at": 1,
        }
        conn.execute(insert(actors).values(id=1, uri="https://hub.example/ap/a/1", **row))

    await store.write(add_actor)

    async def post(*inboxes: str, type_: str = "Create", about: str = "", group: bool = False, **more) -> int:
        number = ids.new()
        body = json.dumps({"id": f"https://hub.example/ap/x/{number}", "type": type_, "to": ["https://b.example/u/bo"]})

        def unit(conn):
            uri, of = f"https://hub.example/ap/x/{number}", about or f"https://hub.example/ap/o/{number}"
            stored = activities.Activity(number, uri, 1, type_, of, "public", body, clock.now())
            activities.insert_activities(conn, [stored])
            hosts_of = {inbox: inbox.split("/")[2] for inbox in inboxes}
            delivery.enqueue(conn, ids, clock.now(), stored, hosts_of, is_group=group, **more)

        await store.write(unit)
        return number

    def pass_time(milliseconds: int) -> None:
        clock.advance(milliseconds)
        time.passed += milliseconds / 1000

    yield SimpleNamespace(
        store=store, clock=clock, ids=ids, hosts=hosts, worker=worker, post=post, deliverer=deliverer,
        looked=looked, answers=answers, time=time, pass_time=pass_time, client=client,
    )  # fmt: skip
    signing.close()
    await hosts.close()
    await client.close()


async def rows(store):
    return await store.read(lambda conn: conn.execute(select(jobs).order_by(jobs.c.id)).all())


async def host_row(store, peer):
    await asyncio.sleep(0)
    return (await store.read(hosts_table.load_hosts, [name_of(peer)])).get(name_of(peer))
