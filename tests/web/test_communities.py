"""Communities on pages: found, founded, governed; nothing of a closed one for strangers."""

from typing import Any

import aiohttp
import pytest

from node.domain.communities import JoinPolicy, TopicKind
from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.services.people import follows as following
from node.services.posts import posts
from node.store.access import accounts
from node.store.communities import communities, community_bans, community_roles
from node.store.people import actors, follows
from node.store.posts import objects, topics
from tests.media_files import picture
from tests.rows import each_row
from tests.web.conftest import Site

pytestmark = pytest.mark.usefixtures("each_database")

NEW = "/communities/new"
FORM = {
    "username": "casting",
    "name": "Casting & moulding",
    "purpose": "For people who pour **metal**.",
    "rules": "Be kind.\n\nWear goggles.",
    "topics": "#metal, foundry",
    "languages": "en de",
    "visibility": "public",
    "join_policy": "open",
    "post_policy": "members",
}


@pytest.fixture
async def ada(site: Site) -> Site:
    await site.set_up()
    return site


async def found(site: Site, status: int = 303, **changes: str) -> str:
    return await site.post(NEW, status, csrf=await site.csrf(NEW), **{**FORM, **changes})


async def send(site: Site, path: str, status: int = 303, **fields: str) -> str:
    return await site.post(path, status, csrf=await site.csrf(path), **fields)


async def load(site: Site, name: str = "casting") -> tuple[Any, Any]:
    group = await site.store.read(actors.find_local_actor, name)
    return group, await site.store.read(communities.find_community, group.id)


async def test_a_community_is_founded_and_its_founder_governs_it(ada: Site) -> None:
    assert await found(ada) == "/c/casting?founded"
    group, community = await load(ada)
    assert community.rules == ["Be kind.", "Wear goggles."]
    assert (community.topics, community.languages) == (["metal", "foundry"], ["en", "de"])
    row = await ada.store.read(actors.load_profile, group.id)
    assert "<strong>metal</strong>" in row.summary
    assert [field["name"] for field in row.fields] == ["Topics", "Organisation", "Joining", "Moderators"]
    assert (row.locked, row.discoverable) == (False, True)
    text = await ada.get("/communities")
    assert "Casting &amp; moulding" in text
    assert "You moderate it" in text
    assert "founded the community" in await ada.get("/c/casting/log")


