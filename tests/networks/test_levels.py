"""The levels of visibility between whole nodes: who gets a resource, who fetches it, what follows when that changes."""

from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection, delete

from federation.signatures.httpsig import Message, Scheme, sign
from federation.signatures.keypairs import Algorithm
from node.clock import SystemClock
from node.domain.communities import JoinPolicy
from node.domain.drafts import Draft
from node.domain.licences import INTERNAL_TERMS
from node.domain.visibility import Visibility
from node.jobs.kinds import CATALOGUE
from node.services.library import catalogue
from node.services.people import follows as following
from node.services.posts import posts
from node.store import jobs as store_jobs
from node.store.library import resources
from node.store.library.resources import Viewer
from node.store.tables import jobs
from tests.client import App
from tests.communities import make_circle
from tests.network import Network, Peer, network
from tests.records import record

PARTNERS, PUBLIC, ORGANISATION = Visibility.PARTNERS, Visibility.PUBLIC, Visibility.ORGANISATION
RESOURCES = "/api/learning/v1/resources"
_NUMBERS = count(1)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def houses(tmp_path_factory):
    """University and museum follow each other; the archive follows the university, which does not follow it.

    Shared by all tests: each publishes a record of its own.
    """
    async with network(tmp_path_factory.mktemp("levels"), "university", "museum", "archive") as net:
        university, museum, archive = net.peers
        for peer, other in ((university, museum), (museum, university), (archive, university)):
            await peer.follow(await peer.organisation(), (await other.organisation()).uri)
        await net.settle()
        yield net


async def seen(peer: Peer, uri: str) -> str:
    """The level that a node holds of something; empty where it holds nothing."""
    found = await peer.object(uri)
    return found.visibility if found is not None and found.state == "live" else ""


async def reads(peer: Peer, uri: str, reader: int | None) -> bool:
    """Whether somebody of a node reads what it holds."""
    found = await peer.object(uri)
    ids = [found.id] if found else []
    return bool(await peer.store.read(resources.load_readable, ids, Viewer(reader)))


async def asked(peer: Peer, path: str, by: Peer | None = None) -> tuple[int, Any]:
    """What ``peer`` answers at a path to the organisation of another node, or to anybody."""
    if by is None:
        return await peer.get(path)
    asker = await by.organisation()
    key = await by.system.federation.keyring.signing_key(asker.id, Algorithm.RSA)
    proof = sign(Message("GET", peer.origin + path, {}, b""), key, scheme=Scheme.CAVAGE, now=SystemClock().now())
    return await peer.get(path, **proof)


async def lose_deliveries(net: Network, peer: Peer) -> None:
    """Whatever a node was about to send is forgotten."""
    await peer.store.write(lambda conn: conn.execute(delete(jobs)))
    await net.settle()


async def pull(net: Network, peer: Peer) -> None:
    """Whatever look at a catalogue waits happens now."""
    await peer.store.write(lambda conn: store_jobs.pull_in(conn, CATALOGUE, peer.unit().now))
    await net.settle()


async def look_again(net: Network, peer: Peer) -> None:
    """A node looks at the catalogues that it follows."""
    await peer.store.write(lambda conn: catalogue.sync_all(conn, peer.unit(), spread=0))
    await pull(net, peer)


def fresh(**parts: Any) -> dict[str, Any]:
    """A record that no other test publishes."""
    return record(id=f"https://learn.uni.example/levels/{next(_NUMBERS)}", **parts)


async def test_what_is_for_partners_reaches_partners_alone(houses: Network) -> None:
    university, museum, archive = houses.peers
    before = await asked(university, f"{(await university.organisation()).catalogue.removeprefix(university.origin)}")
    shared = await university.publish(fresh(license=INTERNAL_TERMS), PARTNERS)
    await houses.settle()
    assert [await seen(each, shared.uri) for each in (museum, archive)] == ["partners", ""]
    member = await museum.add_actor("bea")
    assert await reads(museum, shared.uri, member.id)
    assert not await reads(museum, shared.uri, None)
    path = shared.uri.removeprefix(university.origin)
    catalogue_path = (await university.organisation()).catalogue.removeprefix(university.origin)
    for where in (path, f"{path}/replies", f"{catalogue_path}/partners"):
        assert [(await asked(university, where, by))[0] for by in (museum, archive, None)] == [200, 404, 404], where
    assert await asked(university, catalogue_path) == before  # nobody else can tell that there is something
    _, listed = await asked(university, f"{catalogue_path}/partners", museum)
    assert [each["id"] for each in listed["orderedItems"]] == [shared.uri]


