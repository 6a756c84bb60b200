"""Values that the sender wrote herself prove nothing about what is somebody else's."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from federation.applying.batch import Inbound
from federation.handlers import apply
from federation.mapping.activity import read_activity
from federation.relations import belongs_to
from node.domain.actors import ActorKind, RemoteActor
from node.domain.communities import PostPolicy, RemoteCommunity
from node.domain.courses import State, key_of
from node.domain.uris import host_of
from node.domain.visibility import Visibility
from node.events import PassedOn
from node.services.events import event_offers
from node.services.house import moderate
from node.services.posts.posts import Draft, publish
from node.store import tables
from node.store.library import courses
from node.store.library.courses import Enrolment
from node.store.people import actors, blocks, follows, remote_actors
from node.store.people.follows import Follow
from node.store.posts import burying, objects, quotes, reactions, topics
from node.store.posts.reactions import QUOTE, Reaction
from tests.federation.actors.test_community_memberships import hears
from tests.happenings import copy_of
from tests.happenings import publish as publish_event
from tests.network import Peer, network
from tests.notes import publish_note
from tests.records import record
from tests.remote import PUBLIC
from tests.rows import each_row

EVE, ZOE = "https://evil.example/u/eve", "https://good.example/u/zoe"
GROUP = "https://good.example/c/tin"


@pytest.fixture
async def node(tmp_path) -> AsyncIterator[Peer]:
    """A node that knows eve, zoe and a community elsewhere; ann lives here."""
    async with network(tmp_path, "hospital") as net:
        peer = net.peers[0]
        await peer.add_actor("ann")

        await peer.store.write(save_people, peer, EVE, ZOE, GROUP)
        yield peer


def save_people(conn: Connection, node: Peer, *uris: str) -> None:
    for uri in uris:
        kind, said = (ActorKind.GROUP, RemoteCommunity()) if uri == GROUP else (ActorKind.PERSON, None)
        made = RemoteActor(uri, kind, uri.rpartition("/")[2], host_of(uri), f"{uri}/inbox", community=said)
        remote_actors.save_remote_actor(conn, node.unit().ids, node.unit().now, made)


async def says(node: Peer, type_: str, by: str, post: dict[str, Any], **more: Any) -> str:
    return await hears(node, {"type": type_, "actor": by, "object": post, "to": [PUBLIC], **more})


def note(by: str, number: int, **parts: Any) -> dict[str, Any]:
    return {
        "id": f"{by}/{number}",
        "type": "Note",
        "attributedTo": by,
        "content": "Tin",
        "published": "2026-11-24T12:00:00Z",
        "to": [PUBLIC],
        **parts,
    }


async def written_by_ann(node: Peer) -> Any:
    ann = await node.store.read(actors.find_local_actor, "ann")
    return await node.store.write(publish_note, node.unit(), ann.id, "Who knows?", Visibility.PUBLIC)


async def test_what_the_house_took_down_stays_down(node: Peer) -> None:
    """Its author may delete it and say that she had not; her word is not the house's."""
    asked = await written_by_ann(node)
    post = note(EVE, 1, inReplyTo=asked.uri)
    assert await says(node, "Create", EVE, post) == "stored"
    ann = await node.store.read(actors.find_local_actor, "ann")
    await node.store.write(moderate.remove_object, node.unit(), ann.id, (await node.object(post["id"])).id)
    deleted = {"id": f"{EVE}/d", "type": "Delete", "actor": EVE, "object": post["id"]}
    await says(node, "Undo", EVE, deleted)
    assert await says(node, "Create", EVE, post) != "stored"
    assert (await node.object(post["id"])).state == objects.DELETED


async def test_what_its_author_deleted_may_come_again(node: Peer) -> None:
    asked = await written_by_ann(node)
    post = note(EVE, 1, inReplyTo=asked.uri)
    assert await says(node, "Create", EVE, post) == "stored"
    assert await hears(node, {"type": "Delete", "actor": EVE, "object": post["id"]}) == "deleted"
    deleted = {"id": f"{EVE}/d", "type": "Delete", "actor": EVE, "object": post["id"]}
    assert await says(node, "Undo", EVE, deleted) == "may-come-again"
    assert await says(node, "Create", EVE, post) == "stored"