@each_row(
    "wrong, status, told",
    [
        ({"username": "No Name"}, 422, "1 to 30 of the characters"),
        ({"username": "admin"}, 422, "none of the names"),
        ({"name": " "}, 422, "1 to 100 characters"),
        ({"topics": "so-not"}, 422, "hashtags of letters"),
        ({"rules": "x" * 501}, 422, "rules of 500"),
        ({"languages": "english language!"}, 422, "Languages such as"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    ada: Site, wrong: dict[str, str], status: int, told: str
) -> None:
    text = await found(ada, status, **wrong)
    assert told in text
    assert "For people who pour" in text
    assert await ada.store.read(actors.find_local_actor, "casting") is None


async def test_a_name_is_given_once(ada: Site) -> None:
    await found(ada)
    assert "This name is taken." in await found(ada, 409)


async def test_settings_are_changed_closed_and_opened_again(ada: Site) -> None:
    await found(ada)
    path = "/c/casting/settings"
    changed = {**FORM, "name": "Casting", "join_policy": "request", "version": "1"}
    assert await send(ada, path, **changed) == f"{path}?saved"
    group, community = await load(ada)
    assert (group.name, community.join_policy, community.version) == ("Casting", JoinPolicy.REQUEST, 2)
    assert group.locked
    assert "changed the settings: Who becomes a member" in await ada.get("/c/casting/log")
    refused = await send(ada, path, 409, **{**changed, "name": "Somebody else's"})
    assert "Somebody else&#39;s" in refused
    assert '<p class="notice bad" role="alert">' in refused
    await send(ada, path, act="close")
    assert (await load(ada))[1].is_archived
    await send(ada, path, act="reopen")
    assert not (await load(ada))[1].is_archived


async def test_a_community_gets_a_picture_that_other_servers_see(ada: Site) -> None:
    await found(ada)
    path = "/c/casting/settings"
    csrf = await ada.csrf(path)
    sent = aiohttp.FormData({"csrf": csrf})
    sent.add_field("avatar", picture(), filename="tin.png", content_type="image/png")
    sent.add_field("header", b"no picture", filename="tin.png", content_type="image/png")
    async with ada.browser.post(f"{ada.peer.origin}/c/casting/pictures", data=sent) as answer:
        assert answer.status == 422
        assert "Casting &amp; moulding" in await answer.text()
    group, _ = await load(ada)
    status, document = await ada.peer.get(group.uri)
    assert (status, document["icon"]["type"]) == (200, "Image")
    assert "image" not in document
    assert document["icon"]["url"].partition(ada.peer.origin)[2] in await ada.get("/c/casting")
    await ada.post("/c/casting/pictures", csrf=csrf, remove="avatar")
    assert "icon" not in (await ada.peer.get(group.uri))[1]
    ben = await ada.peer.add_actor("ben")
    await ada.peer.add_community("theirs", ben)
    await ada.store.write(accounts.set_role, (await ada.store.read(actors.find_local_actor, "ada")).id, "member")
    await ada.post("/c/theirs/pictures", 404, csrf=csrf, remove="avatar")


async def test_people_are_invited_admitted_banned_and_appointed(ada: Site) -> None:
    await found(ada, join_policy="request")
    ben = await ada.peer.add_actor("ben")
    group, _ = await load(ada)
    path = "/c/casting/members"
    assert "No account was found" in await send(
        ada, path, 422, handle=f"@nobody@{ada.peer.system.node.config.host}", act="invite"
    )
    await send(ada, path, handle=ben.handle, act="invite")
    assert "Take back" in await ada.get(path)
    await send(ada, path, target=ben.uri, act="appoint")
    assert await ada.store.read(community_roles.is_moderator, group.id, ben.uri, ada.clock.now())
    await send(ada, path, target=ben.uri, act="ban", reason="Spam")
    assert await ada.store.read(community_roles.load_moderators, group.id, ada.clock.now()) != [ben.uri]
    assert await ada.store.read(community_bans.is_banned, group.id, ben.uri, ada.clock.now())
    assert "Spam" in await ada.get("/c/casting/log")
    await send(ada, path, target=ben.uri, act="unban")
    assert not await ada.store.read(community_bans.is_banned, group.id, ben.uri, ada.clock.now())


async def test_a_post_is_pinned_locked_removed_and_restored(ada: Site) -> None:
    await found(ada)
    group, _ = await load(ada)
    ben = await ada.peer.add_actor("ben")
    await ada.store.write(following.follow, ada.peer.unit(), ben.id, group.id)
    draft = Draft(
        text="Tin.",
        title="Tin?",
        visibility=Visibility.PUBLIC,
        language="en",
        community_id=group.id,
        topic_kind=TopicKind.DISCUSSION,
    )
    post = await ada.store.write(posts.publish, ada.peer.unit(), ben.id, draft)
    page = f"/c/casting/moderate?post={post.id}"
    for act, check in (("pin", lambda topic: topic.pinned_at), ("lock", lambda topic: topic.locked)):
        csrf = await ada.csrf(page)
        await ada.post("/c/casting/moderate", csrf=csrf, target=post.uri, act=act, reason="")
        assert check(await ada.store.read(topics.find_topic, post.id)), act
    csrf = await ada.csrf(page)
    await ada.post("/c/casting/moderate", csrf=csrf, target=post.uri, act="remove", reason="Twice")
    assert (await ada.store.read(objects.find_object, post.uri)).state == objects.REMOVED
    assert "Restore the post" in await ada.get(page)
    await ada.post("/c/casting/moderate", csrf=await ada.csrf(page), target=post.uri, act="restore", reason="")
    assert (await ada.store.read(objects.find_object, post.uri)).state == objects.LIVE
    text = await ada.get("/c/casting/log")
    assert "removed a post" in text
    assert "Twice" in text


async def test_strangers_see_the_list_and_nothing_of_what_is_inside(ada: Site) -> None:
    await found(ada)
    eve = await ada.peer.add_actor("eve")
    await ada.peer.add_community("secret", eve, visibility=Visibility.COMMUNITY, join_policy=JoinPolicy.INVITE)
    await ada.peer.add_community("asked", eve, visibility=Visibility.COMMUNITY, join_policy=JoinPolicy.REQUEST)
    text = await ada.get("/communities")
    assert "Asked" in text
    assert "Secret" not in text
    for page in ("members", "log"):
        assert await ada.get(f"/c/nothing/{page}", 404)
    ada.browser.cookie_jar.clear()
    for page in ("members", "settings"):
        assert (await ada.get(f"/c/casting/{page}", 303)).startswith("/sign-in?next=")
    assert await ada.get("/c/casting/log", 404)
    assert (await ada.get(NEW, 303)).startswith("/sign-in?next=")
    assert await ada.store.read(follows.count_follows, (await load(ada))[0].id) == (1, 0)
