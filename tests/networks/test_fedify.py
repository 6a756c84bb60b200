"""A server of another make takes part: Fedify, whose authors never saw us, reads and writes by the standards alone."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.services.posts import posts
from node.store.events import event_answers
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.posts import objects
from node.store.posts.objects import Object
from tests import happenings
from tests.communities import make_circle
from tests.network import Peer, network
from tests.records import record

FOLDER = Path(__file__).parents[1] / "clients" / "javascript"


class Fedify:
    """``verbs`` of ``peer.mjs``."""

    def __init__(self, http: aiohttp.ClientSession, origin: str) -> None:
        self._http, self.origin = http, origin

    async def do(self, verb: str, **said: Any) -> Any:
        async with self._http.post(f"{self.origin}/do/{verb}", data=orjson.dumps(said)) as answer:
            body = await answer.text()
            assert answer.status == 200, body
            return orjson.loads(body)


@asynccontextmanager
async def fedify() -> AsyncIterator[Fedify]:
    if shutil.which("node") is None or not (FOLDER / "node_modules" / "@fedify").is_dir():
        pytest.skip("Fedify is not installed: npm ci in tests/clients/javascript")
    process = await asyncio.create_subprocess_exec(
        *("node", "peer.mjs", "127.2.9.1"), cwd=FOLDER, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        origin = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession() as http:
            yield Fedify(http, origin)
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.dear("Node.js starts with a server in it")
async def test_a_server_of_another_make_takes_part(tmp_path: Path) -> None:
    async with network(tmp_path, "hospital") as net, fedify() as far:
        (hospital,) = net.peers
        circle = await make_circle(net, "cafe", name="Cafe")
        (ada,), cafe = circle.people, circle.group
        resource = await hospital.publish(record())
        event = await happenings.publish(hospital, ada)
        post = await publish(hospital, ada, text="Hello #fediverse")
        what = {ada.uri: "Person", cafe.uri: "Group", resource.uri: "Article", event.uri: "Event", post.uri: "Note"}
        for uri, kind in what.items():
            met = await far.do("meet", what=uri)
            assert (met.get("object"), met.get("id")) == (kind, uri)

        # A person follows in both directions; what was proven here is believed there, and the other way round.
        await far.do("follow", whom=cafe.uri)
        await hospital.follow(ada, f"{far.origin}/users/alice")
        await net.settle()
        alice = await hospital.store.read(actors.find_actor, f"{far.origin}/users/alice")
        assert alice.uri in await circle.members()
        assert (await hospital.store.read(follows.find_follow, ada.id, alice.id)).state == follows.ACCEPTED

        # She asks in the community by naming it, and hears the answer from it.
        question = await far.do("say", content="<p>@cafe Tin or zinc?</p>", to=[cafe.uri])
        await net.settle()
        asked = await hospital.object(question)
        assert asked.audience == cafe.uri
        answer = await publish(hospital, ada, text="Zinc.", in_reply_to_id=asked.id)

        # She answers, likes, and comes.
        reply = await far.do("say", content="<p>@ada Hello!</p>", to=[ada.uri], answers=post.uri)
        await far.do("like", what=post.uri)
        await far.do("join", what=event.uri)
        await net.settle()
        assert (await hospital.object(reply)).in_reply_to == post.uri
        counted = await hospital.store.read(objects.load_row, post.id)
        assert (counted.likes_count, counted.replies_count) == (1, 1)
        assert (await hospital.store.read(event_answers.find_answer, event.id, alice.id)).state == "going"

        heard = await far.do("heard")
        assert [each for each in heard if "error" in each] == []
        assert {"Follow", "Accept", "Announce", "Create"} <= {each["type"] for each in heard}
        assert answer.uri in [each.get("id") for each in heard]
        assert ("Accept", ada.uri, "Join") in [(each["type"], each["actor"], each.get("object")) for each in heard]


async def publish(peer: Peer, author: Actor, **draft: Any) -> Object:
    return await peer.store.write(posts.publish, peer.unit(), author.id, Draft(visibility=Visibility.PUBLIC, **draft))
