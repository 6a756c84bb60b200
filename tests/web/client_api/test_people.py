"""Lists of accounts: paging by Link alone, hidden where somebody hides them, and no dearer when they are long."""

import re

import pytest
from sqlalchemy import update

from node.clock import HOUR
from node.store.people import actors as actor_store
from node.store.people import follows
from node.store.people.follows import ACCEPTED, PENDING, Follow
from node.store.tables import actors
from tests.client import App, app_of
from tests.network import network
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("each_database")

CROWD = 40


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada")


@pytest.fixture
async def crowd(site, ada) -> list[int]:
    """People elsewhere, each of whom ada follows and who follows her."""
    unit = site.peer.unit()
    ids = [unit.ids.new() for _ in range(CROWD)]

    def make(conn):
        for number, actor_id in enumerate(ids):
            uri = f"https://far.example/u/{actor_id}"
            actor_store.insert_actor(
                conn, id=actor_id, uri=uri, kind="person", local=False, username=f"p{number}", host="far.example",
                url=uri, created_at=unit.now, updated_at=unit.now,
            )  # fmt: skip
            for one, other in ((ada.me.id, actor_id), (actor_id, ada.me.id)):
                follow_id = unit.ids.new()
                follows.save_follow(conn, Follow(follow_id, one, other, f"x{follow_id}", ACCEPTED, unit.now))

    await site.store.write(make)
    return ids


def names(found):
    return [each["acct"] for each in found]


def cursors(answer) -> dict[str, str]:
    return {rel: url for url, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers.get("Link", ""))}


@pytest.mark.parametrize("what", ["followers", "following"])
async def test_follows_are_walked_by_link(site, ada, crowd, what):
    path, seen = f"/api/v1/accounts/{ada.me.id}/{what}?limit=15", []
    while path:
        answer = await ada.ask("GET", path)
        seen += names(await answer.json())
        following = cursors(answer).get("next", "")
        assert "limit=15" in following or not following
        path = following.removeprefix(site.peer.origin)
    assert seen == [f"p{number}@far.example" for number in reversed(range(CROWD))]
    assert len(await App(site.peer).get(f"v1/accounts/{ada.me.id}/{what}", limit=10_000)) == CROWD


LISTS = [
    "accounts/{me}/followers", "accounts/{me}/following", "accounts/{me}/endorsements", "follow_requests", "blocks",
    "mutes", "endorsements", "lists/{list}/accounts",
]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
async def test_a_long_list_costs_what_a_short_one_does(site, ada, crowd, path):
    made = await ada.post("v1/lists", title="All")
    await ada.post(f"v1/lists/{made['id']}/accounts", account_ids=[str(each) for each in crowd])

    def relate(conn):
        unit = site.peer.unit()
        from node.store.people import blocks, endorsements, mutes

        for each in crowd:
            mutes.put_mute(conn, unit.ids.new(), ada.me.id, each, hides_notifications=True, expires_at=None, now=1)
            endorsements.insert_endorsement(conn, unit.ids.new(), ada.me.id, each, 1)
            if path == "blocks":
                blocks.insert_block(conn, unit.ids.new(), ada.me.id, each, f"b{each}", 1)
            if path == "follow_requests":
                conn.execute(update(follows.follows).values(state=PENDING))

    await site.store.write(relate)
    url = "v1/" + path.format(me=ada.me.id, list=made["id"])
    await ada.get(url)  # renders all
    counts = set()
    for size in (1, 20, 40):
        with counted(site.store) as seen:
            assert len(await ada.get(url, limit=size)) == size
        counts.add(len(seen))
    assert len(counts) == 1, counts
    assert max(counts) <= 5


async def test_who_hides_her_follows_shows_them_to_nobody_else(site, ada, crowd):
    await site.store.write(
        lambda conn: conn.execute(update(actors).where(actors.c.id == ada.me.id).values(hides_follows=True))
    )
    ben = await app_of(site.peer, "ben")
    for what in ("followers", "following"):
        assert await ben.get(f"v1/accounts/{ada.me.id}/{what}") == []
        assert len(await ada.get(f"v1/accounts/{ada.me.id}/{what}")) == CROWD
    await ben.get("v1/accounts/1/followers", 404)


async def test_a_blocked_reader_sees_no_followers(site, ada, crowd):
    ben = await app_of(site.peer, "ben")
    await ada.post(f"v1/accounts/{ben.me.id}/block")
    assert await ben.get(f"v1/accounts/{ada.me.id}/followers") == []
    assert names(await ada.get("v1/blocks")) == ["ben"]


async def test_requests_wait_until_they_are_answered(site):
    lena, ben = await app_of(site.peer, "lena", locked=True), await app_of(site.peer, "ben")
    await ben.post(f"v1/accounts/{lena.me.id}/follow")
    assert names(await lena.get("v1/follow_requests")) == ["ben"]
    await lena.post(f"v1/follow_requests/{ben.me.id}/authorize")
    assert await lena.get("v1/follow_requests") == []
    assert names(await lena.get(f"v1/accounts/{lena.me.id}/followers")) == ["ben"]


