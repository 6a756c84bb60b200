"""FEP-8fcf both ways: what is announced, what is believed, and what follows from it."""

import hashlib
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from federation.signatures.httpsig import Message
from federation.synchronisation import followers_sync as sync
from federation.synchronisation.followers_sync import Announcement, FollowersSync, Plan
from node import events
from node.clock import MINUTE, FixedClock
from node.errors import RemoteNotFound, RemoteUnavailable
from node.ids import Ids
from node.jobs.kinds import CATALOGUE, EVENT, FEATURED, OUTBOX
from node.jobs.worker import Worker
from node.ports import FetchedDocument
from node.services.context import Unit
from node.store.people import actors as actors_table
from node.store.people.follows import ACCEPTED, PENDING
from node.store.people.local_follows import LocalFollow
from node.store.tables import actors, follows, jobs
from tests import stores
from tests.rows import each_row

database, store = stores.database, stores.store
HUB, PEER = "https://hub.example", "https://peer.example"
SENDER, LIST = f"{PEER}/u/zoe", f"{PEER}/u/zoe/sync"
URIS = st.lists(st.text(min_size=1, max_size=20), unique=True, max_size=20)


@given(URIS)
def test_the_digest_is_that_of_a_set(uris):
    assert sync.followers_digest(uris) == sync.followers_digest(reversed(uris)) == sync.followers_digest(uris * 2)
    combined = bytes(32)
    for uri in uris:
        combined = bytes(a ^ b for a, b in zip(combined, hashlib.sha256(uri.encode()).digest(), strict=True))
    assert sync.followers_digest(uris) == combined.hex()


@given(URIS, st.text(min_size=1, max_size=20))
def test_one_more_follower_changes_the_digest(uris, other):
    if other not in uris:
        assert sync.followers_digest([*uris, other]) != sync.followers_digest(uris)


HEADER = sync.write_header(f"{SENDER}/followers", LIST, "ab" * 32)


def test_a_header_is_read_as_it_was_written():
    assert sync.read_header(HEADER) == Announcement(f"{SENDER}/followers", LIST, "ab" * 32)
    spaced = f'digest = "{"ab" * 32}" , url="{LIST}",more="x", collectionId="{SENDER}/followers"'
    assert sync.read_header(spaced) == sync.read_header(HEADER)


@each_row(
    "value",
    [
        "",
        "collectionId",
        HEADER.replace("ab", "AB"),
        HEADER.replace("abab", "zz"),
        HEADER.replace("https://peer.example/u/zoe/sync", "javascript:1"),
        HEADER.replace("collectionId", "collection"),
        HEADER + "x" * 5000,
    ],
)
def test_what_is_no_announcement_is_none(value):
    assert sync.read_header(value) is None


@given(st.text(max_size=300))
def test_no_header_breaks_the_reader(text):
    assert sync.read_header(text) is None or '"' in text


@each_row(
    "fields, is_covered",
    [
        ({"signature": 'headers="host Collection-Synchronization",signature="x"'}, True),
        ({"signature": 'headers="host date",signature="x"'}, False),
        ({"signature-input": 'sig1=("@method" "collection-synchronization")', "signature": "sig1=:x:"}, True),
        ({"signature-input": 'sig1=("@method")', "signature": "collection-synchronization=:x:"}, False),
        ({}, False),
    ],
)
def test_only_a_signed_announcement_counts(fields, is_covered):
    message = Message("POST", f"{HUB}/inbox", {sync.NAME: HEADER, **fields}, b"")
    assert sync.covered_header(message) == (HEADER if is_covered else None)


def held(*pairs: tuple[str, str]) -> list[LocalFollow]:
    return [LocalFollow(i, i, name, state) for i, (name, state) in enumerate(pairs)]


def test_a_list_ends_accepts_and_takes_back():
    ours = held(("ann", ACCEPTED), ("ben", ACCEPTED), ("cem", PENDING), ("dia", PENDING))
    assert sync.reconcile(ours, {"ann", "cem", "eve"}) == Plan((ours[1],), (ours[2],), ("eve",))
    assert sync.reconcile(ours, {"ann", "ben"}) == Plan()


STATES = st.sampled_from([ACCEPTED, PENDING])
NAMES = st.sampled_from("abcdefgh")


@given(st.dictionaries(NAMES, STATES), st.sets(NAMES))
def test_afterwards_both_sides_say_the_same(ours, listed):
    plan = sync.reconcile(held(*ours.items()), listed)
    after = {name for name, state in ours.items() if state == ACCEPTED} - {each.follower_uri for each in plan.ended}
    after |= {each.follower_uri for each in plan.accepted}
    assert after == listed - set(plan.unknown)
    assert set(plan.unknown).isdisjoint(ours)


