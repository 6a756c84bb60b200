"""Notes of our own people: stored, threaded, on timelines, and told to others by one event."""

import pytest
from sqlalchemy import select

from node.clock import SystemClock
from node.domain.drafts import MAX_POST, Draft
from node.domain.visibility import Visibility
from node.errors import Forbidden, Invalid, NotFound
from node.ids import Ids
from node.services.context import Unit
from node.services.posts.posts import publish
from node.store.access import idempotency
from node.store.people import actors, follows
from node.store.people.follows import ACCEPTED, Follow
from node.store.posts import object_lists, objects, reactions
from node.store.posts.reactions import LIKE, Reaction
from node.store.tables import jobs
from tests import stores
from tests.notes import publish_note

database = stores.database
store = stores.store
ORIGIN = "https://learn.uni.example"


@pytest.fixture
def unit():
    return Unit(Ids(SystemClock()), 1_800_000_000_000, ORIGIN, "learn.uni.example")


def _actor(conn, unit, username, *, local=True):
    host = unit.host if local else "far.example"
    actor_id = unit.ids.new()
    uri = f"https://{host}/ap/a/{actor_id}"
    actors.insert_actor(
        conn, id=actor_id, uri=uri, kind="person", local=local, username=username, host=host,
        url=f"https://{host}/@{username}", created_at=unit.now, updated_at=unit.now,
    )  # fmt: skip
    return actor_id


def _home(conn, owner_id):
    return [row.uri for row in object_lists.list_home(conn, owner_id, before=None, limit=10)]


async def test_a_note_is_stored_shown_and_told(store, unit):
    def publish(conn):
        ada, ben = _actor(conn, unit, "ada"), _actor(conn, unit, "ben")
        follows.save_follow(conn, Follow(unit.ids.new(), ben, ada, f"{ORIGIN}/ap/x/1", ACCEPTED, unit.now))
        _actor(conn, unit, "cleo", local=False)
        text = "Thanks @cleo@far.example! <script>alert(1)</script> #Casting"
        note = publish_note(conn, unit, ada, text, Visibility.PUBLIC, language="en")
        kinds = list(conn.scalars(select(jobs.c.payload).where(jobs.c.kind == "event")))
        return note, objects.load_row(conn, note.id), objects.load_mentioned(conn, note.id), _home(conn, ben), kinds

    note, row, mentioned, home, told = await store.write(publish)
    assert note.uri == f"{ORIGIN}/ap/o/{note.id}"
    assert note.url == f"{ORIGIN}/@ada/p{note.id}"
    assert note.context == f"{ORIGIN}/ap/c/{note.id}"
    assert "<script" not in row.content
    assert 'href="https://far.example/@cleo"' in row.content
    assert f'href="{ORIGIN}/tags/Casting"' in row.content
    assert row.details["hashtags"] == ["Casting"]
    assert [mention["name"] for mention in row.details["mentions"]] == ["@cleo@far.example"]
    assert len(mentioned) == 1
    assert home == [note.uri]
    assert told == [{"event": "ObjectCreated", "object_id": note.id}]


async def test_a_reply_joins_its_conversation(store, unit):
    def publish(conn):
        ada = _actor(conn, unit, "ada")
        first = publish_note(conn, unit, ada, "first", Visibility.PUBLIC)
        second = publish_note(conn, unit, ada, "second", Visibility.PUBLIC, in_reply_to=first.uri)
        return first, second, objects.load_row(conn, first.id).replies_count

    first, second, replies = await store.write(publish)
    assert second.in_reply_to == first.uri
    assert second.context == first.context
    assert replies == 1


@pytest.mark.parametrize("visibility", [Visibility.ORGANISATION, Visibility.PRIVATE])
async def test_what_stays_here_is_not_told(store, unit, visibility):
    def publish(conn):
        publish_note(conn, unit, _actor(conn, unit, "ada"), "ours", visibility)
        return conn.execute(select(jobs)).all()

    assert await store.write(publish) == []


@pytest.mark.parametrize(
    ("text", "parent", "error"), [(" \n", None, Invalid), ("a" * (MAX_POST + 1), None, Invalid), ("a", 404, NotFound)]
)
async def test_what_is_refused(store, unit, text, parent, error):
    draft = Draft(text=text, visibility=Visibility.PUBLIC, in_reply_to_id=parent, is_markdown=True)
    with pytest.raises(error):
        await store.write(lambda conn: publish(conn, unit, _actor(conn, unit, "ada"), draft))


async def test_only_our_own_actors_publish(store, unit):
    with pytest.raises(Forbidden):
        await store.write(
            lambda conn: publish_note(conn, unit, _actor(conn, unit, "eve", local=False), "hi", Visibility.PUBLIC)
        )


async def test_the_same_like_and_the_same_key_count_once(store, unit):
    def act(conn):
        ada = _actor(conn, unit, "ada")
        note = publish_note(conn, unit, ada, "Tin", Visibility.PUBLIC, language="en")
        likes = [Reaction(unit.ids.new(), ada, note.id, LIKE, "", f"urn:{number}", unit.now) for number in range(2)]
        taken = [reactions.insert_reaction(conn, like) for like in likes]
        claimed = [idempotency.claim(conn, ada, "k", made, unit.now) for made in (note.id, note.id + 1)]
        return taken, objects.load_row(conn, note.id).likes_count, claimed == [note.id, note.id]

    assert await store.write(act) == ([True, False], 1, True)
