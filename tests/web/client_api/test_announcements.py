"""Announcements: written on a page, read and reacted to in apps; conversations as apps page through them."""

import pytest

from node.domain.moderation import DomainPolicy, Sanction
from node.domain.visibility import Visibility
from node.services.house import moderate
from node.store.people import actors, follows
from node.store.people.follows import ACCEPTED, Follow
from tests.client import App, app_of
from tests.notes import publish_note
from tests.statements import counted


@pytest.fixture
async def ben(site) -> App:
    return await app_of(site.peer, "ben")


@pytest.fixture
async def cleo(site) -> App:
    return await app_of(site.peer, "cleo")


async def test_an_announcement_is_written_read_reacted_to_and_taken_away(site, ben, cleo):
    await site.set_up()
    csrf = await site.csrf("/admin/announcements")
    await site.post("/admin/announcements", csrf=csrf, text="**Closed** <script>x</script> on Friday",
                    starts="2027-01-08T00:00", ends="2090-01-09T00:00", all_day="1")  # fmt: skip
    await site.post("/admin/announcements", csrf=csrf, text="Not yet", draft="1")
    await site.post("/admin/announcements", csrf=csrf, text="Over", ends="2001-01-01T00:00")
    (shown,) = await ben.get("v1/announcements")
    assert "<strong>Closed</strong>" in shown["content"]
    assert "<script" not in shown["content"]
    assert (shown["starts_at"], shown["all_day"], shown["read"]) == ("2027-01-08T00:00:00.000Z", True, False)
    path = f"v1/announcements/{shown['id']}"
    for app in (ben, cleo):
        await app.put(f"{path}/reactions/👍")
    await ben.put(f"{path}/reactions/👍")
    (seen,) = await ben.get("v1/announcements")
    assert seen["reactions"] == [{"name": "👍", "count": 2, "me": True}]
    await ben.delete(f"{path}/reactions/👍")
    (seen,) = await ben.get("v1/announcements")
    assert seen["reactions"] == [{"name": "👍", "count": 1, "me": False}]
    await ben.post(f"{path}/dismiss")
    assert await ben.get("v1/announcements") == []
    (kept,) = await ben.get("v1/announcements", with_dismissed=True)
    assert kept["read"] is True
    assert len(await cleo.get("v1/announcements")) == 1
    await site.post(f"/admin/announcements/{shown['id']}", csrf=csrf, text="Open on Friday")
    assert "Open" in (await ben.get("v1/announcements"))[0]["content"]
    await site.post(f"/admin/announcements/{shown['id']}/remove", csrf=csrf)
    assert await ben.get("v1/announcements") == []
    page = await site.get("/admin/announcements")
    assert "Not yet" in page


async def test_a_bad_announcement_is_refused(site):
    await site.set_up()
    over = {"starts": "2027-02-01T00:00", "ends": "2027-01-01T00:00"}
    for fields, told in (
        ({"text": "  "}, "Eine Ankündigung hat 1 bis"),
        ({"text": "x" * 6_000}, "Eine Ankündigung hat 1 bis"),
        ({"text": "x", "starts": "soon"}, "Bitte schreib die Zeit wie"),
        ({"text": "x", **over}, "Eine Ankündigung kann nicht enden"),
    ):
        csrf = await site.csrf("/admin/announcements")
        assert told in await site.post("/admin/announcements?lang=de", 422, csrf=csrf, **fields)
    assert "There is no announcement." in await site.get("/admin/announcements")


async def test_what_is_no_emoji_is_refused(site, ben):
    await site.set_up()
    await site.post("/admin/announcements", csrf=await site.csrf("/admin/announcements"), text="Hello")
    (shown,) = await ben.get("v1/announcements")
    for name in ("ok", "<b>", "👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍", "%20"):
        assert (await ben.ask("PUT", f"v1/announcements/{shown['id']}/reactions/{name}")).status == 422, name
    await ben.put("v1/announcements/12/reactions/👍", 404)
    await ben.post("v1/announcements/12/dismiss", 404)


