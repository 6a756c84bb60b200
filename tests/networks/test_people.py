"""What people do, from one whole node to another: polls, quotes, pins, blocks, reports, edits, deletions, audiences."""

import dataclasses
from typing import Any

import pytest
from sqlalchemy import Connection

from federation.builders import documents
from node import events
from node.domain.posts import QuoteState
from node.domain.visibility import Visibility
from node.events import recording
from node.services.people import relations
from node.store.house import reports
from node.store.people import actors, blocks, follows
from node.store.people.actors import Actor
from node.store.people.follows import Follow
from node.store.posts import burying, object_lists, objects, polls, quotes, reactions
from node.store.posts.objects import Object
from node.store.posts.reactions import Reaction
from tests.network import Network, Peer, network
from tests.notes import publish_note
from tests.rows import each_row


@pytest.fixture
async def pair(tmp_path, request):
    """Two nodes; a parameter is their ``[federation]``."""
    async with network(tmp_path, "hospital", "university", **getattr(request, "param", {})) as net:
        yield net


@dataclasses.dataclass
class Friends:
    """ann (hospital) follows ben (university)."""

    net: Network
    here: Peer
    there: Peer
    ann: Actor
    ben: Actor

    async def settle(self) -> None:
        await self.net.settle()


@pytest.fixture
async def friends(pair):
    hospital, university = pair.peers
    ann, ben = await hospital.add_actor("ann"), await university.add_actor("ben")
    await hospital.follow(ann, ben.uri)
    await pair.settle()
    return Friends(pair, hospital, university, ann, ben)


async def write_note(peer: Peer, author: Actor, visibility: Visibility = Visibility.PUBLIC, **changes: Any) -> Object:
    """A note, told to others with whatever columns and details it shall have."""
    details = changes.pop("details", {})

    def publish(conn: Connection) -> Object:
        unit = peer.unit()
        text, reply = changes.pop("text", "A note."), changes.pop("in_reply_to", None)
        note = publish_note(conn, unit, author.id, text, visibility, in_reply_to=reply)
        row = objects.load_row(conn, note.id)
        objects.update_object(conn, note.id, {"details": {**row.details, **details}, **changes})
        found = objects.find_object_by_id(conn, note.id)
        assert found is not None
        return found

    return await peer.store.write(publish)


async def tell(peer: Peer, event: events.Event, about: str = "test") -> None:
    unit = peer.unit()
    await peer.store.write(events.record, unit.ids, unit.now, event, about=about)


async def details_of(peer: Peer, uri: str) -> dict[str, Any]:
    def load(conn: Connection) -> dict[str, Any]:
        found = objects.find_object(conn, uri)
        return objects.load_row(conn, found.id).details if found else {}

    return await peer.store.read(load)


async def actor_at(peer: Peer, uri: str) -> Actor:
    found = await peer.store.read(actors.find_actor, uri)
    assert found is not None
    return found


# -- polls ----------------------------------------------------------------------------------------------------------


async def ask(friends: Friends, *, multiple: bool = False, closes_in: int = 3_600_000) -> Object:
    closes_at = friends.there.unit().now + closes_in
    options = [{"name": name, "votes": 0} for name in ("Zinc", "Tin", "Lead")]
    poll = {"options": options, "multiple": multiple, "closes_at": closes_at}
    question = await write_note(
        friends.there, friends.ben, kind="question", type="Question", details={"poll": poll}, text="Which melts first?"
    )
    await friends.settle()
    return question


async def vote(peer: Peer, voter: Actor, poll_uri: str, *choices: str) -> polls.Cast:
    def cast(conn: Connection) -> polls.Cast:
        unit = peer.unit()
        poll = objects.find_object(conn, poll_uri)
        assert poll is not None
        votes = []
        for choice in choices:
            vote_id = unit.ids.new()
            uri = f"{unit.origin}/ap/x/{vote_id}"
            votes.append(Reaction(vote_id, voter.id, poll.id, reactions.VOTE, choice, uri, unit.now))
        outcome = polls.cast_votes(conn, poll, votes, unit.now)
        if outcome is polls.Cast.COUNTED:
            for each in votes:
                events.record(conn, unit.ids, unit.now, events.PollVoted(each.id), about=poll_uri)
        return outcome

    return await peer.store.write(cast)


