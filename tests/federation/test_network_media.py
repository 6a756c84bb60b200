"""A picture of a post at one node as readers of another one get it."""

import io

import aiohttp
from PIL import Image
from sqlalchemy import Connection

from node.domain.actors import ActorKind
from node.domain.visibility import Visibility
from node.services import media, posts
from node.store import objects
from tests import media_files as files
from tests.client import App
from tests.network import network


async def test_a_picture_reaches_another_node_and_its_readers_get_it_there(tmp_path):
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        ann = await uni.add_actor("ann", ActorKind.PERSON)
        bo = await museum.add_actor("bo", ActorKind.PERSON)
        await museum.follow(bo, ann.uri)
        await net.settle()
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(files.photograph()), filename="x.jpg")
        form.add_field("description", "A field")
        form.add_field("focus", "0.5,-0.5")
        app = App(uni, await uni.token(ann), ann)
        made = await app.call("POST", "v2/media", data=form)
        links = uni.system.node.uploads.links

        def publish(conn: Connection) -> str:
            note = posts.publish_note(conn, uni.unit(), ann.id, "Look", Visibility.PUBLIC)
            shown = media.as_attachments(media.attach(conn, ann.id, [int(made["id"])], note.id), links)
            details = objects.load_row(conn, note.id).details
            objects.update_object(conn, note.id, {"details": {**details, **media.as_details(shown)}})
            return note.uri

        uri = await uni.store.write(publish)
        await net.settle()
        status, document = await uni.get(uri)
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
        found = await museum.object(uri)
        assert found is not None
        seen = await App(museum).get(f"v1/statuses/{found.id}")
        (attachment,) = seen["media_attachments"]
        assert attachment["remote_url"] == made["url"]
        assert attachment["url"].startswith(f"{museum.origin}/media/remote/")
        assert attachment["meta"]["focus"] == {"x": 0.5, "y": -0.5}
        assert (attachment["description"], attachment["blurhash"]) == ("A field", made["blurhash"])
        async with museum.http.get(attachment["url"]) as answer:
            with Image.open(io.BytesIO(await answer.read())) as image:
                assert image.size == (40, 80)
        here = await App(uni).get(f"v1/statuses/{(await uni.object(uri)).id}")
        assert here["media_attachments"][0] == made
