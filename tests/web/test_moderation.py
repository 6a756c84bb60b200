"""Moderators: reports, decisions about people, block lists, the log, and what each decision does between two nodes."""

import asyncio
import io
import re
import threading

import aiohttp
import pytest
from sqlalchemy import Connection, select, update

from node.domain.moderation import DomainPolicy, Sanction
from node.domain.visibility import Visibility
from node.errors import Conflict, Forbidden
from node.services.house import moderate
from node.store.access import accounts as account_store
from node.store.access import tokens
from node.store.federation import policies
from node.store.house import reports
from node.store.people import actors
from node.store.posts import objects
from node.store.tables import accounts, audit_log, follows, sanctions
from tests import media_files as files
from tests.client import App, app_of
from tests.network import network
from tests.notes import publish_note
from tests.rows import each_row
from tests.web.conftest import Site
from tests.web.listening import connect

pytestmark = pytest.mark.usefixtures("each_database")

PEOPLE = ("/admin/people", "/admin/reports")
ADMINS = ("/admin", "/admin/audit", "/admin/policies", "/admin/policies.csv", "/admin/policies/import")


@pytest.fixture
async def administered(site: Site) -> Site:
    """A node whose administrator ada is signed in."""
    await site.set_up()
    return site


async def _as(site: Site, role: str) -> None:
    await site.store.write(lambda conn: conn.execute(update(accounts).values(role=role)))


async def _report(site: Site, target: actors.Actor, posts: list[str]) -> int:
    unit = site.peer.unit()
    report_id = unit.ids.new()
    await site.store.write(
        lambda conn: reports.insert_report(
            conn,
            report_id=report_id,
            uri=f"https://social.example/flags/{report_id}",
            reporter_uri="https://social.example/actor",
            target_uri=target.uri,
            object_uris=posts,
            comment="<b>rude</b>",
            now=unit.now,
        )
    )
    return report_id


@pytest.mark.parametrize(
    ("role", "allowed", "refused"), [("moderator", PEOPLE, ADMINS), ("member", (), (*PEOPLE, *ADMINS))]
)
async def test_who_may_enter(site: Site, role, allowed, refused) -> None:
    await site.set_up()
    await _as(site, role)
    for path in allowed:
        await site.get(path)
    for path in refused:
        await site.get(path, 403)


async def test_a_report_is_worked_on(site: Site) -> None:
    await site.set_up()
    mallory = await site.peer.add_actor("mallory")
    note = await site.store.write(publish_note, site.peer.unit(), mallory.id, "Buy now", Visibility.PUBLIC)
    report_id = await _report(site, mallory, [note.uri])
    text = await site.get("/admin/reports")
    assert "&lt;b&gt;rude" in text
    path = f"/admin/reports/{report_id}"
    csrf = await site.csrf(path)
    await site.post(f"{path}/notes", csrf=csrf, text="third time")
    await site.post(f"{path}/posts/{note.id}/remove", csrf=csrf)
    await site.post(f"{path}/state", csrf=csrf, state="closed")
    text = await site.get(path)
    assert "third time" in text
    assert "no longer here" in text
    assert "Nothing waits" in await site.get("/admin/reports")
    assert await site.get(f"/@mallory/p{note.id}", 410)
    await site.post(f"{path}/state", csrf=csrf, state="open")
    assert str(report_id) in await site.get("/admin/reports")


@each_row(
    "path, fields, status",
    [
        ("/admin/reports/1/state", {"state": "closed"}, 404),
        ("/admin/reports/1/state", {"state": "burnt"}, 400),
        ("/admin/reports/1/notes", {"text": "x"}, 404),
        ("/admin/reports/1/notes", {"text": " "}, 422),
        ("/admin/reports/1/posts/1/remove", {}, 404),
        ("/admin/people/1/sanctions", {"kind": "suspended"}, 404),
        ("/admin/people/1/sanctions", {"kind": "hanged"}, 400),
        ("/admin/people/1/role", {"role": "admin"}, 404),
    ],
)
async def test_what_does_not_exist_changes_nothing(administered: Site, path, fields, status) -> None:
    site = administered
    await site.post(path, 403, **fields)
    await site.post(path, status, csrf=await site.csrf("/admin/people"), **fields)
    assert await site.store.read(lambda conn: conn.execute(select(sanctions)).all()) == []


