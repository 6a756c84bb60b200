"""Polls elsewhere in which people here have voted: tallies that come back, and questions that change."""

from typing import Any

import pytest

from node.services.posts.polls import vote
from node.store.posts import objects, polls
from tests.network import Peer, network
from tests.remote import Remote, RemoteActor, remote


def question(far: Remote, zoe: RemoteActor, *names: str, kind: str = "oneOf", **parts: Any) -> dict[str, Any]:
    options = [{"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": 4}} for name in names]
    return far.note(zoe, 1, type="Question", endTime="2100-01-01T00:00:00Z", **{kind: options}, **parts)


async def state(node: Peer, uri: str, voter_id: int) -> tuple[list[str], list[int], list[str]]:
    """Its options, their votes, and what the voter chose."""
    found = await node.object(uri)
    assert found is not None
    row = await node.store.read(objects.load_row, found.id)
    options = row.details["poll"]["options"]
    chosen = await node.store.read(polls.load_own_votes, found.id, voter_id)
    return [each["name"] for each in options], [each["votes"] for each in options], chosen


@pytest.mark.parametrize(
    ("names", "kind", "chosen"),
    [(("Tin", "Zinc"), "oneOf", ["Tin"]), (("Tin", "Lead"), "oneOf", []), (("Tin", "Zinc"), "anyOf", [])],
    ids=["tallies", "options", "several"],
)
async def test_votes_hold_until_the_choice_is_another(tmp_path, names, kind, chosen):
    async with network(tmp_path, "hospital") as net, remote() as far:
        node, zoe = net.peers[0], far.actor("zoe")
        ann = await node.add_actor("ann")
        uri = question(far, zoe, "Tin", "Zinc")["id"]
        poll = await node.system.federation.fetcher.object(uri)
        await node.store.write(vote, node.unit(), ann.id, poll, [0])
        assert await state(node, uri, ann.id) == (["Tin", "Zinc"], [5, 4], ["Tin"])

        changed = question(far, zoe, *names, kind=kind)
        update = far.activity("Update", zoe, changed)
        assert await far.send(f"{node.origin}/ap/inbox", update, zoe.key) == 202
        await net.settle()
        assert await state(node, uri, ann.id) == ([*names], [4, 4], chosen)
        if not chosen:
            await node.store.write(vote, node.unit(), ann.id, poll, [1])
            assert (await state(node, uri, ann.id))[2] == [names[1]]
