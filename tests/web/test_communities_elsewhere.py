"""Pages for moderators of communities that live on other nodes: who asks, whom they decide about, what was reported."""

import asyncio
import json
import time
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from node.domain.actors import ActorKind, RemoteActor
from node.domain.communities import JoinPolicy, RemoteCommunity, Role
from node.domain.visibility import Visibility
from node.services.house import reports as telling
from node.services.house.reports import Complaint
from node.store import tables
from node.store.communities import community_bans, community_log, community_reports, community_requests, community_roles
from node.store.communities.community_requests import Request
from node.store.communities.community_roles import RoleOf
from node.store.people import actors, remote_actors
from node.store.people.actors import Actor
from node.store.posts import objects
from node.store.search import indexing
from tests.web.conftest import Site

PATH = "/c/metals@museum.example"
HOME = "https://museum.example"


METALS = RemoteCommunity(join_policy=JoinPolicy.REQUEST, purpose="We *cast*.")


def stranger(
    conn: Connection, site: Site, name: str, kind: ActorKind = ActorKind.PERSON, said: RemoteCommunity = METALS
) -> Actor:
    uri, unit = f"{HOME}/ap/a/{name}", site.peer.unit()
    made = RemoteActor(
        uri=uri,
        kind=kind,
        username=name,
        host="museum.example",
        inbox=f"{uri}/inbox",
        name=name.title(),
        community=said if kind is ActorKind.GROUP else None,
    )
    return remote_actors.save_remote_actor(conn, unit.ids, unit.now, made)


@pytest.fixture
async def ada(site: Site) -> Site:
    """Ada governs Metals, which lives at the museum; Cleo has asked to join it, Mallory has written in it."""
    await site.set_up()

    def prepare(conn: Connection) -> None:
        unit = site.peer.unit()
        group = stranger(conn, site, "metals", ActorKind.GROUP)
        me = actors.find_local_actor(conn, "ada")
        community_roles.save_roles(conn, group.id, [RoleOf(me.uri, Role.MODERATOR, unit.now)])
        cleo, mallory = stranger(conn, site, "cleo"), stranger(conn, site, "mallory")
        community_requests.save_request(conn, Request(group.id, cleo.id, f"{HOME}/ap/x/1", unit.now))
        post = {
            "id": unit.ids.new(),
            "uri": f"{HOME}/ap/o/1",
            "kind": "note",
            "type": "Note",
            "actor_id": mallory.id,
            "local": False,
            "visibility": "public",
            "content": "<p>Buy tin!</p>",
            "published_at": unit.now,
            "received_at": unit.now,
            "audience": group.uri,
        }
        conn.execute(tables.objects.insert().values(**post))

    await site.store.write(prepare)
    return site


async def deeds(site: Site) -> list[tuple[str, str]]:
    """Act and target of what is told to the home of the community."""

    def load(conn: Connection) -> list[Any]:
        rows = conn.execute(select(tables.jobs.c.payload).where(tables.jobs.c.kind == "event"))
        entries = [row.payload["entry_id"] for row in rows if row.payload["event"] == "Governed"]
        found = [community_log.find_entry(conn, each) for each in entries]
        return [(entry.act, entry.target_uri.rpartition("/")[2]) for entry in found]

    return await site.store.read(load)


async def test_a_request_is_decided_on_the_page_of_the_moderators_own_node(ada: Site) -> None:
    text = await ada.get(PATH)
    assert "1 request" in text
    assert "<p>We <em>cast</em>.</p>" in text  # a closed one tells it apart from its profile
    page = f"{PATH}/members"
    text = await ada.get(page)
    assert "They ask to join" in text
    assert "Cleo" in text
    assert "museum.example does not answer now" in text
    told = await ada.post(page, csrf=await ada.csrf(page), act="admit", target=f"{HOME}/ap/a/cleo")
    assert told == f"{page}?asked"
    assert "has been asked to do it" in await ada.get(told)
    assert "They ask to join" not in await ada.get(page)
    assert await deeds(ada) == [("admit", "cleo")]
    await ada.post(page, 404, csrf=await ada.csrf(page), act="admit", target=f"{HOME}/ap/a/mallory")


async def test_a_home_that_is_slow_holds_the_page_up_for_a_second_and_is_shown_to_who_looks_again(ada: Site) -> None:
    asked: list[bytes] = []
    speaks = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        await speaks.wait()
        at = f"http://127.0.0.1:{slow.sockets[0].getsockname()[1]}/followers"
        page = {"id": at, "type": "OrderedCollection", "totalItems": 1, "orderedItems": [f"{HOME}/ap/a/mallory"]}
        body = json.dumps(page).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    def move(conn: Connection, port: int) -> None:
        there = tables.actors.c.uri == f"{HOME}/ap/a/metals"
        conn.execute(update(tables.actors).where(there).values(followers=f"http://127.0.0.1:{port}/followers"))

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as slow:
        await ada.store.write(move, slow.sockets[0].getsockname()[1])
        began = time.monotonic()
        text = await ada.get(f"{PATH}/members")
        took = time.monotonic() - began
        assert "Mallory" not in text
        speaks.set()
        again = await ada.get(f"{PATH}/members")
    assert "Mallory" in again
    assert "does not answer" not in again
    assert len(asked) == 1
    assert "museum.example does not answer now" in text
    assert took < 30  # a second on a machine that has nothing else to do; the home itself is waited for twice as long


