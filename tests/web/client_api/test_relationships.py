"""Follow, block, mute and the like through an app, and what a second node sees of it."""

import pytest
from sqlalchemy import select

from node.clock import DAY, HOUR
from node.store.people import actors, blocks, follows
from node.store.posts import counters
from node.store.tables import home_entries
from tests.client import App, app_of
from tests.network import network
from tests.rows import each_row
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("each_database")

EXPECTED = {
    "following": False, "showing_reblogs": False, "notifying": False, "languages": None, "followed_by": False,
    "blocking": False, "blocked_by": False, "muting": False, "muting_notifications": False, "muting_expires_at": None,
    "requested": False, "requested_by": False, "domain_blocking": False, "endorsed": False, "note": "",
}  # fmt: skip


@pytest.fixture
async def ada(site) -> App:
    return await app_of(site.peer, "ada")


@pytest.fixture
async def ben(site) -> App:
    return await app_of(site.peer, "ben")


def changed(answer):
    """What differs from being strangers."""
    return {name: value for name, value in answer.items() if name != "id" and value != EXPECTED[name]}


async def between(one: App, other: App):
    (found,) = await one.get("v1/accounts/relationships", id=[other.me.id])
    return changed(found)


async def act(app: App, other: App, name: str, status: int = 200, **body):
    return await app.post(f"v1/accounts/{other.me.id}/{name}", status, **body)


async def test_follow_is_at_once_idempotent_and_changes_its_options(ada, ben):
    assert changed(await act(ada, ben, "follow")) == {"following": True, "showing_reblogs": True}
    assert changed(await act(ada, ben, "follow", reblogs="false", notify=True, languages=["de", "en"])) == {
        "following": True, "notifying": True, "languages": ["de", "en"],
    }  # fmt: skip
    assert changed(await act(ada, ben, "follow")) == {"following": True, "notifying": True, "languages": ["de", "en"]}
    assert changed(await act(ada, ben, "follow", languages=[])) == {"following": True, "notifying": True}
    assert await between(ben, ada) == {"followed_by": True}
    assert changed(await act(ada, ben, "unfollow")) == {}
    assert changed(await act(ada, ben, "unfollow")) == {}


async def test_a_locked_account_decides(site, ada):
    lena = await app_of(site.peer, "lena", locked=True)
    assert changed(await act(ada, lena, "follow")) == {"requested": True, "showing_reblogs": True}
    assert await between(lena, ada) == {"requested_by": True}
    answered = await lena.post(f"v1/follow_requests/{ada.me.id}/authorize")
    assert changed(answered) == {"followed_by": True}
    await lena.post(f"v1/follow_requests/{ada.me.id}/authorize", 404)
    assert changed(await act(lena, ada, "remove_from_followers")) == {}
    await act(ada, lena, "follow")
    await lena.post(f"v1/follow_requests/{ada.me.id}/reject")
    assert await between(ada, lena) == {}
    await lena.post(f"v1/follow_requests/{ada.me.id}/reject", 404)


async def test_a_new_follow_fills_home_and_an_ended_one_empties_it(site, ada, ben):
    from node.domain.visibility import Visibility
    from tests.notes import publish_note

    note = await site.store.write(publish_note, site.peer.unit(), ben.me.id, "Hello", Visibility.FOLLOWERS)
    await site.store.write(publish_note, site.peer.unit(), ben.me.id, "Secret", Visibility.DIRECT)

    def home(conn):
        return list(conn.scalars(select(home_entries.c.object_id).where(home_entries.c.owner_id == ada.me.id)))

    await act(ada, ben, "follow")
    assert await site.store.read(home) == [note.id]
    await act(ada, ben, "unfollow")
    assert await site.store.read(home) == []


async def test_a_block_ends_follows_and_forbids_new_ones(site, ada, ben):
    await act(ada, ben, "follow")
    await act(ben, ada, "follow")
    assert changed(await act(ben, ada, "block")) == {"blocking": True}
    assert await between(ada, ben) == {"blocked_by": True}
    for one, other in ((ada, ben), (ben, ada)):
        refused = await act(one, other, "follow", 403)
        assert "follow" in refused["error"]
    assert changed(await act(ben, ada, "block")) == {"blocking": True}
    assert changed(await act(ben, ada, "unblock")) == {}
    assert await site.store.read(counters.find_wrong) == []


