"""Two and three whole nodes: follow, publish, edit, withdraw, be away, be killed."""

from unittest.mock import ANY

import pytest

from federation.mapping.digest import article_digest
from federation.signatures.proofs import proof_key_id, verify_proof
from node.domain.actors import ActorKind
from node.domain.communities import JoinPolicy
from node.domain.visibility import Visibility
from node.errors import SignatureInvalid
from node.services.library import catalogue as service
from node.services.library import publish
from node.services.posts import post_changes
from node.store.federation import activities
from node.store.library import catalogues
from node.store.people import actors
from node.store.posts import object_lists
from tests.network import Network, network, running_peer
from tests.notes import publish_note
from tests.records import record


@pytest.fixture
async def pair(tmp_path):
    async with network(tmp_path, "hospital", "university") as net:
        yield net


async def befriend(net: Network) -> None:
    """Every organisation follows every other."""
    for peer in net.peers:
        for other in net.peers:
            if other is not peer:
                await peer.follow(await peer.organisation(), (await other.organisation()).uri)
    await net.settle()


async def test_a_follow_is_accepted_and_known_on_both_sides(pair):
    hospital, university = pair.peers
    ours, theirs = await hospital.organisation(), await university.organisation()
    await hospital.follow(ours, theirs.uri)
    await pair.settle()
    assert ("Follow", "followed") in await university.outcomes()
    assert ("Accept", "follow-accepted") in await hospital.outcomes()
    _, followers = await university.get(f"{theirs.uri}/followers")
    assert followers["totalItems"] == 1


@pytest.mark.usefixtures("each_database")
async def test_a_resource_travels_with_its_edits_and_its_withdrawal(pair):
    hospital, university = pair.peers
    await befriend(pair)
    published = await university.publish(record())
    await pair.settle()
    copied = await hospital.object(published.uri)
    assert copied is not None
    assert copied.kind == "resource"
    assert not copied.local

    await university.publish(record(description={"en": "A better text."}))
    await pair.settle()
    edited = await hospital.object(published.uri)
    assert edited.version == 2

    await university.store.write(publish.withdraw_resource, university.unit(), published.object_id)
    await pair.settle()
    assert (await hospital.object(published.uri)).state == "deleted"
    status, tombstone = await university.get(published.uri)
    assert (status, tombstone["type"]) == (410, "Tombstone")


async def test_an_entry_of_a_catalogue_can_be_shown_to_be_its_authors(pair):
    """FEP-8b32, on the document under its own id; its digest and ETag do not depend on it."""
    hospital, university = pair.peers
    published = await university.publish(record())
    (_, shown), (_, again) = await hospital.get(published.uri), await hospital.get(published.uri)
    assert shown == again
    key = await hospital.system.federation.keys.find(proof_key_id(shown))
    assert key.owner_uri == shown["attributedTo"] == (await university.organisation()).uri
    assert verify_proof(shown, key.public, now=hospital.unit().now)["name"] == shown["name"]
    assert article_digest(shown) == shown["digest"]
    with pytest.raises(SignatureInvalid):
        verify_proof({**shown, "name": "Another"}, key.public, now=hospital.unit().now)
    await university.publish(record(description={"en": "A better text."}))
    _, edited = await hospital.get(published.uri)
    assert edited["proof"]["created"][:19] == edited["updated"][:19]
    assert edited["proof"]["proofValue"] != shown["proof"]["proofValue"]


async def test_every_address_in_an_actor_leads_somewhere(pair):
    peer = pair.peers[0]
    people = [await peer.add_actor(str(kind), kind) for kind in (ActorKind.PERSON, ActorKind.SERVICE)]
    ours = [*people, await peer.organisation(), await peer.add_community("metals")]
    for uri in [f"{peer.origin}/ap/instance", *(each.uri for each in ours)]:
        _, document = await peer.get(uri)
        named = [each for each in document.values() if isinstance(each, str) and each.startswith(f"{uri}/")]
        statuses = {each: (await peer.get(each))[0] for each in named if not each.endswith("/inbox")}
        assert f"{uri}/outbox" in statuses
        assert set(statuses.values()) == {200}, statuses