async def test_mutes_tell_when_they_end(site, ada):
    ben, cleo = await app_of(site.peer, "ben"), await app_of(site.peer, "cleo")
    await ada.post(f"v1/accounts/{ben.me.id}/mute", duration=3600)
    await ada.post(f"v1/accounts/{cleo.me.id}/mute")
    found = await ada.get("v1/mutes")
    assert [(each["acct"], bool(each["mute_expires_at"])) for each in found] == [("cleo", False), ("ben", True)]
    site.clock.advance(HOUR + 1)
    assert names(await ada.get("v1/mutes")) == ["cleo"]


async def test_lists_show_their_members_all_at_once_with_limit_0(site, ada, crowd):
    made = await ada.post("v1/lists", title="All")
    await ada.post(f"v1/lists/{made['id']}/accounts", account_ids=[str(each) for each in crowd])
    assert len(await ada.get(f"v1/lists/{made['id']}/accounts", limit=0)) == CROWD
    assert len(await ada.get(f"v1/lists/{made['id']}/accounts", limit=7)) == 7
    ben = await app_of(site.peer, "ben")
    await ben.get(f"v1/lists/{made['id']}/accounts", 404)


async def test_many_accounts_and_handles(site, ada, crowd):
    found = await ada.get("v1/accounts", id=[crowd[3], 1, crowd[1]])
    assert names(found) == ["p3@far.example", "p1@far.example"]
    host = site.peer.system.node.config.host
    for acct in ("ada", "@ada", f"Ada@{host}"):
        assert (await App(site.peer).get("v1/accounts/lookup", acct=acct))["id"] == str(ada.me.id)
    assert (await ada.get("v1/accounts/lookup", acct="p3@far.example"))["acct"] == "p3@far.example"
    for acct in ("nobody", "p3", "p3@near.example", "", "%", "@@"):
        await ada.get("v1/accounts/lookup", 404, acct=acct)


async def test_familiar_followers_are_those_whom_one_follows(site, ada):
    ben, cleo, dora = [await app_of(site.peer, name) for name in ("ben", "cleo", "dora")]
    await ada.post(f"v1/accounts/{ben.me.id}/follow")
    await ben.post(f"v1/accounts/{cleo.me.id}/follow")
    await dora.post(f"v1/accounts/{cleo.me.id}/follow")
    found = await ada.get("v1/accounts/familiar_followers", id=[cleo.me.id, dora.me.id])
    assert [(each["id"], names(each["accounts"])) for each in found] == [
        (str(cleo.me.id), ["ben"]), (str(dora.me.id), []),
    ]  # fmt: skip
    counts = set()
    for ids in ([cleo.me.id], [cleo.me.id, dora.me.id, ben.me.id]):
        with counted(site.store) as seen:
            await ada.get("v1/accounts/familiar_followers", id=ids)
        counts.add(len(seen))
    assert len(counts) == 1


async def test_a_domain_is_blocked_with_all_below_it(site, ada, crowd):
    await ada.post("v1/domain_blocks", domain="https://Far.example/about")
    assert await ada.get("v1/domain_blocks") == ["far.example"]
    assert await ada.get(f"v1/accounts/{ada.me.id}/followers") == []
    (found,) = await ada.get("v1/accounts/relationships", id=[crowd[0]])
    assert (found["domain_blocking"], found["following"], found["followed_by"]) == (True, False, False)
    assert await ada.call("DELETE", "v1/domain_blocks?domain=far.example") == {}
    assert await ada.get("v1/domain_blocks") == []
    for domain in ("", "no spaces", site.peer.system.node.config.host):
        await ada.post("v1/domain_blocks", 422, domain=domain)


async def test_what_concerns_one_person_needs_her_token(site, ada):
    for path in ("follow_requests", "blocks", "mutes", "endorsements", "domain_blocks", "accounts/familiar_followers"):
        await App(site.peer).get(f"v1/{path}", 401)
        other = App(site.peer, await site.peer.token(ada.me, "read:statuses"))
        await other.get(f"v1/{path}", 403)


async def test_a_domain_block_ends_follows_at_the_other_node(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        ann, ben = await app_of(hospital, "ann"), await app_of(university, "ben")
        there = await hospital.system.federation.fetcher.actor(ben.me.uri)
        await ann.post(f"v1/accounts/{there.id}/follow")
        await net.settle()
        assert len(await ben.get(f"v1/accounts/{ben.me.id}/followers")) == 1
        await ann.post("v1/domain_blocks", domain=there.host)
        await net.settle()
        assert await ben.get(f"v1/accounts/{ben.me.id}/followers") == []
