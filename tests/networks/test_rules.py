"""Whole nodes, and what must hold between them: dead hosts, policies, moves, ends, followers, seconds."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, delete

from federation.fetching import misses
from federation.sending.asking_again import ask_again
from federation.signatures.keypairs import Algorithm, SigningKey
from node import events
from node.clock import HOUR, FixedClock, SystemClock
from node.domain.moderation import DomainPolicy
from node.domain.visibility import Visibility
from node.errors import Blocked
from node.services.house import moderate
from node.services.library import catalogue
from node.store.federation import policies
from node.store.house import reports
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.posts import object_lists, objects
from node.store.tables import follows as follows_table
from tests.broken_peers import BrokenPeer, is_silent, redirects
from tests.network import Network, Peer, network
from tests.notes import publish_note
from tests.records import record
from tests.remote import PUBLIC, Remote, RemoteActor, remote


async def row_of(peer: Peer, uri: str) -> Any:
    def load(conn: Connection) -> Any:
        found = objects.find_object(conn, uri)
        return objects.load_row(conn, found.id) if found else None

    return await peer.store.read(load)


async def followed_by_ann(net: Network, far: Remote) -> tuple[RemoteActor, Actor]:
    """ann (of the first node) follows zoe, who lives on the played server."""
    zoe, peer = far.actor("zoe"), net.peers[0]
    ann = await peer.add_actor("ann")
    await peer.follow(ann, zoe.uri)
    await net.settle()
    await far.send(f"{ann.uri}/inbox", far.activity("Accept", zoe, far.posted[-1]), zoe.key)
    await net.settle()
    return zoe, ann


async def test_posts_that_a_report_names_in_its_words_are_reported(tmp_path):
    """As Misskey writes it: the person as object, addresses of posts in the text; those of others do not count."""
    async with network(tmp_path, "hospital") as net, remote() as far:
        peer = net.peers[0]
        zoe, ann = await followed_by_ann(net, far)
        ben = await peer.add_actor("ben")
        said, other = [
            await peer.store.write(publish_note, peer.unit(), each.id, "A note.", Visibility.PUBLIC)
            for each in (ann, ben)
        ]
        words = f"Note: {said.uri}\nLocal Note: {far.origin}/notes/1\n-----\nSpam, unlike {other.uri}"
        flag = far.activity("Flag", zoe, ann.uri, content=words, to=[ann.uri])
        assert await far.send(f"{peer.origin}/ap/inbox", flag, zoe.key) == 202
        await net.settle()
        stored = await peer.store.read(reports.find_by_uri, flag["id"])
        assert (stored.target_uri, stored.object_uris) == (ann.uri, [said.uri])
        assert stored.comment.endswith(f"Spam, unlike {other.uri}")


async def until(peer: Peer, uri: str) -> None:
    async with asyncio.timeout(30):
        while await peer.object(uri) is None:  # noqa: ASYNC110 (the node works at the same time)
            await asyncio.sleep(0.02)


async def test_what_names_a_dead_host_is_taken_in_and_shown_at_once(tmp_path):
    """A mentioned person, the parent, the picture and the quoted post are all on a host that never answers."""
    async with network(tmp_path, "hospital") as net, remote() as far, BrokenPeer(is_silent(), host="127.2.0.7") as dead:
        peer = net.peers[0]
        zoe, _ = await followed_by_ann(net, far)
        gone = dead.url("/users/gone")
        note = far.note(
            zoe,
            1,
            inReplyTo=dead.url("/notes/1"),
            quote=dead.url("/notes/2"),
            quoteAuthorization=dead.url("/stamps/2"),
            tag=[{"type": "Mention", "href": gone, "name": "@gone@dead.example"}],
            cc=[f"{zoe.uri}/followers", gone],
            attachment=[{"type": "Image", "mediaType": "image/png", "url": dead.url("/1.png"), "name": "A cat"}],
        )
        assert await far.send(f"{peer.origin}/ap/inbox", far.activity("Create", zoe, note), zoe.key) == 202
        working = asyncio.create_task(net.settle())
        await until(peer, note["id"])
        await dead.arrived.wait()  # somebody waits for that host by now, and it is not the reader
        row = await row_of(peer, note["id"])
        async with asyncio.timeout(30):
            async with peer.http.get(f"{peer.origin}/@zoe@{actors_host(far)}/p{row.id}") as page:
                assert page.status == 200
                assert "Note 1" in await page.text()
        assert not working.done()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def actors_host(far: Remote) -> str:
    return far.origin.removeprefix("http://")


async def test_policies_take_effect_on_what_arrives(tmp_path):
    async with network(tmp_path, "hospital") as net, remote() as far:
        peer = net.peers[0]
        zoe, ann = await followed_by_ann(net, far)
        picture = {"type": "Image", "mediaType": "image/png", "url": f"{far.origin}/1.png", "name": "A cat"}

        async def arrive(number: int, policy: DomainPolicy | None) -> Any:
            def decide(conn: Connection) -> None:
                policies.delete_policy(conn, "127.2.0.1")
                if policy is not None:
                    policies.set_policy(conn, "127.2.0.1", policy, "", peer.unit().now)

            await peer.store.write(decide)
            await peer.system.federation.policies.load()
            note = far.note(zoe, number, attachment=[picture])
            activity = far.activity("Create", zoe, note, number)
            assert await far.send(f"{peer.origin}/ap/inbox", activity, zoe.key) == 202
            await net.settle()
            return await row_of(peer, note["id"])

        assert len((await arrive(1, None)).details["attachments"]) == 1
        assert "attachments" not in (await arrive(2, DomainPolicy.MEDIA_FREE)).details
        limited = await arrive(3, DomainPolicy.LIMIT)
        home = await peer.store.read(object_lists.list_home, ann.id, before=None, limit=9)
        assert limited.uri in {row.uri for row in home}  # who follows still sees it
        async with peer.http.get(peer.origin, headers={"Accept": "text/html"}) as page:
            assert "Note 3" not in await page.text()
        assert "attachments" not in (await arrive(4, DomainPolicy.LIMIT_MEDIA_FREE)).details
        async with peer.http.get(peer.origin, headers={"Accept": "text/html"}) as page:
            assert "Note 4" not in await page.text()
        assert await arrive(5, DomainPolicy.BLOCK) is None


async def test_followers_go_along_when_an_account_moves(tmp_path):
    """ann leaves the hospital for the university; carl of the museum follows her there, by his own node's doing."""
    async with network(tmp_path, "hospital", "university", "museum") as net:
        hospital, university, museum = net.peers
        old, carl = await hospital.add_actor("ann"), await museum.add_actor("carl")
        new = await university.add_actor("anna")
        await museum.follow(carl, old.uri)
        await net.settle()

        async def move() -> None:
            def leave(conn: Connection) -> None:
                unit = hospital.unit()
                actors.update_actor(conn, old.id, moved_to=new.uri)
                events.record(conn, unit.ids, unit.now, events.ActorMoved(old.id), about=old.uri)

            await hospital.store.write(leave)
            await net.settle()

        async def follows_at_museum(uri: str) -> bool:
            found = await museum.store.read(actors.find_actor, uri)
            return found is not None and await museum.store.read(follows.is_following, carl.id, found.id)

        await move()
        assert ("Move", "no-back-link") in await museum.outcomes()
        assert await follows_at_museum(old.uri)
        await university.store.write(lambda conn: actors.update_actor(conn, new.id, also_known_as=[old.uri]))
        await move()
        assert ("Move", "moved") in await museum.outcomes()
        assert (await follows_at_museum(old.uri), await follows_at_museum(new.uri)) == (False, True)
        _, document = await museum.get(old.uri)
        assert document["movedTo"] == new.uri


