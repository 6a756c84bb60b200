"""Finding people and posts in the store, on each database: what begins so, who may see it, how much is looked at."""

import asyncio

import pytest
from sqlalchemy import insert, select

from node.clock import SystemClock
from node.domain.visibility import Visibility
from node.ids import Ids
from node.indexing import Indexing
from node.services.context import Unit
from node.store.people import actors, blocks, follows
from node.store.people.follows import ACCEPTED, Follow
from node.store.posts import burying, objects
from node.store.search import indexing, people, queue
from node.store.search.posts import Part, find_posts
from node.store.tables import bookmarks, search_queue
from tests import stores
from tests.notes import publish_note

database, store = stores.database, stores.store
ORIGIN = "https://learn.uni.example"


@pytest.fixture
def unit():
    return Unit(Ids(SystemClock()), 1_800_000_000_000, ORIGIN, "learn.uni.example")


def add(conn, unit, username, name="", *, host="learn.uni.example", **values):
    actor_id = unit.ids.new()
    actors.insert_actor(
        conn, id=actor_id, uri=f"https://{host}/ap/a/{actor_id}", kind="person", local=host == unit.host,
        username=username, name=name, host=host, created_at=unit.now, updated_at=unit.now, **values,
    )  # fmt: skip
    return actor_id


def work_off(conn):
    while indexing.work_off(conn):
        pass


async def test_people_are_found_by_the_beginnings_of_their_names(store, unit):
    def act(conn):
        ids = {
            "ada": add(conn, unit, "ada", "Ada Lovelace"),
            "jana": add(conn, unit, "jana_m", "Jana Müller-Gießen"),
            "far": add(conn, unit, "ada", "Adelheid", host="far.example"),
            "gone": add(conn, unit, "adam", "Adam", state="gone"),
            "server": add(conn, unit, "adserver"),
        }
        work_off(conn)
        names = {value: name for name, value in ids.items()}
        return {
            typed: [names[found] for found in people.find_actors(conn, typed, None, limit=10)]
            for typed in (
                "love",
                "ADA",
                "ada love",
                "muller",
                "giess",
                "jana m",
                "@ada@far",
                "ada@far.example",
                "",
                "%",
                "zz",
            )
        }

    assert await store.write(act) == {
        "love": ["ada"], "ADA": ["ada", "far"], "ada love": ["ada"], "muller": ["jana"], "giess": ["jana"],
        "jana m": ["jana"], "@ada@far": ["far"], "ada@far.example": ["far"], "": [], "%": [], "zz": [],
    }  # fmt: skip


async def test_much_that_waits_is_indexed_part_by_part_with_turns_for_others(store, unit):
    """What others write meanwhile does not wait for the end."""

    def arrive(conn):
        for number in range(2 * indexing.BATCH + 1):
            add(conn, unit, f"p{number}", "Reader")

    def left(conn):
        return len(conn.execute(select(search_queue)).all())

    await store.write(arrive)
    working = asyncio.create_task(Indexing(store).run())
    while (waiting := await store.write(left)) == 2 * indexing.BATCH + 1:
        pass
    assert waiting == indexing.BATCH + 1, "one part is done, the next has not begun"
    await working
    assert await store.read(left) == 0


async def test_what_arrives_is_shown_before_it_is_indexed_for_half_a_minute_at_most(store, unit):
    """While the inbox is busy the index waits; it cannot be kept away for longer by a flood."""
    passed = iter([0.0, Indexing.AT_MOST - 1, Indexing.AT_MOST])
    indexing = Indexing(store, is_busy=lambda: True, monotonic=lambda: next(passed, Indexing.AT_MOST))
    await store.write(add, unit, "ada", "Reader")
    left = []
    for _ in range(2):
        await indexing.run()
        left.append(await store.read(queue.is_waiting))
    assert left == [True, False]


async def test_followed_people_come_first_and_blocked_ones_never(store, unit):
    def act(conn):
        me = add(conn, unit, "me")
        crowd = [add(conn, unit, f"anna{number}", host="far.example") for number in range(450)]
        friend, foe = crowd[-1], crowd[0]
        follow_id = unit.ids.new()
        follows.save_follow(conn, Follow(follow_id, me, friend, "x", ACCEPTED, unit.now))
        blocks.insert_block(conn, unit.ids.new(), foe, me, "b", unit.now)
        work_off(conn)
        found = people.find_actors(conn, "anna", me, limit=40)
        mine = people.find_actors(conn, "anna", me, limit=40, following=True)
        return found[0] == friend, len(found), foe in people.find_actors(conn, "anna0", me, limit=40), mine == [friend]

    assert await store.write(act) == (True, 40, False, True)


