"""What PieFed, Mbin and NodeBB send for their communities, and what ours send them, after what their code writes and
reads (no recorded messages of these are at hand).

PieFed and Mbin announce the Create with the whole ``Page`` inside; NodeBB first announces the post itself, then its
Create, and writes ``Note`` or ``Article`` with ``name`` and ``audience``. All three take ``Announce`` of the ``Create``
with the whole post (PieFed ``process_inbox_request``, Mbin ``ChainActivityMessage``, NodeBB ``inbox.announce``).
"""

from typing import Any

import pytest
from sqlalchemy import Connection

from node.domain.communities import TopicKind
from node.services.people import follows as following
from node.store import tables
from node.store.database.upsert import insert_missing
from node.store.federation import hosts
from node.store.people import actors
from node.store.posts import objects, topics
from tests.communities import make_circle
from tests.network import Network, Peer, network
from tests.networks.test_communities import begin, home_of
from tests.remote import PUBLIC, Remote, RemoteActor, remote


@pytest.fixture
async def net(tmp_path):
    async with network(tmp_path, "museum") as net:
        yield net


def group_of(server: Remote, path: str) -> RemoteActor:
    """A community of the played server, with the addresses that such software gives it."""
    made = server.actor(path.rpartition("/")[2])
    document = {**made.document, "type": "Group", "preferredUsername": "tools"}
    document |= {"attributedTo": f"{made.uri}/moderators", "featured": f"{made.uri}/featured"}
    server.documents[made.uri.removeprefix(server.origin)] = document
    for name in ("moderators", "featured", "outbox"):
        uri = f"{made.uri}/{name}"
        server.documents[uri.removeprefix(server.origin)] = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": uri,
            "type": "OrderedCollection",
            "totalItems": 0,
            "orderedItems": [],
        }
    return made


def post(server: Remote, author: RemoteActor, group: RemoteActor, form: str) -> dict[str, Any]:
    common = {"to": [PUBLIC, group.uri], "cc": [f"{author.uri}/followers"], "audience": group.uri, "name": "Which saw?"}
    if form == "piefed":
        own = {"type": "Page", "mediaType": "text/html", "commentsEnabled": True, "stickied": False, "sensitive": False}
    elif form == "mbin":
        own = {"type": "Page", "mediaType": "text/html", "commentsEnabled": True, "to": [group.uri, PUBLIC]}
    else:
        own = {"type": "Article", "context": f"{server.origin}/topic/7", "cc": [group.uri], "summary": None}
    return server.note(author, 1, **{**common, **own})


def announcements(
    server: Remote, author: RemoteActor, group: RemoteActor, document: dict[str, Any], form: str
) -> list[dict[str, Any]]:
    said = {name: document[name] for name in ("to", "cc", "audience")}
    create = server.activity("Create", author, document, 1, **said)
    shown = {"to": [PUBLIC], "cc": [f"{group.uri}/followers"]}
    whole = server.activity("Announce", group, {k: v for k, v in create.items() if k != "@context"}, 2, **shown)
    if form != "nodebb":
        return [whole]
    shown = {"to": [f"{group.uri}/followers"], "cc": [author.uri, PUBLIC]}
    return [server.activity("Announce", group, document, 1, **shown), {**whole, **shown}]


@pytest.mark.parametrize("form", ["piefed", "mbin", "nodebb"])
async def test_a_thread_of_a_community_there_is_one_here(net: Network, form: str) -> None:
    (peer,) = net.peers
    ben = await peer.add_actor("ben")
    async with remote() as server:
        author, group = server.actor("mia"), group_of(server, "/c/tools")
        await _join(net, peer, ben, server, group)
        document = post(server, author, group, form)
        for activity in announcements(server, author, group, document, form):
            assert await server.send(f"{ben.uri}/inbox", activity, group.key) == 202
            await net.settle()

    def load(conn: Connection) -> tuple[Any, ...]:
        found, home = objects.find_object(conn, document["id"]), actors.find_actor(conn, group.uri)
        topic, row = topics.find_topic(conn, found.id), objects.load_row(conn, found.id)
        return found.audience == group.uri, topic.community_id == home.id, topic.kind, row.name

    assert await peer.store.read(load) == (True, True, TopicKind.QUESTION.value, "Which saw?")
    assert await home_of(peer, ben) == [document["id"]], "once, and not once for each announcement"


async def _join(net: Network, peer: Peer, person: Any, server: Remote, group: RemoteActor) -> None:
    copy = await peer.system.federation.fetcher.actor(group.uri)
    await peer.store.write(following.follow, peer.unit(), person.id, copy.id)
    await net.settle()
    follow = next(sent for sent in server.posted if sent["type"] == "Follow")
    accept = server.activity("Accept", group, follow, to=[person.uri])
    assert await server.send(f"{person.uri}/inbox", accept, group.key) == 202
    await net.settle()


@pytest.mark.parametrize("software", ["piefed", "mbin", "nodebb", "lemmy"])
async def test_each_gets_the_create_with_the_whole_post_and_nothing_twice(net: Network, software: str) -> None:
    circle = await make_circle(net)
    async with remote() as server:
        mia = server.actor("mia")
        follow = server.activity("Follow", mia, circle.group.uri, to=[circle.group.uri])
        assert await server.send(f"{circle.group.uri}/inbox", follow, mia.key) == 202
        await net.settle()
        await circle.home.store.write(_note_software, server.origin.partition("//")[2], software)
        server.posted.clear()
        thread = await begin(circle)
    (announce,) = [sent for sent in server.posted if sent["type"] == "Announce"]
    create = announce["object"]
    page = create["object"]
    assert (announce["actor"], create["type"], create["actor"]) == (circle.group.uri, "Create", circle.people[0].uri)
    assert (page["type"], page["id"], page["attributedTo"]) == ("Page", thread.uri, circle.people[0].uri)
    assert (page["name"], page["audience"], page["mediaType"]) == ("Tin or zinc?", circle.group.uri, "text/html")
    for each in (announce, create, page):
        assert PUBLIC in [*each["to"], *each["cc"]], each["type"]
    assert circle.group.uri in [*create["to"], *create["cc"]]


def _note_software(conn: Connection, host: str, name: str) -> None:
    conn.execute(insert_missing(tables.hosts)[conn.dialect.name], {"host": host, "created_at": 1})
    hosts.note_software(conn, host, name, "1", 1)