async def test_nobody_walks_off_with_the_followers_of_another(tmp_path):
    """A Move that the new account sends (FEP-7628) counts where the old one names it, and only there."""
    async with network(tmp_path, "hospital") as net, remote() as far:
        peer = net.peers[0]
        zoe, ann = await followed_by_ann(net, far)
        mallory = far.actor("mallory")
        far.documents["/users/mallory"] = {**mallory.document, "alsoKnownAs": [zoe.uri]}

        async def pulls(number: int) -> tuple[str, list[str]]:
            move = far.activity("Move", mallory, zoe.uri, number, target=mallory.uri)
            assert await far.send(f"{peer.origin}/ap/inbox", move, mallory.key) == 202
            await net.settle()
            followed = await peer.store.read(follows.list_following, ann.id, before=None, limit=9)
            return (await peer.outcomes())[-1][1], [each.uri for _, each in followed]

        assert await pulls(1) == ("not-released", [zoe.uri])
        far.documents["/users/zoe"] = {**zoe.document, "alsoKnownAs": [mallory.uri]}
        assert (await pulls(2))[0] == "moved"
        asked, ended = sorted(far.posted[-2:], key=lambda each: each["type"])
        assert (asked["type"], asked["object"]) == ("Follow", mallory.uri)
        assert (ended["type"], ended["object"]["object"]) == ("Undo", zoe.uri)