async def test_somebody_here_is_suspended_and_comes_back(site: Site) -> None:
    await site.set_up()
    mallory = await site.peer.add_actor("mallory")
    token = await site.peer.token(mallory)
    note = await site.store.write(publish_note, site.peer.unit(), mallory.id, "Hello", Visibility.PUBLIC)
    path = f"/admin/people/{mallory.id}"
    csrf = await site.csrf(path)
    await site.post(f"{path}/sanctions", csrf=csrf, kind="suspended", reason="spam")
    assert await site.store.read(tokens.find_token, token) is None
    await site.get("/@mallory", 410)
    await site.get(f"/@mallory/p{note.id}", 410)
    status, document = await site.peer.get(mallory.uri)
    assert (status, document["suspended"], document["name"]) == (200, True, "mallory")
    assert (await site.peer.get(note.uri))[0] == 404
    assert re.search(r"in force", await site.get(path))
    await site.post(f"{path}/sanctions", csrf=csrf, kind="suspended", lift="1")
    await site.get("/@mallory")
    told = await site.store.read(lambda conn: conn.execute(select(audit_log.c.action)).scalars().all())
    assert told[-2:] == ["suspended.impose", "suspended.lift"]


async def test_who_waits_to_join_still_waits_after_a_suspension(site: Site) -> None:
    boss, newcomer = await site.peer.add_actor("boss"), await site.peer.add_actor("newcomer")
    await site.store.write(account_store.set_state, newcomer.id, account_store.PENDING)
    for change in (
        lambda conn: moderate.impose(conn, site.peer.unit(), boss.id, newcomer.id, Sanction.SUSPENDED, ""),
        lambda conn: moderate.lift(conn, site.peer.unit(), boss.id, newcomer.id, Sanction.SUSPENDED),
    ):
        await site.store.write(change)
    found = await site.store.read(account_store.load_account, newcomer.id)
    assert found is not None
    assert found.state == account_store.PENDING


async def test_nobody_decides_about_equals_or_what_the_node_needs(site: Site) -> None:
    moderator = await site.peer.add_actor("mo")
    other = await site.peer.add_actor("ma")
    organisation = await site.peer.organisation()

    def promote(conn: Connection) -> None:
        for actor in (moderator, other):
            account_store.set_role(conn, actor.id, "moderator")

    await site.store.write(promote)
    for target, error in ((moderator, Conflict), (other, Forbidden), (organisation, Conflict)):
        with pytest.raises(error):
            await site.store.write(
                moderate.impose, site.peer.unit(), moderator.id, target.id, Sanction.SUSPENDED, "why not"
            )
    assert await site.store.read(lambda conn: conn.execute(select(sanctions)).all()) == []


async def test_the_last_administrator_stays_one(site: Site) -> None:
    await site.set_up()
    ada = await site.store.read(actors.find_local_actor, "ada")
    assert ada is not None
    boss = await site.peer.add_actor("boss")
    with pytest.raises(Conflict):
        await site.store.write(moderate.set_role, site.peer.unit(), ada.id, ada.id, "member")
    with pytest.raises(Conflict):
        await site.store.write(moderate.set_role, site.peer.unit(), boss.id, ada.id, "member")
    await site.post(f"/admin/people/{boss.id}/role", csrf=await site.csrf("/admin/people"), role="admin")
    await site.store.write(moderate.set_role, site.peer.unit(), boss.id, ada.id, "member")


async def test_somebody_elsewhere_is_suspended(tmp_path) -> None:
    """Nothing more comes in, what is here is hidden, and her own server cannot lift it."""
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        ada, eve = await uni.add_actor("ada"), await museum.add_actor("eve")
        await uni.follow(ada, eve.uri)
        await net.settle()
        first = await museum.store.write(publish_note, museum.unit(), eve.id, "One", Visibility.PUBLIC)
        await net.settle()
        assert await uni.object(first.uri) is not None
        known = await uni.store.read(actors.find_actor, eve.uri)
        await uni.store.write(moderate.impose, uni.unit(), ada.id, known.id, Sanction.SUSPENDED, "")
        await uni.system.federation.policies.load()
        second = await museum.store.write(
            publish_note, museum.unit(), eve.id, "Two @ada@" + ada.host, Visibility.PUBLIC
        )
        await net.settle()
        assert await uni.object(second.uri) is None
        assert await uni.store.read(lambda conn: conn.execute(select(follows)).all()) == []
        page = await uni.http.get(f"{uni.origin}/@eve@{eve.host}", headers={"Accept": "text/html"})
        assert page.status == 410
        app = App(uni, await uni.token(ada), ada)
        await app.get(f"v1/statuses/{(await uni.object(first.uri)).id}", 404)
        assert await app.get("v1/timelines/home") == []
        fresh = await uni.system.federation.fetcher.actor(eve.uri, fresh=True)
        assert fresh.state == "suspended"
        await uni.store.write(moderate.lift, uni.unit(), ada.id, known.id, Sanction.SUSPENDED)
        await uni.system.federation.policies.load()
        await app.get(f"v1/statuses/{(await uni.object(first.uri)).id}")
        third = await museum.store.write(
            publish_note, museum.unit(), eve.id, "Three @ada@" + ada.host, Visibility.PUBLIC
        )
        await net.settle()
        assert await uni.object(third.uri) is not None


