"""One node for all checks of this folder, which differ in what they make and do not disturb each other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from node.indexing import Indexing
from tests import media_files as files
from tests.client import App, app_of
from tests.network import Peer, running_peer


@dataclass
class Town:
    """People of one node: ben and cleo follow ada, dan is a stranger to all."""

    peer: Peer
    ada: App
    ben: App
    cleo: App
    dan: App
    reading: App  # ada, with a token that only reads
    program: App  # an app without a person
    nobody: App
    forged: App

    def app(self, name: str) -> App:
        found: App = getattr(self, name)
        return found

    async def settle(self) -> None:
        """What happens in the background has happened."""
        await self.peer.system.worker.drain()
        await Indexing(self.peer.store).run()

    async def say(self, app: App, text: str = "words", expected: int = 200, **more: Any) -> Any:
        return await app.call("POST", "v1/statuses", expected, json={"status": text, **more})

    async def picture(self, app: App, expected: int = 200, **words: str) -> Any:
        form = aiohttp.FormData()
        form.add_field("file", files.picture(), filename="x.jpg")
        for name, value in words.items():
            form.add_field(name, value)
        return await app.call("POST", "v2/media", expected, data=form)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with running_peer(tmp_path_factory.mktemp("town"), "uni") as peer:
        ada, ben, cleo, dan = [await app_of(peer, name) for name in ("ada", "ben", "cleo", "dan")]
        for fan in (ben, cleo):
            await fan.post(f"v1/accounts/{ada.me.id}/follow")
        reading = App(peer, await peer.token(ada.me, "read"), ada.me)
        known = await App(peer).post(
            "v1/apps", client_name="x", redirect_uris="https://x.example/", scopes="read write"
        )
        credentials = {name: known[name] for name in ("client_id", "client_secret")}
        token = await App(peer).post("/oauth/token", grant_type="client_credentials", scope="read write", **credentials)
        program, forged = App(peer, token["access_token"]), App(peer, "f" * 43)
        yield Town(peer, ada, ben, cleo, dan, reading, program, App(peer), forged)
