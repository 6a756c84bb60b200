"""Somebody deletes her account: what goes here, what other servers are told, what is refused."""

import aiohttp
from sqlalchemy import delete, select

from node.domain.communities import Role
from node.domain.courses import key_of
from node.jobs import kinds
from node.services.accounts import leaving
from node.services.library import enrolling
from node.store.access import accounts
from node.store.communities import community_roles
from node.store.communities.community_roles import RoleOf
from node.store.events import events
from node.store.library import courses, resources
from node.store.people import actors
from node.store.people.actors import find_local_actor
from node.store.posts import burying, objects
from node.store.tables import community_roles as roles_table
from node.store.tables import jobs, media, metadata
from tests import happenings
from tests import media_files as files
from tests.client import App, app_of
from tests.network import network
from tests.records import record
from tests.web.conftest import PASSWORD, Site

PATH = "/settings/leave"
#: What stays of somebody: her name, the keys that sign her Delete, the tombstones of her posts, the Delete itself.
STAYS = {"own_keys": 2, "objects": 2, "activities": 1}


async def rows_about(store, actor_id: int) -> dict[str, int]:
    def count(conn):
        found = {}
        for table in metadata.sorted_tables:
            columns = [c for c in table.columns if any(k.target_fullname == "actors.id" for k in c.foreign_keys)]
            number = sum(len(conn.execute(select(column).where(column == actor_id)).all()) for column in columns)
            if number:
                found[table.name] = number
        return found

    return await store.read(count)


async def second_admin(site: Site) -> None:
    eve = await site.peer.add_actor("eve")
    await site.store.write(accounts.set_role, eve.id, "admin")


async def leave(site: Site, status: int = 303, **changes: str) -> str:
    fields = {"user_name": "ada", "current": PASSWORD, "csrf": await site.csrf(PATH)}
    return await site.post(PATH, status, **(fields | changes))


async def test_who_leaves_is_gone_here_and_at_another_node(tmp_path):
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        ada, bob, ben = await app_of(uni, "ada"), await app_of(uni, "bob"), await app_of(museum, "ben")
        await museum.follow(ben.me, ada.me.uri)
        await bob.post(f"v1/accounts/{ada.me.id}/follow")
        await ada.post(f"v1/accounts/{bob.me.id}/follow")
        await net.settle()
        words = await bob.post("v1/statuses", status="by bob")
        await ada.post(f"v1/statuses/{words['id']}/favourite")
        await ada.post(f"v1/statuses/{words['id']}/bookmark")
        await ada.post("v1/lists", title="Friends")
        form = aiohttp.FormData()
        form.add_field("file", files.picture(), filename="x.jpg")
        picture = await ada.call("POST", "v2/media", data=form)
        first = await ada.post("v1/statuses", status="with a picture", media_ids=[picture["id"]])
        await ada.post("v1/statuses", status="an answer", in_reply_to_id=words["id"])
        await net.settle()
        there = await museum.store.read(actors.find_actor, ada.me.uri)
        assert there is not None
        assert await museum.object(first["uri"]) is not None
        stored = [path for path in (uni.system.node.config.data_dir / "media").rglob("*") if path.is_file()]
        assert stored

        await uni.store.write(leaving.leave, uni.unit(), ada.me.id)
        await ada.get("v1/accounts/verify_credentials", 401)
        await bob.get(f"v1/statuses/{first['id']}", 404)
        await net.settle()

        assert await rows_about(uni.store, ada.me.id) == STAYS
        shown = await bob.get(f"v1/statuses/{words['id']}")
        assert (shown["favourites_count"], shown["replies_count"]) == (0, 0)
        me = await bob.get("v1/accounts/verify_credentials")
        assert (me["followers_count"], me["following_count"]) == (0, 0)
        assert not [path for path in (uni.system.node.config.data_dir / "media").rglob("*") if path.is_file()]
        assert await uni.store.read(lambda conn: conn.execute(select(media)).all()) == []
        for address in (ada.me.uri, first["uri"]):
            status, document = await uni.get(address)
            assert (status, document["type"]) == (410, "Tombstone")
        status, _ = await uni.get(f"/.well-known/webfinger?resource=acct:ada@{uni.system.node.config.host}")
        assert status == 410

        gone = await museum.store.read(actors.find_actor, ada.me.uri)
        assert gone is not None
        assert (gone.state, gone.name) == ("gone", "")
        found = await museum.object(first["uri"])
        assert found is not None
        assert found.state == objects.DELETED
        assert ("Delete", "actor-deleted") in await museum.outcomes()