async def test_votes_reach_the_poll_and_its_tallies_come_back(friends, monkeypatch):
    monkeypatch.setattr(recording, "TALLY_EVERY", 1)
    monkeypatch.setattr(recording, "TALLY_AFTER", 0)
    question = await ask(friends, multiple=True)
    copy = await friends.here.object(question.uri)
    assert copy.kind == "question"
    assert (await details_of(friends.here, question.uri))["poll"]["options"][0] == {"name": "Zinc", "votes": 0}

    assert await vote(friends.here, friends.ann, question.uri, "Zinc", "Tin") is polls.Cast.COUNTED
    assert await vote(friends.here, friends.ann, question.uri, "Tin") is polls.Cast.BEFORE
    await friends.settle()
    counted = (await details_of(friends.there, question.uri))["poll"]
    assert [option["votes"] for option in counted["options"]] == [1, 1, 0]
    assert counted["voters"] == 1
    assert (await friends.there.object(question.uri)).updated_at is None
    assert [each async for each in outcomes(friends.there, "Create")] == ["vote", "vote"]

    ben = friends.ben
    assert await vote(friends.there, ben, question.uri, "Zinc") is polls.Cast.COUNTED
    unit = friends.there.unit()
    await friends.there.store.write(events.record_tallies, unit.ids, unit.now - 1, question.id)
    await friends.settle()
    told = (await details_of(friends.here, question.uri))["poll"]
    assert [option["votes"] for option in told["options"]] == [2, 1, 0]
    assert told["voters"] == 2
    copy = await friends.here.object(question.uri)
    assert copy.updated_at is None


async def outcomes(peer: Peer, type_: str):
    for name, outcome in await peer.outcomes():
        if name == type_:
            yield outcome


async def test_of_a_single_choice_the_first_vote_holds_and_a_closed_poll_takes_none(friends):
    question = await ask(friends)
    assert await vote(friends.here, friends.ann, question.uri, "Zinc", "Tin") is polls.Cast.BEFORE
    assert await vote(friends.here, friends.ann, question.uri, "Gold") is polls.Cast.REFUSED
    assert await vote(friends.here, friends.ann, question.uri, "Lead") is polls.Cast.COUNTED
    assert await vote(friends.here, friends.ann, question.uri, "Tin") is polls.Cast.BEFORE
    own = await friends.here.store.read(
        polls.load_own_votes, (await friends.here.object(question.uri)).id, friends.ann.id
    )
    assert own == ["Lead"]

    closed = await ask(friends, closes_in=0)
    assert await vote(friends.here, friends.ann, closed.uri, "Zinc") is polls.Cast.REFUSED
    _, document = await friends.here.get(closed.uri)
    assert document["closed"] == document["endTime"]


async def test_the_result_is_told_when_the_time_is_over(friends):
    question = await ask(friends, closes_in=0)
    unit = friends.there.unit()
    for _ in range(2):  # an edit records it again
        await friends.there.store.write(events.record_closing, unit.ids, unit.now, question.id)
    await friends.settle()
    assert [each async for each in outcomes(friends.here, "Update")] == ["refreshed"]
    assert (await details_of(friends.here, question.uri))["poll"]["closed_at"] is not None


# -- quotes ---------------------------------------------------------------------------------------------------------


async def quote(peer: Peer, author: Actor, quoted: Object) -> Object:
    details = {"quote": quoted.uri, "quote_state": "pending"}
    post = await write_note(peer, author, details=details, text="Look at this.")
    await tell(peer, events.QuoteRequested(post.id), about=quoted.uri)
    return post


async def quote_state(peer: Peer, uri: str) -> tuple[str | None, str]:
    details = await details_of(peer, uri)
    return details.get("quote_state"), details.get("quote_authorization", "")


