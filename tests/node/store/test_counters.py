"""Counters of actors are what there is, whoever wrote it and however (store.triggers.counters)."""

import random

import pytest
from sqlalchemy import Connection, delete, select, update

from node.clock import SystemClock
from node.domain.visibility import Visibility
from node.ids import Ids
from node.services.context import Unit
from node.store.people import actors, follows
from node.store.people.follows import ACCEPTED, PENDING, Follow
from node.store.posts import burying, counters, object_lists, objects, reactions
from node.store.posts.reactions import Reaction
from node.store.tables import actors as actor_table
from tests import stores
from tests.notes import publish_note

database, store = stores.database, stores.store
ORIGIN = "https://learn.uni.example"


@pytest.fixture
def unit():
    return Unit(Ids(SystemClock()), 1_800_000_000_000, ORIGIN, "learn.uni.example")


def add_actor(conn: Connection, unit: Unit, username: str) -> int:
    actor_id = unit.ids.new()
    actors.insert_actor(
        conn, id=actor_id, uri=f"{ORIGIN}/ap/a/{actor_id}", kind="person", local=True, username=username,
        host=unit.host, created_at=unit.now, updated_at=unit.now,
    )  # fmt: skip
    return actor_id


def counted(conn: Connection, actor_id: int) -> tuple[int, int, int, int | None]:
    c = actor_table.c
    row = conn.execute(
        select(c.followers_count, c.following_count, c.statuses_count, c.last_status_at).where(c.id == actor_id)
    ).one()
    return tuple(row)


def follow(conn, unit, one, other, state):
    follow_id = unit.ids.new()
    return follows.save_follow(conn, Follow(follow_id, one, other, f"{ORIGIN}/ap/x/{follow_id}", state, unit.now))


async def test_follows_count_once_accepted_until_they_end(store, unit):
    def act(conn):
        ada, ben = add_actor(conn, unit, "ada"), add_actor(conn, unit, "ben")
        asked = follow(conn, unit, ada, ben, PENDING)
        seen = [(counted(conn, ada)[1], counted(conn, ben)[0])]
        follows.accept_follow(conn, asked.id, unit.now)
        follows.accept_follow(conn, asked.id, unit.now)
        seen.append((counted(conn, ada)[1], counted(conn, ben)[0]))
        follows.delete_between(conn, ben, ada)
        seen.append((counted(conn, ada)[1], counted(conn, ben)[0]))
        return seen

    assert await store.write(act) == [(0, 0), (1, 1), (0, 0)]


async def test_posts_count_where_others_may_read_them(store, unit):
    def act(conn):
        ada = add_actor(conn, unit, "ada")
        notes = {level: publish_note(conn, unit, ada, "Hello", level) for level in Visibility}
        everything = counted(conn, ada)
        objects.update_object(conn, notes[Visibility.PUBLIC].id, {"visibility": "direct"})
        narrowed = counted(conn, ada)[2]
        burying.bury(conn, notes[Visibility.UNLISTED], unit.now)
        buried = counted(conn, ada)[2]
        conn.execute(delete(objects.objects).where(objects.objects.c.id == notes[Visibility.FOLLOWERS].id))
        return everything, narrowed, buried, counted(conn, ada)[2], len(Visibility) - 2

    everything, narrowed, buried, deleted, most = await store.write(act)
    assert everything == (0, 0, most, 1_800_000_000_000)
    assert (narrowed, buried, deleted) == (most - 1, most - 2, most - 3)


async def test_a_share_is_a_post_of_who_shares(store, unit):
    def act(conn):
        ada, ben = add_actor(conn, unit, "ada"), add_actor(conn, unit, "ben")
        note = publish_note(conn, unit, ada, "Hello", Visibility.PUBLIC)
        share = Reaction(unit.ids.new(), ben, note.id, reactions.SHARE, "", f"{ORIGIN}/ap/x/9", unit.now + 5)
        reactions.insert_reaction(conn, share)
        reactions.insert_reaction(conn, share)
        shared = counted(conn, ben)
        burying.bury(conn, note, unit.now)
        return shared, counted(conn, ben)[2]

    assert await store.write(act) == ((0, 0, 1, 1_800_000_000_005), 0)


async def test_whatever_happens_counters_are_what_there_is(store, unit):
    """A long walk of changes, deletions of whole actors among them."""

    def act(conn):
        chance = random.Random(7)
        people = [add_actor(conn, unit, f"p{number}") for number in range(8)]
        for _ in range(300):
            one, other = chance.sample(people, 2)
            match chance.randrange(7):
                case 0 | 1:
                    follow(conn, unit, one, other, chance.choice([PENDING, ACCEPTED]))
                case 2:
                    follows.delete_between(conn, one, other)
                case 3 | 4:
                    publish_note(conn, unit, one, "Hello", chance.choice(list(Visibility)))
                case 5:
                    conn.execute(
                        update(objects.objects)
                        .where(objects.objects.c.actor_id == one)
                        .values(visibility=chance.choice(list(Visibility)).value)
                    )
                case 6:
                    mine = object_lists.list_by_actor(conn, one, visibilities=["public"], before=None, limit=1)
                    for row in mine:
                        reaction_id = unit.ids.new()
                        uri = f"{ORIGIN}/ap/x/{reaction_id}"
                        reactions.insert_reaction(
                            conn, Reaction(reaction_id, other, row.id, reactions.SHARE, "", uri, unit.now)
                        )
        conn.execute(delete(actor_table).where(actor_table.c.id == people[0]))
        burying.bury_all_of(conn, people[1], unit.now)
        total = sum(sum(counted(conn, person)[:3]) for person in people[1:])
        return total, counters.find_wrong(conn)

    total, wrong = await store.write(act)
    assert total > 30
    assert wrong == []


async def test_a_wrong_counter_is_found_and_repaired(store, unit):
    def act(conn):
        ada = add_actor(conn, unit, "ada")
        publish_note(conn, unit, ada, "Hello", Visibility.PUBLIC)
        actors.update_actor(conn, ada, statuses_count=7, followers_count=-1)
        found = counters.find_wrong(conn)
        return found, counters.repair(conn), counters.find_wrong(conn), counted(conn, ada)[:3]

    found, repaired, left, now = await store.write(act)
    assert (len(found), repaired, left, now) == (1, 1, [], (0, 0, 1))
