"""Pictures of posts at one node as readers of another one get them, from the upload to the deletion."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from tests import media_files as files
from tests.client import App, app_of
from tests.network import Network, Peer, network


@dataclass
class World:
    """Ann at uni, whom Bo at the museum follows."""

    net: Network
    ann: App
    museum: Peer

    async def upload(self, **words: str) -> Any:
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(files.photograph()), filename="x.jpg")
        for name, value in words.items():
            form.add_field(name, value)
        return await self.ann.call("POST", "v2/media", data=form)

    async def say(self, text: str, media_ids: list[str], expected: int = 200) -> Any:
        return await self.ann.call("POST", "v1/statuses", expected, json={"status": text, "media_ids": media_ids})

    async def seen(self, uri: str) -> list[dict[str, Any]]:
        """The attachments of a post as an app at the museum gets them."""
        await self.net.settle()
        found = await self.museum.object(uri)
        assert found is not None
        return (await App(self.museum).get(f"v1/statuses/{found.id}"))["media_attachments"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        ann, bo = await app_of(uni, "ann"), await app_of(museum, "bo")
        await museum.follow(bo.me, ann.me.uri)
        await net.settle()
        yield World(net, ann, museum)


async def test_a_picture_reaches_another_node_and_its_readers_get_it_there(world: World) -> None:
    made = await world.upload(description="A field", focus="0.5,-0.5")
    posted = await world.say("Look", [made["id"]])
    assert posted["media_attachments"] == [made]
    status, document = await world.ann.peer.get(posted["uri"])
    assert status == 200
    assert document["attachment"] == [
        {
            "type": "Image",
            "mediaType": "image/jpeg",
            "url": made["url"],
            "name": "A field",
            "width": 40,
            "height": 80,
            "blurhash": made["blurhash"],
            "focalPoint": [0.5, -0.5],
        }
    ]
    (attachment,) = await world.seen(posted["uri"])
    assert attachment["remote_url"] == made["url"]
    assert attachment["url"].startswith(f"{world.museum.origin}/media/remote/")
    assert attachment["meta"]["focus"] == {"x": 0.5, "y": -0.5}
    assert (attachment["description"], attachment["blurhash"]) == ("A field", made["blurhash"])
    async with world.museum.http.get(attachment["url"]) as answer:
        with Image.open(io.BytesIO(await answer.read())) as image:
            assert image.size == (40, 80)


async def test_words_change_and_pictures_go_with_an_edit(world: World) -> None:
    made, other = await world.upload(description="A field"), await world.upload()
    posted = await world.say("Look", [made["id"], other["id"]])
    path = f"v1/statuses/{posted['id']}"
    assert len(await world.seen(posted["uri"])) == 2
    await world.ann.put(f"v1/media/{made['id']}", 422, description="B")
    words = [{"id": made["id"], "description": "A barn"}]
    change = {"status": "Look", "media_ids": [made["id"]], "media_attributes": words}
    edited = await world.ann.call("PUT", path, json=change)
    assert [each["description"] for each in edited["media_attachments"]] == ["A barn"]
    assert [each["description"] for each in await world.seen(posted["uri"])] == ["A barn"]
    again = await world.say("Again", [other["id"]])
    assert again["media_attachments"][0]["id"] == other["id"]
    await world.say("Twice", [other["id"]], 422)


async def test_a_deleted_post_lends_its_pictures_to_the_next(world: World) -> None:
    made = await world.upload()
    posted = await world.say("Lok", [made["id"]])
    deleted = await world.ann.delete(f"v1/statuses/{posted['id']}")
    assert deleted["media_attachments"][0]["id"] == made["id"]
    again = await world.say("Look", [made["id"]])
    assert again["media_attachments"] == [made]


async def test_a_new_avatar_is_seen_elsewhere(world: World) -> None:
    form = aiohttp.FormData()
    form.add_field("avatar", io.BytesIO(files.picture("PNG", 90, 60)), filename="x.png")
    me = await world.ann.call("PATCH", "v1/accounts/update_credentials", data=form)
    await world.net.settle()
    found = await App(world.museum).get("v1/accounts/lookup", acct=f"ann@{world.ann.peer.system.node.config.host}")
    async with world.museum.http.get(found["avatar"]) as answer:
        with Image.open(io.BytesIO(await answer.read())) as image:
            assert image.size == (60, 60)
    assert found["avatar"] == world.museum.system.node.links.proxied(me["avatar"])
