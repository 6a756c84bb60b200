"""Lists of entries on both databases: who sees what, in which order, with which stamps."""

from dataclasses import replace

import pytest

from node.clock import SystemClock
from node.domain.visibility import Visibility
from node.ids import Ids
from node.services.context import Unit
from node.services.posts import reacting
from node.store.database.windows import Window
from node.store.people import actors, follows
from node.store.people.follows import ACCEPTED, Follow
from node.store.posts import bookmarks, objects
from node.store.reading import entries, statuses, timelines
from tests import stores
from tests.notes import publish_note

database = stores.database
store = stores.store
ORIGIN = "https://learn.uni.example"
NOW = 1_800_000_000_000


@pytest.fixture
def unit():
    return Unit(Ids(SystemClock()), NOW, ORIGIN, "learn.uni.example")


def person(conn, unit, username):
    actor_id = unit.ids.new()
    actors.insert_actor(
        conn, id=actor_id, uri=f"{ORIGIN}/ap/a/{actor_id}", kind="person", local=True, username=username,
        host=unit.host, url=f"{ORIGIN}/@{username}", created_at=unit.now, updated_at=unit.now,
    )  # fmt: skip
    return actor_id


def world(conn, unit):
    """Ben follows Ada, who wrote one post of each level; Cleo boosted the first."""
    ada, ben, cleo = (person(conn, unit, name) for name in ("ada", "ben", "cleo"))
    for followed in (ada, cleo):
        follows.save_follow(conn, Follow(unit.ids.new(), ben, followed, f"x{followed}", ACCEPTED, unit.now))
    levels = (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.ORGANISATION, Visibility.DIRECT)
    posts = [publish_note(conn, unit, ada, f"to all #tag{level}", level).id for level in levels]
    return ada, ben, cleo, posts


async def test_lists_show_what_their_reader_may_see(store, unit):
    ada, ben, cleo, posts = await store.write(world, unit)
    public, unlisted, for_followers, for_members, _ = posts
    page = Window(20)

    def read(conn):
        home = [entry.id for entry in entries.list_home(conn, ben, page, NOW)]
        found = [sorted(entries.load_entries(conn, posts, viewer)) for viewer in (None, cleo, ben, ada)]
        everybody = [entry.id for entry in timelines.list_public(conn, None, page, NOW)]
        tagged = timelines.list_tag(conn, ben, page, NOW, any_of=["tagpublic"])
        of_ada = [entry.id for entry in timelines.list_of_actor(conn, cleo, ada, page, NOW)]
        return home, found, everybody, [entry.id for entry in tagged], of_ada

    home, found, everybody, tagged, of_ada = await store.read(read)
    assert home == [for_members, for_followers, unlisted, public]
    assert found == [posts[:2], [public, unlisted, for_members], posts[:4], posts]
    assert (everybody, tagged, of_ada) == ([public], [public], [for_members, unlisted, public])


async def test_windows_read_the_same_on_both_databases(store, unit):
    _, ben, cleo, posts = await store.write(world, unit)
    boost = await store.write(lambda conn: reacting.share(conn, unit, cleo, objects.find_object_by_id(conn, posts[0])))

    def read(conn, window):
        return [entry.id for entry in timelines.list_of_actor(conn, ben, cleo, window, NOW)]

    assert await store.read(read, Window(5)) == [boost]
    assert await store.read(read, Window(5, max_id=boost)) == []

    def read_home(conn, window):
        return [entry.id for entry in entries.list_home(conn, ben, window, NOW)]

    assert await store.read(read_home, Window(1, min_id=posts[0])) == [posts[1]]
    assert await store.read(read_home, Window(1, since_id=posts[0])) == [posts[3]]


async def test_each_change_gives_another_stamp_and_a_rollback_gives_none(store, unit):
    _, ben, cleo, posts = await store.write(world, unit)

    def stamps(conn):
        entry = entries.load_entries(conn, posts[:1], ben)[posts[0]]
        return entry.stamp, entry.author_stamp

    seen = [await store.read(stamps)]

    def like(conn):
        reacting.favourite(conn, unit, cleo, objects.find_object_by_id(conn, posts[0]))

    def edit(conn):
        objects.update_object(conn, posts[0], {"content": "other"})

    for change in (like, edit):
        await store.write(change)
        seen.append(await store.read(stamps))
    assert len({stamp for stamp, _ in seen}) == 3

    def fail(conn):
        edit(conn)
        seen.append(stamps(conn))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.write(fail)
    assert await store.read(stamps) == seen[2] != seen[3]


async def test_posts_are_counted_beside_the_stamp_and_everything_else_renews_it(store, unit):
    ada, _, cleo, _ = await store.write(world, unit)

    def version(conn):
        return statuses.load_versions(conn, [ada])[ada]

    def follow(conn):
        follows.save_follow(conn, Follow(unit.ids.new(), cleo, ada, "y", ACCEPTED, unit.now))

    first = await store.read(version)
    await store.write(publish_note, replace(unit, now=NOW + 1), ada, "more", Visibility.PUBLIC)
    second = await store.read(version)
    assert second == (first.stamp, first.statuses_count + 1, NOW + 1)
    await store.write(follow)
    third = await store.read(version)
    await store.write(actors.update_actor, ada, name="Ada", statuses_count=second.statuses_count)
    assert len({second.stamp, third.stamp, (await store.read(version)).stamp}) == 3


async def test_what_a_reader_did_is_her_own(store, unit):
    _, ben, cleo, posts = await store.write(world, unit)

    def act(conn):
        found = objects.find_object_by_id(conn, posts[0])
        reacting.favourite(conn, unit, cleo, found)
        reacting.mute(conn, unit, cleo, found)
        bookmarks.insert_bookmark(conn, unit.ids.new(), cleo, posts[1], NOW)
        return statuses.load_own(conn, cleo, posts), statuses.load_own(conn, ben, posts)

    hers, his = await store.write(act)
    assert (hers.favourited, hers.muted, hers.bookmarked) == ({posts[0]}, {posts[0]}, {posts[1]})
    assert (his.favourited, his.muted, his.bookmarked) == (set(), set(), set())
    kept = await store.read(timelines.list_bookmarks, cleo, Window(5))
    assert [entry.id for _, entry in kept] == [posts[1]]
