"""Somebody who was never heard of is stored with the first word, and is somebody from then on and not before."""

import pytest

from federation.arriving import inbox as arriving
from federation.signatures.httpsig import Message, read_claim
from node.errors import Unavailable
from node.store.people import actors, keys
from tests.federation.arriving.test_full_node import send
from tests.network import network
from tests.remote import remote, signed


async def test_who_is_new_is_stored_with_the_first_word_or_not_at_all(tmp_path, monkeypatch):
    async with network(tmp_path, "hospital") as net, remote() as there:
        node, bob = net.peers[0], there.actor("bob")

        async def is_known() -> tuple[bool, bool]:
            actor = await node.store.read(actors.find_actor, bob.uri)
            return actor is not None, await node.store.read(keys.find_remote_key, bob.key.key_id) is not None

        def full(*_):
            raise Unavailable

        with monkeypatch.context() as patch:
            patch.setattr(arriving.inbox, "accept_many", full)
            patch.setattr(node.system.federation.fetcher, "keep", full)
            assert await send(there, node, bob, 1) == 503
            assert await is_known() == (False, False)
            assert not node.system.federation.inbox._handover._waiting
        assert await send(there, node, bob, 1) == 202
        assert await is_known() == (True, True)


async def test_a_new_sender_is_no_stranger_before_the_first_word_is_committed(tmp_path):
    """What is signed by the same key meanwhile has its owner stored, and is not asked of the host again."""
    async with network(tmp_path, "hospital", authorized_fetch=True) as net, remote() as there:
        node, bob = net.peers[0], there.actor("bob")
        organisation = (await node.organisation()).uri
        inbox = f"{node.origin}/ap/inbox"
        body, headers = signed(inbox, there.activity("Create", bob, there.note(bob, 1)), bob.key)
        message = Message.of("POST", inbox, headers.items(), body)
        claim = read_claim(message, now=node.unit().now, hosts=node.system.node.config.own_hosts)
        first = await node.system.federation.keys.verified(message, claim)  # and its commit comes later
        assert first.unstored is not None
        assert (await there.get(organisation, bob.key))[0] == 200
        assert there.asked == ["/users/bob"]


@pytest.mark.parametrize("error", [Unavailable, RuntimeError])
async def test_nobody_is_remembered_who_could_not_be_stored(tmp_path, monkeypatch, error):
    async with network(tmp_path, "hospital", authorized_fetch=True) as net, remote() as there:
        node, bob = net.peers[0], there.actor("bob")
        organisation = (await node.organisation()).uri

        def full(*_):
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(arriving.inbox, "accept_many", full)
            patch.setattr(node.system.federation.fetcher, "keep", full)
            assert await send(there, node, bob, 1) >= 500
        assert (await there.get(organisation, bob.key))[0] == 200
        assert await node.store.read(actors.find_actor, bob.uri) is not None
        assert there.asked == ["/users/bob"]