async def test_nobody_takes_back_the_stamp_of_another_quote(node: Peer) -> None:
    quoted, stamp = await written_by_ann(node), f"{node.origin}/ap/stamps/1"

    def grant(conn: Connection) -> None:
        zoe = actors.find_actor(conn, ZOE)
        assert zoe is not None
        quotes.grant(conn, Reaction(node.unit().ids.new(), zoe.id, quoted.id, QUOTE, f"{ZOE}/1", stamp, 1))

    await node.store.write(grant)
    quoting = note(EVE, 1, inReplyTo=quoted.uri, quote=quoted.uri)
    assert await says(node, "Create", EVE, {**quoting, "quoteAuthorization": stamp}) == "stored"
    assert await says(node, "Update", EVE, quoting) in {"edited", "refreshed"}
    assert (await node.store.read(quotes.find_stamp, stamp)).content == f"{ZOE}/1"


async def test_a_question_is_in_no_community_because_it_says_so_twice(node: Peer) -> None:
    """A thread stands in the list of a community elsewhere when that has passed it on."""
    ann = await node.store.read(actors.find_local_actor, "ann")
    question = note(
        EVE,
        1,
        name="Which tin?",
        audience=GROUP,
        cc=[ann.uri],
        mainEntity={"type": "Question", "name": "Which tin?"},
    )
    assert await says(node, "Create", EVE, question) == "stored"
    known = (await node.object(question["id"])).id
    assert (await node.store.read(topics.find_topic, known)).community_id is None
    assert await says(node, "Update", EVE, {**question, "content": "Which?"}) == "edited"
    assert (await node.store.read(topics.find_topic, known)).community_id is None


async def test_nobody_begins_a_conversation_of_others(node: Peer) -> None:
    ann, asked = await node.store.read(actors.find_local_actor, "ann"), await written_by_ann(node)
    context = asked.context
    for number, claimed in enumerate((context, f"{ZOE}/context")):
        old = note(EVE, number, context=claimed, cc=[ann.uri], published="2001-01-01T00:00:00Z")
        assert await says(node, "Create", EVE, old) == "stored"
        assert (await node.object(old["id"])).context == old["id"]
    own = note(EVE, 9, context=f"{EVE}/context", cc=[ann.uri])
    assert await says(node, "Create", EVE, own) == "stored"
    assert (await node.object(own["id"])).context == own["context"]


async def test_what_people_here_took_back_no_community_does_again(node: Peer) -> None:
    """The community passes on what it got from here, long after: her word then is not her word now."""
    asked = await written_by_ann(node)
    ann = await node.store.read(actors.find_local_actor, "ann")
    again = [
        {"type": "Like", "actor": ann.uri, "object": asked.uri},
        {"type": "Block", "actor": ann.uri, "object": EVE},
        {"type": "Undo", "actor": ann.uri, "object": {"type": "Block", "actor": ann.uri, "object": EVE}},
    ]
    for document in again:
        assert await hears(node, document, announced_by=GROUP) == "done-here"
    eve = await node.store.read(actors.find_actor, EVE)
    assert not await node.store.read(blocks.has_blocked, ann.id, eve.id)
    assert await node.store.read(reactions.find_reaction, ann.id, asked.id, reactions.LIKE) is None


async def test_a_community_reports_nobody_to_the_house_in_the_name_of_others(node: Peer) -> None:
    ann, asked = await node.store.read(actors.find_local_actor, "ann"), await written_by_ann(node)
    for about in (ann.uri, asked.uri):
        flag = {"type": "Flag", "actor": ZOE, "object": about, "content": "Spam"}
        assert await hears(node, flag, announced_by=GROUP) == "not-ours"


