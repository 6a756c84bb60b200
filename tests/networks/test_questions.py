"""Questions and threads between whole nodes: asked here, answered there, accepted here, known everywhere."""

import dataclasses
import itertools
from typing import Any

import pytest
from sqlalchemy import Connection, select

from node.domain.actors import ActorKind
from node.domain.communities import PostPolicy, TopicKind
from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.errors import Forbidden, Invalid, NodeError, NotFound
from node.services.posts import answers, post_changes, posts
from node.store.communities import communities, community_bans
from node.store.communities.communities import Community
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.people.follows import Follow
from node.store.posts import objects, topics
from node.store.posts.objects import Object
from node.store.posts.topics import Topic
from node.store.tables import notifications
from tests.client import App, app_of
from tests.communities import make_circle
from tests.network import Network, Peer, network
from tests.notes import count_own_objects
from tests.remote import PUBLIC, remote


@dataclasses.dataclass
class Houses:
    """ada (university) asks; ben (hospital) follows her."""

    net: Network
    uni: Peer
    hospital: Peer
    ada: App
    ben: App

    async def publish(self, app: App, **draft: Any) -> Object:
        assert app.me is not None
        made = await app.peer.store.write(posts.publish, app.peer.unit(), app.me.id, Draft(**draft))
        await self.net.settle()
        return made

    async def ask(self, **changes: Any) -> Object:
        asked = {"title": "Why do castings crack?", "text": "Near the gate.", "topic_kind": TopicKind.QUESTION}
        return await self.publish(self.ada, **{"visibility": Visibility.PUBLIC, "language": "en", **asked, **changes})

    async def answer(self, app: App, question: Object, text: str = "Cool it slower.") -> Object:
        known = await app.peer.object(question.uri)
        assert known is not None
        return await self.publish(app, text=text, in_reply_to_id=known.id, names_author=True, is_markdown=True)

    async def accept(self, question: Object, answer: Object) -> None:
        known = await self.uni.object(answer.uri)
        assert known is not None
        assert self.ada.me is not None
        await self.uni.store.write(answers.accept, self.uni.unit(), self.ada.me.id, question.id, known.id)
        await self.net.settle()


@pytest.fixture
async def houses(tmp_path):
    async with network(tmp_path, "university", "hospital") as net:
        uni, hospital = net.peers
        ada, ben = await app_of(uni, "ada"), await app_of(hospital, "ben")
        assert ben.me is not None
        assert ada.me is not None
        await hospital.follow(ben.me, ada.me.uri)
        await net.settle()
        yield Houses(net, uni, hospital, ada, ben)


async def topic_of(peer: Peer, uri: str) -> Topic | None:
    def load(conn: Connection) -> Topic | None:
        found = objects.find_object(conn, uri)
        return topics.find_topic(conn, found.id) if found else None

    return await peer.store.read(load)


async def accepted_at(peer: Peer, question: Object) -> str | None:
    """URI of the accepted answer, as this node knows it."""

    def load(conn: Connection) -> str | None:
        found = objects.find_object(conn, question.uri)
        topic = topics.find_topic(conn, found.id) if found else None
        answer = objects.find_object_by_id(conn, topic.accepted_id) if topic and topic.accepted_id else None
        return answer.uri if answer else None

    return await peer.store.read(load)