async def test_an_account_is_gone_only_where_its_host_says_so(tmp_path):
    """A Delete that somebody else passed on: 404 for an object is enough, for an account only 410 is."""
    clock = FixedClock(SystemClock().now())
    async with network(tmp_path, "hospital", clock=clock) as net, remote() as far:
        peer = net.peers[0]
        zoe, ann = await followed_by_ann(net, far)
        mallory = far.actor("mallory")

        async def passes_on(number: int, status: int) -> tuple[str, bool]:
            far.documents["/users/zoe"] = status
            gone = far.activity("Delete", zoe, zoe.uri, number)
            assert await far.send(f"{peer.origin}/ap/inbox", gone, mallory.key) == 202
            await net.settle()
            known = await peer.store.read(actors.find_actor, zoe.uri)
            return (await peer.outcomes())[-1][1].partition(":")[0], known.state == "active"

        assert await passes_on(1, 404) == ("unproven", True)
        clock.advance(misses.WITHIN)
        assert await passes_on(2, 410) == ("actor-deleted", False)
        assert await peer.store.read(follows.list_following, ann.id, before=None, limit=9) == []


async def test_what_else_is_gone_on_a_host_ends_no_account_there(tmp_path):
    """A Delete needs no signature where the key's own actor is gone, whatever begins like its id."""
    async with network(tmp_path, "hospital") as net, remote() as far:
        peer = net.peers[0]
        zoe, _ = await followed_by_ann(net, far)
        far.documents |= {"/users/zoey": 410, "/users/zoe/notes/1": 410}

        async def farewell(number: int, gone: str) -> int:
            key = SigningKey.generate(f"{gone}#gone", Algorithm.RSA)
            return await far.send(f"{peer.origin}/ap/inbox", far.activity("Delete", zoe, zoe.uri, number), key)

        assert await farewell(1, f"{zoe.uri}y") == 401
        assert await farewell(2, f"{zoe.uri}/notes/1") == 401
        far.documents["/users/zoe"] = 410
        assert await farewell(3, zoe.uri) == 202
        await net.settle()
        assert (await peer.outcomes())[-1] == ("Delete", "actor-deleted")


async def test_an_open_redirect_makes_nobody_at_home_on_its_host(tmp_path):
    """OUT11: an actor counts from its own address alone, also where the address is that of a key."""
    async with network(tmp_path, "hospital") as net, remote() as evil:
        peer = net.peers[0]
        async with BrokenPeer(redirects(lambda _: f"{evil.origin}/users/admin"), host="127.2.0.8") as trusting:
            uri = trusting.url("/leave")
            key = SigningKey.generate(f"{uri}#main-key", Algorithm.RSA)
            made = RemoteActor(uri, key, SigningKey.generate(f"{uri}#ed25519-key", Algorithm.ED25519))
            evil.documents["/users/admin"] = made.document | {"preferredUsername": "admin"}
            follow = {
                "id": trusting.url("/follows/1"),
                "type": "Follow",
                "actor": uri,
                "object": (await peer.organisation()).uri,
            }
            assert await evil.send(f"{peer.origin}/ap/inbox", follow, key) == 401
        await net.settle()
        assert await peer.store.read(actors.find_actor, uri) is None


