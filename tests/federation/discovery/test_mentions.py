"""People of other servers whom a text mentions: found as they are called, however that is typed."""

from typing import Any

from federation.discovery.mentions import look_up_mentions
from node.services.posts.texts import find_mentioned
from tests.network import network
from tests.remote import remote


async def test_who_is_called_in_capitals_is_meant_by_small_letters_too(tmp_path) -> None:
    async with network(tmp_path, "hospital") as net, remote() as far:
        node, host = net.peers[0], far.origin.partition("//")[2]
        zoe, twin = far.actor("Zoe"), far.actor("ZOE")
        for each in (zoe, twin):
            await node.system.federation.fetcher.actor(each.uri)

        async def meant(text: str) -> list[str]:
            found: dict[str, Any] = await node.store.read(find_mentioned, node.unit(), text)
            return [actor.uri for actor in found.values()]

        for name in ("Zoe", "zoe"):
            assert await meant(f"Ask @{name}@{host}") == [zoe.uri], "who has been known for longest"
        small = far.actor("zoe")
        await node.system.federation.fetcher.actor(small.uri)
        assert await meant(f"Ask @zoe@{host}") == [small.uri]
        asked = len(far.asked)
        await look_up_mentions(node.system.federation, node.system.node, f"Ask @ZoE@{host}")
        assert len(far.asked) == asked, "she is known"