async def test_a_question_is_answered_and_accepted_across_nodes(houses: Houses):
    question = await houses.ask()
    status, document = await houses.uni.get(question.uri)
    assert status == 200
    assert (document["type"], document["name"]) == ("Page", "Why do castings crack?")
    assert document["mainEntity"] == {"type": "Question", "name": "Why do castings crack?", "answerCount": 0}
    assert document["summary"] == "<p>Near the gate.</p>"
    assert document["url"].endswith(f"/questions/{question.id}-why-do-castings-crack")
    there = await topic_of(houses.hospital, question.uri)
    assert there is not None
    assert (there.kind, there.community_id, there.accepted_id) == ("question", None, None)

    answer = await houses.answer(houses.ben, question)
    _, document = await houses.hospital.get(answer.uri)
    assert document["mainEntity"] == {"type": "Answer"}
    assert houses.ada.me is not None
    assert [tag["href"] for tag in document["tag"]] == [houses.ada.me.uri]
    here = await topic_of(houses.uni, question.uri)
    assert here is not None
    assert here.last_activity_at >= there.last_activity_at

    await houses.accept(question, answer)
    assert await accepted_at(houses.uni, question) == await accepted_at(houses.hospital, question) == answer.uri
    _, document = await houses.uni.get(question.uri)
    assert document["acceptedAnswer"] == answer.uri

    # told once, as something that apps know, and shown with the answer
    (told,) = [each for each in await houses.ben.get("v1/notifications") if each["type"] == "status"]
    assert told["account"]["username"] == "ada"
    assert told["status"]["uri"] == question.uri
    assert "moderation_warning" not in told

    assert houses.ada.me is not None
    await houses.uni.store.write(answers.take_back, houses.uni.unit(), houses.ada.me.id, question.id)
    await houses.net.settle()
    assert await accepted_at(houses.uni, question) is await accepted_at(houses.hospital, question) is None


async def test_an_answer_that_comes_after_its_acceptance_is_found(houses: Houses):
    """Somebody who hears of the question late fetches what it names."""
    question = await houses.ask()
    answer = await houses.answer(houses.ada, question, "I found out myself.")
    await houses.accept(question, answer)
    folder = houses.uni.system.node.config.database_path.parent.parent
    async with network(folder, "museum") as late:
        (museum,) = late.peers
        assert await museum.system.federation.fetcher.object(question.uri) is not None
        await Network([houses.uni, museum]).settle()
        assert await accepted_at(museum, question) == answer.uri


async def test_what_may_not_be_accepted(houses: Houses):
    """Each is refused with its own word, and the question stays as it was."""
    question, other = await houses.ask(), await houses.ask(title="Another one?")
    answer = await houses.answer(houses.ben, question)
    elsewhere = await houses.answer(houses.ben, other)
    private = await houses.publish(houses.ada, text="Not for all.", visibility=Visibility.PRIVATE)
    eve = await app_of(houses.uni, "eve")
    ada, eve_id = houses.ada.me, eve.me
    assert ada is not None
    assert eve_id is not None
    known = {each.uri: (await houses.uni.object(each.uri)) for each in (answer, elsewhere)}
    note = await houses.publish(houses.ada, text="Only a note.", visibility=Visibility.PUBLIC)
    cases: list[tuple[str, int, int, int, type[NodeError]]] = [
        ("somebody else", eve_id.id, question.id, known[answer.uri].id, Forbidden),
        ("an answer of another question", ada.id, question.id, known[elsewhere.uri].id, Invalid),
        ("the question itself", ada.id, question.id, question.id, Invalid),
        ("a post that answers nothing", ada.id, question.id, note.id, Invalid),
        ("an answer that there is not", ada.id, question.id, 7, NotFound),
        ("a post that is no question", ada.id, note.id, known[answer.uri].id, NotFound),
        ("a private post, by somebody else", eve_id.id, private.id, known[answer.uri].id, NotFound),
    ]
    for name, person, question_id, answer_id, error in cases:
        with pytest.raises(error):
            await houses.uni.store.write(answers.accept, houses.uni.unit(), person, question_id, answer_id)
        assert await accepted_at(houses.uni, question) is None, name


async def test_a_deleted_answer_is_accepted_no_more(houses: Houses):
    question = await houses.ask()
    answer = await houses.answer(houses.ben, question)
    await houses.accept(question, answer)
    assert houses.ben.me is not None
    await houses.hospital.store.write(post_changes.delete, houses.hospital.unit(), houses.ben.me.id, answer.id)
    await houses.net.settle()
    assert await accepted_at(houses.uni, question) is await accepted_at(houses.hospital, question) is None


# -- communities -----------------------------------------------------------------------------------------------------


