"""Who is told of what: notifications and conversations, written with what they tell of, and gone with it."""

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from node.clock import HOUR, SystemClock
from node.domain.notices import NoticeType, Policy, Verdict
from node.domain.visibility import Visibility
from node.ids import Ids
from node.services.context import Unit
from node.services.news import happened, messages, news
from node.store.access import accounts
from node.store.news import notifications
from node.store.people import actors, blocks, follows
from node.store.people.follows import ACCEPTED, PENDING, Follow
from node.store.posts import burying, reactions
from node.store.posts.reactions import Reaction
from node.store.tables import conversations, domain_blocks, mutes, notification_requests
from node.store.tables import follows as follows_table
from node.store.tables import notifications as table
from tests import stores
from tests.notes import publish_note
from tests.statements import counted

database, store = stores.database, stores.store
ORIGIN = "https://learn.uni.example"


@dataclass(frozen=True)
class World:
    unit: Unit
    ada: int
    ben: int
    cleo: int  # elsewhere


def _actor(conn, unit, username, *, local=True):
    host = unit.host if local else "far.example"
    actor_id = unit.ids.new()
    uri = f"https://{host}/ap/a/{actor_id}"
    actors.insert_actor(
        conn, id=actor_id, uri=uri, kind="person", local=local, username=username, host=host,
        url=f"https://{host}/@{username}", created_at=unit.now, updated_at=unit.now,
    )  # fmt: skip
    if local:
        accounts.insert_account(conn, actor_id, f"{username}@example.org", "", "member", unit.now)
    return actor_id


@pytest.fixture
async def world(store):
    unit = Unit(Ids(SystemClock()), 1_800_000_000_000, ORIGIN, "learn.uni.example")

    def make(conn):
        return World(
            unit, _actor(conn, unit, "ada"), _actor(conn, unit, "ben"), _actor(conn, unit, "cleo", local=False)
        )

    return await store.write(make)


def _told(conn, owner):
    query = select(table.c.type, table.c.actor_id).where(table.c.owner_id == owner, ~table.c.filtered)
    return [(row.type, row.actor_id) for row in conn.execute(query.order_by(table.c.id))]


def _react(conn, unit, actor_id, object_id, kind=reactions.LIKE):
    new = Reaction(unit.ids.new(), actor_id, object_id, kind, "", f"urn:{unit.ids.new()}", unit.now)
    assert reactions.insert_reaction(conn, new)
    said = happened.Reacted if kind == reactions.LIKE else happened.Shared
    news.tell(conn, unit, said(new.id, actor_id, object_id))
    return new


def _follow(conn, unit, follower, followed, state=ACCEPTED):
    new = follows.save_follow(
        conn, Follow(unit.ids.new(), follower, followed, f"urn:{unit.ids.new()}", state, unit.now)
    )
    news.tell(conn, unit, happened.Followed(new.id, follower, followed, asks=state == PENDING))
    return new


async def test_a_person_is_told_of_mentions_reactions_and_follows_but_not_of_herself(store, world):
    def happen(conn):
        unit = world.unit
        note = publish_note(conn, unit, world.ada, "Hello @ben and @ada", Visibility.PUBLIC)
        _react(conn, unit, world.cleo, note.id)
        _react(conn, unit, world.ada, note.id)
        _react(conn, unit, world.ben, note.id, reactions.SHARE)
        _follow(conn, unit, world.cleo, world.ada)
        _follow(conn, unit, world.ben, world.ada, PENDING)
        return _told(conn, world.ada), _told(conn, world.ben)

    ada, ben = await store.write(happen)
    assert ben == [("mention", world.ada)]
    assert ada == [
        ("favourite", world.cleo), ("reblog", world.ben), ("follow", world.cleo), ("follow_request", world.ben),
    ]  # fmt: skip


async def test_what_is_taken_back_was_never_told(store, world):
    def happen(conn):
        unit = world.unit
        note = publish_note(conn, unit, world.ada, "Hello @ben", Visibility.PUBLIC)
        like = _react(conn, unit, world.cleo, note.id)
        follow = _follow(conn, unit, world.cleo, world.ada)
        request = _follow(conn, unit, world.ben, world.ada, PENDING)
        reactions.delete_reaction(conn, like)
        follows.delete_follow(conn, follow.id)
        follows.accept_follow(conn, request.id, unit.now)
        news.tell(conn, unit, happened.Deleted(note))
        burying.bury(conn, note, unit.now)
        return _told(conn, world.ada), _told(conn, world.ben)

    assert await store.write(happen) == ([], [])


async def test_nobody_is_told_of_whom_a_block_keeps_apart(store, world):
    def happen(conn):
        unit = world.unit
        blocks.insert_block(conn, unit.ids.new(), world.ada, world.cleo, "urn:b", unit.now)
        blocks.insert_block(conn, unit.ids.new(), world.ben, world.ada, "urn:c", unit.now)
        note = publish_note(conn, unit, world.ada, "Hello @ben", Visibility.PUBLIC)
        _react(conn, unit, world.cleo, note.id)
        return _told(conn, world.ada), _told(conn, world.ben)

    assert await store.write(happen) == ([], [])