async def test_what_another_house_keeps_to_itself_is_shown_to_nobody_here(ada: Site) -> None:
    """Its name and level is all that its home told; members of this organisation are none of that one."""
    said = RemoteCommunity(visibility=Visibility.ORGANISATION)
    await ada.store.write(stranger, ada, "nightwatch", ActorKind.GROUP, said)
    await ada.store.write(indexing.work_off)
    await ada.get("/c/nightwatch@museum.example", 404)
    for path in ("/communities", "/search?q=nightwatch", "/api/learning/v1/communities", "/network"):
        assert "nightwatch@museum" not in await ada.get(path), path


async def test_people_are_invited_removed_and_banned_for_some_days(ada: Site) -> None:
    page = f"{PATH}/members"
    csrf = await ada.csrf(page)
    for act, person in (("invite", "cleo"), ("expel", "mallory"), ("appoint-expert", "cleo")):
        await ada.post(page, csrf=csrf, act=act, target=f"{HOME}/ap/a/{person}")
    await ada.post(page, csrf=csrf, act="ban", target=f"{HOME}/ap/a/mallory", reason="Spam", days="7")
    group = await ada.store.read(actors.find_actor, f"{HOME}/ap/a/metals")
    (ban,) = await ada.store.read(community_bans.load_bans, group.id, ada.clock.now())
    assert (ban.reason, ban.expires_at) == ("Spam", ada.clock.now() + 7 * 86_400_000)
    assert await deeds(ada) == [
        ("invite", "cleo"),
        ("expel", "mallory"),
        ("appoint-expert", "cleo"),
        ("ban", "mallory"),
    ]


async def test_settings_are_asked_of_the_home(ada: Site) -> None:
    page = f"{PATH}/settings"
    text = await ada.get(page)
    assert "The community lives at museum.example" in text
    assert 'name="visibility"' not in text
    typed = {"name": "Metals", "purpose": "We cast.", "rules": "x" * 501, "join_policy": "request", "version": "1"}
    csrf = await ada.csrf(page)
    text = await ada.post(page, 422, csrf=csrf, **typed)
    assert "rules of 500" in text
    assert "We cast." in text
    text = await ada.post(page, 409, csrf=csrf, **{**typed, "rules": "Be kind.", "version": "7"})
    assert "changed these settings meanwhile" in text
    assert "Be kind." in text
    assert await ada.post(page, csrf=csrf, **{**typed, "rules": "Be kind.", "version": "²"}) == f"{page}?asked"
    assert "has been asked to do it" in await ada.get(f"{page}?asked")
    assert await deeds(ada) == [("settings", "metals")]
    assert "changed the settings: What it is for, Rules" in await ada.get(f"{PATH}/log")


async def test_programs_ask_the_home_in_the_same_way(ada: Site) -> None:
    me = await ada.store.read(actors.find_local_actor, "ada")
    url = f"{ada.peer.origin}/api/learning/v1/communities/metals@museum.example"
    headers = {"Authorization": f"Bearer {await ada.peer.token(me)}"}
    async with ada.peer.http.get(url, headers=headers) as answer:
        headers["If-Match"], before = answer.headers["ETag"], await answer.json()
    for sent, status in (({"rules": ["Be kind."]}, 202), ({"visibility": "community"}, 422), ({"rules": [""]}, 422)):
        async with ada.peer.http.patch(url, headers=headers, json=sent) as answer:
            assert answer.status == status, sent
            assert status != 202 or (await answer.json())["rules"] == before["rules"]
    async with ada.peer.http.patch(url, headers={**headers, "If-Match": '"other"'}, json={"name": "Tin"}) as answer:
        assert answer.status == 412
    assert await deeds(ada) == [("settings", "metals")]


async def test_a_report_is_read_and_closed_there_and_strangers_see_none_of_it(ada: Site) -> None:
    ben = await ada.peer.add_actor("ben")
    post = await ada.store.read(objects.find_object, f"{HOME}/ap/o/1")
    complaint = Complaint(target_id=post.actor_id, status_ids=[post.id], comment="Advertising")
    made = await ada.store.write(telling.report, ada.peer.unit(), ben.id, complaint)
    page = f"{PATH}/reports"
    text = await ada.get(page)
    assert "Advertising" in text
    assert "Buy tin!" in text
    assert "Metals" in await ada.get(f"/admin/reports/{made.id}")
    assert "Remove the post" in await ada.get(f"{PATH}/moderate?post={post.id}")
    csrf = await ada.csrf(page)
    await ada.post(page, csrf=csrf, act="hand-on", report=str(made.id))
    assert "With those who look after the node" in await ada.get(page)
    await ada.post(page, 422, csrf=csrf, act="burn", report=str(made.id))
    await ada.post(page, 404, csrf=csrf, act="close", report="12")
    await ada.post(page, csrf=csrf, act="close", report=str(made.id))
    assert "Closed by Ada L." in await ada.get(f"{page}?state=closed")
    group = await ada.store.read(actors.find_actor, f"{HOME}/ap/a/metals")
    await ada.store.write(
        community_roles.delete_roles, group.id, (await ada.store.read(actors.find_local_actor, "ada")).uri
    )
    await ada.get(page, 404)
    await ada.post(page, 404, csrf=csrf, act="close", report=str(made.id))
    assert await ada.store.read(community_reports.count_open, group.id) == 0