async def found(peer: Peer, **policies: Any) -> Actor:
    """A community of this node."""
    group = await peer.add_actor("metals", ActorKind.GROUP)
    now = peer.unit().now
    await peer.store.write(
        communities.insert_communities, [Community(actor_id=group.id, created_at=now, updated_at=now, **policies)]
    )
    return group


async def join(peer: Peer, person: Actor | None, group: Actor) -> None:
    assert person is not None
    unit = peer.unit()
    new = Follow(unit.ids.new(), person.id, group.id, f"{unit.origin}/ap/x/{unit.ids.new()}", "accepted", unit.now)
    await peer.store.write(follows.save_follow, new)


@pytest.mark.parametrize("by_mention", [False, True])
async def test_a_thread_of_a_community(houses: Houses, by_mention: bool):
    """Chosen on a page or by mentioning the community: it belongs there, and so do its answers."""
    group = await found(houses.uni)
    await join(houses.uni, houses.ada.me, group)
    if by_mention:
        made = await houses.ada.post("v1/statuses", status="@metals Why do castings crack? #zinc")
        asked = await houses.uni.store.read(objects.find_object, made["uri"])
    else:
        asked = await houses.ask(community_id=group.id)
    topic = await topic_of(houses.uni, asked.uri)
    assert topic is not None
    assert (topic.kind, topic.community_id) == ("question", group.id)
    assert asked.audience == group.uri
    assert asked.url == f"{houses.uni.origin}/c/metals/t/{asked.id}-why-do-castings-crack"
    _, document = await houses.uni.get(asked.uri)
    assert document["type"] == ("Note" if by_mention else "Page")
    assert document["audience"] == group.uri
    assert document["to"] == [PUBLIC, group.uri]
    assert {"type": "Mention", "href": group.uri, "name": f"@metals@{group.host}"} in document["tag"]
    answer = await houses.answer(houses.ada, asked, "Slower.")
    assert answer.audience == group.uri


async def test_where_somebody_may_not_write(houses: Houses):
    """A table of who, where, what; nothing is stored, and the sentence says why."""
    group = await found(houses.uni, post_policy=PostPolicy.MEMBERS)
    ada, unit = houses.ada.me, houses.uni.unit()
    assert ada is not None
    thread = {"title": "T", "text": "x", "community_id": group.id, "topic_kind": TopicKind.DISCUSSION}

    async def refused(error: type[NodeError], **draft: Any) -> str:
        before = await houses.uni.store.read(count_own_objects)
        with pytest.raises(error) as raised:
            await houses.uni.store.write(posts.publish, houses.uni.unit(), ada.id, Draft(**draft))
        assert await houses.uni.store.read(count_own_objects) == before
        return raised.value.public

    assert "Join it first" in await refused(Forbidden, **thread)
    await join(houses.uni, ada, group)
    asked = await houses.publish(houses.ada, **thread)
    assert "title" in await refused(Invalid, **{**thread, "title": " "})
    assert "300" in await refused(Invalid, **{**thread, "title": "x" * 301})
    assert "announce" in await refused(Forbidden, **{**thread, "topic_kind": TopicKind.ANNOUNCEMENT})
    assert "events" in await refused(Invalid, **{**thread, "topic_kind": TopicKind.EVENT})
    assert "address" in await refused(Invalid, **{**thread, "link": "javascript:alert(1)"})
    await refused(NotFound, **{**thread, "community_id": 7})
    await refused(Invalid, title="T", text="x", topic_kind=TopicKind.DISCUSSION)
    await houses.uni.store.write(topics.update_topics, [asked.id], locked=True)
    assert "locked" in await refused(Forbidden, text="But", in_reply_to_id=asked.id)
    await houses.uni.store.write(topics.update_topics, [asked.id], locked=False)
    ban = community_bans.Ban(unit.ids.new(), group.id, ada.uri, ada.uri, "", unit.now)
    await houses.uni.store.write(community_bans.save_ban, ban)
    assert "any more" in await refused(Forbidden, text="But", in_reply_to_id=asked.id)
    await refused(Forbidden, **thread)
    # who is refused by mention has written a post like any other
    made = await houses.ada.post("v1/statuses", status="@metals Hello?")
    assert await topic_of(houses.uni, made["uri"]) is None