async def test_only_administrators_write_announcements(site):
    await site.get("/admin/announcements", 303)


async def test_conversations_are_paged_read_and_deleted(site, ben, cleo):
    async def write(app, text):
        return await site.store.write(publish_note, site.peer.unit(), app.me.id, text, Visibility.DIRECT)

    for number in range(20):
        await write(ben, f"@cleo {number}")
    listed = await cleo.get("v1/conversations", limit=15)
    assert len(listed) == 15
    assert listed[0]["unread"] is True
    assert [account["acct"] for account in listed[0]["accounts"]] == ["ben"]
    rest = await cleo.get("v1/conversations", limit=15, max_id=listed[-1]["last_status"]["id"])
    assert len(rest) == 5
    read = await cleo.post(f"v1/conversations/{listed[0]['id']}/read")
    assert read == {**listed[0], "unread": False}
    assert (await cleo.post(f"v1/conversations/{listed[0]['id']}/unread"))["unread"] is True
    for method, path in (("DELETE", ""), ("POST", "/read")):
        assert (await ben.ask(method, f"v1/conversations/{listed[0]['id']}{path}")).status == 404
    await cleo.delete(f"v1/conversations/{listed[0]['id']}")
    assert len(await cleo.get("v1/conversations", limit=40)) == 19
    assert len(await ben.get("v1/conversations", limit=40)) == 20
    counts = []
    for limit in (1, 19):
        with counted(site.store) as seen:
            await cleo.get("v1/conversations", limit=limit)
        counts.append(len(seen))
    assert counts[0] == counts[1]


async def test_people_are_told_what_moderators_decide(site, ben, cleo):
    await site.set_up()
    admin = await site.store.read(actors.find_local_actor, "ada")

    def prepare(conn):
        unit = site.peer.unit()
        far = unit.ids.new()
        actors.insert_actor(
            conn, id=far, uri="https://bad.example/a", kind="person", local=False, username="eve", host="bad.example",
            created_at=unit.now, updated_at=unit.now,
        )  # fmt: skip
        for one, other in ((ben.me.id, far), (far, ben.me.id), (cleo.me.id, far)):
            follows.save_follow(conn, Follow(unit.ids.new(), one, other, f"urn:{unit.ids.new()}", ACCEPTED, unit.now))
        moderate.set_policy(conn, unit, admin.id, "bad.example", DomainPolicy.BLOCK, "spam")
        moderate.impose(conn, unit, admin.id, cleo.me.id, Sanction.SILENCED, "be kind")

    await site.store.write(prepare)
    (severed,) = await ben.get("v1/notifications")
    assert severed["type"] == "severed_relationships"
    event = severed["event"]
    assert (event["type"], event["target_name"], event["followers_count"], event["following_count"]) == (
        "domain_block", "bad.example", 1, 1,
    )  # fmt: skip
    warning, severed = await cleo.get("v1/notifications")
    assert (severed["event"]["followers_count"], severed["event"]["following_count"]) == (0, 1)
    assert warning["moderation_warning"]["text"] == "be kind"
    assert warning["moderation_warning"]["target_account"]["acct"] == "cleo"


async def test_a_block_takes_the_conversations_with_somebody_along(site, ben, cleo):
    ada = await app_of(site.peer, "ada")
    for author, text in ((ben, "@cleo @ada all of us"), (ada, "@cleo the two of us"), (ben, "@cleo and us")):
        await author.post("v1/statuses", status=text, visibility="direct")
    assert len(await cleo.get("v1/conversations")) == 3
    await cleo.post(f"v1/accounts/{ben.me.id}/block")
    (kept,) = await cleo.get("v1/conversations")
    assert [each["acct"] for each in kept["accounts"]] == ["ada"]
    assert [len(await app.get("v1/conversations")) for app in (ada, ben)] == [2, 2]
    await ben.post("v1/statuses", status="@cleo @ada still there?", visibility="direct")
    assert len(await cleo.get("v1/conversations")) == 1