async def test_an_organisation_lists_the_communities_that_everybody_finds(pair):
    peer = pair.peers[1]
    open_to_all = await peer.add_community("metals")
    askable = await peer.add_community("board", visibility=Visibility.COMMUNITY, join_policy=JoinPolicy.REQUEST)
    await peer.add_community("guests", visibility=Visibility.COMMUNITY, join_policy=JoinPolicy.INVITE)
    await peer.add_community("wards", visibility=Visibility.ORGANISATION)
    _, organisation = await peer.get((await peer.organisation()).uri)
    _, listed = await peer.get(organisation["communities"])
    _, page = await peer.get(listed["first"])
    assert (listed["totalItems"], page["orderedItems"]) == (2, [askable.uri, open_to_all.uri])
    ben = await peer.add_actor("ben")
    assert (await peer.get(f"{ben.uri}/communities"))[0] == 404


async def digest_here(peer, owner_uri: str) -> tuple[str, int]:
    """Digest and size of a catalogue as this node holds it."""

    def load(conn):
        owner = actors.find_actor(conn, owner_uri)
        found = catalogues.find(conn, owner.id)
        return found.digest, found.total

    return await peer.store.read(load)


async def test_a_node_that_was_away_ends_with_the_same_catalogue(tmp_path):
    async with network(tmp_path, "museum") as net:
        museum = net.peers[0]
        owner = await museum.organisation()
        async with running_peer(tmp_path / "library", "library") as library:
            both = Network([museum, library])
            await library.follow(await library.organisation(), owner.uri)
            await both.settle()
            first = await museum.publish(record(id="https://m.example/1"))
            await both.settle()
            assert await digest_here(library, owner.uri) == await digest_here(museum, owner.uri)
            host = library.system.node.config.host

        for number in range(2, 6):
            await museum.publish(record(id=f"https://m.example/{number}"))
        await museum.publish(record(id="https://m.example/1", name={"en": "Another name"}))
        await net.settle()

        async with running_peer(tmp_path / "library", "library", host=host) as library:
            await library.store.write(service.sync_all, library.unit(), spread=0)
            await Network([museum, library]).settle()
            assert await digest_here(library, owner.uri) == await digest_here(museum, owner.uri)
            assert (await library.object(first.uri)).version == 2


async def test_what_only_members_may_read_does_not_leave(pair):
    hospital, university = pair.peers
    await befriend(pair)
    internal = await university.publish(record(), Visibility.ORGANISATION)
    await pair.settle()
    assert await hospital.object(internal.uri) is None
    assert (await hospital.get(internal.uri))[0] == 404


async def test_a_resource_that_is_narrowed_disappears_elsewhere(pair):
    hospital, university = pair.peers
    await befriend(pair)
    published = await university.publish(record())
    await pair.settle()
    await university.publish(record(), Visibility.ORGANISATION)
    await pair.settle()
    assert (await hospital.object(published.uri)).state == "deleted"
    assert (await hospital.get(published.uri))[0] in {404, 410}
    assert (await university.object(published.uri)).state == "live"


async def note_of(peer, author, text, visibility=Visibility.PUBLIC, **parts):
    return await peer.store.write(publish_note, peer.unit(), author.id, text, visibility, **parts)


