"""A process that works on a database until it is killed: ``python -m tests.killed_worker DATABASE MODE``.

It says ``ready`` and then a line for each piece of work, so that a test can choose its moment.

``apply``: applies jobs of kind ``inbox`` in batches, effect and end of the job in one transaction, as the inbox does.
``deliver``: delivers as a node does.
"""

import asyncio
import sys

from sqlalchemy import insert

from federation.sending.delivery import Deliverer
from federation.signatures.keypairs import Algorithm, SigningKey
from federation.signatures.signing import Signing
from federation.transport.address import AddressPolicy
from federation.transport.hosts import Hosts
from federation.transport.http import OutboundClient
from node.clock import SECOND, SystemClock
from node.ids import Ids
from node.jobs import worker as workers
from node.jobs.kind import Kind
from node.jobs.outcome import Settled
from node.jobs.worker import Worker
from node.store import jobs
from node.store.database.engine import Store
from node.store.tables import facts
from tests import stores

#: Short, so that a test need not wait for a dead process: ten times less than a node has.
LEASE = SECOND


def say(word: str) -> None:
    print(word, flush=True)  # noqa: T201 (the test reads it)


def applying(store: Store) -> Kind:
    async def run(batch):
        def unit(conn):
            conn.execute(insert(facts), [{"name": str(job.ref), "value": job.target} for job in batch])
            jobs.finish_many(conn, [job.id for job in batch])

        await store.write(unit)
        say(f"applied {len(batch)}")
        return [Settled()] * len(batch)

    return Kind("inbox", run, batch=20)


class Keys:
    key = SigningKey.generate("http://127.0.0.1:1/a#main-key", Algorithm.ED25519)

    async def signing_key(self, actor_id: int, algorithm: Algorithm) -> SigningKey:
        return self.key


def delivering(store: Store) -> Kind:
    clock = SystemClock()
    client = OutboundClient(AddressPolicy(allow_loopback_peers=True), user_agent="test", clock=clock)
    return Deliverer(store, clock, Ids(clock), client, Hosts(store, clock), Keys(), Signing()).kind()


KINDS = {"apply": applying, "deliver": delivering}


async def main(database: str, mode: str, name: str) -> None:
    jobs.LEASE = LEASE
    workers._HEARTBEAT_SECONDS = LEASE / SECOND / 4
    store = stores.make_store(database)
    await store.open()
    await Worker(store, SystemClock(), [KINDS[mode](store)], name=name).start()
    say("ready")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