async def test_a_new_name_takes_the_place_of_the_old_one(store, unit):
    def act(conn):
        ada = add(conn, unit, "ada", "Ada")
        work_off(conn)
        actors.update_actor(conn, ada, icon="/media/ada.png")
        quiet = queue.is_waiting(conn)
        actors.update_actor(conn, ada, name="Countess")
        noted = queue.is_waiting(conn)
        work_off(conn)
        after = people.find_actors(conn, "countess", None, limit=5)
        actors.update_actor(conn, ada, state="suspended")
        work_off(conn)
        return quiet, noted, after == [ada], people.find_actors(conn, "ada", None, limit=5)

    assert await store.write(act) == (False, True, True, [])


async def test_posts_are_found_by_those_whom_they_concern(store, unit):
    def act(conn):
        me, other, open_ = add(conn, unit, "me"), add(conn, unit, "other"), add(conn, unit, "open", indexable=True)
        notes = {
            "own": publish_note(conn, unit, me, "My **casting** diagram", Visibility.DIRECT),
            "closed": publish_note(conn, unit, other, "Casting, not for all", Visibility.PUBLIC),
            "open": publish_note(conn, unit, open_, "Casting for everybody", Visibility.PUBLIC),
            "unlisted": publish_note(conn, unit, open_, "Casting unlisted", Visibility.UNLISTED),
            "kept": publish_note(conn, unit, other, "Casting that I kept", Visibility.PUBLIC),
            "named": publish_note(conn, unit, other, "@me casting", Visibility.DIRECT),
            "secret": publish_note(conn, unit, other, "Casting secretly", Visibility.DIRECT),
        }
        conn.execute(
            insert(bookmarks),
            [
                {"id": unit.ids.new(), "actor_id": me, "object_id": notes[name].id, "created_at": 1}
                for name in ("kept", "secret")
            ],
        )
        work_off(conn)
        names = {note.id: name for name, note in notes.items()}

        def find(typed, **options):
            return [names[each] for each in find_posts(conn, typed, me, unit.now, Part(20, **options))]

        return {
            "all": find("casting"),
            "phrase": find('"casting diagram"'),
            "not": find("casting -diagram -kept"),
            "author": find("casting", author_id=other),
            "older": find("casting", max_id=notes["open"].id),
            "newer": find("casting", min_id=notes["open"].id),
            "page": find("casting", offset=1)[:1],
            "none": find("") + find("!!") + find("-casting") + find("steel"),
        }

    assert await store.write(act) == {
        "all": ["named", "kept", "open", "own"],
        "phrase": ["own"],
        "not": ["named", "open"],
        "author": ["named", "kept"],
        "older": ["own"],
        "newer": ["named", "kept"],
        "page": ["kept"],
        "none": [],
    }


async def test_edited_and_deleted_posts_change_the_index(store, unit):
    def act(conn):
        me = add(conn, unit, "me")
        note = publish_note(conn, unit, me, "Casting", Visibility.PUBLIC)
        work_off(conn)
        seen = [find_posts(conn, "casting", me, unit.now, Part(5)) == [note.id]]
        objects.update_object(conn, note.id, {"content": "<p>Forging</p>"})
        work_off(conn)
        seen.append(find_posts(conn, "casting", me, unit.now, Part(5)) == [])
        seen.append(find_posts(conn, "forging", me, unit.now, Part(5)) == [note.id])
        burying.bury(conn, objects.find_object_by_id(conn, note.id), unit.now)
        work_off(conn)
        seen.append(find_posts(conn, "forging", me, unit.now, Part(5)) == [])
        return seen, list(conn.scalars(select(search_queue.c.ref)))

    assert await store.write(act) == ([True] * 4, [])


async def test_of_several_of_one_handle_one_is_found_and_always_the_same(store, unit):
    def run(conn):
        gone, group, first, second = (
            add(conn, unit, "rust", host="lemmy.example", **values) for values in ({"state": "gone"}, {}, {}, {})
        )
        actors.update_actor(conn, group, kind="group")
        found = [
            actors.find_actor_by_handle(conn, "rust", "lemmy.example").id,
            actors.find_actor_by_handle(conn, "rust", "lemmy.example", kind="group").id,
        ]
        for one in (group, first, second):
            actors.update_actor(conn, one, state="gone")
        found.append(actors.find_actor_by_handle(conn, "rust", "lemmy.example", kind="group").id)
        assert actors.find_actor_by_handle(conn, "rust", "other.example") is None
        return found == [first, group, group] and gone < first

    assert await store.write(run)