async def test_nothing_is_passed_on_beside_what_a_community_took(node: Peer) -> None:
    """Who may not begin a thread sends it along with an answer that is in the community already."""
    ann = await node.store.read(actors.find_local_actor, "ann")
    group = await node.add_community("tin", ann, post_policy=PostPolicy.MODERATORS)
    draft = Draft(title="Tin", text="Tin or zinc?", visibility=Visibility.PUBLIC, language="en", community_id=group.id)
    thread = await node.store.write(publish, node.unit(), ann.id, draft)

    def join(conn: Connection) -> None:
        eve = actors.find_actor(conn, EVE)
        assert eve is not None
        follows.save_follow(conn, Follow(node.unit().ids.new(), eve.id, group.id, f"{EVE}/f", follows.ACCEPTED, 1))

    await node.store.write(join)
    answer, thread_of_eve = note(EVE, 1, inReplyTo=thread.uri), note(EVE, 2, audience=group.uri, cc=[ann.uri])
    sent = {"id": f"{EVE}/x/1", "type": "Create", "actor": EVE, "to": [PUBLIC], "object": answer}
    assert await _arrives(node, sent) == ("stored", 1)
    assert await _arrives(node, {**sent, "id": f"{EVE}/x/2", "object": [answer, thread_of_eve]}) == ("stored", 1)
    assert (await node.object(thread_of_eve["id"])).audience == ""


async def _arrives(node: Peer, document: dict[str, Any]) -> tuple[str, int]:
    """What becomes of it, and how much the communities here are to pass on."""

    def run(conn: Connection) -> tuple[str, int]:
        batch, received_id = node.system.federation.fetcher.batch(conn), node.unit().ids.new()
        row = {"id": received_id, "uri": document["id"], "type": "Create", "actor_uri": EVE, "signer_uri": EVE}
        conn.execute(insert(tables.received).values(**row, raw="{}", received_at=1))
        outcome = apply(batch, Inbound(received_id, read_activity(document), node.unit().now))
        batch.finish()
        told = conn.scalars(select(tables.jobs.c.payload)).all()
        return outcome, sum((each or {}).get("event") == PassedOn.__name__ for each in told)

    return await node.store.write(run)


NO_TYPES = ([{}], {}, [None, ["Course"]], 1)


@each_row("number, types", enumerate(NO_TYPES))
async def test_what_is_no_type_is_no_resource(node: Peer, number: int, types: Any) -> None:
    ann = await node.store.read(actors.find_local_actor, "ann")
    article = note(EVE, number, cc=[ann.uri], mainEntity={"type": types}) | {"type": "Article"}
    assert await says(node, "Create", EVE, article) == "stored"


@each_row("types", NO_TYPES)
async def test_what_is_answered_is_repeated_whatever_it_says(node: Peer, types: Any) -> None:
    ann = await node.store.read(actors.find_local_actor, "ann")
    follow = {"type": "Follow", "actor": EVE, "object": {"id": ann.uri, "type": types}, "instrument": {"type": types}}
    assert await hears(node, follow) in {"followed", "follow-requested"}


async def test_nobody_buries_in_advance_what_is_at_home_elsewhere(node: Peer) -> None:
    """A stranger's word about an unknown address is not kept, so that it stands in the way of nobody's own."""
    post, deleted = note(ZOE, 1), {"type": "Delete", "object": f"{ZOE}/1"}
    assert await hears(node, {**deleted, "actor": EVE}) == "other-actor"
    assert await hears(node, {"type": "Undo", "actor": EVE, "object": post["id"]}) == "other-actor"
    assert await node.store.read(burying.load_tombstones, [post["id"]], node.unit().now) == {}
    assert await hears(node, {**deleted, "actor": ZOE}) == "remembered"
    assert await says(node, "Create", ZOE, post) == "deleted-before"