async def test_a_quote_is_asked_for_allowed_and_revoked(tmp_path):
    """ann (hospital) quotes ben (university), who allows it; carl (museum) sees the quote and its end."""
    async with network(tmp_path, "hospital", "university", "museum") as net:
        hospital, university, museum = net.peers
        ann, ben = await hospital.add_actor("ann"), await university.add_actor("ben")
        carl = await museum.add_actor("carl")
        await hospital.follow(ann, ben.uri)
        await museum.follow(carl, ann.uri)
        await net.settle()
        quoted = await write_note(university, ben)
        await net.settle()
        post = await quote(hospital, ann, quoted)
        await net.settle()
        stamp = await university.store.read(quotes.find_stamp_of, quoted.id, post.uri)
        assert stamp.uri == documents.quote_stamp_uri(university.origin, stamp.id)
        accepted = (QuoteState.ACCEPTED, stamp.uri)
        assert await quote_state(hospital, post.uri) == accepted
        assert await quote_state(museum, post.uri) == accepted  # which looked at the stamp itself
        _, document = await museum.get(stamp.uri)
        assert (document["type"], document["interactingObject"]) == ("QuoteAuthorization", post.uri)

        def revoke(conn: Connection) -> None:
            unit = university.unit()
            quotes.withdraw(conn, stamp)
            event = events.QuoteRevoked(quoted.id, stamp.actor_id, post.uri, stamp.id)
            events.record(conn, unit.ids, unit.now, event, about=quoted.uri)

        await university.store.write(revoke)
        await net.settle()
        assert (await university.get(stamp.uri))[0] == 404
        for peer in (hospital, museum):  # where the post only is, by an Update of it
            assert (await quote_state(peer, post.uri))[0] == QuoteState.REVOKED
        copy = await museum.object(quoted.uri)
        assert await museum.store.read(quotes.find_stamp_of, copy.id, post.uri) is None


@each_row("policy", ["nobody", "followers"])
async def test_a_quote_that_the_author_does_not_allow_is_rejected(friends, policy):
    """ann follows ben, so only ``nobody`` keeps her from quoting."""
    quoted = await write_note(friends.there, friends.ben, details={"quote_policy": policy})
    await friends.settle()
    assert (await details_of(friends.here, quoted.uri))["quote_policy"] == policy
    post = await quote(friends.here, friends.ann, quoted)
    await friends.settle()
    expected = QuoteState.REJECTED if policy == "nobody" else QuoteState.ACCEPTED
    assert (await quote_state(friends.here, post.uri))[0] == expected


async def test_a_false_stamp_shows_nothing(tmp_path):
    """The stamp that a post names must be for this very post."""
    async with network(tmp_path, "hospital", "university", "museum") as net:
        hospital, university, museum = net.peers
        ann, ben = await hospital.add_actor("ann"), await university.add_actor("ben")
        carl = await museum.add_actor("carl")
        await hospital.follow(ann, ben.uri)
        await museum.follow(carl, ann.uri)
        await net.settle()
        quoted = await write_note(university, ben)
        await net.settle()
        honest = await quote(hospital, ann, quoted)
        await net.settle()
        _, stamp = await quote_state(hospital, honest.uri)
        details = {"quote": quoted.uri, "quote_state": "accepted", "quote_authorization": stamp}
        post = await write_note(hospital, ann, details=details)
        await net.settle()
        assert await quote_state(museum, honest.uri) == (QuoteState.ACCEPTED, stamp)
        assert (await quote_state(museum, post.uri))[0] == QuoteState.REJECTED


async def test_a_quote_of_ones_own_post_needs_no_stamp(friends):
    first = await write_note(friends.there, friends.ben)
    await friends.settle()
    second = await write_note(friends.there, friends.ben, details={"quote": first.uri, "quote_state": "accepted"})
    await friends.settle()
    assert await quote_state(friends.here, second.uri) == (QuoteState.ACCEPTED, "")


# -- pins, blocks, reports, followers -------------------------------------------------------------------------------


