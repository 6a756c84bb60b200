"""Following somebody elsewhere whose posts are known here already."""

from node.domain.visibility import Visibility
from tests.client import App
from tests.network import network
from tests.notes import publish_note


async def test_an_accepted_follow_brings_what_is_known_to_the_home_timeline(tmp_path) -> None:
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        ada, ben, eve = await uni.add_actor("ada"), await uni.add_actor("ben"), await museum.add_actor("eve")
        await uni.follow(ben, eve.uri)
        await net.settle()
        note = await museum.store.write(publish_note, museum.unit(), eve.id, "Known before", Visibility.PUBLIC)
        await net.settle()
        app = App(uni, await uni.token(ada), ada)
        assert await app.get("v1/timelines/home") == []
        await uni.follow(ada, eve.uri)
        await net.settle()
        assert [status["uri"] for status in await app.get("v1/timelines/home")] == [note.uri]