async def test_a_mute_lasts_as_long_as_it_was_set_for(site, ada, ben):
    assert changed(await act(ada, ben, "mute")) == {"muting": True, "muting_notifications": True}
    found = await act(ada, ben, "mute", notifications="false", duration="3600")
    assert found["muting"]
    assert not found["muting_notifications"]
    assert found["muting_expires_at"]
    assert await between(ben, ada) == {}
    site.clock.advance(HOUR + 1)
    assert await between(ada, ben) == {}
    await act(ada, ben, "mute", duration=-5)
    site.clock.advance(400 * DAY)
    assert (await between(ada, ben))["muting"]
    assert changed(await act(ada, ben, "unmute")) == {}


async def test_notes_and_endorsements_are_ones_own(ada, ben):
    text = "<script>alert(1)</script> met at the museum"
    assert changed(await act(ada, ben, "note", comment=text)) == {"note": text}
    assert await between(ben, ada) == {}
    await act(ada, ben, "note", 422, comment="x" * 2_001)
    assert (await between(ada, ben)) == {"note": text}
    assert changed(await act(ada, ben, "note", comment="")) == {}
    await act(ada, ben, "endorse", 422)
    await act(ada, ben, "follow")
    assert (await act(ada, ben, "pin"))["endorsed"]
    assert not (await act(ada, ben, "unendorse"))["endorsed"]


@each_row(
    "name, status",
    [("follow", 403), ("block", 403), ("mute", 403), ("unfollow", 200), ("remove_from_followers", 200), ("note", 200)],
)
async def test_what_nobody_does_to_herself(ada, name, status):
    await act(ada, ada, name, status)


@each_row("name", ["follow", "unfollow", "block", "mute", "note", "endorse", "remove_from_followers"])
async def test_acts_need_a_token_a_scope_and_somebody(site, ada, ben, name):
    await App(site.peer).post(f"v1/accounts/{ben.me.id}/{name}", 401)
    reader = App(site.peer, await site.peer.token(ada.me, "read"))
    await reader.post(f"v1/accounts/{ben.me.id}/{name}", 403)
    await ada.post(f"v1/accounts/1/{name}", 404)
    await ada.post(f"v1/accounts/{'9' * 25}/{name}", 404)
    assert await between(ada, ben) == {}


async def test_relationships_keep_the_order_and_cost_the_same_for_many(site, ada):
    others = [await app_of(site.peer, f"p{number}") for number in range(12)]
    for other in others[::2]:
        await act(ada, other, "follow")
    ids = [other.me.id for other in reversed(others)]
    found = await ada.get("v1/accounts/relationships", id=[*ids[:3], 1, *ids[3:], ids[0], ada.me.id])
    assert [each["id"] for each in found] == [str(each) for each in [*ids, ada.me.id]]
    assert [each["following"] for each in reversed(found[:-1])] == [True, False] * 6
    assert await ada.get("v1/accounts/relationships") == []
    assert len(await ada.get(f"v1/accounts/relationships?id={ids[0]}")) == 1
    counts = []
    for size in (1, 12):
        with counted(site.store) as seen:
            await ada.get("v1/accounts/relationships", id=ids[:size])
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 3


# -- between nodes ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def pair(tmp_path):
    async with network(tmp_path, "hospital", "university", tell_blocks=True) as net:
        yield net


async def known_at(peer, actor):
    """The copy of an actor at another node."""
    found = await peer.system.federation.fetcher.actor(actor.uri)
    return App(peer, me=found)


async def state_of(peer, follower_uri, followed_uri):
    def load(conn):
        follower, followed = actors.find_actor(conn, follower_uri), actors.find_actor(conn, followed_uri)
        found = follows.find_follow(conn, follower.id, followed.id) if follower and followed else None
        return found.state if found else None

    return await peer.store.read(load)


