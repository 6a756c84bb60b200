"""What handlers answer to messages that are late, twice, by others or about nothing, in the order of their coming."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Connection

from node.clock import HOUR, MINUTE, to_rfc3339
from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.ids import minted_at
from node.services.posts.posts import publish
from node.store.events import events
from tests.federation.arriving.messages import FAR, NOW, ZOE, Message, World, arrives, open_world
from tests.remote import PUBLIC

Said = list[tuple[dict[str, Any], str]]  # activities, and what becomes of each


@pytest.fixture
async def world(tmp_path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as made:
        yield made


def conversations(world: World, quoting: str, hidden: str) -> list[Said]:
    """``quoting``: a post of ann's that quotes cat's note; ``hidden``: one for her followers."""
    far, ann, cat, uris = world.far, world.ann, world.cat, world.uris
    museum, tin, far_tin, note = far(world.org.uri), world.tin.uri, far(world.tin.uri), uris["note"]
    series, event = uris["series"], uris["event"]

    def of(type_: str, about: Any, by: str = cat, number: int = 1, **more: Any) -> dict[str, Any]:
        return {
            "id": f"{by}/{type_}/{number}",
            "type": type_,
            "actor": by,
            "object": about,
            "to": [PUBLIC, ann],
            **more,
        }

    def twice(type_: str, about: Any, first: str, then: str, **more: Any) -> Said:
        return [(of(type_, about, **more), first), (of(type_, about, number=2, **more), then)]

    def undone_before(type_: str, about: str) -> Said:
        act = of(type_, about)
        return [(of("Undo", act["id"]), "remembered"), (act, "undone-before")]

    vote = {"id": f"{cat}/vote", "type": "Note", "attributedTo": cat, "name": "tin", "to": [ann]}
    stranger = f"{FAR}/u/nobody"
    post = {"type": "Note", "attributedTo": cat, "content": "Tin", "to": [PUBLIC]}
    old = {**post, "id": f"{FAR}/old", "published": "2020-01-01T00:00:00Z"}
    of_zoe = {**post, "id": "https://other.example/2", "attributedTo": ZOE}
    edited = {**world.documents["note"], "content": "<p>Zinc</p>", "updated": "2026-11-27T11:00:00Z"}
    thread = {**world.documents["thread"], "id": f"{FAR}/thread", "context": f"{FAR}/thread"}
    follow = {"id": f"{world.node.origin}/ap/x/museum-pending", "type": "Follow", "actor": world.org.uri}
    of_ann = {"id": f"{world.node.origin}/ap/x/cat-accepted", "type": "Follow", "actor": ann, "object": cat}
    asked = {"type": "QuoteRequest", "actor": ann, "object": far(note), "instrument": quoting}
    stamp = f"{FAR}/ap/q/1"
    join, join_here = of("Join", far(event), museum), of("Join", event, museum)
    offer = of("Offer", join, to=[ann])
    return [
        twice("Like", note, "like", "counted-before"),
        twice("Announce", note, "shared", "shared-before"),
        twice("Accept", {**follow, "object": museum}, "follow-accepted", "accepted-before", by=museum),
        *(undone_before(type_, about) for type_, about in (("Like", note), ("Follow", ann), ("Block", ann))),
        *(undone_before(type_, about) for type_, about in (("Announce", note), ("Join", series))),
        [(of(type_, uri), "bare-object") for type_, uri in (("Create", f"{FAR}/9"), ("Update", f"{FAR}/9"))],
        [(of(type_, None), "no-object") for type_ in ("Create", "Delete", "Announce")],
        [(of("EmojiReact", note), "no-content"), (of("Like", f"{FAR}/nothing"), "unknown-object")],
        [(of("Like", hidden), "not-visible"), (of("Announce", hidden), "not-visible")],
        [(of("Create", {**vote, "inReplyTo": note}), "no-poll")],
        [(of("Create", of_zoe, ZOE), "unrelated"), (of("Announce", note + "0", ZOE), "unrelated")],
        [(of("Undo", of("Like", note, stranger), stranger), "unknown-actor")],
        [(of("Update", {**world.profiles["cat"], "type": "Group"}), "kind-changed")],
        [(of("Update", old), "too-old")],
        [
            (of("Update", edited), "edited"),
            (of("Update", {**edited, "updated": "2026-11-27T10:00:00Z"}, number=2), "older-than-known"),
        ],
        [(of("Undo", of("Accept", of_ann)), "follow-ended")],
        [(of("Join", note), "join-refused")],
        [
            (of("Accept", asked, result=f"{ZOE}/stamp"), "no-stamp"),
            (of("Accept", asked, result=stamp), "quote-accepted"),
            (of("Accept", asked, number=2, result=stamp), "accepted-before"),
            (of("Delete", stamp), "quote-revoked"),
            (of("Reject", asked), "quote-rejected"),
        ],
        [
            (offer, "answer-offered"),
            (of("Undo", offer), "answer-settled"),
        ],
        [
            (join_here, "answer-requested"),
            (of("Accept", join_here, museum), "not-asked"),
            (of("Accept", join_here), "answer-decided"),
            (of("Reject", join_here), "decided-before"),
        ],
        [(of("Create", thread), "stored"), (of("Create", thread, number=2, by_group=far_tin), "taken-by-community")],
        [(of("Lock", uris["thread"], museum, to=[tin]), "not-a-moderator")],
    ]


async def test_each_comes_to_what_it_should(world: World) -> None:
    me = world.app.me
    assert me is not None
    far_note = await world.node.object(world.far(world.uris["note"]))
    far_event = await world.node.object(world.far(world.uris["event"]))
    assert far_note is not None
    assert far_event is not None
    quotes = Draft(text="Look", visibility=Visibility.PUBLIC, language="en", quoted_id=far_note.id)
    quoting = await world.node.store.write(publish, world.node.unit(), me.id, quotes)
    whispers = Draft(text="Psst", visibility=Visibility.FOLLOWERS, language="en")
    hidden = await world.node.store.write(publish, world.node.unit(), me.id, whispers)
    await world.node.store.write(events.add_organisers, far_event.id, [me.id])

    def run(conn: Connection) -> list[str]:
        wrong = []
        for said in conversations(world, quoting.uri, hidden.uri):
            with conn.begin_nested() as attempt:
                for document, expected in said:
                    by = document.pop("by_group", "")
                    outcome = arrives(conn, world, Message("", document, expected, by))
                    if outcome != expected:
                        wrong.append(f"{document['type']} {document['object']}: {outcome}, not {expected}"[:300])
                attempt.rollback()
        return wrong

    assert await world.node.store.write(run) == []


async def test_a_post_stands_where_it_belongs_unless_it_was_new_when_it_came(world: World) -> None:
    newest = world.node.unit().ids.new()

    async def arrive(number: int, published_at: int, received_at: int) -> int:
        post = {"id": f"{FAR}/{number}", "type": "Note", "attributedTo": world.cat, "content": "Tin", "to": [PUBLIC]}
        said = {"type": "Create", "actor": world.cat, "to": [PUBLIC, world.ann], "id": f"{FAR}/{number}/create"}
        document = {**said, "object": {**post, "to": said["to"], "published": to_rfc3339(published_at)}}
        message = Message("", document, "stored")
        assert await world.node.store.write(arrives, world, message, received_at=received_at) == "stored"
        stored = await world.node.object(f"{FAR}/{number}")
        assert stored is not None
        return stored.id

    assert minted_at(await arrive(1, NOW - 2 * HOUR, NOW)) == NOW - 2 * HOUR
    waited_here = await arrive(2, NOW - 2 * HOUR, NOW - 2 * HOUR + MINUTE)
    waited_there = await arrive(3, NOW - 9 * MINUTE, NOW)
    assert newest < waited_here < waited_there