@pytest.mark.parametrize(
    ("hides", "expires_in", "told"), [(True, None, 0), (False, None, 1), (True, -1, 1), (True, 1, 0)]
)
async def test_a_mute_keeps_quiet_while_it_lasts_and_where_it_hides_notifications(
    store, world, hides, expires_in, told
):
    def happen(conn):
        unit = world.unit
        expires_at = None if expires_in is None else unit.now + expires_in
        conn.execute(
            mutes.insert().values(
                id=unit.ids.new(), muter_id=world.ada, muted_id=world.cleo, hides_notifications=hides,
                expires_at=expires_at, created_at=unit.now,
            )
        )  # fmt: skip
        note = publish_note(conn, unit, world.ada, "Hello", Visibility.PUBLIC)
        _react(conn, unit, world.cleo, note.id)
        return len(_told(conn, world.ada))

    assert await store.write(happen) == told


@pytest.mark.parametrize(("domain", "told"), [("far.example", 0), ("example", 0), ("ar.example", 1)])
async def test_a_blocked_domain_is_not_heard(store, world, domain, told):
    def happen(conn):
        unit = world.unit
        conn.execute(
            domain_blocks.insert().values(id=unit.ids.new(), actor_id=world.ada, domain=domain, created_at=unit.now)
        )
        note = publish_note(conn, unit, world.ada, "Hello", Visibility.PUBLIC)
        _react(conn, unit, world.cleo, note.id)
        return len(_told(conn, world.ada))

    assert await store.write(happen) == told


async def test_who_wants_to_hear_of_every_post_does_but_not_of_answers_to_others(store, world):
    def happen(conn):
        unit = world.unit
        follow = _follow(conn, unit, world.ben, world.ada)
        conn.execute(follows_table.update().where(follows_table.c.id == follow.id).values(notifies=True))
        note = publish_note(conn, unit, world.ada, "Hello", Visibility.PUBLIC)
        publish_note(conn, unit, world.ada, "On", Visibility.PUBLIC, in_reply_to=note.uri)
        other = publish_note(conn, unit, _actor(conn, unit, "dora"), "Hi", Visibility.PUBLIC)
        publish_note(conn, unit, world.ada, "To you", Visibility.PUBLIC, in_reply_to=other.uri)
        return _told(conn, world.ben)

    assert await store.write(happen) == [("status", world.ada)] * 2


async def test_a_quote_is_told_to_whom_it_quotes(store, world):
    def happen(conn):
        unit = world.unit
        note = publish_note(conn, unit, world.ada, "Hello", Visibility.PUBLIC)
        quoting = publish_note(conn, unit, world.ben, "Look", Visibility.PUBLIC)
        stamp = Reaction(unit.ids.new(), world.ben, note.id, reactions.QUOTE, quoting.uri, "urn:s", unit.now)
        reactions.insert_reaction(conn, stamp)
        news.tell(conn, unit, happened.Quoted(quoting.id))
        news.tell(conn, unit, happened.Edited(note.id))
        return _told(conn, world.ada), _told(conn, world.ben)

    assert await store.write(happen) == ([("quote", world.ben)], [("quoted_update", world.ada)])


async def test_an_answer_is_told_to_its_parents_author_without_a_mention(store, world):
    def happen(conn):
        note = publish_note(conn, world.unit, world.ada, "A question", Visibility.PUBLIC)
        publish_note(conn, world.unit, world.ben, "An answer", Visibility.PUBLIC, in_reply_to=note.uri)
        publish_note(conn, world.unit, world.ben, "Not for her", Visibility.FOLLOWERS, in_reply_to=note.uri)
        return _told(conn, world.ada)

    assert await store.write(happen) == [("mention", world.ben)]


async def test_an_edit_tells_those_who_shared_and_names_once(store, world):
    def happen(conn):
        note = publish_note(conn, world.unit, world.ada, "Hello @ben", Visibility.PUBLIC)
        _react(conn, world.unit, world.ben, note.id, reactions.SHARE)
        for _ in range(2):
            news.tell(conn, world.unit, happened.Edited(note.id))
        return _told(conn, world.ben)

    assert await store.write(happen) == [("mention", world.ada), ("update", world.ada)]


async def test_a_poll_that_ends_is_told_to_its_author_and_those_who_voted(store, world):
    def happen(conn):
        note = publish_note(conn, world.unit, world.ada, "Which?", Visibility.PUBLIC)
        vote = Reaction(world.unit.ids.new(), world.ben, note.id, reactions.VOTE, "a", "urn:v", world.unit.now)
        reactions.insert_reaction(conn, vote)
        news.tell(conn, world.unit, happened.PollEnded(note.id))
        return _told(conn, world.ada), _told(conn, world.ben)

    assert await store.write(happen) == ([("poll", world.ada)], [("poll", world.ada)])