async def test_follow_accept_unfollow_cross_nodes(pair):
    hospital, university = pair.peers
    ann, ben = await app_of(hospital, "ann"), await app_of(university, "ben")
    there = await known_at(hospital, ben.me)
    assert changed(await act(ann, there, "follow")) == {"requested": True, "showing_reblogs": True}
    await pair.settle()
    assert await between(ann, there) == {"following": True, "showing_reblogs": True}
    assert await state_of(university, ann.me.uri, ben.me.uri) == "accepted"
    await act(ann, there, "unfollow")
    await pair.settle()
    assert await state_of(university, ann.me.uri, ben.me.uri) is None


async def test_a_locked_account_elsewhere_accepts_refuses_and_removes(pair):
    hospital, university = pair.peers
    ann, lena = await app_of(hospital, "ann"), await app_of(university, "lena", locked=True)
    there = await known_at(hospital, lena.me)
    await act(ann, there, "follow")
    await pair.settle()
    assert (await between(ann, there))["requested"]
    asking = await university.store.read(actors.find_actor, ann.me.uri)
    await lena.post(f"v1/follow_requests/{asking.id}/authorize")
    await pair.settle()
    assert (await between(ann, there))["following"]
    await lena.post(f"v1/accounts/{asking.id}/remove_from_followers")
    await pair.settle()
    assert await between(ann, there) == {}
    await act(ann, there, "follow")
    await pair.settle()
    await lena.post(f"v1/follow_requests/{asking.id}/reject")
    await pair.settle()
    assert await between(ann, there) == {}


async def test_a_block_is_seen_at_the_other_node(pair):
    hospital, university = pair.peers
    ann, ben = await app_of(hospital, "ann"), await app_of(university, "ben")
    there = await known_at(hospital, ben.me)
    await act(ann, there, "follow")
    await pair.settle()
    await act(ann, there, "block")
    await pair.settle()
    assert await state_of(university, ann.me.uri, ben.me.uri) is None
    copy = await university.store.read(actors.find_actor, ann.me.uri)
    assert await university.store.read(blocks.has_blocked, copy.id, ben.me.id)
    assert await between(ben, App(university, me=copy)) == {"blocked_by": True}
    await ben.post(f"v1/accounts/{copy.id}/follow", 403)
    await act(ann, there, "unblock")
    await pair.settle()
    assert not await university.store.read(blocks.has_blocked, copy.id, ben.me.id)


async def test_nothing_of_a_mute_leaves_the_node(pair):
    hospital, university = pair.peers
    ann, ben = await app_of(hospital, "ann"), await app_of(university, "ben")
    there = await known_at(hospital, ben.me)
    before = await university.outcomes()
    await act(ann, there, "mute")
    await act(ann, there, "note", comment="private")
    await pair.settle()
    assert await university.outcomes() == before


async def test_a_blocked_domain_is_heard_of_no_more(tmp_path):
    async with network(tmp_path, "uni", "museum") as net:
        here, there = net.peers
        ada, cleo, ben = await app_of(here, "ada"), await app_of(here, "cleo"), await app_of(there, "ben")
        handle = f"@ada@{here.system.node.config.host}"
        await ben.post("v1/statuses", status=f"{handle} hello")
        await ben.post("v1/statuses", status=f"{handle} a word", visibility="direct")
        await cleo.post("v1/statuses", status="@ada hello", visibility="direct")
        await net.settle()
        assert len(await ada.get("v1/notifications")) == 3
        assert len(await ada.get("v1/conversations")) == 2
        await ada.post("v1/domain_blocks", domain=there.system.node.config.host)
        assert [each["account"]["acct"] for each in await ada.get("v1/notifications")] == ["cleo"]
        assert [each["accounts"][0]["acct"] for each in await ada.get("v1/conversations")] == ["cleo"]
        await ben.post("v1/statuses", status=f"{handle} once more", visibility="direct")
        await net.settle()
        assert len(await ada.get("v1/notifications")) == len(await ada.get("v1/conversations")) == 1
