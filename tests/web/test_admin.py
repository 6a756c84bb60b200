"""The administration: who may enter, what it changes, and that looking changes nothing."""

import io
import re
from collections import Counter

import pytest
from sqlalchemy import Connection, insert, select, update

from federation.signatures import rotation
from federation.signatures.keys import make_keys
from node.clock import DAY
from node.domain.actors import ActorKind
from node.secretbox import SecretBox
from node.store.jobs import NewJob, enqueue_many
from node.store.tables import accounts, actors, audit_log, domain_policies, follows, jobs, metadata
from tests.client import App
from tests.media_files import picture
from tests.network import SECRET
from tests.records import record
from tests.web.conftest import Site

pytestmark = pytest.mark.usefixtures("each_database")

VARIANTS = 6  # of one page, by what follows the question mark


async def _rows(site: Site, table):
    def load(conn: Connection):
        return [dict(row._mapping) for row in conn.execute(select(table))]

    return await site.store.read(load)


async def test_members_do_not_enter(site: Site) -> None:
    await site.set_up()

    def demote(conn: Connection) -> None:
        conn.execute(update(accounts).values(role="member"))

    await site.store.write(demote)
    for path in ("/admin", "/admin/network", "/admin/peers", "/admin/queue", "/admin/policies"):
        await site.get(path, 403)
    await site.post("/admin/policies", 403, domain="x.example", effect="block")


async def test_a_block_is_counted_set_audited_and_taken_back(site: Site) -> None:
    await site.set_up()
    ours = await site.peer.organisation()
    theirs = await site.peer.add_actor("mallory", ActorKind.ORGANIZATION)

    def follow(conn: Connection) -> None:
        conn.execute(update(actors).where(actors.c.id == theirs.id).values(local=False, host="a.bad.example"))
        now = site.clock.now()
        row = {"id": 5, "uri": "x", "state": "accepted", "created_at": now}
        conn.execute(insert(follows).values(follower_id=theirs.id, followed_id=ours.id, **row))

    await site.store.write(follow)
    text = await site.get("/admin/policies?domain=bad.example&effect=block&reason=spam")
    assert re.search(r"followers of ours there</dt><dd>1", text)
    assert await _rows(site, domain_policies) == []
    csrf = await site.csrf("/admin/policies")
    await site.post("/admin/policies", csrf=csrf, domain="Bad.example", effect="block", reason="spam")
    assert [row["domain"] for row in await _rows(site, domain_policies)] == ["bad.example"]
    assert await _rows(site, follows) == []
    await site.post("/admin/policies/bad.example/remove", csrf=csrf)
    assert await _rows(site, domain_policies) == []
    told = [(row["action"], row["target"]) for row in await _rows(site, audit_log)][-2:]
    assert told == [("policy.set", "bad.example"), ("policy.remove", "bad.example")]
    await site.post("/admin/policies/bad.example/remove", 404, csrf=csrf)
    host = site.peer.system.node.config.host
    await site.post("/admin/policies", 409, csrf=csrf, domain=host, effect="block")
    text = await site.get(f"/admin/policies?domain={host}&effect=block")
    assert "against this node itself" in text
    assert "Set this policy" not in text
    await site.post("/admin/policies", 400, csrf=csrf, domain="https://x/", effect="block")


async def test_the_overview_tells_how_old_keys_are(site: Site) -> None:
    site.clock.advance(5 * DAY)
    await site.set_up()
    overview = await site.get("/admin")
    tile = re.search(r"Oldest key</h2>(.*?)</li>", overview, re.DOTALL)
    assert tile is not None
    assert "5 days" in tile[1]
    assert "new keys" not in overview
    actor, unit = await site.peer.organisation(), site.peer.unit()
    made = make_keys(unit.ids, unit.now, actor.id, actor.uri, SecretBox(SECRET), is_first=False)
    await site.store.write(rotation.begin, unit, actor, made)
    assert "1 actor gets new keys" in await site.get("/admin")


