"""Conversations that are completed in the background: from above, from below, within bounds, and past dead hosts."""

import asyncio
import functools

import pytest

from federation.fetching import threads
from node.clock import FixedClock, SystemClock
from node.domain.visibility import Visibility
from node.store.posts import object_lists
from tests.broken_peers import BrokenPeer, is_silent
from tests.network import Network, Peer, network
from tests.notes import publish_note
from tests.remote import remote


@pytest.fixture
async def net(tmp_path):
    clock = FixedClock(SystemClock().now())
    async with network(tmp_path, "hospital", clock=clock) as made:
        yield made


@pytest.fixture
async def far():
    async with remote() as made:
        yield made


def collection(items: list, uri: str = "", **parts) -> dict:
    return {"@context": "https://www.w3.org/ns/activitystreams", "id": uri, "type": "OrderedCollection", **parts} | (
        {"orderedItems": items} if items else {}
    )


async def open_thread(net: Network, uri: str) -> bool:
    peer = net.peers[0]
    found = await peer.object(uri)
    asked = await peer.system.federation.threads.ask(found)
    await net.settle()
    return asked


async def known(peer: Peer, *notes: dict) -> list[bool]:
    return [await peer.object(note["id"]) is not None for note in notes]


async def arrive(net: Network, uri: str) -> None:
    """Somebody here looked it up; nothing else of its thread is known."""
    await net.peers[0].system.federation.fetcher.object(uri, climbs=False)


async def test_what_stands_above_and_what_the_context_lists_is_fetched(net, far):
    zoe, peer = far.actor("zoe"), net.peers[0]
    context = f"{far.origin}/contexts/1"
    root = far.note(zoe, 1, context=context)
    middle = far.note(zoe, 2, inReplyTo=root["id"], context=context)
    opened = far.note(zoe, 3, inReplyTo=middle["id"], context=context)
    beside = [far.note(zoe, number, inReplyTo=root["id"], context=context) for number in range(4, 8)]
    page = f"{context}/page"
    far.documents["/contexts/1"] = collection([root["id"], beside[0]["id"], beside[1]["id"]], context) | {"next": page}
    far.documents["/contexts/1/page"] = collection([beside[2]["id"], beside[3]], page)
    await arrive(net, opened["id"])
    assert await known(peer, root, middle, *beside) == [False] * 6
    assert await open_thread(net, opened["id"])
    assert await known(peer, root, middle, *beside) == [True] * 6
    assert (await peer.object(opened["id"])).in_reply_to == middle["id"]
    context_here = await peer.store.read(object_lists.count_context, context)
    assert context_here == 7


async def test_answers_stand_in_the_conversation_of_what_they_answer_word_for_word(net, far):
    peer, tag = net.peers[0], "tag:far.example,2026-11-24:objectId=7:objectType=Conversation"
    ann = await peer.add_actor("ann")
    root = far.note(far.actor("zoe"), 1, context=f"{far.origin}/contexts/1", conversation=tag)
    await arrive(net, root["id"])
    uri = root["id"]
    for text in ("Yes.", "And no."):  # the second answers the first, which is at home here
        answer = await peer.store.write(publish_note, peer.unit(), ann.id, text, Visibility.PUBLIC, in_reply_to=uri)
        _, shown = await peer.get(answer.uri)
        assert (shown["context"], shown["conversation"], shown["inReplyTo"]) == (root["context"], tag, uri)
        uri = answer.uri
    alone = await peer.store.write(publish_note, peer.unit(), ann.id, "Something else", Visibility.PUBLIC)
    _, shown = await peer.get(alone.uri)
    assert "conversation" not in shown


@pytest.mark.parametrize("page_id", ["", "/contexts/1"], ids=["no id", "that of its collection"])
async def test_a_page_may_be_called_as_it_likes_on_its_own_host(net, far, page_id):
    zoe, peer = far.actor("zoe"), net.peers[0]
    context = f"{far.origin}/contexts/1"
    notes = [far.note(zoe, number, context=context) for number in range(1, 4)]
    far.documents["/contexts/1"] = collection([], context, first=f"{context}?page=1")
    far.documents["/contexts/1?page=1"] = collection([notes[1]["id"]], page_id and context, next=f"{context}?page=2")
    far.documents["/contexts/1?page=2"] = collection([notes[2]["id"]], page_id and context)
    if not page_id:
        del far.documents["/contexts/1?page=1"]["id"], far.documents["/contexts/1?page=2"]["id"]
    await arrive(net, notes[0]["id"])
    assert await open_thread(net, notes[0]["id"])
    assert await known(peer, *notes) == [True] * 3


async def test_a_list_that_claims_to_be_elsewhere_is_none(net, far):
    zoe, peer = far.actor("zoe"), net.peers[0]
    context = f"{far.origin}/contexts/1"
    notes = [far.note(zoe, number, context=context) for number in range(1, 3)]
    far.documents["/contexts/1"] = collection([notes[1]["id"]], "https://other.example/contexts/1")
    await arrive(net, notes[0]["id"])
    assert await open_thread(net, notes[0]["id"])
    assert await known(peer, *notes) == [True, False]


