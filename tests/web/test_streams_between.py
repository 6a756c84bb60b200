"""Streams of what happens at another node, and in another process of the same one."""

from contextlib import AsyncExitStack

import aiohttp
import pytest
from aiohttp import web

from node.app.serving import build_app
from node.app.system import opened
from node.config import configure
from node.domain.moderation import Sanction
from node.domain.visibility import Visibility
from node.services.house import moderate
from node.services.people import filters
from node.store.access import oauth
from tests import answers, ports, stores
from tests.client import App, app_of
from tests.network import SECRET, Peer, network
from tests.notes import publish_note
from tests.web.listening import HIDES_GOLF, connect, delete, note
from web.streaming import frames

postgresql = stores.postgresql


@pytest.mark.usefixtures("each_database")
async def test_what_happens_elsewhere_is_streamed_here(tmp_path):
    async with network(tmp_path, "hub", "uni") as net:
        here, there = net.peers
        ada, ben = await app_of(here, "ada"), await app_of(there, "ben")
        await here.follow(ada.me, ben.me.uri)
        await net.settle()
        stream, bens = await connect(ada, "stream=user"), await connect(ben, "stream=user")
        posted = await note(ben, f"Hello @ada@{here.system.node.config.host}")
        assert (await bens.next())[1] == "update"
        await net.settle()
        assert await stream.events(2) == ["update", "notification"]
        await delete(ben, posted)
        assert (await bens.next())[1] == "delete"


async def test_every_process_streams_what_another_did(postgresql, tmp_path):
    """Two processes of one node share a database: an app listens at one, the post is written at the other."""
    async with AsyncExitStack() as stack:
        host = f"127.4.0.1:{stack.enter_context(ports.held('127.4.0.1'))}"
        systems = []
        for name in ("web", "worker"):
            config = configure(
                {
                    "node": {
                        "host": host,
                        "scheme": "http",
                        "name": "Uni",
                        "handle": "uni",
                        "data": str(tmp_path / name),
                    },
                    "database": {"url": postgresql},
                    "limits": {"exempt": ["127.0.0.0/8"]},
                    "development": {"allow_loopback_peers": True},
                },
                file=tmp_path / "rhizome.toml",
                secret_key=SECRET,
            )
            (tmp_path / name).mkdir()
            systems.append(await stack.enter_async_context(opened(config)))
        web_system, worker_system = systems
        runner = web.AppRunner(build_app(web_system), access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, *host.split(":")).start()
        http = await stack.enter_async_context(aiohttp.ClientSession())
        here = Peer(web_system, runner, http, answers.Watch([]))
        there = Peer(worker_system, runner, http, answers.Watch([]))
        ada = await app_of(here, "ada")
        stream = await connect(ada, "stream=user")
        posted = await there.store.write(publish_note, there.unit(), ada.me.id, "From afar", Visibility.PUBLIC)
        label, event, status = await stream.next()
        assert (label, event, status["id"]) == (["user"], "update", str(posted.id))
        await there.store.write(lambda conn: filters.create(conn, there.unit(), ada.me.id, HIDES_GOLF))
        assert (await stream.next())[1] == "filters_changed"
        ben = await app_of(there, "ben")
        await ada.post(f"v1/accounts/{ben.me.id}/follow")
        for text in ("golf", "chess"):
            await there.store.write(publish_note, there.unit(), ben.me.id, text, Visibility.PUBLIC)
        assert "chess" in (await stream.next())[2]["content"]
        bens = await connect(App(here, ben.token, ben.me), "stream=user")
        await there.store.write(oauth.delete_tokens_of, ben.me.id)
        assert await bens.closed() == frames.POLICY
        boss = await there.add_actor("boss")
        await there.store.write(moderate.impose, there.unit(), boss.id, ada.me.id, Sanction.SUSPENDED, "")
        assert [await stream.closed()] == [frames.POLICY]
