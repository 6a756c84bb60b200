"""Each write of the API that concerns others is seen through the API of a second node."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from node.services.access import passwords
from node.store.access import accounts
from tests import media_files as files
from tests.client import App, app_of
from tests.network import Network, Peer, network

pytestmark = pytest.mark.asyncio(loop_scope="package")

PASSWORD = "correct horse battery"


@dataclass
class Pair:
    """Ada here; ben there, who follows her; dan there, who does not."""

    net: Network
    here: Peer
    there: Peer
    ada: App
    ben: App
    dan: App

    async def say(self, app: App, text: str, **more: Any) -> Any:
        return await app.call("POST", "v1/statuses", json={"status": text, **more})

    async def known(self, app: App, uri: str) -> str:
        """The id that a post has at the node of this app."""
        await self.net.settle()
        found = await app.peer.object(uri)
        assert found is not None, uri
        return str(found.id)

    async def seen(self, app: App, uri: str, status: int = 200) -> Any:
        return await app.get(f"v1/statuses/{await self.known(app, uri)}", status)

    async def account(self, app: App, other: App) -> str:
        """The id that a person has at the node of this app."""
        await self.net.settle()
        (found,) = (await app.get("v2/search", q=other.me.uri, resolve=True))["accounts"]
        return found["id"]


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def pair(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    async with network(tmp_path_factory.mktemp("pair"), "uni", "museum", tell_blocks=True) as net:
        here, there = net.peers
        ada, ben, dan = await app_of(here, "ada"), await app_of(there, "ben"), await app_of(there, "dan")
        made = Pair(net, here, there, ada, ben, dan)
        await ben.post(f"v1/accounts/{await made.account(ben, ada)}/follow")
        await net.settle()
        yield made


async def test_a_post_its_edit_and_its_end(pair):
    posted = await pair.say(pair.ada, "one #topic", spoiler_text="s", language="de", sensitive=True)
    seen = await pair.seen(pair.ben, posted["uri"])
    for name in ("uri", "url", "content", "spoiler_text", "language", "sensitive", "visibility", "created_at"):
        assert seen[name] == posted[name] or name == "content", name
    assert seen["account"]["acct"] == f"ada@{pair.here.system.node.config.host}"
    assert seen["id"] in [each["id"] for each in await pair.ben.get("v1/timelines/home")]
    assert seen["id"] in [each["id"] for each in await pair.dan.get("v1/timelines/tag/topic")]
    await pair.ada.call("PUT", f"v1/statuses/{posted['id']}", json={"status": "two"})
    seen = await pair.seen(pair.ben, posted["uri"])
    assert "two" in seen["content"]
    assert seen["edited_at"]
    await pair.ada.delete(f"v1/statuses/{posted['id']}")
    await pair.net.settle()
    await pair.ben.get(f"v1/statuses/{seen['id']}", 404)


@pytest.mark.parametrize(
    ("act", "counter", "kind"),
    [("favourite", "favourites_count", "favourite"), ("reblog", "reblogs_count", "reblog")],
)
async def test_a_reaction_and_its_end(pair, act, counter, kind):
    posted = await pair.say(pair.ada, f"for {act}")
    seen = await pair.known(pair.ben, posted["uri"])
    for name, count in ((act, 1), (f"un{act}", 0)):
        await pair.ben.post(f"v1/statuses/{seen}/{name}")
        assert (await pair.seen(pair.ada, posted["uri"]))[counter] == count
        told = await pair.ada.get("v1/notifications", types=[kind])
        assert len([each for each in told if each["status"]["id"] == posted["id"]]) == count


async def test_a_boost_reaches_followers(pair):
    posted = await pair.say(pair.dan, "there")
    (found,) = (await pair.ada.get("v2/search", q=posted["uri"], resolve=True))["statuses"]
    await pair.ada.post(f"v1/statuses/{found['id']}/reblog")
    await pair.net.settle()
    assert (await pair.ben.get("v1/timelines/home"))[0]["reblog"]["uri"] == posted["uri"]


@pytest.mark.parametrize("by_its_id", [False, True])
async def test_a_boost_ends(pair, by_its_id):
    posted = await pair.say(pair.dan, "for a while")
    (found,) = (await pair.ada.get("v2/search", q=posted["uri"], resolve=True))["statuses"]
    boost = await pair.ada.post(f"v1/statuses/{found['id']}/reblog")
    assert (await pair.seen(pair.dan, posted["uri"]))["reblogs_count"] == 1
    if by_its_id:
        await pair.ada.delete(f"v1/statuses/{boost['id']}")
    else:
        await pair.ada.post(f"v1/statuses/{found['id']}/unreblog")
    assert (await pair.seen(pair.dan, posted["uri"]))["reblogs_count"] == 0
    assert (await pair.ada.get(f"v1/statuses/{found['id']}"))["reblogged"] is False


async def test_an_answer_and_a_mention(pair):
    posted = await pair.say(pair.ada, "question")
    answer = await pair.say(pair.ben, "answer", in_reply_to_id=await pair.known(pair.ben, posted["uri"]))
    seen = await pair.seen(pair.ada, answer["uri"])
    assert seen["in_reply_to_id"] == posted["id"]
    found = await pair.ada.get(f"v1/statuses/{posted['id']}/context")
    assert [each["uri"] for each in found["descendants"]] == [answer["uri"]]
    assert (await pair.seen(pair.ada, posted["uri"]))["replies_count"] == 1


async def test_a_direct_message(pair):
    handle = f"@ben@{pair.there.system.node.config.host}"
    posted = await pair.say(pair.ada, f"{handle} psst", visibility="direct")
    seen = await pair.seen(pair.ben, posted["uri"])
    assert seen["visibility"] == "direct"
    assert (await pair.ben.get("v1/conversations"))[0]["last_status"]["id"] == seen["id"]
    await pair.seen(pair.dan, posted["uri"], 404)


@pytest.mark.parametrize("multiple", [False, True])
async def test_a_vote(pair, multiple):
    posted = await pair.say(pair.ada, "?", poll={"options": ["a", "b"], "expires_in": 600, "multiple": multiple})
    seen = await pair.seen(pair.ben, posted["uri"])
    choices = [0, 1] if multiple else [1]
    await pair.ben.post(f"v1/polls/{seen['poll']['id']}/votes", choices=choices)
    counted = (await pair.seen(pair.ada, posted["uri"]))["poll"]
    assert [each["votes_count"] for each in counted["options"]] == [int(place in choices) for place in (0, 1)]
    assert (counted["voters_count"], counted["multiple"]) == (1, multiple)


async def test_options_that_are_edited_are_voted_on_anew(pair):
    poll = {"options": ["a", "b"], "expires_in": 600}
    posted = await pair.say(pair.ada, "?", poll=poll)
    for options in (["a", "b"], ["a", "c"]):
        await pair.ada.put(f"v1/statuses/{posted['id']}", status="?", poll={**poll, "options": options})
        seen = (await pair.seen(pair.ben, posted["uri"]))["poll"]
        assert ([each["title"] for each in seen["options"]], seen["voted"]) == (options, False)
        await pair.ben.post(f"v1/polls/{seen['id']}/votes", choices=[1])
        counted = (await pair.seen(pair.ada, posted["uri"]))["poll"]
        assert [each["votes_count"] for each in counted["options"]] == [0, 1]


async def test_a_pin(pair):
    posted = await pair.say(pair.ada, "pinned")
    account = await pair.account(pair.ben, pair.ada)
    for act, expected in (("pin", [posted["uri"]]), ("unpin", [])):
        await pair.ada.post(f"v1/statuses/{posted['id']}/{act}")
        await pair.net.settle()
        found = await pair.ben.get(f"v1/accounts/{account}/statuses", pinned=True)
        assert [each["uri"] for each in found] == expected


async def test_hashtags_on_a_profile(pair):
    account = await pair.account(pair.ben, pair.ada)
    made = await pair.ada.post("v1/featured_tags", name="Casting")
    await pair.net.settle()
    seen = await pair.ben.get(f"v1/accounts/{account}/featured_tags")
    assert [each["name"] for each in seen] == ["Casting"]
    _, document = await pair.ada.peer.get(pair.ada.me.uri)
    _, listed = await pair.ada.peer.get(document["featuredTags"])
    assert [each["name"] for each in listed["orderedItems"]] == ["#Casting"]
    await pair.ada.delete(f"v1/featured_tags/{made['id']}")
    await pair.net.settle()
    assert await pair.ben.get(f"v1/accounts/{account}/featured_tags") == []
    await pair.ben.get("v1/accounts/1/featured_tags", 404)


async def test_a_quote_and_its_end(pair):
    posted = await pair.say(pair.ada, "quotable")
    quoting = await pair.say(pair.ben, "look", quoted_status_id=await pair.known(pair.ben, posted["uri"]))
    assert (await pair.seen(pair.ben, quoting["uri"]))["quote"]["state"] == "accepted"
    (quote,) = await pair.ada.get(f"v1/statuses/{posted['id']}/quotes")
    assert [each["status"]["id"] for each in await pair.ada.get("v1/notifications", types=["quote"])] == [quote["id"]]
    await pair.ada.post(f"v1/statuses/{posted['id']}/quotes/{quote['id']}/revoke")
    assert (await pair.seen(pair.ben, quoting["uri"]))["quote"]["state"] == "revoked"


@pytest.mark.parametrize("by_edit", [False, True])
async def test_who_may_quote(pair, by_edit):
    posted = await pair.say(pair.ada, "not quotable")
    before = await pair.known(pair.ben, posted["uri"])
    path, said = f"v1/statuses/{posted['id']}", {"quote_approval_policy": "nobody"}
    if by_edit:
        await pair.ada.put(path, status="not quotable", **said)
    else:
        await pair.ada.put(f"{path}/interaction_policy", **said)
    early = await pair.say(pair.ben, "before this node hears of it", quoted_status_id=before)
    shown = (await pair.seen(pair.ben, early["uri"]))["quote"]
    assert (shown["state"], shown["quoted_status"]) == ("rejected", None)
    seen = await pair.seen(pair.ben, posted["uri"])
    assert seen["quote_approval"]["current_user"] == "denied"
    await pair.ben.post("v1/statuses", 422, status="look anyway", quoted_status_id=seen["id"])


async def test_an_answer_that_came_before_what_it_answers(pair):
    eve = await app_of(pair.here, "early")
    root = await pair.say(eve, "root, before anybody there follows")
    await pair.ben.post(f"v1/accounts/{await pair.account(pair.ben, eve)}/follow")
    await pair.net.settle()
    answer = await pair.say(eve, "more", in_reply_to_id=root["id"], visibility="private")
    seen, above = await pair.seen(pair.ben, answer["uri"]), await pair.seen(pair.ben, root["uri"])
    assert (seen["in_reply_to_id"], above["replies_count"]) == (above["id"], 1)
    assert seen["id"] in [each["id"] for each in await pair.ben.get("v1/timelines/home")]


async def test_a_picture(pair):
    form = aiohttp.FormData()
    form.add_field("file", files.picture(), filename="x.jpg")
    form.add_field("description", "a field")
    made = await pair.ada.call("POST", "v2/media", data=form)
    posted = await pair.say(pair.ada, "", media_ids=[made["id"]])
    (seen,) = (await pair.seen(pair.ben, posted["uri"]))["media_attachments"]
    assert (seen["type"], seen["description"], seen["blurhash"]) == ("image", "a field", made["blurhash"])
    assert seen["url"].startswith(pair.there.origin)
    assert seen["remote_url"] == made["url"]


async def test_a_profile(pair):
    await pair.ada.patch(
        "v1/accounts/update_credentials", display_name="Ada of Uni", note="Weaver",
        fields_attributes=[{"name": "loom", "value": "eight shafts"}],
    )  # fmt: skip
    await pair.net.settle()
    seen = await pair.dan.get(f"v1/accounts/{await pair.account(pair.dan, pair.ada)}")
    assert (seen["display_name"], "Weaver" in seen["note"]) == ("Ada of Uni", True)
    assert [(each["name"], each["value"]) for each in seen["fields"]] == [("loom", "eight shafts")]


async def test_a_follow_that_is_asked_answered_and_ended(pair):
    eve = await app_of(pair.here, "eve")
    await eve.patch("v1/accounts/update_credentials", locked=True)
    at_dan, at_eve = await pair.account(pair.dan, eve), await pair.account(eve, pair.dan)

    async def relation() -> tuple[bool, bool]:
        await pair.net.settle()
        (found,) = await pair.dan.get("v1/accounts/relationships", id=[at_dan])
        return found["requested"], found["following"]

    for answer, expected in (("reject", (False, False)), ("authorize", (False, True))):
        assert (await pair.dan.post(f"v1/accounts/{at_dan}/follow"))["requested"] is True
        assert await relation() == (True, False)
        assert [each["id"] for each in await eve.get("v1/follow_requests")] == [at_eve]
        await eve.post(f"v1/follow_requests/{at_eve}/{answer}")
        assert await relation() == expected
    assert [each["id"] for each in await eve.get(f"v1/accounts/{eve.me.id}/followers")] == [at_eve]
    await eve.post(f"v1/accounts/{at_eve}/remove_from_followers")
    assert await relation() == (False, False)
    await pair.dan.post(f"v1/accounts/{at_dan}/follow")
    await pair.net.settle()
    await eve.post(f"v1/follow_requests/{at_eve}/authorize")
    await pair.net.settle()
    await pair.dan.post(f"v1/accounts/{at_dan}/unfollow")
    await pair.net.settle()
    assert await eve.get(f"v1/accounts/{eve.me.id}/followers") == []


async def test_a_block_and_its_end(pair):
    fay = await app_of(pair.here, "fay")
    at_dan, at_fay = await pair.account(pair.dan, fay), await pair.account(fay, pair.dan)
    await pair.dan.post(f"v1/accounts/{at_dan}/follow")
    await pair.net.settle()
    await fay.post(f"v1/accounts/{at_fay}/block")
    await pair.net.settle()
    (found,) = await pair.dan.get("v1/accounts/relationships", id=[at_dan])
    assert (found["following"], found["blocked_by"]) == (False, True)
    await fay.post(f"v1/accounts/{at_fay}/unblock")
    await pair.net.settle()
    (found,) = await pair.dan.get("v1/accounts/relationships", id=[at_dan])
    assert found["blocked_by"] is False


async def test_a_report_goes_on_where_that_is_wanted(pair):
    posted = await pair.say(pair.ada, "bad")
    seen = await pair.seen(pair.ben, posted["uri"])
    for forward in (False, True):
        made = await pair.ben.post(
            "v1/reports", account_id=seen["account"]["id"], status_ids=[seen["id"]], comment="why", forward=forward
        )
        assert made["forwarded"] is forward
        await pair.net.settle()
        arrived = [kind for kind, _ in await pair.here.outcomes() if kind == "Flag"]
        assert len(arrived) == int(forward)


async def test_an_account_moves(pair):
    old, new = await app_of(pair.here, "old"), await app_of(pair.there, "new")
    fan = await app_of(pair.there, "fan")
    at_fan = await pair.account(fan, old)
    await fan.post(f"v1/accounts/{at_fan}/follow")
    await pair.net.settle()
    await old.post("v1/accounts/move", 403, moved_to_uri=new.me.uri, password="wrong")
    before = (await pair.here.store.read(accounts.load_settings, old.me.id)).password_hash
    hashed = await passwords.hash_in_thread(PASSWORD)
    await pair.here.store.write(accounts.rehash, old.me.id, before, hashed)
    told = {"moved_to_uri": new.me.uri, "password": PASSWORD}
    await old.post("v1/accounts/move", 422, **told)
    await new.post("v1/accounts/alias", also_known_as_uris=[old.me.uri])
    await pair.net.settle()
    await old.post("v1/accounts/move", **told)
    await pair.net.settle()
    assert (await fan.get(f"v1/accounts/{at_fan}"))["moved"]["acct"] == "new"
    assert [each["acct"] for each in await fan.get(f"v1/accounts/{fan.me.id}/following")] == ["new"]