async def test_other_servers_hide_who_is_suspended_here_until_she_is_back(tmp_path) -> None:
    """And follows end at both sides: what is not sent any more is not waited for."""
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        eve, bo = await app_of(uni, "eve"), await app_of(museum, "bo")
        boss = await uni.add_actor("boss")
        await museum.follow(bo.me, eve.me.uri)
        await uni.follow(eve.me, bo.me.uri)
        await net.settle()
        made = await eve.post("v1/statuses", status="Hello")
        await net.settle()
        (seen,) = await bo.get("v1/timelines/home")
        path = f"v1/statuses/{seen['id']}"
        await uni.store.write(moderate.impose, uni.unit(), boss.id, eve.me.id, Sanction.SUSPENDED, "")
        await net.settle()
        assert await bo.get("v1/timelines/home") == []
        await bo.get(path, 404)
        assert (await bo.get(f"v1/accounts/{seen['account']['id']}"))["suspended"] is True
        (relation,) = await bo.get("v1/accounts/relationships", id=[seen["account"]["id"]])
        assert (relation["following"], relation["followed_by"]) == (False, False)
        assert await museum.store.read(lambda conn: conn.execute(select(follows)).all()) == []
        await uni.store.write(moderate.lift, uni.unit(), boss.id, eve.me.id, Sanction.SUSPENDED)
        await net.settle()
        assert (await bo.get(path))["uri"] == made["uri"]


async def test_a_post_that_moderators_remove_is_gone_with_its_files_wherever_it_was_told(tmp_path) -> None:
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        eve, bo = await app_of(uni, "eve"), await app_of(museum, "bo")
        boss = await uni.add_actor("boss")
        media = await eve.call("POST", "v2/media", data=aiohttp.FormData({"file": io.BytesIO(files.picture())}))
        text = f"Look @bo@{bo.me.host}"
        made = await eve.post("v1/statuses", status=text, media_ids=[media["id"]])
        await net.settle()
        assert await museum.object(made["uri"]) is not None
        await uni.store.write(moderate.remove_object, uni.unit(), boss.id, int(made["id"]))
        await net.settle()
        await eve.get(f"v1/statuses/{made['id']}", 404)
        for url in (media["url"], media["preview_url"]):
            async with uni.http.get(url) as answer:
                assert answer.status == 404
        found = await museum.object(made["uri"])
        assert found.state == objects.DELETED


async def test_a_post_that_moderators_remove_is_gone_at_those_who_followed_before_a_suspension(tmp_path) -> None:
    """A suspension ends all follows, and nothing says later who was told what before it."""
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        eve, bo = await app_of(uni, "eve"), await app_of(museum, "bo")
        boss = await uni.add_actor("boss")
        await museum.follow(bo.me, eve.me.uri)
        await net.settle()
        made = [await eve.post("v1/statuses", status="Look", visibility=level) for level in ("public", "private")]
        await net.settle()
        await uni.store.write(moderate.impose, uni.unit(), boss.id, eve.me.id, Sanction.SUSPENDED, "")
        await uni.store.write(moderate.lift, uni.unit(), boss.id, eve.me.id, Sanction.SUSPENDED)
        await net.settle()
        for each in made:
            assert (await museum.object(each["uri"])).state == objects.LIVE
            await uni.store.write(moderate.remove_object, uni.unit(), boss.id, int(each["id"]))
        await net.settle()
        assert [(await museum.object(each["uri"])).state for each in made] == [objects.DELETED] * 2