async def test_a_note_reaches_followers_and_its_answer_comes_back(pair):
    hospital, university = pair.peers
    ann, ben = await hospital.add_actor("ann"), await university.add_actor("ben")
    await hospital.follow(ann, ben.uri)
    await pair.settle()
    note = await note_of(university, ben, "Who can read this X-ray?")
    await pair.settle()
    home = await hospital.store.read(object_lists.list_home, ann.id, before=None, limit=20)
    assert [row.uri for row in home] == [note.uri]

    handle = f"@ben@{university.system.node.config.host}"
    answer = await note_of(hospital, ann, f"{handle} I can.", in_reply_to=note.uri)
    await pair.settle()
    assert (await university.object(answer.uri)).in_reply_to == note.uri
    _, replies = await hospital.get(f"{note.uri}/replies")
    assert replies["first"]["items"] == [answer.uri]
    _, context = await hospital.get((await university.object(note.uri)).context)
    assert context["first"]["orderedItems"] == [note.uri, answer.uri]
    assert context["attributedTo"] == ben.uri


async def test_followers_only_and_direct_notes_are_not_for_strangers(pair):
    hospital, university = pair.peers
    ben = await university.add_actor("ben")
    for visibility in (Visibility.FOLLOWERS, Visibility.DIRECT, Visibility.PRIVATE):
        note = await note_of(university, ben, "Between us.", visibility)
        private, missing = await hospital.get(note.uri), await hospital.get(f"{university.origin}/ap/o/1")
        assert private[0] == missing[0] == 404


async def test_the_owner_reads_her_own_inbox_and_outbox_with_a_token(pair):
    hospital, university = pair.peers
    ann, ben = await hospital.add_actor("ann"), await university.add_actor("ben")
    await hospital.follow(ann, ben.uri)
    await pair.settle()
    await note_of(university, ben, "First.")
    await pair.settle()  # two posts may overtake each other on the way
    second = await note_of(university, ben, "Second.")
    await note_of(hospital, ann, "A secret.", Visibility.PRIVATE)
    await pair.settle()
    token = {"Authorization": f"Bearer {await hospital.token(ann)}"}
    _, inbox = await hospital.get(f"{ann.uri}/inbox", **token)
    _, page = await hospital.get(inbox["first"], **token)
    assert page["orderedItems"][0]["object"]["id"] == second.uri
    assert (await hospital.get(f"{ann.uri}/inbox"))[0] == 401
    other = {"Authorization": f"Bearer {await university.token(ben)}"}
    assert (await hospital.get(f"{ann.uri}/inbox", **other))[0] == 401


async def test_what_nobody_elsewhere_was_told_is_written_when_somebody_asks(pair):
    hospital, university = pair.peers
    ben = await university.add_actor("ben")
    first, second = await note_of(university, ben, "First."), await note_of(university, ben, "Second.")
    followers_only = await note_of(university, ben, "For my followers.", Visibility.FOLLOWERS)
    await pair.settle()
    sent = await university.store.read(activities.list_by_actor, ben.id, before=None, limit=9)
    assert {each.object_uri: each.body for each in sent} == {first.uri: "", second.uri: "", followers_only.uri: ""}

    _, outbox = await hospital.get(f"{ben.uri}/outbox")
    _, page = await hospital.get(outbox["first"])
    newest = page["orderedItems"][0]
    assert [each["object"]["content"] for each in page["orderedItems"]] == ["<p>Second.</p>", "<p>First.</p>"]
    assert await hospital.get(newest["id"]) == (200, {"@context": ANY, **newest})
    (hidden,) = [each.uri for each in sent if each.object_uri == followers_only.uri]
    assert (await hospital.get(hidden))[0] == 404

    await university.store.write(post_changes.delete, university.unit(), ben.id, second.id)
    await pair.settle()
    assert (await hospital.get(newest["id"]))[0] == 404
    _, page = await hospital.get(outbox["first"])
    assert [each["object"]["id"] for each in page["orderedItems"]] == [first.uri]

    await hospital.follow(await hospital.add_actor("ann"), ben.uri)
    await pair.settle()
    told = await note_of(university, ben, "Told, and taken back.")
    await pair.settle()
    assert await hospital.object(told.uri)
    await university.store.write(post_changes.delete, university.unit(), ben.id, told.id)
    await pair.settle()
    _, page = await hospital.get(outbox["first"])
    assert [each["object"]["id"] for each in page["orderedItems"]] == [first.uri]
