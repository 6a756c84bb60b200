"""Communities through the learning API: every call, its refusals, and what stays as it was."""

from typing import Any

import pytest

from node.domain.communities import JoinPolicy, TopicKind
from node.domain.drafts import Draft
from node.domain.visibility import Visibility
from node.services.house import reports
from node.services.house.reports import Complaint
from node.services.posts import posts
from node.store.communities import community_bans
from node.store.people import actors
from tests.client import App, app_of
from tests.network import network
from tests.rows import each_row
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("each_database")

BASE = "/api/learning/v1/communities"
NEW = {"username": "metals", "name": "Metals", "purpose": "Pour.", "rules": ["Be kind."], "topics": ["tin"]}


@pytest.fixture
async def apps(tmp_path):
    async with network(tmp_path, "museum") as net:
        (peer,) = net.peers
        yield await app_of(peer, "ada"), await app_of(peer, "ben"), App(peer)


async def make(app: App, status: int = 201, **changes: Any) -> Any:
    return await app.post(BASE, status, **{**NEW, **changes})


async def test_a_community_is_founded_read_changed_and_governed(apps) -> None:
    ada, ben, nobody = apps
    made = await make(ada, visibility="public", joinPolicy="request", postPolicy="members", languages=["en"])
    assert made["membership"] == "member"
    assert made["moderators"] == [ada.me.uri]
    shown = await ada.ask("GET", f"{BASE}/metals")
    assert await shown.json() == made
    assert (await nobody.get(f"{BASE}/metals"))["rules"] == ["Be kind."]
    assert [each["username"] for each in (await nobody.get(BASE))["items"]] == ["metals"]

    await ada.call("PATCH", f"{BASE}/metals", 428, json={"name": "Zinc"})
    await ada.call("PATCH", f"{BASE}/metals", 412, json={"name": "Zinc"}, headers={"If-Match": '"old"'})
    tag = {"If-Match": shown.headers["ETag"]}
    await ben.call("PATCH", f"{BASE}/metals", 412, json={"name": "Mine"}, headers=tag)
    changed = await ada.call("PATCH", f"{BASE}/metals", json={"name": "Zinc"}, headers=tag)
    assert (changed["name"], changed["version"]) == ("Zinc", 2)

    assert (await ben.put(f"{BASE}/metals/membership"))["membership"] == "asked"
    await ben.post(f"{BASE}/metals/deeds", 403, act="admit", target=ben.me.uri)
    assert [each["uri"] for each in (await ada.get(f"{BASE}/metals/requests"))["items"]] == [ben.me.uri]
    await ben.get(f"{BASE}/metals/requests", 403)
    await _deed(ada, act="admit", target=ben.me.uri)
    assert (await ben.get(f"{BASE}/metals"))["membership"] == "member"
    roles = {each["uri"]: each["roles"] for each in (await ben.get(f"{BASE}/metals/members"))["items"]}
    assert roles == {ada.me.uri: ["moderator"], ben.me.uri: []}
    await _deed(ada, act="appoint-expert", target=ben.me.uri)
    assert ["expert"] in [each["roles"] for each in (await ben.get(f"{BASE}/metals/members"))["items"]]
    await _deed(ada, act="dismiss-expert", target=ben.me.uri)
    assert [each["act"] for each in (await ben.get(f"{BASE}/metals/log"))["items"]] == [
        *("dismiss-expert", "appoint-expert", "admit", "settings", "found")
    ]
    await _deed(ada, act="ban", target=ben.me.uri, reason="Spam")
    assert "banned" in (await ben.put(f"{BASE}/metals/membership", 403))["title"]
    await ben.get(f"{BASE}/metals/log", 404)


async def _deed(app: App, **deed: Any) -> None:
    answer = await app.ask("POST", f"{BASE}/metals/deeds", json=deed)
    assert answer.status == 204, await answer.text()


async def test_the_same_key_founds_once(apps) -> None:
    ada = apps[0]
    key = {"Idempotency-Key": "k1"}
    first = await ada.call("POST", BASE, 201, json=NEW, headers=key)
    again = await ada.call("POST", BASE, 201, json=NEW, headers=key)
    assert again["uri"] == first["uri"]
    await make(ada, 409)