async def test_a_closed_community_keeps_what_is_written_in_it(houses: Houses):
    group = await found(houses.uni, visibility=Visibility.COMMUNITY)
    await join(houses.uni, houses.ada.me, group)
    eve = await app_of(houses.uni, "eve")
    asked = await houses.ask(community_id=group.id)
    assert asked.visibility == "community"
    answer = await houses.publish(houses.ada, text="Mine.", in_reply_to_id=asked.id, visibility=Visibility.PUBLIC)
    assert (answer.visibility, answer.audience) == ("community", group.uri)
    from_app = await houses.ada.post("v1/statuses", status="@metals In private?", visibility="private")
    kept = await houses.uni.store.read(objects.find_object, from_app["uri"])
    assert kept is not None
    assert kept.visibility == "community"
    open_one = await houses.ada.post("v1/statuses", status="@metals In public?", visibility="public")
    assert await topic_of(houses.uni, open_one["uri"]) is None
    assert eve.me is not None
    begun = Draft(text="x", title="T", topic_kind=TopicKind.DISCUSSION, community_id=group.id)
    for draft, error in ((begun, Forbidden), (Draft(text="x", in_reply_to_id=asked.id), NotFound)):
        with pytest.raises(error):
            await houses.uni.store.write(posts.publish, houses.uni.unit(), eve.me.id, draft)
    await eve.get(f"v1/statuses/{asked.id}", 404)


# -- from other software ---------------------------------------------------------------------------------------------

WORDS = "We poured the first moulds with sand that was still damp, and looked at each of them under the lamp. " * 4


FROM_OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("discussion", {"type": "Page", "name": "Cooling", "content": f"<p>{WORDS}</p>"}),
    ("question", {"type": "Page", "name": "Cooling?", "content": "<p>Hm.</p>"}),
    ("resource", {"type": "Page", "name": "A film", "attachment": [{"type": "Link", "href": "https://x.example"}]}),
    ("discussion", {"type": "Article", "name": "Cooling", "content": "<p>Long</p>", "preview": {"type": "Note"}}),
    ("question", {"type": "Note", "content": "<p>@metals Who knows?</p>"}),
    ("note", {"type": "Note", "content": "<p>@metals Done.</p>"}),
    ("resource", {"type": "Video", "name": "A film", "content": "<p>Look</p>"}),
    ("event", {"type": "Event", "name": "Pouring?", "startTime": "2026-12-01T10:00:00Z"}),
]


async def test_what_other_software_posts_is_a_thread(houses: Houses):
    """Whatever its type, and however it says that it is for the community."""
    group = await found(houses.uni, post_policy=PostPolicy.ANYONE)
    ways: list[dict[str, Any]] = [
        {"audience": group.uri},
        {"to": [group.uri, PUBLIC]},
        {"tag": [{"type": "Mention", "href": group.uri, "name": "@metals"}], "cc": [group.uri]},
    ]
    async with remote() as server:
        eva = server.actor("eva")
        sent = []
        for number, (way, (kind, parts)) in enumerate(itertools.product(ways, FROM_OTHERS)):
            note = {**server.note(eva, number), "cc": [], **parts, **way}
            activity = server.activity("Create", eva, note, number)
            assert await server.send(f"{group.uri}/inbox", activity, eva.key) == 202
            sent.append((note["id"], kind, way))
        await houses.net.settle()
        for uri, kind, way in sent:
            topic = await topic_of(houses.uni, uri)
            assert topic is not None, (kind, way)
            assert (topic.kind, topic.community_id) == (kind, group.id), way