async def test_what_a_list_says_before_it_breaks_off_is_fetched(net, far):
    zoe, peer = far.actor("zoe"), net.peers[0]
    context = f"{far.origin}/contexts/1"
    notes = [far.note(zoe, number, context=context) for number in range(1, 4)]
    first = {"type": "CollectionPage", "items": [notes[1]["id"], notes[2]], "next": f"{context}/gone"}
    far.documents["/contexts/1"] = {"id": context, "type": "Collection", "first": first}
    await arrive(net, notes[0]["id"])
    assert await open_thread(net, notes[0]["id"])
    assert f"{context}/gone".removeprefix(far.origin) in far.asked
    assert await known(peer, *notes) == [True] * 3


async def test_where_there_is_no_context_answers_are_followed_from_post_to_post(net, far):
    zoe, peer = far.actor("zoe"), net.peers[0]
    notes = [far.note(zoe, number, replies=f"{far.origin}/replies/{number}") for number in range(1, 5)]
    for number in range(1, 4):
        parent, child = notes[number - 1], notes[number]
        child["inReplyTo"] = parent["id"]
        far.documents[f"/notes/{number + 1}"]["inReplyTo"] = parent["id"]
        first = {"type": "CollectionPage", "partOf": f"{far.origin}/replies/{number}", "items": [child["id"]]}
        far.documents[f"/replies/{number}"] = collection([], f"{far.origin}/replies/{number}", first=first)
    await arrive(net, notes[0]["id"])
    assert await open_thread(net, notes[0]["id"])
    assert await known(peer, *notes) == [True] * 4
    assert [(await peer.object(note["id"])).in_reply_to for note in notes] == [
        None,
        *(note["id"] for note in notes[:3]),
    ]


async def test_a_thread_of_ours_is_followed_on_other_hosts(net, far):
    zoe, peer = far.actor("zoe"), net.peers[0]
    ann = await peer.add_actor("ann")
    post = await peer.store.write(publish_note, peer.unit(), ann.id, "Who knows?", Visibility.PUBLIC)
    answer = far.note(zoe, 1, inReplyTo=post.uri, replies=f"{far.origin}/replies/1")
    below = far.note(zoe, 2, inReplyTo=answer["id"])
    far.documents["/replies/1"] = collection([below["id"]], f"{far.origin}/replies/1")
    await arrive(net, answer["id"])
    assert await open_thread(net, post.uri)
    assert await known(peer, below) == [True]


async def test_a_thread_is_walked_once_in_a_quarter_of_an_hour(net, far):
    zoe = far.actor("zoe")
    note = far.note(zoe, 1, context=f"{far.origin}/contexts/1")
    far.documents["/contexts/1"] = collection([note["id"]], f"{far.origin}/contexts/1")
    await arrive(net, note["id"])
    assert await open_thread(net, note["id"])
    assert far.asked.count("/contexts/1") == 1
    assert not await open_thread(net, note["id"])
    net.peers[0].system.node.clock.advance(threads.COOLDOWN)
    assert await open_thread(net, note["id"])
    assert far.asked.count("/contexts/1") == 2


async def test_one_walk_has_bounds(net, far, monkeypatch):
    monkeypatch.setattr(threads._Walk, "__init__", functools.partialmethod(threads._Walk.__init__, left=3))
    zoe, peer = far.actor("zoe"), net.peers[0]
    context = f"{far.origin}/contexts/1"
    root = far.note(zoe, 1, context=context)
    others = [far.note(zoe, number, inReplyTo=root["id"]) for number in range(2, 9)]
    far.documents["/contexts/1"] = collection([each["id"] for each in others], context)
    await arrive(net, root["id"])
    await open_thread(net, root["id"])
    assert sum(await known(peer, *others)) == 3


async def test_a_silent_host_delays_nothing_and_is_asked_once(net, far):
    """Opening returns while the walk hangs; what other hosts have is there, the rest stays away."""
    zoe, peer = far.actor("zoe"), net.peers[0]
    async with BrokenPeer(is_silent(), host="127.2.0.9") as dead:
        context = f"{far.origin}/contexts/1"
        root = far.note(zoe, 1, context=context, inReplyTo=dead.url("/notes/1"))
        answer = far.note(zoe, 2, inReplyTo=root["id"])
        listed = [dead.url(f"/notes/{number}") for number in range(2, 9)]
        far.documents["/contexts/1"] = collection([*listed, answer["id"]], context)
        await arrive(net, root["id"])
        found = await peer.object(root["id"])
        async with asyncio.timeout(30):
            assert await peer.system.federation.threads.ask(found)
        peer.system.federation.client._pool._silence = 0.05
        await net.settle()
        assert await known(peer, answer) == [True]
        assert len(dead.requests) <= 1 + threads.PARALLEL