async def test_pins_are_kept_by_those_who_follow(friends):
    note = await write_note(friends.there, friends.ben)
    await friends.settle()
    ben_here = await actor_at(friends.here, friends.ben.uri)
    await tell(friends.there, events.Pinned(friends.ben.id, note.id))
    await friends.settle()
    assert await friends.here.store.read(object_lists.list_pinned, ben_here.id) == [note.uri]
    await tell(friends.there, events.Unpinned(friends.ben.id, note.id))
    await friends.settle()
    assert await friends.here.store.read(object_lists.list_pinned, ben_here.id) == []


@pytest.mark.parametrize(("pair", "is_told"), [({}, False), ({"tell_blocks": True}, True)], indirect=["pair"])
async def test_a_block_ends_follows_and_is_known_to_the_blocked_where_that_is_wanted(friends, is_told):
    blocked = await actor_at(friends.there, friends.ann.uri)
    await friends.there.store.write(relations.block, friends.there.unit(), friends.ben.id, blocked.id)
    await friends.settle()
    ben_here = await actor_at(friends.here, friends.ben.uri)
    assert await friends.here.store.read(follows.find_follow, friends.ann.id, ben_here.id) is None
    assert await friends.here.store.read(blocks.has_blocked, ben_here.id, friends.ann.id) is is_told
    await friends.there.store.write(relations.unblock, friends.there.unit(), friends.ben.id, blocked.id)
    await friends.settle()
    assert not await friends.here.store.read(blocks.has_blocked, ben_here.id, friends.ann.id)
    heard = [type_ for type_, _ in await friends.here.outcomes()]
    assert (heard.count("Block"), heard.count("Undo")) == ((1, 1) if is_told else (0, 0))


async def test_a_report_reaches_the_moderators_of_the_other_server_without_a_name(friends):
    note = await write_note(friends.there, friends.ben)
    await friends.settle()
    unit = friends.here.unit()
    report_id = unit.ids.new()
    await friends.here.store.write(
        reports.insert_report,
        report_id=report_id,
        uri=f"{unit.origin}/ap/x/{report_id}",
        reporter_uri=friends.ann.uri,
        target_uri=friends.ben.uri,
        object_uris=[note.uri],
        comment="Selling lead.",
        now=unit.now,
    )
    await tell(friends.here, events.Reported(report_id))
    await friends.settle()
    (arrived,) = await friends.there.store.read(
        lambda conn: reports.list_reports(conn, state="open", before=None, limit=9)
    )
    assert (arrived.target_uri, arrived.object_uris, arrived.comment) == (friends.ben.uri, [note.uri], "Selling lead.")
    assert arrived.reporter_uri == f"{friends.here.origin}/ap/instance"


async def test_a_removed_follower_follows_no_more(friends):
    follower = await actor_at(friends.there, friends.ann.uri)
    follow: Follow = await friends.there.store.read(follows.find_follow, follower.id, friends.ben.id)

    def remove(conn: Connection) -> None:
        follows.delete_follow(conn, follow.id)
        unit = friends.there.unit()
        event = events.FollowAnswered(follower.id, friends.ben.id, follow.uri, accepted=False)
        events.record(conn, unit.ids, unit.now, event, about=friends.ann.uri)

    await friends.there.store.write(remove)
    await friends.settle()
    ben_here = await actor_at(friends.here, friends.ben.uri)
    assert await friends.here.store.read(follows.find_follow, friends.ann.id, ben_here.id) is None


# -- what a post says -----------------------------------------------------------------------------------------------