async def add_actor(store, number: int, uri: str, *, local: bool) -> None:
    row = {"kind": "person", "local": local, "username": uri[-3:], "host": "x.example", "followers": f"{uri}/followers"}
    times = {"created_at": 1, "updated_at": 1}
    await store.write(lambda conn: conn.execute(insert(actors).values(id=number, uri=uri, **row, **times)))


async def add_follow(store, follower: int, followed: int, state: str) -> None:
    row = {"id": follower * 100 + followed, "uri": f"f{follower}{followed}", "state": state, "created_at": 1}
    await store.write(
        lambda conn: conn.execute(insert(follows).values(follower_id=follower, followed_id=followed, **row))
    )


async def test_each_host_is_told_of_its_own_people_only(store):
    await add_actor(store, 1, f"{HUB}/ap/a/1", local=True)
    homes = {2: PEER, 3: PEER, 4: "https://other.example", 5: HUB, 6: PEER}
    for number, home in homes.items():
        await add_actor(store, number, f"{home}/u/{number}", local=home == HUB)
        await add_follow(store, number, 1, PENDING if number == 6 else ACCEPTED)
    actor = await store.read(actors_table.find_actor_by_id, 1)
    inboxes = [f"{PEER}/inbox", "https://other.example/u/4/inbox", "https://third.example/inbox"]
    told = await store.read(sync.headers_for, actor, inboxes)
    assert {inbox: sync.read_header(headers[sync.NAME]).digest for inbox, headers in told.items()} == {
        inboxes[0]: sync.followers_digest([f"{PEER}/u/2", f"{PEER}/u/3"]),
        inboxes[1]: sync.followers_digest(["https://other.example/u/4"]),
        inboxes[2]: "0" * 64,
    }
    assert sync.read_header(told[inboxes[0]][sync.NAME]).url == f"{HUB}/ap/a/1/followers_synchronization"


class Peer:
    """The other server: a list in pages."""

    def __init__(self, *pages: list[str]) -> None:
        self.pages, self.asked = pages, []

    async def get_document(self, uri, *, etag="", as_actor_id=None):
        self.asked.append(uri)
        number = int(uri.rpartition("=")[2]) if "=" in uri else 0
        if number >= len(self.pages):
            raise RemoteNotFound
        document = {"id": uri, "type": "OrderedCollectionPage", "orderedItems": self.pages[number], "partOf": LIST}
        if number + 1 < len(self.pages):
            document["next"] = f"{LIST}?page={number + 1}"
        return FetchedDocument(200, document)


class Silent(Peer):
    """It does not answer."""

    async def get_document(self, uri, *, etag="", as_actor_id=None):
        raise RemoteUnavailable


@pytest.fixture
async def scene(store):
    clock = FixedClock()
    ids = Ids(clock)
    await add_actor(store, 1, SENDER, local=False)
    people = {2: ("ann", ACCEPTED), 3: ("ben", ACCEPTED), 4: ("cem", PENDING)}
    for number, (name, state) in people.items():
        await add_actor(store, number, f"{HUB}/u/{name}", local=True)
        await add_follow(store, number, 1, state)
    await add_actor(store, 5, f"{HUB}/u/eve", local=True)
    sender = await store.read(actors_table.find_actor_by_id, 1)

    async def hear(peer: Peer, header: str) -> None:
        if not hasattr(scene, "worker"):
            runner = FollowersSync(store, peer, lambda: Unit(ids, clock.now(), HUB, "hub.example"))
            scene.runner, scene.worker = runner, Worker(store, clock, [runner.kind()], name="w")
        scene.runner._fetcher = peer
        await store.write(sync.note_announcement, ids, clock.now(), sender, header)
        await scene.worker.drain()

    async def states() -> dict[str, str]:
        query = select(actors.c.uri, follows.c.state).join(follows, follows.c.follower_id == actors.c.id)
        found = await store.read(lambda conn: conn.execute(query).all())
        return {uri.rpartition("/")[2]: state for uri, state in found}

    scene = SimpleNamespace(store=store, clock=clock, hear=hear, states=states)
    return scene


def header_for(*names: str) -> str:
    return sync.write_header(f"{SENDER}/followers", LIST, sync.followers_digest(f"{HUB}/u/{name}" for name in names))


BEFORE = {"ann": ACCEPTED, "ben": ACCEPTED, "cem": PENDING}


async def test_where_digests_agree_nothing_is_asked(scene):
    peer = Peer()
    await scene.hear(peer, header_for("ann", "ben"))
    assert peer.asked == []
    assert await scene.states() == BEFORE