@each_row(
    "wrong, path",
    [
        ({"username": "No"}, "$.username"),
        ({"username": "admin"}, "$.username"),
        ({"name": ""}, "$.name"),
        ({"joinPolicy": "anybody"}, "$.joinPolicy"),
        ({"visibility": "partners"}, "$.visibility"),
        ({"topics": ["not a tag"]}, "$.topics"),
        ({"more": 1}, "$.more"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_made(apps, wrong: dict[str, Any], path: str) -> None:
    ada = apps[0]
    told = await make(ada, 422, **wrong)
    assert any(each["path"].startswith(path.rpartition(".")[0]) for each in told["errors"]), told
    assert await ada.peer.store.read(actors.find_local_actor, "metals") is None


async def test_deeds_that_there_are_not(apps) -> None:
    ada = apps[0]
    await make(ada)
    for deed in (
        {"act": "sing", "target": "https://x.example/1"},
        {"act": "ban"},
        {"act": "ban", "target": "https://x.example/1", "until": "soon"},
        {"act": "found", "target": "https://x.example/1"},
    ):
        await ada.post(f"{BASE}/metals/deeds", 422, **deed)
    group = await ada.peer.store.read(actors.find_local_actor, "metals")
    assert await ada.peer.store.read(community_bans.load_bans, group.id, 0) == []


async def test_strangers_and_other_members_of_the_house_see_what_is_theirs_to_see(apps) -> None:
    ada, ben, nobody = apps
    await ada.peer.add_community("secret", ada.me, visibility=Visibility.COMMUNITY, join_policy=JoinPolicy.INVITE)
    await ada.peer.add_community("house", ada.me, visibility=Visibility.ORGANISATION)
    assert [each["username"] for each in (await ada.get(BASE))["items"]] == ["house", "secret"]
    assert [each["username"] for each in (await ben.get(BASE))["items"]] == ["house"]
    assert (await nobody.get(BASE))["items"] == []
    for app, name in ((ben, "secret"), (nobody, "secret"), (nobody, "house")):
        for path in ("", "/members", "/log"):
            await app.get(f"{BASE}/{name}{path}", 404)
    await nobody.post(BASE, 401, **NEW)
    await nobody.put(f"{BASE}/house/membership", 401)
    await ben.put(f"{BASE}/secret/membership", 404)


async def test_reports_are_for_moderators_and_closed_by_them(apps) -> None:
    ada, ben, nobody = apps
    made = await make(ada)
    group = await ada.peer.store.read(actors.find_local_actor, "metals")
    draft = Draft(text="Buy tin!", title="Tin", community_id=group.id, topic_kind=TopicKind.DISCUSSION)
    post = await ada.peer.store.write(posts.publish, ada.peer.unit(), ada.me.id, draft)
    complaint = Complaint(target_id=ada.me.id, status_ids=[post.id], comment="Advertising")
    await ada.peer.store.write(reports.report, ada.peer.unit(), ben.me.id, complaint)
    assert made["avatar"] is None
    (told,) = (await ada.get(f"{BASE}/metals/reports"))["items"]
    assert (told["posts"], told["comment"], told["closedBy"]) == ([post.uri], "Advertising", None)
    path = f"{BASE}/metals/reports/{told['id']}"
    for app, status in ((ben, 403), (nobody, 401)):
        await app.post(path, status, act="close")
    await ben.get(f"{BASE}/metals/reports", 403)
    await ada.post(path, 422, act="burn")
    await ada.post(f"{BASE}/metals/reports/7", 404, act="close")
    for act in ("hand-on", "close", "close"):
        assert (await ada.ask("POST", path, json={"act": act})).status == 204
    assert (await ada.get(f"{BASE}/metals/reports"))["items"] == []
    (told,) = (await ada.get(f"{BASE}/metals/reports?state=closed"))["items"]
    assert (told["closedBy"], told["handedOn"]) == (ada.me.uri, True)


async def test_statements_do_not_grow_with_communities(apps) -> None:
    ada, ben, _ = apps
    seen = []
    for place, more in enumerate((1, 19, 20)):
        for number in range(more):
            said = {"visibility": Visibility.COMMUNITY} if number % 2 else {}
            await ada.peer.add_community(f"c{place}_{number}", ada.me, **said)
        with counted(ada.peer.store) as statements:
            assert len((await ben.get(f"{BASE}?limit=50"))["items"]) == sum((1, 19, 20)[: place + 1])
        seen.append(len(statements))
    assert seen[2] == seen[1] <= seen[0] + 3  # what somebody is to those that are closed
