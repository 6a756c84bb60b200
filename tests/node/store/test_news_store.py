"""Every statement behind notifications, conversations, filters, announcements and streams, on each database."""

from dataclasses import dataclass

import pytest
from sqlalchemy import Connection

from node.clock import SystemClock
from node.domain.filters import FilterContext
from node.domain.notices import Policy, Verdict
from node.domain.visibility import Visibility
from node.ids import Ids
from node.secretbox import SecretBox
from node.services.context import Unit
from node.services.house import announcements as announcing
from node.services.house.announcements import Draft as Announcement
from node.services.news import happened, news, subscribing
from node.services.people import filters as filtering
from node.services.people.filters import Draft, KeywordChange
from node.store.access import hashes, tokens
from node.store.database.windows import Window
from node.store.house import announcements
from node.store.news import notification_lists, notifications, streams
from node.store.news import push as push_store
from node.store.news.notification_lists import Wanted
from node.store.posts import conversations, reactions
from node.store.posts.reactions import LIKE, SHARE, Reaction
from node.store.reading import filters, markers
from node.webpush import encode
from tests import stores
from tests.node.services.test_news import _actor, _told
from tests.notes import publish_note
from tests.push_service import AppKeys

database, store = stores.database, stores.store
ORIGIN = "https://learn.uni.example"


@dataclass
class World:
    conn: Connection
    unit: Unit
    ada: int
    ben: int


@pytest.fixture
async def run(store):
    """Runs a test of statements in one transaction."""

    async def go(test):
        unit = Unit(Ids(SystemClock()), 1_800_000_000_000, ORIGIN, "learn.uni.example")
        return await store.write(
            lambda conn: test(World(conn, unit, _actor(conn, unit, "ada"), _actor(conn, unit, "ben")))
        )

    return go


def _like(world, actor_id, object_id, kind=LIKE):
    new = Reaction(world.unit.ids.new(), actor_id, object_id, kind, "", f"urn:{world.unit.ids.new()}", world.unit.now)
    reactions.insert_reaction(world.conn, new)
    said = happened.Reacted if kind == LIKE else happened.Shared
    news.tell(world.conn, world.unit, said(new.id, actor_id, object_id))
    return new


async def test_lists_groups_and_counts(run):
    def test(world):
        conn, note = world.conn, publish_note(world.conn, world.unit, world.ada, "Hello", Visibility.PUBLIC)
        for number in range(12):
            _like(world, _actor(conn, world.unit, f"fan{number}", local=False), note.id)
        wanted = Wanted(world.ada)
        page = notification_lists.list_notifications(conn, wanted, Window(5))
        below = notification_lists.list_notifications(conn, wanted, Window(50, max_id=page[-1].id))
        above = notification_lists.list_notifications(conn, wanted, Window(3, min_id=below[0].id))
        assert (len(page), len(below), [row.id for row in above]) == (5, 7, [row.id for row in page[2:5]])
        (group,) = notification_lists.list_groups(conn, wanted, Window(5))
        assert (group.total, len(group.actor_ids), group.newest.id) == (12, 8, page[0].id)
        assert notification_lists.list_groups(conn, wanted, Window(5, max_id=group.newest.id)) == []
        assert notification_lists.find_group(conn, world.ada, group.key).total == 12
        assert notification_lists.find_group(conn, world.ben, group.key) is None
        assert len(notification_lists.list_group_actors(conn, group, world.ada)) == 12
        assert notification_lists.count_unread(conn, wanted, 10, world.unit.now) == 10
        assert notification_lists.count_unread_groups(conn, wanted, 10, world.unit.now) == 1
        markers.save_markers(conn, world.ada, {"notifications": page[0].id}, world.unit.now)
        assert notification_lists.count_unread(conn, wanted, 10, world.unit.now) == 0
        (again,) = markers.save_markers(conn, world.ada, {"notifications": page[0].id}, world.unit.now)
        assert again.version == 2
        notification_lists.dismiss_group(conn, world.ada, group)
        assert notification_lists.list_notifications(conn, wanted, Window(5)) == []

    await run(test)


async def test_requests_of_strangers(run):
    def test(world):
        conn = world.conn
        notifications.save_policy(conn, world.ada, Policy(for_not_following=Verdict.FILTER))
        note = publish_note(conn, world.unit, world.ada, "Hello", Visibility.PUBLIC)
        _like(world, world.ben, note.id)
        publish_note(conn, world.unit, world.ben, "@ada", Visibility.PUBLIC)
        (request,) = notification_lists.list_requests(conn, world.ada, Window(5))
        assert (request.actor_id, request.total) == (world.ben, 2)
        assert notification_lists.count_requests(conn, world.ada) == (1, 2)
        notification_lists.accept_requests(conn, world.ada, [world.ben])
        assert len(_told(conn, world.ada)) == 2
        notification_lists.delete_between(conn, world.ada, [world.ben])
        assert _told(conn, world.ada) == []

    await run(test)