async def test_the_page_says_what_goes_and_asks_twice(start, box):
    site = await start()
    await second_admin(site)
    told = await site.get(PATH)
    assert "This cannot be taken back." in told
    assert "/settings/data" in told
    assert "This is not your user name." in await leave(site, 422, user_name="eve")
    assert "This is not your password." in await leave(site, 422, current="something else")
    assert await leave(site, user_name="@Ada") == "/settings/left"
    assert "Your account has been deleted" in await site.get("/settings/left")
    assert await site.get("/settings", 303) == "/sign-in?next=/settings"
    await site.sign_in(422)
    await site.peer.system.worker.drain()
    (mail,) = box.mails
    assert mail["To"] == "ada@example.org"
    assert "has been deleted" in mail["Subject"]
    left = await site.store.read(lambda conn: conn.execute(select(jobs.c.kind)).scalars().all())
    assert kinds.MAIL not in left  # nor is her address
    found = await site.store.read(find_local_actor, "ada")
    assert found is not None  # nobody else gets her name
    assert found.state == "gone"
    await site.get("/@ada", 410)


async def test_the_only_administrator_stays(ada: Site):
    assert "only administrator" in await leave(ada, 422)
    assert await ada.get("/settings")
    await second_admin(ada)
    assert await leave(ada) == "/settings/left"


async def test_the_only_moderator_of_a_community_stays(ada: Site):
    await second_admin(ada)
    me, bob = await ada.store.read(find_local_actor, "ada"), await ada.peer.add_actor("bob")
    assert me is not None
    club = await ada.peer.add_community("club", me)
    assert "only moderator of Club" in await leave(ada, 422)
    now = ada.clock.now()
    await ada.store.write(community_roles.save_roles, club.id, [RoleOf(bob.uri, Role.MODERATOR, now)])
    assert await leave(ada) == "/settings/left"
    assert await ada.store.read(community_roles.load_moderators, club.id, now) == [bob.uri]


async def test_what_was_killed_in_the_middle_goes_on(site: Site):
    ann: App = await app_of(site.peer, "ann")
    for number in range(3):
        await ann.post("v1/statuses", status=f"post {number}")
    await site.peer.system.worker.drain()
    await site.store.write(leaving.leave, site.peer.unit(), ann.me.id)
    await site.store.write(lambda conn: burying.bury_some_of(conn, ann.me.id, 1, limit=1))
    await site.peer.system.worker.drain()
    assert await rows_about(site.store, ann.me.id) == {"own_keys": 2, "objects": 3, "activities": 1}


async def test_strangers_are_sent_to_sign_in(site: Site):
    assert await site.get(PATH, 303) == f"/sign-in?next={PATH}"
    assert (await site.post(PATH)).startswith("/sign-in?next=/settings")


