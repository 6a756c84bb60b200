"""Lists of threads and their answers on both databases: who sees what, in which order, and where a page goes on."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from node.clock import SystemClock
from node.domain.communities import TopicKind
from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.ids import Ids
from node.services.context import Unit
from node.services.posts import answers, post_changes, posts
from node.store.communities import communities
from node.store.communities.communities import Community
from node.store.people import actors, blocks, follows
from node.store.people.follows import ACCEPTED, Follow
from node.store.posts import objects, topics
from node.store.reading import threads
from node.store.reading.threads import Order, Wanted, position_of
from tests import stores

database, store = stores.database, stores.store
ORIGIN, HOST, NOW = "https://learn.uni.example", "learn.uni.example", 1_800_000_000_000


class World:
    """A community of ada, whose member ben is; eve is none of it. Each thread comes a second after the one before."""

    def __init__(self, conn):
        self.conn, self.ids, self.now = conn, Ids(SystemClock()), NOW
        self.ada, self.ben, self.eve, self.group = (
            self._actor(name, kind)
            for name, kind in (("ada", "person"), ("ben", "person"), ("eve", "person"), ("metals", "group"))
        )
        made = Community(actor_id=self.group, created_at=NOW, updated_at=NOW)
        communities.insert_communities(conn, [made])
        for person in (self.ada, self.ben):
            follows.save_follow(conn, Follow(self.ids.new(), person, self.group, f"x{person}", ACCEPTED, NOW))

    @property
    def unit(self):
        self.now += 1_000
        return Unit(self.ids, self.now, ORIGIN, HOST)

    def _actor(self, name, kind):
        actor_id = self.ids.new()
        actors.insert_actor(
            self.conn, id=actor_id, uri=f"{ORIGIN}/ap/a/{actor_id}", kind=kind, local=True, username=name,
            host=HOST, url=f"{ORIGIN}/@{name}", created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        return actor_id

    def thread(self, author, title, kind=TopicKind.DISCUSSION, **draft):
        said = {"text": "Words.", "title": title, "topic_kind": kind, "community_id": self.group, **draft}
        return posts.publish(self.conn, self.unit, author, Draft(**said))

    def answer(self, author, parent, **draft):
        return posts.publish(self.conn, self.unit, author, Draft(text="Words.", in_reply_to_id=parent.id, **draft))

    def listed(self, viewer, **wanted):
        rows = threads.list_threads(self.conn, Wanted(viewer, self.now, **wanted))
        return [row.name for row in rows]


@pytest.fixture
async def run(store):
    async def go(test):
        return await store.write(lambda conn: test(World(conn)))

    return go


async def test_lists_are_narrowed_ordered_and_go_on(run):
    def test(world):
        made = [world.thread(world.ada, f"T{number}") for number in range(5)]
        question = world.thread(world.ben, "Q?", TopicKind.QUESTION)
        outside = world.thread(world.ben, "Everybody?", TopicKind.QUESTION, community_id=None)
        assert world.listed(None) == ["Everybody?", "Q?", "T4", "T3", "T2", "T1", "T0"]
        assert world.listed(None, community_id=world.group, kinds=[TopicKind.QUESTION]) == ["Q?"]
        assert world.listed(None, kinds=[TopicKind.QUESTION, TopicKind.DISCUSSION], limit=2) == ["Everybody?", "Q?"]
        assert world.listed(None, author_id=world.ben) == ["Everybody?", "Q?"]
        for order in Order:
            wanted, seen = Wanted(None, world.now, order=order, limit=2), []
            while rows := threads.list_threads(world.conn, wanted):
                seen += [row.name for row in rows]
                wanted = replace(wanted, after=position_of(rows[-1]))
            assert seen == ["Everybody?", "Q?", "T4", "T3", "T2", "T1", "T0"]
        answer = world.answer(world.ben, made[1])
        assert world.listed(None, order=Order.ACTIVE)[0] == "T1"
        reply = world.answer(world.ada, question)
        answers.accept(world.conn, world.unit, world.ben, question.id, reply.id)
        assert world.listed(None, kinds=[TopicKind.QUESTION], is_open=True) == ["Everybody?"]
        assert world.listed(None, kinds=[TopicKind.QUESTION], is_open=False) == ["Q?"]
        topics.update_topics(world.conn, [made[0].id], pinned_at=1)
        topics.update_topics(world.conn, [made[2].id], state=topics.REMOVED)
        assert world.listed(None, pinned=True) == ["T0"]
        assert "T2" not in world.listed(None)
        assert answer.audience == question.audience
        assert outside.audience == ""

    await run(test)


async def test_what_a_reader_may_not_see_is_in_no_list_and_no_thread(run):
    def test(world):
        seen = world.thread(world.ada, "Open")
        hidden = world.thread(world.ada, "Closed")
        objects.update_object(world.conn, hidden.id, {"visibility": Visibility.COMMUNITY.value})
        unlisted = world.thread(world.ada, "By address", TopicKind.QUESTION, community_id=None)
        objects.update_object(world.conn, unlisted.id, {"visibility": Visibility.UNLISTED.value})
        for viewer, names in ((None, ["By address", "Open"]), (world.eve, ["By address", "Open"])):
            assert world.listed(viewer) == names
            assert threads.find_thread(world.conn, hidden.id, viewer) is None
            assert threads.load_posts(world.conn, [hidden.id, seen.id], viewer).keys() == {seen.id}
        assert world.listed(world.ben) == ["By address", "Closed", "Open"]
        assert world.listed(world.ben, listed=True) == ["Closed", "Open"]
        blocks.insert_block(world.conn, world.ids.new(), world.ben, world.ada, "urn:block", NOW)
        assert world.listed(world.ben) == []

    await run(test)


async def test_answers_hang_together(run):
    """Direct ones page by page, with all below; what was deleted keeps its place, what is private is not there."""

    def test(world):
        thread = world.thread(world.ada, "T")
        first, second, third = (world.answer(world.ben, thread) for _ in range(3))
        below = world.answer(world.ada, first)
        deeper = world.answer(world.ben, below)
        private = world.answer(world.ben, first, visibility=Visibility.PRIVATE)
        post_changes.delete(world.conn, world.unit, world.ada, below.id)

        def found(viewer, **window):
            rows = threads.load_answers(world.conn, thread.id, viewer, world.now, **window)
            return [(row.id, row.depth, row.state) for row in rows]

        everything = [
            (first.id, 0, "live"),
            (second.id, 0, "live"),
            (third.id, 0, "live"),
            (below.id, 1, "deleted"),
            (deeper.id, 2, "live"),
        ]
        assert found(None) == found(world.eve) == everything
        assert found(world.ben) == [*everything, (private.id, 1, "live")]
        assert [row[0] for row in found(None, limit=2)] == [first.id, second.id, below.id, deeper.id]
        assert [row[0] for row in found(None, after=second.id)] == [third.id]
        assert threads.count_answers(world.conn, thread.id, None) == 3

    await run(test)


@pytest.mark.parametrize("order", Order)
async def test_a_list_reads_along_an_index(store, order):
    """Of one community, in either order: what a page costs does not grow with what the community holds."""
    if store.dialect != "sqlite":
        pytest.skip("each database has a language of its own for plans")

    def plan(conn):
        query = threads.listing(threads._shape(Wanted(None, NOW, community_id=7, order=order, after=(NOW, 9))))
        query = query.params(community=7, at=NOW, id=9, limit=20)
        compiled = query.compile(conn, compile_kwargs={"literal_binds": True})
        return [row.detail for row in conn.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]

    steps = await store.read(plan)
    assert any("ix_topics_community_id" in step for step in steps), steps
    assert not any("TEMP B-TREE" in step for step in steps), steps


async def test_answers_that_came_first_are_found_among_answers_alone(store):
    """For a whole batch of new posts at once: what that costs does not grow with what is stored."""
    if store.dialect != "sqlite":
        pytest.skip("each database has a language of its own for plans")

    def plan(conn):
        query = objects._AWAITED.params(uris=[f"{ORIGIN}/{number}" for number in range(200)])
        compiled = query.compile(conn, compile_kwargs={"literal_binds": True})
        return [row.detail for row in conn.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]

    assert any("ix_objects_in_reply_to (in_reply_to=?)" in step for step in await store.read(plan))