async def test_a_post_arrives_with_everything_that_it_says(friends):
    picture = {
        "url": f"{friends.there.origin}/media/1.png",
        "media_type": "image/png",
        "alt": "A crucible",
        "width": 40,
        "height": 30,
        "blurhash": "U5SYm]IV00xu",
        "focus": [0.5, -0.5],
    }
    details = {"attachments": [picture], "content_map": {"de": "<p>Gießen</p>"}}
    note = await write_note(
        friends.there,
        friends.ben,
        details=details,
        summary="Hot metal",
        sensitive=True,
        language="en",
        text="Casting with #zinc",
    )
    await friends.settle()

    def load(conn: Connection) -> Any:
        found = objects.find_object(conn, note.uri)
        assert found is not None
        return objects.load_row(conn, found.id)

    row = await friends.here.store.read(load)
    assert (row.summary, row.sensitive, row.language, row.visibility) == ("Hot metal", True, "en", "public")
    assert row.details["hashtags"] == ["zinc"]
    assert row.details["content_map"] == {"de": "<p>Gießen</p>"}
    (arrived,) = row.details["attachments"]
    assert {name: arrived[name] for name in picture} == picture


async def test_an_edit_is_shown_with_its_time_and_its_history(friends):
    note = await write_note(friends.there, friends.ben)
    await friends.settle()
    edited_at = friends.there.unit().now

    def edit(conn: Connection) -> None:
        objects.update_object(conn, note.id, {"content": "<p>Better.</p>", "updated_at": edited_at, "version": 2})
        unit = friends.there.unit()
        events.record(conn, unit.ids, unit.now, events.ObjectUpdated(note.id), about=note.uri)

    await friends.there.store.write(edit)
    await friends.settle()
    copy = await friends.here.object(note.uri)
    assert (copy.version, copy.updated_at) == (2, edited_at)


async def test_who_gets_a_post_is_as_its_author_says(friends):
    """A stranger's node gets nothing that is not for it, not even an answer to what its own person wrote."""
    stranger = await friends.here.add_actor("eve")
    handle = f"@ann@{friends.here.system.node.config.host}"
    sent = {
        visibility: await write_note(friends.there, friends.ben, visibility, text=text)
        for visibility, text in {
            Visibility.UNLISTED: "For whoever finds it.",
            Visibility.FOLLOWERS: "For followers.",
            Visibility.DIRECT: f"{handle} for you.",
        }.items()
    }
    await friends.settle()
    for visibility, note in sent.items():
        assert (await friends.here.object(note.uri)).visibility == visibility
    home = await friends.here.store.read(object_lists.list_home, stranger.id, before=None, limit=9)
    assert home == []


async def test_a_direct_answer_does_not_go_to_the_author_above(tmp_path):
    async with network(tmp_path, "hospital", "university", "museum") as net:
        hospital, university, museum = net.peers
        ann, ben = await hospital.add_actor("ann"), await university.add_actor("ben")
        carl = await museum.add_actor("carl")
        await university.follow(ben, ann.uri)
        await university.follow(ben, carl.uri)
        await net.settle()
        above = await write_note(hospital, ann)
        await net.settle()
        handle = f"@carl@{museum.system.node.config.host}"
        aside = await write_note(university, ben, Visibility.DIRECT, text=f"{handle} psst.", in_reply_to=above.uri)
        await net.settle()
        assert (await museum.object(aside.uri)).visibility == "direct"
        assert await hospital.object(aside.uri) is None


@each_row("visibility", [Visibility.PUBLIC, Visibility.FOLLOWERS, Visibility.DIRECT])
async def test_a_deletion_reaches_everybody_who_knows_of_the_post(friends, visibility):
    handle = f"@ann@{friends.here.system.node.config.host}"
    note = await write_note(friends.there, friends.ben, visibility, text=f"{handle} hello.")
    await friends.settle()
    assert (await friends.here.object(note.uri)).state == "live"

    def remove(conn: Connection) -> None:
        unit = friends.there.unit()
        event = events.ObjectDeleted(note.id, objects.load_told(conn, note.id))
        burying.bury(conn, note, unit.now)
        events.record(conn, unit.ids, unit.now, event, about=note.uri)

    await friends.there.store.write(remove)
    await friends.settle()
    assert (await friends.here.object(note.uri)).state == "deleted"
    status, _ = await friends.here.get(note.uri)
    assert status == (410 if visibility.is_open else 404)  # of what is private a stranger learns nothing
