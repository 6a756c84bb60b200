"""A node that has no room left refuses in time, and takes more when there is room again (IN21, REL4)."""

from tests.network import network
from tests.remote import remote


async def send(there, node, bob, number: int) -> int:
    activity = there.activity("Create", bob, there.note(bob, number), number)
    return await there.send(f"{node.origin}/ap/inbox", activity, bob.key)


async def test_a_disk_without_room_is_noticed_before_the_first_message(tmp_path, monkeypatch):
    """Not only once it was measured: a node that was started anew because of it takes nothing for a moment either."""
    async with network(tmp_path, "hospital", sections={"limits": {"disk_free_mib": 10**9}}) as net, remote() as there:
        node, bob = net.peers[0], there.actor("bob")
        assert await send(there, node, bob, 1) == 503
        inbox = node.system.federation.inbox
        monkeypatch.setattr(inbox, "_is_disk_low", lambda: False)
        await inbox.measure()
        assert await send(there, node, bob, 1) == 202
        monkeypatch.setattr(inbox, "_is_disk_low", lambda: True)
        await inbox.measure()
        assert await send(there, node, bob, 2) == 503


async def test_a_node_without_room_refuses_before_anything_is_lost(tmp_path):
    async with network(tmp_path, "hospital", sections={"limits": {"inbox_backlog": 1}}) as net, remote() as there:
        node, bob = net.peers[0], there.actor("bob")
        inbox = node.system.federation.inbox
        assert [await send(there, node, bob, number) for number in (1, 2)] == [202, 202]
        await inbox.measure()
        assert await send(there, node, bob, 3) == 503
        async with node.http.post(f"{node.origin}/ap/inbox", data=b"{}") as answer:
            assert answer.status in {415, 503}
        await net.settle()
        await inbox.measure()
        assert await send(there, node, bob, 3) == 202