async def test_filters_find_words_and_posts(run):
    def test(world):
        conn, unit = world.conn, world.unit
        golf = publish_note(conn, unit, world.ben, "Golf!", Visibility.PUBLIC)
        other = publish_note(conn, unit, world.ben, "Tennis", Visibility.PUBLIC)
        words = [KeywordChange(keyword="golf", whole_word=True)]
        draft = Draft(title="x", contexts=["home"], action="hide", keywords=words, expires_in=60, has_expiry=True)
        made = filtering.create(conn, unit, world.ada, draft)
        filtering.add_status(conn, unit, world.ada, made.id, other.id, visible=[other.id])
        ids = [golf.id, other.id]
        assert filters.load_hidden(conn, world.ada, FilterContext.HOME, ids, unit.now) == set(ids)
        assert filters.load_hidden(conn, world.ada, FilterContext.PUBLIC, ids, unit.now) == set()
        assert filters.load_hidden(conn, world.ada, FilterContext.HOME, ids, unit.now + 61_000) == set()
        assert filters.load_hidden(conn, world.ben, FilterContext.HOME, ids, unit.now) == set()
        assert streams.load_filtering(conn, [world.ada, world.ben]) == {world.ada}

    await run(test)


async def test_announcements_are_read_and_reacted_to(run):
    def test(world):
        conn, unit = world.conn, world.unit
        made = announcing.publish(conn, unit, Announcement("**Hello**"), by=None)
        announcing.react(conn, unit, made, "👍", world.ada)
        announcing.react(conn, unit, made, "👍", world.ben)
        announcing.dismiss(conn, made, world.ada, unit.now)
        (reaction,) = announcements.load_reactions(conn, [made], world.ben)[made]
        assert (reaction.name, reaction.count, reaction.me) == ("👍", 2, True)
        assert announcements.load_read(conn, [made], world.ada) == {made}
        announcing.publish(conn, unit, Announcement("Bye"), by=None, announcement_id=made)
        assert announcements.load_read(conn, [made], world.ada) == set()
        announcing.take_back(conn, unit, made, "👍", world.ben)
        announcing.withdraw(conn, unit, made, by=None)
        assert announcements.list_all(conn) == []

    await run(test)


async def test_streams_know_who_has_what(run):
    def test(world):
        conn = world.conn
        note = publish_note(conn, world.unit, world.ada, "Hello @ben #Tag", Visibility.PUBLIC)
        answer = publish_note(conn, world.unit, world.ben, "Yes", Visibility.PUBLIC, in_reply_to=note.uri)
        shared = _like(world, world.ben, note.id, SHARE)
        posts = {post.entry_id: post for post in streams.load_posts(conn, [note.id, answer.id])}
        assert posts[answer.id].parent_author_id == world.ada
        (share,) = streams.load_shares(conn, [shared.id])
        assert (share.object_id, share.sharer_id) == (note.id, world.ben)
        everybody = [world.ada, world.ben]
        assert (note.id, world.ada, note.id) in streams.load_homes(conn, [note.id], everybody)
        assert streams.load_own(conn, [note.id], everybody) == {(world.ada, note.id), (world.ben, note.id)}
        assert streams.load_following(conn, everybody, everybody) == set()
        assert streams.load_listed(conn, [1], everybody) == []
        assert not streams.owns_list(conn, world.ada, 1)
        tokens.insert_token(conn, "token", world.ada, ["read"], "test", world.unit.now)
        assert streams.load_live_tokens(conn, [hashes.hash_of("token"), "x"]) == {hashes.hash_of("token")}

    await run(test)


async def test_conversations_are_paged_read_and_forgotten(run):
    def test(world):
        conn = world.conn
        for number in range(3):
            publish_note(conn, world.unit, world.ada, f"@ben {number}", Visibility.DIRECT)
        rows = conversations.list_conversations(conn, world.ben, Window(2))
        assert len(rows) == 2
        rest = conversations.list_conversations(conn, world.ben, Window(2, max_id=rows[-1].last_object_id))
        assert len(rest) == 1
        assert conversations.set_unread(conn, world.ben, rows[0].id, unread=False).unread is False
        assert conversations.set_unread(conn, world.ada, rows[0].id, unread=False) is None
        assert not conversations.delete_conversation(conn, world.ada, rows[0].id)
        assert conversations.delete_conversation(conn, world.ben, rows[0].id)
        assert len(conversations.load_conversations(conn, [row.id for row in rows])) == 1

    await run(test)


async def test_push_subscriptions_belong_to_tokens(run):
    def test(world):
        conn, unit, keys = world.conn, world.unit, AppKeys()
        tokens.insert_token(conn, "token", world.ada, ["push"], "test", unit.now)
        draft = subscribing.Draft(
            "https://push.example/1", encode(keys.point), encode(keys.auth), True, {"mention": True}, "all"
        )
        token = ("token", hashes.hash_of("token"))
        made = subscribing.subscribe(conn, unit, SecretBox(bytes(32)), world.ada, token, draft)
        publish_note(conn, unit, world.ben, "@ada", Visibility.PUBLIC)
        (row,) = notification_lists.list_notifications(conn, Wanted(world.ada), Window(5))
        assert push_store.load_news(conn, row.id).type == "mention"
        assert push_store.find_subscription_by_id(conn, made.id) == push_store.find_subscription(conn, token[1]) == made
        changed = subscribing.change(conn, token[1], {"follow": True}, "follower", unit.now)
        assert (changed.alerts, changed.policy) == ({"follow": True}, "follower")

    await run(test)