async def test_partners_catch_up_with_what_they_missed(houses: Network) -> None:
    (university, museum, archive), said = houses.peers, fresh()
    first = await university.publish(said, PARTNERS)
    await lose_deliveries(houses, university)
    assert await seen(museum, first.uri) == ""
    await look_again(houses, museum)
    await look_again(houses, archive)
    assert [await seen(each, first.uri) for each in (museum, archive)] == ["partners", ""]
    await university.publish({**said, "name": {"en": "Casting, second edition"}}, PARTNERS)
    await lose_deliveries(houses, university)
    await look_again(houses, museum)
    held = await museum.store.read(resources.load_by_object, (await museum.object(first.uri)).id)
    assert held.record["name"] == {"en": "Casting, second edition"}
    await university.publish(said, ORGANISATION)
    await lose_deliveries(houses, university)
    await look_again(houses, museum)
    assert await seen(museum, first.uri) == ""


async def test_a_change_of_level_travels(houses: Network) -> None:
    """Who may read it later gets it, who may no longer loses it, in each direction."""
    (university, museum, archive), said = houses.peers, fresh()
    steps = [
        (PUBLIC, "public", "public"),
        (PARTNERS, "partners", ""),
        (PUBLIC, "public", "public"),
        (ORGANISATION, "", ""),
        (PARTNERS, "partners", ""),
    ]
    for level, at_museum, at_archive in steps:
        shared = await university.publish(said, level)
        await houses.settle()
        for peer in (museum, archive):
            await look_again(houses, peer)  # what was deleted once comes back by the catalogue
        assert (await seen(museum, shared.uri), await seen(archive, shared.uri)) == (at_museum, at_archive), level


async def test_what_its_author_closed_and_opened_again_comes_back_without_a_catalogue(houses: Network) -> None:
    """A person's own, which is in no catalogue: its Delete is taken back before it is created again."""
    university, museum, archive = houses.peers
    ann, bea = await university.add_actor("ann-opens"), await museum.add_actor("bea-reads")
    await museum.follow(bea, ann.uri)
    await houses.settle()
    before, said = len(await museum.outcomes()), record(id=f"https://learn.uni.example/levels/{next(_NUMBERS)}")
    for level, held in (
        (PUBLIC, "public"),
        (ORGANISATION, ""),
        (PUBLIC, "public"),
        (PARTNERS, "partners"),
        (PUBLIC, "public"),
    ):
        shared = await university.publish(said, level, owner=ann)
        await houses.settle()
        assert await seen(museum, shared.uri) == held, level
    outcomes = [outcome for kind, outcome in (await museum.outcomes())[before:] if kind == "Undo"]
    assert outcomes.count("may-come-again") == 1
    assert await seen(archive, shared.uri) == ""


async def test_partners_keep_what_is_narrowed_to_them_without_asking_again(houses: Network) -> None:
    (university, museum, archive), said = houses.peers, fresh()
    for level in (PUBLIC, PARTNERS):
        shared = await university.publish(said, level)
        await houses.settle()
    assert [await seen(each, shared.uri) for each in (museum, archive)] == ["partners", ""]


async def test_the_end_of_a_partnership_takes_back_what_it_let_in(houses: Network) -> None:
    university, museum, _ = houses.peers
    ours, theirs = await university.organisation(), await museum.organisation()
    shared, open_to_all = await university.publish(fresh(), PARTNERS), await university.publish(fresh(), PUBLIC)
    await houses.settle()
    known = await university.system.federation.fetcher.actor(theirs.uri)
    await university.store.write(following.unfollow, university.unit(), ours.id, known.id)
    await houses.settle()
    await pull(houses, museum)
    assert [await seen(museum, each.uri) for each in (shared, open_to_all)] == ["", "public"]
    await university.follow(ours, theirs.uri)
    await houses.settle()
    await pull(houses, museum)
    assert await seen(museum, shared.uri) == "partners"  # and a new one gives what there is


async def test_what_partners_say_of_it_stays_among_them(houses: Network) -> None:
    """A note and a review for partners reach the organisation whose resource it is, and nobody who is no partner."""
    university, museum, archive = houses.peers
    await archive.follow(await archive.organisation(), (await museum.organisation()).uri)
    shared = await university.publish(fresh(), PUBLIC)
    await houses.settle()
    bea = await museum.add_actor("bella")
    await archive.follow(await archive.add_actor("dan"), bea.uri)
    await houses.settle()
    app = App(museum, await museum.token(bea), bea)
    slug = await slug_at(museum, shared.uri)
    note = {"context": {"en": "In a workshop."}, "defaultLanguage": "en", "outcome": "worked", "visibility": "partners"}
    await app.post(f"{RESOURCES}/{slug}/adoptions", 201, **note)
    await app.put(f"{RESOURCES}/{slug}/review", 200, text="Good.", rating=4, visibility="partners")
    await houses.settle()
    readers = [(peer, await peer.add_actor("eve")) for peer in houses.peers]
    closed = await university.publish(fresh(), PARTNERS)
    await houses.settle()
    above = await museum.object(closed.uri)
    draft = Draft(text="And bells?", visibility=PARTNERS, in_reply_to_id=above.id)
    said = await museum.store.write(posts.publish, museum.unit(), bea.id, draft)
    await houses.settle()
    assert [await seen(each, said.uri) for each in (university, archive)] == ["partners", ""]
    for kind in ("adoptions", "reviews"):
        counts = []
        for peer, reader in readers:
            at = f"{RESOURCES}/{await slug_at(peer, shared.uri)}/{kind}"
            counts.append(len((await App(peer, await peer.token(reader)).get(at))["items"]))
            assert (await App(peer).get(at))["items"] == [], peer.origin
        assert counts == [1, 1, 0], kind