@pytest.mark.parametrize(
    ("policy", "follows_back", "told", "requests"),
    [
        (Policy(), False, 1, 0),
        (Policy(for_not_following=Verdict.FILTER), False, 0, 1),
        (Policy(for_not_following=Verdict.DROP), False, 0, 0),
        (Policy(for_not_following=Verdict.DROP), True, 1, 0),
        (Policy(for_not_followers=Verdict.FILTER), False, 0, 1),
        (Policy(for_new_accounts=Verdict.DROP), False, 0, 0),
        (Policy(for_private_mentions=Verdict.FILTER), False, 1, 0),
    ],
)
async def test_a_policy_keeps_strangers_apart(store, world, policy, follows_back, told, requests):
    def happen(conn):
        unit = world.unit
        notifications.save_policy(conn, world.ada, policy)
        if follows_back:
            follows.save_follow(conn, Follow(unit.ids.new(), world.ada, world.cleo, "urn:f", ACCEPTED, unit.now))
        note = publish_note(conn, unit, world.ada, "Hello", Visibility.PUBLIC)
        _react(conn, unit, world.cleo, note.id)
        return len(_told(conn, world.ada)), len(conn.execute(select(notification_requests)).all())

    assert await store.write(happen) == (told, requests)


async def test_likes_of_one_hour_are_told_together(store, world):
    def happen(conn):
        note = publish_note(conn, world.unit, world.ada, "Hello", Visibility.PUBLIC)
        for actor_id, at in ((world.ben, 0), (world.cleo, 1), (_actor(conn, world.unit, "dora"), HOUR)):
            unit = Unit(world.unit.ids, world.unit.now - world.unit.now % HOUR + at, ORIGIN, world.unit.host)
            _react(conn, unit, actor_id, note.id)
        return list(conn.scalars(select(table.c.group_key).order_by(table.c.id)))

    first, second, third = await store.write(happen)
    assert first == second != third


async def test_direct_messages_make_one_conversation_for_each_circle(store, world):
    def happen(conn):
        unit = world.unit
        first = publish_note(conn, unit, world.ada, "@ben Hello", Visibility.DIRECT)
        answer = publish_note(conn, unit, world.ben, "@ada Hi", Visibility.DIRECT, in_reply_to=first.uri)
        wider = publish_note(conn, unit, world.ada, "@ben @cleo@far.example", Visibility.DIRECT, in_reply_to=first.uri)
        rows = conn.execute(select(conversations).order_by(conversations.c.id)).all()
        before = [(row.owner_id, row.actor_ids, row.last_object_id, row.unread) for row in rows]
        burying.bury(conn, answer, unit.now)
        burying.bury(conn, wider, unit.now)
        after = [(row.owner_id, row.last_object_id) for row in conn.execute(select(conversations))]
        return first.id, answer.id, wider.id, before, sorted(after)

    first, answer, wider, before, after = await store.write(happen)
    assert sorted(before) == sorted(
        [
            (world.ada, [world.ben], answer, True),
            (world.ben, [world.ada], answer, False),
            (world.ada, sorted([world.ben, world.cleo]), wider, False),
            (world.ben, sorted([world.ada, world.cleo]), wider, True),
        ]
    )
    assert after == sorted([(world.ada, first), (world.ben, first)])


async def test_telling_much_takes_as_many_statements_as_telling_little(store, world):
    def like(conn, number):
        unit = world.unit
        note = publish_note(conn, unit, world.ada, "Hello", Visibility.PUBLIC)
        fans = [_actor(conn, unit, f"fan{number}-{each}", local=False) for each in range(number)]
        said = []
        for fan in fans:
            new = Reaction(unit.ids.new(), fan, note.id, reactions.LIKE, "", f"urn:{fan}", unit.now)
            reactions.insert_reaction(conn, new)
            said.append(happened.Reacted(new.id, fan, note.id))
        return said

    counts = []
    for number in (1, 20, 400):
        said = await store.write(like, number)
        with counted(store) as seen:
            await store.write(news.tell, world.unit, *said)
        counts.append(len([each for each in seen if "pg_notify" not in each]))
    assert counts[0] == counts[1] == counts[2]


async def test_streams_hear_what_happened_in_its_order(store, world):
    heard: list[dict] = []
    done = asyncio.Event()

    def hear(message):
        heard.append(messages.read(message))
        if heard[-1]["event"] == "delete":
            done.set()

    store.hear(messages.TOPIC, hear)

    def happen(conn):
        note = publish_note(conn, world.unit, world.ada, "Hello @ben", Visibility.PUBLIC)
        like = _react(conn, world.unit, world.cleo, note.id)
        news.tell(conn, world.unit, happened.Deleted(note))
        return note, like

    note, _ = await store.write(happen)
    await asyncio.wait_for(done.wait(), 30)
    assert [said["event"] for said in heard] == ["update", "notification", "notification", "delete"]
    assert heard[0]["ids"] == [note.id]
    assert [said["owners"] for said in heard[1:3]] == [[world.ben], [world.ada]]
    assert heard[3]["owners"] == [world.ada]


def test_every_kind_of_notice_has_a_name_that_clients_know():
    known = "mention status reblog follow follow_request favourite poll update quote quoted_update"
    official = "admin.sign_up admin.report severed_relationships moderation_warning"
    assert {kind.value for kind in NoticeType} == {*known.split(), *official.split()}