async def test_a_removed_post_of_others_does_not_come_back(tmp_path) -> None:
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        ada, eve = await uni.add_actor("ada"), await museum.add_actor("eve")
        await uni.follow(ada, eve.uri)
        await net.settle()
        note = await museum.store.write(publish_note, museum.unit(), eve.id, "One", Visibility.PUBLIC)
        await net.settle()
        stored = await uni.object(note.uri)
        await uni.store.write(moderate.remove_object, uni.unit(), ada.id, stored.id)
        assert (await uni.object(note.uri)).state == objects.DELETED


async def test_who_is_silenced_stands_in_no_public_list_but_followers_read_on(site: Site) -> None:
    ada, eve = [await app_of(site.peer, name, discoverable=True) for name in ("ada", "eve")]
    ben = await app_of(site.peer, "ben")
    boss = await site.peer.add_actor("boss")
    await ada.post(f"v1/accounts/{eve.me.id}/follow")
    directory, suggested = "v1/directory?local=true", "v2/suggestions"
    assert "eve" in str(await ben.get(directory))
    assert "eve" in str(await ben.get(suggested))
    await site.store.write(moderate.impose, site.peer.unit(), boss.id, eve.me.id, Sanction.SILENCED, "")
    await site.peer.system.federation.policies.load()
    stream = await connect(ben, "stream=public")
    await stream.subscribe("hashtag", tag="silence")
    made = await eve.post("v1/statuses", status="Hello #silence", visibility="public")
    await ada.post(f"v1/statuses/{made['id']}/favourite")
    assert [status["id"] for status in await ada.get("v1/timelines/home")] == [made["id"]]
    for path in ("v1/timelines/public", "v1/timelines/tag/silence", "v1/trends/statuses"):
        assert await ada.get(path) == []
    for path in (directory, suggested):
        assert "eve" not in str(await ben.get(path))
    await stream.silence()
    await site.store.write(moderate.lift, site.peer.unit(), boss.id, eve.me.id, Sanction.SILENCED)
    await site.peer.system.federation.policies.load()
    for path in ("v1/timelines/public", "v1/timelines/tag/silence", directory, suggested):
        assert "eve" in str(await ben.get(path))
    again = await eve.post("v1/statuses", status="Hello again", visibility="public")
    assert (await stream.next())[2]["id"] == again["id"]


async def test_people_of_limited_and_blocked_domains_are_not_in_the_directory(site: Site) -> None:
    reader = App(site.peer)

    def known(conn: Connection) -> None:
        unit = site.peer.unit()
        for host in ("far.example", "sub.loud.example", "bad.example"):
            facts = {"uri": f"https://{host}/zoe", "username": "zoe", "host": host, "local": False, "kind": "person"}
            times = dict.fromkeys(("created_at", "updated_at"), unit.now)
            actors.insert_actor(conn, id=unit.ids.new(), discoverable=True, **facts, **times)
        policies.set_policy(conn, "loud.example", DomainPolicy.LIMIT, "", unit.now)
        policies.set_policy(conn, "bad.example", DomainPolicy.BLOCK, "", unit.now)

    await site.store.write(known)
    await site.peer.system.federation.policies.load()
    assert [each["acct"] for each in await reader.get("v1/directory") if "zoe" in each["acct"]] == ["zoe@far.example"]
    loud = await reader.get("v1/accounts/lookup", acct="zoe@sub.loud.example")
    await reader.get(f"v1/accounts/{loud['id']}")
    await reader.get("v1/accounts/lookup", 404, acct="zoe@bad.example")
    known = await site.store.read(actors.find_actor, "https://bad.example/zoe")
    await reader.get(f"v1/accounts/{known.id}", 404)


async def test_with_an_allow_list_people_here_read_and_write_as_ever(tmp_path) -> None:
    """Nobody allows her own node."""
    async with network(tmp_path, "uni", "museum", mode="allow-list") as net:
        uni, museum = net.peers
        ada, ben = await app_of(uni, "ada"), await app_of(uni, "ben")
        eve = await app_of(museum, "eve", discoverable=True)
        await ben.post(f"v1/accounts/{ada.me.id}/follow")
        made = await ada.post("v1/statuses", status="Hello here")
        for path in ("v1/timelines/home", "v1/timelines/public", f"v1/accounts/{ada.me.id}/statuses"):
            assert [each["id"] for each in await ben.get(path)] == [made["id"]]
        async with uni.http.get(f"{uni.origin}/@ada/p{made['id']}", headers={"Accept": "text/html"}) as answer:
            assert "Hello here" in await answer.text()
        found = await ben.get("v2/search", q=f"@eve@{eve.me.host}", resolve=True)
        assert found["accounts"] == []
        for one, other in ((uni, museum), (museum, uni)):
            host = other.system.node.config.host
            await one.store.write(policies.set_policy, host, DomainPolicy.ALLOW, "", one.unit().now)
            await one.system.federation.policies.load()
        found = await ben.get("v2/search", q=f"@eve@{eve.me.host}", resolve=True)
        assert [each["username"] for each in found["accounts"]] == ["eve"]
        assert "eve" in str(await ben.get("v1/directory"))
        await uni.store.write(policies.delete_policy, museum.system.node.config.host)
        await uni.system.federation.policies.load()
        for path in ("v1/directory", "v1/directory?order=new", "v2/suggestions", "v2/search?q=eve"):
            assert "eve" not in await (await ben.ask("GET", path)).text(), path