async def slug_at(peer: Peer, uri: str) -> str:
    found = await peer.object(uri)
    assert found is not None
    return (await peer.store.read(resources.load_by_object, found.id)).slug


async def test_what_is_for_a_community_reaches_its_members_wherever_they_are(tmp_path) -> None:
    async with network(tmp_path, "museum", "university", "archive") as net:
        university = net.peers[1]
        circle = await make_circle(net, visibility=Visibility.COMMUNITY, join_policy=JoinPolicy.OPEN)
        ada, ben, cleo = circle.people
        strangers = [await peer.add_actor("zoe") for peer in net.peers]
        app = App(university, await university.token(ben), ben)
        said = {**record(), "visibility": "community", "community": circle.group.uri}
        del said["id"]
        made = await app.post(RESOURCES, 201, **said)
        await net.settle()
        assert (made["visibility"], made["community"]) == ("community", circle.group.uri)
        uri = made["uri"]
        for peer, member, stranger in zip(net.peers, (ada, ben, cleo), strangers, strict=True):
            answers = [await reads(peer, uri, each) for each in (member.id, stranger.id, None)]
            assert answers == [True, False, False], peer.origin
            for person, expected in ((member, [uri]), (stranger, [])):
                reader = App(peer, await peer.token(person), person)
                found = await reader.get("/api/learning/v1/search", q="casting")
                assert [each["uri"] for each in found["items"]] == expected, peer.origin
        path = uri.removeprefix(university.origin)
        assert (await asked(university, path))[0] == 404

        slug = made["page"].rsplit("/", 1)[1]
        await put(app, slug, **{**said, "visibility": "public", "community": None})
        await net.settle()
        assert [await seen(each, uri) for each in net.peers] == ["public"] * 3
        await put(app, slug, **said)
        await net.settle()
        for peer, member, stranger in zip(net.peers, (ada, ben, cleo), strangers, strict=True):
            assert [await reads(peer, uri, each) for each in (member.id, stranger.id, None)] == [True, False, False]
        await put(app, slug, **{**said, "visibility": "private", "community": None})
        await net.settle()
        assert [await seen(each, uri) for each in net.peers] == ["", "private", ""]
        assert [await reads(university, uri, each.id) for each in (ben, strangers[1])] == [True, False]


async def put(app: App, slug: str, **said: Any) -> None:
    body = {key: value for key, value in said.items() if value is not None}
    await app.call("PUT", f"{RESOURCES}/{slug}", 200, json=body, headers={"If-Match": "*"})


async def test_what_is_for_few_is_nobody_elses_to_publish(tmp_path) -> None:
    """What the organisation, strangers to a community and owners of open ones cannot say; nothing is stored."""
    async with network(tmp_path, "museum") as net:
        (museum,) = net.peers
        circle = await make_circle(net, visibility=Visibility.COMMUNITY)
        open_one = await museum.add_community("sand", circle.people[0])
        zoe = await museum.add_actor("zoe")
        app = App(museum, await museum.token(zoe), zoe)
        body = {key: value for key, value in record().items() if key not in {"id", "visibility"}}
        cases = [
            ({"visibility": "community"}, "$.community"),
            ({"visibility": "community", "community": circle.group.uri}, "$.community"),
            ({"visibility": "community", "community": open_one.uri}, "$.community"),
            ({"visibility": "community", "community": "https://nowhere.example/ap/a/1"}, "$.community"),
            ({"visibility": "community", "community": "metals"}, "$.community"),
            ({"visibility": "public", "community": circle.group.uri}, "$.community"),
            ({"visibility": "followers"}, "$.visibility"),
        ]
        for said, path in cases:
            refused = await app.post(RESOURCES, 422, **body, **said)
            assert [each["path"] for each in refused["errors"]] == [path], said
        for level in ("private", "community"):
            said = {"visibility": level, **({"community": circle.group.uri} if level == "community" else {})}
            refused = await app.post(f"{RESOURCES}?owner=organisation", 422, **body, **said)
            assert [each["path"] for each in refused["errors"]] == ["$.visibility"]
        assert await museum.store.read(count_resources) == 0


def count_resources(conn: Connection) -> int:
    return conn.exec_driver_sql("SELECT count(*) FROM resources").scalar_one()