async def test_a_join_offered_elsewhere_is_not_the_join_of_its_id_here(node: Peer) -> None:
    """Whoever publishes an event or a course names in an Offer whatever Join she likes, of others too."""
    ann, unit, join = await node.store.read(actors.find_local_actor, "ann"), node.unit(), f"{ZOE}/join"
    home = await publish_event(node, ann)
    held = {"id": f"{ZOE}#1", "name": {"en": "1"}, "courseMode": ["online"], "startDate": "2099-05-07"}
    course = await node.publish(record(kind="course", hasCourseInstance=[{**held, "enrolment": {"mode": "open"}}]))
    instance = f"{course.uri}/instances/{key_of(f'{ZOE}#1')}"
    theirs = {**note(EVE, 1, cc=[ann.uri], name="Tin"), "type": "Event", "startTime": "2099-05-07T18:00:00Z"}
    assert await says(node, "Create", EVE, theirs) == "stored"
    of_eve = await copy_of(node, theirs["id"])
    taught = note(EVE, 2, cc=[ann.uri], name="Tin", mainEntity={"type": ["LearningResource", "Course"], "name": "Tin"})
    assert await says(node, "Create", EVE, {**taught, "type": "Article"}) == "stored"
    course_of_eve = (await node.object(taught["id"])).id

    def offer(conn: Connection) -> None:
        zoe = actors.find_actor(conn, ZOE)
        assert zoe is not None
        event_offers.take_in(conn, unit, of_eve, zoe, join, "")
        waiting = (State.REQUESTED, join, "", 1, 1, 1)
        courses.insert_enrolment(conn, Enrolment(unit.ids.new(), course_of_eve, "i1", zoe.id, *waiting))

    await node.store.write(offer)
    for target, joined, left in ((home.uri, "answer-going", "left"), (instance, "course-enrolled", "course-left")):
        assert await hears(node, {"id": join, "type": "Join", "actor": ZOE, "object": target}) == joined
        assert await hears(node, {"type": "Undo", "actor": ZOE, "object": join}) == left


async def test_the_embedded_copy_has_no_id_of_another_host(node: Peer) -> None:
    said = {"id": f"{ZOE}/join", "type": "Join", "actor": EVE, "object": GROUP}
    offer = read_activity({"id": f"{EVE}/offer", "type": "Offer", "actor": EVE, "object": said})
    assert offer.inner is not None
    assert (offer.inner.id, offer.inner.own_id) == (f"{ZOE}/join", "")


async def test_a_stamp_is_for_who_wrote_what_quotes(node: Peer) -> None:
    """Somebody else of the same host asks, for an author whom ann may have blocked."""
    quoted, mate, later = await written_by_ann(node), "https://good.example/u/mate", f"{ZOE}/2"
    await node.store.write(save_people, node, mate)
    assert await says(node, "Create", ZOE, note(ZOE, 1, inReplyTo=quoted.uri)) == "stored"
    asks = {"type": "QuoteRequest", "object": quoted.uri}
    for instrument in (f"{ZOE}/1", {"id": later, "type": "Note", "attributedTo": ZOE}, f"{EVE}/1"):
        assert await hears(node, {**asks, "actor": mate, "instrument": instrument}) == "quote-refused"
    assert await hears(node, {**asks, "actor": ZOE, "instrument": f"{ZOE}/1"}) == "quote-allowed"
    assert await hears(node, {**asks, "actor": mate, "instrument": later}) == "quote-allowed"
    mate_id = (await node.store.read(actors.find_actor, mate)).id
    stamp = await node.store.read(reactions.find_reaction, mate_id, quoted.id, QUOTE, later)
    assert (await node.get(stamp.uri))[0] == 200
    assert await says(node, "Create", ZOE, note(ZOE, 2, inReplyTo=quoted.uri)) == "stored"
    assert (await node.get(stamp.uri))[0] == 404


_SERVERS = (
    ("https://good.example/actor", "good.example", True),  # Mastodon
    ("https://good.example/", "lemmy", True),  # Lemmy, PieFed
    ("https://good.example/ap/instance", "GOOD.example", True),
    ("https://social.good.example/actor", "good.example", True),  # accounts are called after another host
    ("https://good.example/users/9xk2", "instance.actor", True),  # Misskey
    ("https://good.example/u/bot", "bot", False),
    ("https://good.example/u/evil", "evil.example", False),
    ("https://evil.example/actor", "evil.example", False),  # nobody there is a member
    ("https://evilgood.example/actor", "good.example", False),
)


async def test_not_every_program_on_a_host_is_its_server(node: Peer) -> None:
    """What a closed community has is read by members and by their servers, which an account may not pass for."""
    ann = await node.store.read(actors.find_local_actor, "ann")
    group = await node.add_community("tin", ann, visibility=Visibility.COMMUNITY)
    members = (ZOE, "https://social.good.example/u/zoe")

    def readers(conn: Connection) -> list[bool]:
        unit = node.unit()
        save_people(conn, node, members[1])
        for uri in members:
            zoe = actors.find_actor(conn, uri)
            assert zoe is not None
            follows.save_follow(conn, Follow(unit.ids.new(), zoe.id, group.id, f"{uri}/f", follows.ACCEPTED, 1))
        found = []
        for uri, name, _ in _SERVERS:
            made = RemoteActor(uri, ActorKind.APPLICATION, name, host_of(uri), f"{uri}/inbox")
            found.append(belongs_to(conn, remote_actors.save_remote_actor(conn, unit.ids, unit.now, made), group))
        return found

    assert await node.store.write(readers) == [is_server for *_, is_server in _SERVERS]