async def test_who_is_suspended_is_not_among_those_who_liked(site: Site) -> None:
    ada, eve = await app_of(site.peer, "ada"), await app_of(site.peer, "eve")
    boss = await site.peer.add_actor("boss")
    made = await ada.post("v1/statuses", status="Hello")
    await eve.post(f"v1/statuses/{made['id']}/favourite")
    await eve.post(f"v1/statuses/{made['id']}/reblog")
    await site.store.write(moderate.impose, site.peer.unit(), boss.id, eve.me.id, Sanction.SUSPENDED, "")
    for path in (f"v1/statuses/{made['id']}/{way}" for way in ("favourited_by", "reblogged_by")):
        assert await ada.get(path) == []
    assert await ada.get("v1/notifications") == []
    await site.store.write(moderate.lift, site.peer.unit(), boss.id, eve.me.id, Sanction.SUSPENDED)
    assert [each["acct"] for each in await ada.get(f"v1/statuses/{made['id']}/favourited_by")] == ["eve"]


async def test_media_of_some_are_always_covered(site: Site) -> None:
    """In apps, on pages and for other servers; her own words stay as they were."""
    eve = await app_of(site.peer, "eve")
    boss = await site.peer.add_actor("boss")
    form = aiohttp.FormData({"file": io.BytesIO(files.picture())})
    media = await eve.call("POST", "v2/media", data=form)
    made = await eve.post("v1/statuses", status="Hello", media_ids=[media["id"]])
    path, covered = f"/@eve/p{made['id']}", "<details><summary>Show pictures and recordings"

    async def is_covered() -> list[bool]:
        await site.peer.system.federation.policies.load()
        _, document = await site.peer.get(made["uri"])
        return [
            (await eve.get(f"v1/statuses/{made['id']}"))["sensitive"],
            covered in await site.get(path),
            document["sensitive"],
        ]

    assert await is_covered() == [False] * 3
    await site.store.write(moderate.impose, site.peer.unit(), boss.id, eve.me.id, Sanction.SENSITIVE, "")
    assert await is_covered() == [True] * 3
    await site.store.write(moderate.lift, site.peer.unit(), boss.id, eve.me.id, Sanction.SENSITIVE)
    assert await is_covered() == [False] * 3
    await eve.put(f"v1/statuses/{made['id']}", status="Hello", sensitive=True)
    assert await is_covered() == [True] * 3


@pytest.mark.usefixtures("each_database")
async def test_two_administrators_who_dismiss_each_other_at_once_leave_one(site: Site) -> None:
    ada, ben = await site.peer.add_actor("ada"), await site.peer.add_actor("ben")
    is_done, go_on = threading.Event(), threading.Event()

    def promote(conn: Connection) -> None:
        for actor in (ada, ben):
            account_store.set_role(conn, actor.id, account_store.ADMIN)

    def first(conn: Connection) -> None:
        moderate.set_role(conn, site.peer.unit(), ada.id, ben.id, account_store.MEMBER)
        is_done.set()
        go_on.wait(30)

    def second(conn: Connection) -> None:
        moderate.set_role(conn, site.peer.unit(), ben.id, ada.id, account_store.MEMBER)

    await site.store.write(promote)
    one = asyncio.create_task(site.store.write(first))
    await asyncio.to_thread(is_done.wait, 30)
    other = asyncio.create_task(site.store.write(second))
    await asyncio.wait({other}, timeout=1)  # it waits for the first, or is wrong already
    go_on.set()
    await one
    with pytest.raises(Conflict):
        await other
    assert await site.store.read(account_store.count_admins) == 1