async def test_places_of_who_leaves_are_given_on_at_once_on_both_nodes(tmp_path):
    """One place, somebody waits: at an event and in a course, at home and from a second node."""
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        host, ada, bob = [await uni.add_actor(name) for name in ("host", "ada", "bob")]
        ben, eve = await museum.add_actor("ben"), await museum.add_actor("eve")
        await museum.follow(await museum.organisation(), (await uni.organisation()).uri)
        for person in (ben, eve):
            await museum.follow(person, host.uri)
        await net.settle()
        event = await happenings.publish(uni, host, capacity=1)
        instance = {
            "id": "https://learn.uni.example/c#autumn",
            "courseMode": ["onsite"],
            "startDate": "2099-09-07",
            "endDate": "2099-10-16",
            "capacity": 1,
            "enrolment": {"mode": "open", "until": "2099-09-01"},
        }
        course = await uni.publish(
            record(name={"en": "Casting"}, kind="course", isAccessibleForFree=True, hasCourseInstance=[instance])
        )
        key = key_of("https://learn.uni.example/c#autumn")
        await net.settle()

        async def join(peer, person) -> None:
            await happenings.answer(peer, person, event.uri)
            held = await peer.object(course.uri)
            found = await peer.store.read(resources.load_by_object, held.id)
            await peer.store.write(enrolling.enrol, peer.unit(), person, found, key)
            await net.settle()

        async def places(peer, person) -> tuple[str, str]:
            held = await peer.object(course.uri)
            enrolled = await peer.store.read(courses.find, held.id, key, person.id)
            return await happenings.state_of(peer, person, event.uri), enrolled.state.value

        for peer, person in ((museum, ben), (uni, ada), (museum, eve), (uni, bob)):
            await join(peer, person)
        assert await places(museum, ben) == ("going", "enrolled")
        assert await places(uni, ada) == ("waitlist", "waiting")
        await museum.store.write(leaving.leave, museum.unit(), ben.id)
        await net.settle()
        assert await places(uni, ada) == ("going", "enrolled")
        await uni.store.write(leaving.leave, uni.unit(), ada.id, by="")
        await net.settle()
        assert await places(museum, eve) == ("going", "enrolled")
        assert await places(uni, bob) == ("waitlist", "waiting")
        gone = await uni.store.read(actors.find_actor, ben.uri)
        assert gone is not None
        assert set(await rows_about(uni.store, gone.id)) == {"actor_stamps"}

        heir = await uni.add_actor("heir")  # looks after the event with its organiser, who leaves now
        await uni.store.write(events.add_organisers, event.id, [heir.id])
        await uni.store.write(leaving.leave, uni.unit(), host.id, by="")
        await net.settle()
        [anew] = await uni.store.read(events.list_published, heir.id, uni.unit().now)
        assert (anew.record, anew.going_count, anew.waiting_count) == (event.record, 1, 1)
        assert await happenings.state_of(museum, eve, anew.uri) == "invited"  # her place waits for her
        await happenings.answer(museum, eve, anew.uri)
        await net.settle()
        assert await happenings.state_of(museum, eve, anew.uri) == "going"
        assert await happenings.state_of(uni, bob, anew.uri) == "waitlist"
        await uni.store.write(leaving.leave, uni.unit(), heir.id, by="")  # and nobody is left
        await net.settle()
        for peer, person, said in ((uni, bob, "your answer stands"), (uni, bob, "gone"), (museum, eve, "gone")):
            assert any(said in words for words in await direct_words(peer, person)), (person.username, said)


async def direct_words(peer, person) -> list[str]:
    """What this person was told in direct posts."""

    def load(conn):
        rows = conn.execute(select(objects.objects).where(objects.objects.c.visibility == "direct")).all()
        return [row.content for row in rows if person.uri in objects.load_mentioned(conn, row.id)]

    return await peer.store.read(load)


async def test_a_community_whose_last_moderator_is_gone_elsewhere_is_governed_by_administrators(tmp_path):
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        boss, founder, ben = await uni.add_actor("boss"), await uni.add_actor("ada"), await museum.add_actor("ben")
        await uni.store.write(accounts.set_role, boss.id, "admin")
        club = await uni.add_community("club", founder)
        await museum.follow(ben, club.uri)
        await net.settle()

        def hand_over(conn):
            conn.execute(delete(roles_table).where(roles_table.c.community_id == club.id))
            community_roles.save_roles(conn, club.id, [RoleOf(ben.uri, Role.MODERATOR, uni.unit().now)])

        await uni.store.write(hand_over)
        await museum.store.write(leaving.leave, museum.unit(), ben.id)
        await net.settle()
        assert await uni.store.read(community_roles.load_moderators, club.id, uni.unit().now) == [boss.uri]