async def test_nobody_else_has_dates_of_a_series_made(node: Peer) -> None:
    """An Offer about a date that is not there yet makes it, where it comes from the publisher of the series."""
    ann = await node.store.read(actors.find_local_actor, "ann")
    day = dt.datetime.fromtimestamp(node.unit().now / 1_000, dt.UTC).date() + dt.timedelta(days=2)
    times = {"start": f"{day}T18:00:00+00:00", "end": f"{day}T20:00:00+00:00", "timeZone": "Etc/UTC"}
    ours = await publish_event(node, ann, **times, recurrence={"frequency": "weekly", "count": 3})
    _, document = await node.get(ours.uri)
    theirs = json.loads(json.dumps(document).replace(ann.uri, ZOE).replace(node.origin, "https://good.example"))
    assert await says(node, "Create", ZOE, {**theirs, "cc": [ann.uri]}) == "stored"
    date = f"{theirs['id']}/dates/{day + dt.timedelta(days=7)}"
    join = {"id": f"{ZOE}/join", "type": "Join", "actor": ZOE, "object": date}
    for by, outcome, is_made in ((EVE, "ignored", False), (ZOE, "not-ours", True)):
        offer = {"type": "Offer", "actor": by, "object": join, "to": [ann.uri]}
        assert await hears(node, offer) == outcome
        assert (await node.object(date) is not None) == is_made, by


async def test_the_house_writes_to_nobody_whom_strangers_name(node: Peer) -> None:
    """It tells ann of an invitation by the title of the event, which its publisher has chosen."""
    ann = await node.store.read(actors.find_local_actor, "ann")
    event = {**note(EVE, 1, name="Ask @zoe@good.example"), "type": "Event", "startTime": "2099-05-07T18:00:00Z"}
    invite = {"type": "Invite", "actor": EVE, "object": event, "target": ann.uri, "to": [ann.uri]}
    assert await hears(node, invite) == "invited"

    def named(conn: Connection) -> set[str]:
        ids = conn.scalars(select(tables.objects.c.id).where(tables.objects.c.visibility == "direct")).all()
        return {uri for each in ids for uri in objects.load_mentioned(conn, each)}

    assert await node.store.read(named) == {ann.uri}


async def test_the_word_of_a_neighbour_stands_in_nobodys_way(node: Peer) -> None:
    """Nobody but a host knows who is at home where on it: each word counts for what its own author says."""
    neighbour, post = "https://good.example/u/nell", note(ZOE, 1)
    await node.store.write(save_people, node, neighbour)
    gone = {"type": "Delete", "object": post["id"]}
    assert await hears(node, {**gone, "actor": neighbour}) == "remembered"
    assert await says(node, "Create", ZOE, {**post, "inReplyTo": (await written_by_ann(node)).uri}) == "stored"
    assert await hears(node, {**gone, "object": f"{ZOE}/2", "actor": neighbour}) == "remembered"
    assert await hears(node, {**gone, "object": f"{ZOE}/2", "actor": ZOE}) == "remembered"
    assert await says(node, "Create", ZOE, note(ZOE, 2)) == "deleted-before"


async def test_no_post_stands_before_its_time(node: Peer) -> None:
    """IN23: what its author says of the future, of long ago, or in no words of a calendar, is when it came."""
    ann = await node.store.read(actors.find_local_actor, "ann")
    before = node.unit().now
    for number, said in enumerate(("2099-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "tomorrow", 5, None)):
        post = note(ZOE, number, published=said, cc=[ann.uri])
        assert await says(node, "Create", ZOE, post) == "stored"
        found = await node.object(post["id"])
        assert found is not None
        assert before <= found.published_at <= node.unit().now, said