async def test_a_differing_list_is_read_to_its_end_and_believed(scene):
    peer = Peer([f"{HUB}/u/ann", f"{HUB}/u/cem"], [f"{HUB}/u/eve", f"{HUB}/u/nobody"])
    await scene.hear(peer, header_for("ann", "cem", "eve", "nobody"))
    assert peer.asked == [LIST, f"{LIST}?page=1"]
    assert await scene.states() == {"ann": ACCEPTED, "cem": ACCEPTED}
    rows = await scene.store.read(lambda conn: conn.execute(select(jobs.c.kind, jobs.c.payload)).all())
    told = {row.kind: row.payload for row in rows}
    assert told.keys() == {EVENT, FEATURED, OUTBOX}, "as after an Accept, pins and posts are asked for"
    ended = events.read(told[EVENT])
    assert (type(ended), ended.follower_id, ended.followed_id) == (events.FollowEnded, 5, 1)


async def test_a_request_that_is_on_the_list_begins_a_copy_of_the_catalogue(scene):
    known = update(actors).where(actors.c.id == 1).values(kind="organization", catalogue=f"{SENDER}/catalogue")
    await scene.store.write(lambda conn: conn.execute(known))
    await scene.hear(Peer([f"{HUB}/u/ann", f"{HUB}/u/ben", f"{HUB}/u/cem"]), header_for("ann", "ben", "cem"))
    waiting = await scene.store.read(lambda conn: conn.scalars(select(jobs.c.kind)).all())
    assert sorted(waiting) == sorted([CATALOGUE, FEATURED])


async def test_a_list_that_could_not_be_had_is_asked_for_again(scene):
    await scene.hear(Silent(), header_for("ann"))
    scene.clock.advance(MINUTE)
    await scene.hear(Peer([f"{HUB}/u/ann"]), header_for("ann"))
    assert await scene.states() == {"ann": ACCEPTED, "cem": PENDING}


async def test_a_list_that_is_not_what_was_announced_changes_nothing(scene):
    await scene.hear(Peer([f"{HUB}/u/cem"]), header_for("ann"))
    assert await scene.states() == BEFORE


async def test_a_list_that_cannot_be_read_changes_nothing(scene):
    await scene.hear(Peer(), header_for("ann"))
    assert await scene.states() == BEFORE


async def test_an_empty_list_ends_all(scene):
    await scene.hear(Peer([]), header_for())
    assert await scene.states() == {"cem": PENDING}


async def test_a_follow_that_begins_while_the_list_is_read_stays(scene):
    class Meanwhile(Peer):
        async def get_document(self, uri, *, etag="", as_actor_id=None):
            await add_follow(scene.store, 5, 1, ACCEPTED)
            return await super().get_document(uri)

    await scene.hear(Meanwhile([f"{HUB}/u/ann"]), header_for("ann"))
    assert await scene.states() == {"ann": ACCEPTED, "cem": PENDING, "eve": ACCEPTED}


async def test_a_long_list_of_strangers_costs_few_messages_at_a_time(scene, monkeypatch):
    monkeypatch.setattr(sync, "TAKEN_BACK_AT_MOST", 2)
    for number, name in enumerate(("fay", "gil"), 6):
        await add_actor(scene.store, number, f"{HUB}/u/{name}", local=True)
    people = ("ann", "ben", "eve", "fay", "gil")
    await scene.hear(Peer([f"{HUB}/u/{name}" for name in people]), header_for(*people))
    rows = await scene.store.read(lambda conn: conn.scalars(select(jobs.c.kind)).all())
    assert rows.count(EVENT) == 2


async def test_followers_are_compared_once_an_hour(scene):
    wrong, right = Peer([f"{HUB}/u/cem"]), Peer([f"{HUB}/u/ann"])
    await scene.hear(wrong, header_for("ann"))
    scene.clock.advance(59 * MINUTE)
    await scene.hear(right, header_for("ann"))
    assert right.asked == []
    scene.clock.advance(MINUTE)
    await scene.hear(right, header_for("ann"))
    assert await scene.states() == {"ann": ACCEPTED, "cem": PENDING}


async def test_a_list_without_end_is_left_after_ten_pages(scene):
    peer = Peer(*([f"{HUB}/u/ann"] for _ in range(30)))
    await scene.hear(peer, header_for("ann"))
    assert len(peer.asked) == 10


@pytest.mark.parametrize(
    "header",
    [
        sync.write_header(f"{PEER}/u/other/followers", LIST, "0" * 64),
        sync.write_header(f"{SENDER}/followers", "https://evil.example/sync", "0" * 64),
        "nonsense",
    ],
)
async def test_announcements_about_others_are_ignored(scene, header):
    peer = Peer([])
    await scene.hear(peer, header)
    assert peer.asked == []
    assert await scene.states() == BEFORE