async def test_somebody_else_cannot_accept_for_the_asker(houses: Houses):
    """An Update of the question by anybody but its author changes nothing (IN11)."""
    question = await houses.ask()
    answer = await houses.answer(houses.ben, question)
    async with remote() as server:
        eva = server.actor("eva")
        forged = {**(await houses.uni.get(question.uri))[1], "acceptedAnswer": answer.uri}
        await server.send(f"{houses.hospital.origin}/ap/inbox", server.activity("Update", eva, forged), eva.key)
        await houses.net.settle()
    assert await accepted_at(houses.hospital, question) is None

    def told(conn: Connection) -> list[str]:
        return list(conn.scalars(select(notifications.c.type)))

    assert "status" not in await houses.hospital.store.read(told)
    assert await houses.uni.store.read(actors.find_actor, question.uri) is None


# -- one community, three houses -------------------------------------------------------------------------------------


async def test_threads_of_a_community_are_the_same_in_every_house(tmp_path):
    """Begun on the second node, answered on the first, accepted by who asked, read on the third: nothing is lost."""
    async with network(tmp_path, "museum", "university", "hospital") as net:
        circle = await make_circle(net)
        museum, uni, hospital = net.peers
        ada, ben, cleo = circle.people
        group = await uni.store.read(actors.find_actor, circle.group.uri)
        assert group is not None

        async def begin(kind: TopicKind, title: str, **more: Any) -> Object:
            draft = Draft(
                text="Words with **weight**.",
                is_markdown=True,
                language="de",
                community_id=group.id,
                topic_kind=kind,
                title=title,
                **more,
            )
            made = await uni.store.write(posts.publish, uni.unit(), ben.id, draft)
            await net.settle()
            return made

        kinds = {
            TopicKind.DISCUSSION: {"title": "Is this a question?"},
            TopicKind.NOTE: {"title": ""},
            TopicKind.RESOURCE: {"title": "A film", "link": "https://x.example/film", "spoiler": "Loud"},
            TopicKind.QUESTION: {"title": "Why do castings crack"},
        }
        made = {kind: await begin(kind, **said) for kind, said in kinds.items()}
        for kind, thread in made.items():
            own = await row_of(uni, thread.uri)
            for peer in (museum, hospital):
                copy, topic = await row_of(peer, thread.uri), await topic_of(peer, thread.uri)
                assert topic is not None, kind
                assert topic.kind == kind.value
                known = await peer.store.read(actors.find_actor, circle.group.uri)
                assert known is not None
                assert topic.community_id == known.id
                for name in ("type", "name", "content", "language", "audience", "url", "sensitive"):
                    assert getattr(copy, name) == getattr(own, name), (kind, name)
                assert (copy.details.get("link") or {}).get("url") == (own.details.get("link") or {}).get("url")

        question = made[TopicKind.QUESTION]
        here = await museum.object(question.uri)
        assert here is not None
        reply = Draft(text="Cool it slower.", in_reply_to_id=here.id, names_author=True, visibility=Visibility.PUBLIC)
        answer = await museum.store.write(posts.publish, museum.unit(), ada.id, reply)
        await net.settle()
        there = await uni.object(answer.uri)
        assert there is not None
        await uni.store.write(answers.accept, uni.unit(), ben.id, question.id, there.id)
        await net.settle()
        for peer in net.peers:
            assert await accepted_at(peer, question) == answer.uri

        # Who follows the asker gets her question from her first: it is in the community all the same.
        await hospital.follow(cleo, ben.uri)
        await net.settle()
        twice = await begin(TopicKind.QUESTION, "Why do they warp")
        known = await hospital.store.read(actors.find_actor, circle.group.uri)
        topic = await topic_of(hospital, twice.uri)
        assert known is not None
        assert topic is not None
        assert (topic.kind, topic.community_id) == ("question", known.id)
        assert (await row_of(hospital, twice.uri)).audience == circle.group.uri


async def row_of(peer: Peer, uri: str) -> Any:
    def load(conn: Connection) -> Any:
        found = objects.find_object(conn, uri)
        assert found is not None, uri
        return objects.load_row(conn, found.id)

    return await peer.store.read(load)
