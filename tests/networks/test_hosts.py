"""Hosts that go and come back, as whole nodes see them."""

import dataclasses

from sqlalchemy import Connection, delete, select

from federation.sending.asking_again import ask_again
from federation.transport.knock import Knock
from node.clock import DAY
from node.store.federation import hosts
from node.store.federation.hosts import Change
from node.store.people import actors, follows
from node.store.tables import follows as follows_table
from node.store.tables import jobs
from tests.network import Peer, network


async def befriended(net) -> tuple[Peer, Peer]:
    """The hospital follows the university."""
    hospital, university = net.peers
    await hospital.follow(await hospital.organisation(), (await university.organisation()).uri)
    await net.settle()
    return hospital, university


async def waiting(peer: Peer, kind: str) -> list[str]:
    query = select(jobs.c.target).where(jobs.c.kind == kind)
    return await peer.store.read(lambda conn: list(conn.scalars(query)))


async def test_two_of_us_sign_with_ed25519_and_the_catalogue_of_a_host_that_is_back_is_looked_at(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = await befriended(net)
        host, known = university.system.node.config.host, hospital.system.federation.hosts
        for peer, other in ((hospital, university), (university, hospital)):
            await peer.system.federation.hosts.flush()
            found = await peer.system.federation.hosts.reread(other.system.node.config.host)
            assert found.signature == Knock.ED25519
        for _ in range(5):
            await known.failed(host, "down")
        assert (await known.reread(host)).is_held
        assert await waiting(hospital, "catalogue") == []
        known.seen(host)
        await known.flush()
        assert await waiting(hospital, "catalogue") == [(await university.organisation()).catalogue]


async def test_followers_on_a_host_that_was_lost_for_three_months_are_removed(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = await befriended(net)
        followed = await university.organisation()
        known, now = university.system.federation.hosts, university.unit().now
        host = hospital.system.node.config.host

        def give_up(days: int):
            def change(conn: Connection) -> None:
                lost = Change(host, lambda row: dataclasses.replace(row, unavailable_at=now - days * DAY))
                hosts.change_many(conn, [lost], kind="deliver", now=now)

            return change

        await university.store.write(give_up(89))
        await known.drop_lost()
        assert await university.store.read(follows.count_follows, followed.id) == (1, 0)
        await university.store.write(give_up(91))
        await known.drop_lost()
        assert await university.store.read(follows.count_follows, followed.id) == (0, 0)


async def test_a_request_that_got_lost_is_sent_again_after_our_own_start(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = await befriended(net)
        await university.store.write(lambda conn: conn.execute(delete(follows_table)))  # set back to a backup
        await hospital.store.write(lambda conn: conn.execute(follows_table.update().values(state=follows.PENDING)))
        assert await hospital.store.write(ask_again, hospital.unit()) == 1
        await net.settle()
        followed = await hospital.store.read(actors.find_actor, (await university.organisation()).uri)
        assert await hospital.store.read(follows.is_following, (await hospital.organisation()).id, followed.id)
        assert await hospital.store.write(ask_again, hospital.unit()) == 0

        host = university.system.node.config.host
        await hospital.system.federation.hosts.flush()  # that it answered before
        down = Change(host, lambda row: dataclasses.replace(row, unavailable_at=1))
        await hospital.store.write(hosts.change_many, [down], kind="deliver", now=1)
        await hospital.store.write(lambda conn: conn.execute(follows_table.update().values(state=follows.PENDING)))
        assert await hospital.store.write(ask_again, hospital.unit()) == 0  # the queue of the host has it


async def test_a_request_that_was_recorded_twice_is_sent_twice_and_fails_nobody(tmp_path):
    """The command, and the start right after it."""
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        await hospital.follow(await hospital.organisation(), (await university.organisation()).uri)
        await hospital.store.write(ask_again, hospital.unit())
        await net.settle()
        assert await waiting(hospital, "event") == []
        assert [outcome for _, outcome in await hospital.outcomes()] == ["follow-accepted"]
