"""A node that answers other servers only where they sign (``federation.authorized_fetch``)."""

from collections.abc import Iterator

from aiohttp import web

from federation.routes import ROUTES
from tests.network import network
from tests.records import record

#: Without these nobody could begin to sign, or find whom to ask.
OPEN = frozenset({"webfinger", "host-meta", "host-meta-json", "nodeinfo-links", "nodeinfo", "instance"})


#: What stands in for the numbers and names of addresses; the digit 1 for all others.
PARTS = {
    "collection": "outbox",
    "instance": "i00000000000",
    "day": "2026-11-27",
    "reactions": "likes",
    "part": "attendees",
}


def asked_for() -> Iterator[tuple[str, str]]:
    """Name and path of everything else that can be read."""
    app = web.Application()
    app.add_routes(ROUTES)
    for name, resource in app.router.named_resources().items():
        pattern = resource.get_info().get("pattern")
        names = pattern.groupindex if pattern else ()
        if name not in OPEN and any(route.method == "GET" for route in resource):
            yield name, str(resource.url_for(**{each: PARTS.get(each, "1") for each in names}))


async def test_nothing_is_read_without_a_signature(tmp_path):
    async with network(tmp_path, "closed", authorized_fetch=True) as net:
        node = net.peers[0]
        mine = f"/ap/a/{(await node.organisation()).id}"
        answers = {name: (await node.get(path.replace("/ap/a/1", mine)))[0] for name, path in asked_for()}
        assert len(answers) > 15
        assert {name: status for name, status in answers.items() if status != 401} == {}
        for path in ("/ap/instance", "/.well-known/nodeinfo", "/.well-known/host-meta", "/nodeinfo/2.1"):
            assert (await node.get(path))[0] == 200, path


async def test_strangers_must_sign_and_nodes_do(tmp_path):
    async with network(tmp_path, "closed", "friend", authorized_fetch=True) as net:
        closed, friend = net.peers
        owner = await closed.organisation()
        assert (await friend.get(owner.uri))[0] == 401
        assert (await friend.get(f"{closed.origin}/ap/instance"))[0] == 200
        published = await closed.publish(record())
        await friend.follow(await friend.organisation(), owner.uri)
        await net.settle()
        assert ("Accept", "follow-accepted") in await friend.outcomes()
        assert await friend.object(published.uri) is not None, "the catalogue is read by signed requests"