async def test_parked_work_is_tried_again_or_dropped(site: Site) -> None:
    await site.set_up()
    now = site.clock.now()

    def park(conn: Connection) -> None:
        enqueue_many(conn, [NewJob("deliver", number, now, host="b.example") for number in (1, 2)])
        conn.execute(update(jobs).where(jobs.c.id < 3).values(state="parked", error="401 <b>no</b>"))

    await site.store.write(park)
    text = await site.get("/admin/queue")
    assert "401 &lt;b&gt;no" in text
    csrf = await site.csrf("/admin/queue")
    await site.post("/admin/queue/1/retry", csrf=csrf)
    await site.post("/admin/queue/2/discard", csrf=csrf)
    left = {row["id"]: row["state"] for row in await _rows(site, jobs) if row["id"] < 3}
    assert left == {1: "live"}
    await site.post("/admin/queue/2/retry", 404, csrf=csrf)
    await site.get("/admin/queue/1/discard", 405)


async def test_a_search_becomes_an_account_to_follow(site: Site) -> None:
    await site.set_up()
    await site.peer.publish(record())
    assert "/admin/topics?q=casting&amp;language=en" in await site.get("/resources?q=casting&language=en")
    form = await site.get("/admin/topics?q=casting&language=en")
    assert 'value="/resources?q=casting&amp;language=en"' in form
    csrf = await site.csrf("/admin/topics")
    typed = {"username": "Casting!", "name": "Casting news", "query": "/resources?page=2"}
    back = await site.post("/admin/topics", 422, csrf=csrf, **typed)
    assert [each in back for each in ('value="Casting news"', "a-z, 0-9")] == [True, True]
    typed |= {"username": "casting", "query": "/resources?q=casting&language=en"}
    await site.post("/admin/topics", csrf=csrf, **typed)
    await site.post("/admin/topics", 409, csrf=csrf, **typed)
    assert 'href="/@casting"' in await site.get("/resources")
    assert "Casting basics" in await site.get("/@casting")
    assert 'value="/resources?q=casting&amp;language=en"' in await site.get("/admin/topics/casting")
    status, found = await site.peer.get("/api/learning/v1/topic-accounts")
    assert (status, [each["query"] for each in found["items"]]) == (200, ["q=casting&language=en"])
    pictures = {"csrf": csrf, "avatar": io.BytesIO(picture()), "header": io.BytesIO(b"no picture")}
    async with site.browser.post(f"{site.peer.origin}/admin/topics/casting/pictures", data=pictures) as answer:
        assert (answer.status, "no picture, sound" in await answer.text()) == (422, True)
    profile = await App(site.peer).get("v1/accounts/lookup", acct="casting")
    assert ("/media/" in profile["avatar"], "/media/" in profile["header"]) == (True, False)
    await site.post("/admin/topics/casting/pictures", csrf=csrf, remove="avatar")
    assert "/media/" not in (await App(site.peer).get("v1/accounts/lookup", acct="casting"))["avatar"]
    await site.post("/admin/topics/casting/remove", csrf=csrf)
    assert (await site.peer.get("/@casting"))[0] == 410


async def test_looking_changes_nothing(site: Site) -> None:
    """ADM2: every link of every page is followed, as an administrator; no table differs afterwards.

    Calendars and searches lead on for ever, so of each page some variants are enough.
    """
    await site.set_up()
    await site.peer.publish(record())
    before = {name: await _rows(site, table) for name, table in metadata.tables.items()}
    waiting, seen, variants = ["/", "/admin", "/sign-in"], set(), Counter[str]()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        variants[path.partition("?")[0]] += 1
        if variants[path.partition("?")[0]] > VARIANTS:
            continue
        async with site.browser.get(site.peer.origin + path, headers={"Accept": "text/html"}) as answer:
            assert answer.status == 200, path
            text = await answer.text() if answer.content_type == "text/html" else ""
        found = {each.split("#")[0].replace("&amp;", "&") for each in re.findall(r'href="(/[^"]*)"', text)}
        waiting += found - seen - set(waiting)
    assert {"/admin/peers", "/admin/queue", "/admin/policies", "/r/casting-basics", "/resources"} <= seen
    assert {name: await _rows(site, table) for name, table in metadata.tables.items()} == before