async def test_the_end_of_an_account_is_the_end_of_what_it_said(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        ann, ben = await hospital.add_actor("ann"), await university.add_actor("ben")
        await hospital.follow(ann, ben.uri)
        await net.settle()
        note = await university.store.write(publish_note, university.unit(), ben.id, "Hello.", Visibility.PUBLIC)
        await net.settle()

        def end(conn: Connection) -> None:
            unit = university.unit()
            actors.update_actor(conn, ben.id, state="gone")
            events.record(conn, unit.ids, unit.now, events.ActorDeleted(ben.id), about=ben.uri)

        await university.store.write(end)
        status, tombstone = await hospital.get(ben.uri)
        assert (status, tombstone["type"], tombstone["formerType"]) == (410, "Tombstone", "Person")
        await net.settle()
        assert (await hospital.object(note.uri)).state == "deleted"
        assert (await hospital.store.read(actors.find_actor, ben.uri)).state == "gone"


async def test_an_actor_that_answers_410_is_gone_at_the_second_look(tmp_path):
    clock = FixedClock(SystemClock().now())
    async with network(tmp_path, "hospital", clock=clock) as net, remote() as far:
        peer, zoe = net.peers[0], far.actor("zoe")
        fetcher = peer.system.federation.fetcher
        await fetcher.actor(zoe.uri)
        far.documents["/users/zoe"] = 410

        async def look() -> str:
            await asyncio.gather(fetcher.actor(zoe.uri, fresh=True), return_exceptions=True)
            return (await peer.store.read(actors.find_actor, zoe.uri)).state

        assert await look() == "active"
        clock.advance(HOUR - 1)
        assert await look() == "active"
        clock.advance(1)
        assert await look() == "gone"


def forget_follows(conn: Connection, follower_id: int) -> None:
    conn.execute(delete(follows_table).where(follows_table.c.follower_id == follower_id))


async def test_lists_of_followers_that_disagree_are_made_equal(tmp_path):
    """FEP-8fcf, both ways: a follow that only one side knows ends with the next followers-only post."""
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        ben = await university.add_actor("ben")
        people = [await hospital.add_actor(name) for name in ("ann", "eve", "ida")]
        for person in people:
            await hospital.follow(person, ben.uri)
        await net.settle()
        ann, eve, ida = people
        ben_here = await hospital.store.read(actors.find_actor, ben.uri)
        ann_there = await university.store.read(actors.find_actor, ann.uri)
        await hospital.store.write(
            lambda conn: conn.execute(delete(follows_table).where(follows_table.c.follower_id == eve.id))
        )
        await university.store.write(
            lambda conn: conn.execute(delete(follows_table).where(follows_table.c.follower_id == ann_there.id))
        )
        await university.store.write(publish_note, university.unit(), ben.id, "Among us.", Visibility.FOLLOWERS)
        await net.settle()
        assert await hospital.store.read(follows.load_local_followers, [ben_here.id]) == {ben_here.id: [ida.id]}
        there = await university.store.read(follows.load_follower_uris, ben.id, hospital.origin)
        assert there == [ida.uri]


async def test_an_edit_is_elsewhere_within_seconds(tmp_path):
    """Both nodes work by themselves, as they do when they run."""
    async with network(tmp_path, "hospital", "university") as net:
        hospital, university = net.peers
        await hospital.follow(await hospital.organisation(), (await university.organisation()).uri)
        await net.settle()
        published = await university.publish(record())
        await net.settle()
        for peer in net.peers:
            await peer.system.start_work()
        await university.publish(record(description={"en": "A better text."}))
        async with asyncio.timeout(30):
            while (await hospital.object(published.uri)).version != 2:  # noqa: ASYNC110 (the nodes work)
                await asyncio.sleep(0.02)
        row = await row_of(hospital, published.uri)
        assert "A better text." in row.content
        assert PUBLIC in row.raw["to"]


async def decide(peer: Peer, other: Peer, policy: DomainPolicy | None) -> None:
    """As ``rhizome domain`` does it, beside the running node."""
    host = other.origin.removeprefix("http://")
    if policy is None:
        await peer.store.write(moderate.remove_policy, peer.unit(), None, host)
    else:
        await peer.store.write(moderate.set_policy, peer.unit(), None, host, policy, "")
    await peer.system.federation.policies.load()  # a tick does so every two seconds, a signal at once


async def test_with_an_allow_list_only_allowed_hosts_are_spoken_with(tmp_path):
    async with network(tmp_path, "hospital", "university", mode="allow-list") as net:
        hospital, university = net.peers
        owner, ann = await university.organisation(), await hospital.add_actor("ann")
        with pytest.raises(Blocked):
            await hospital.follow(ann, owner.uri)
        await decide(hospital, university, DomainPolicy.ALLOW)
        await hospital.follow(ann, owner.uri)
        await net.settle()
        assert await university.outcomes() == []  # answered 202, and nothing more

        await decide(university, hospital, DomainPolicy.ALLOW)
        await hospital.store.write(ask_again, hospital.unit())
        await net.settle()
        assert await hospital.outcomes() == [("Accept", "follow-accepted")]
        first = await university.publish(record())
        await net.settle()
        assert await hospital.object(first.uri) is not None

        await decide(hospital, university, None)
        before = await hospital.outcomes()
        second = await university.publish(record(id="https://university.example/r/2"))
        await net.settle()
        assert await hospital.object(second.uri) is None
        assert await hospital.outcomes() == before

        await decide(hospital, university, DomainPolicy.ALLOW)
        await hospital.store.write(catalogue.sync_all, hospital.unit(), spread=0)
        await net.settle()
        assert await hospital.object(second.uri) is not None
