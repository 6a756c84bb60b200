"""Collections that people of several nodes keep together."""

from typing import Any

import pytest
from sqlalchemy import select

from federation.builders.resource_documents import write_document
from node.domain.collections import MAX_LANGUAGES, MAX_SUGGESTED
from node.services.library import collecting
from node.store.library import resources
from node.store.library.resources import Viewer
from node.store.tables import collection_items
from tests.client import App, app_of
from tests.federation.actors.test_community_memberships import hears
from tests.network import Peer, network
from tests.records import CC_BY, record

RESOURCES = "/api/learning/v1/resources"
COLLECTIONS = "/api/learning/v1/collections"


@pytest.fixture
async def houses(tmp_path):
    async with network(tmp_path, "university", "museum") as net:
        yield net


def collection(**parts: Any) -> dict[str, Any]:
    return {
        "name": {"en": "Casting for everybody"},
        "defaultLanguage": "en",
        "type": ["LearningResource"],
        "kind": "collection",
        "inLanguage": ["en"],
        "license": CC_BY,
        "visibility": "public",
        **parts,
    }


async def slug_at(peer: Peer, uri: str) -> str:
    known = await peer.object(uri)
    assert known is not None
    return (await peer.store.read(resources.load_by_object, known.id)).slug


async def page(peer: Peer, path: str) -> str:
    async with peer.http.get(peer.origin + path, headers={"Accept": "text/html"}) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def made(ann: App, **parts: Any) -> tuple[str, str]:
    """A new collection of ann's: slug and URI."""
    answer = await ann.post(RESOURCES, 201, **collection(**parts))
    return answer["page"].rsplit("/", 1)[1], answer["uri"]


async def known_at(peer: Peer, uri: str) -> None:
    """Let a node know somebody elsewhere."""
    await peer.system.federation.fetcher.actor(uri)


async def move(app, slug, iri, step) -> None:
    """As the buttons of its page do."""

    def act(conn):
        found = collecting.load_collection(conn, slug, Viewer(app.me.id))
        collecting.move(conn, app.peer.unit(), app.me, found, iri, step, write=write_document)

    await app.peer.store.write(act)


async def test_curators_of_two_nodes_keep_one_list(houses):
    university, museum = houses.peers
    ann, bea = await app_of(university, "ann"), await app_of(museum, "bea")
    slug, uri = await made(ann)
    await university.publish(record())
    note = {"en": "Begin <b>here</b>", "de": "Hier beginnen"}
    done = await ann.post(f"{COLLECTIONS}/{slug}/items", 200, resource=record()["id"], note=note)
    assert done["result"] == "listed"
    await ann.post(f"{COLLECTIONS}/{slug}/curators", 200, actor=f"@bea@{museum.system.node.config.host}")
    await houses.settle()

    copy = await slug_at(museum, uri)
    seen = await bea.get(f"{COLLECTIONS}/{copy}")
    assert [(each["name"], each["note"]) for each in seen["items"]] == [("Casting basics", note)]
    assert {each["uri"] for each in seen["curators"]} == {ann.me.uri, bea.me.uri}
    ours = await museum.publish(record(id="https://museum.example/bells", name={"en": "Bells"}))
    asked = await bea.post(f"{COLLECTIONS}/{copy}/items", 200, resource=ours.uri, note={"en": "Then this"})
    assert asked["result"] == "asked"
    await houses.settle()
    for app, at in ((ann, slug), (bea, copy)):
        names = [each["name"] for each in (await app.get(f"{COLLECTIONS}/{at}"))["items"]]
        assert names == ["Casting basics", "Bells"], app.peer.origin
        text = await page(app.peer, f"/r/{at}")
        assert "Bells" in text
        assert "Begin &lt;b&gt;here&lt;/b&gt;" in text
    await move(bea, copy, "https://museum.example/bells", -1)
    await houses.settle()
    for app, at in ((ann, slug), (bea, copy)):
        names = [each["name"] for each in (await app.get(f"{COLLECTIONS}/{at}"))["items"]]
        assert names == ["Bells", "Casting basics"], app.peer.origin
    await bea.call("DELETE", f"{COLLECTIONS}/{copy}/items", 200, params={"resource": record()["id"]})
    await houses.settle()
    for app, at in ((ann, slug), (bea, copy)):
        assert [each["name"] for each in (await app.get(f"{COLLECTIONS}/{at}"))["items"]] == ["Bells"]


async def test_others_suggest_where_they_may_and_curators_decide(houses):
    university = houses.peers[0]
    ann, ben = await app_of(university, "ann"), await app_of(university, "ben")
    closed, _ = await made(ann)
    slug, _ = await made(ann, extensions={"openForSuggestions": True, "curators": [{"id": ben.me.uri}]})
    await university.publish(record())
    await ben.post(f"{COLLECTIONS}/{closed}/items", 403, resource=record()["id"])
    done = await ben.post(f"{COLLECTIONS}/{slug}/items", 200, resource=record()["id"])
    assert (done["result"], done["collection"]["items"]) == ("suggested", [])
    await ben.post(f"{COLLECTIONS}/{slug}/suggestions", 403, resource=record()["id"])
    assert (await App(university).get(f"{COLLECTIONS}/{slug}"))["suggested"] == []
    (waiting,) = (await ann.get(f"{COLLECTIONS}/{slug}"))["suggested"]
    assert (waiting["resource"], waiting["by"]) == (record()["id"], ben.me.uri)
    await ann.post(f"{COLLECTIONS}/{slug}/suggestions", 200, resource=record()["id"])
    assert len((await ben.get(f"{COLLECTIONS}/{slug}"))["items"]) == 1
    await ann.post(f"{COLLECTIONS}/{slug}/items", 409, resource=record()["id"])
    for number in range(MAX_SUGGESTED):
        await ben.post(f"{COLLECTIONS}/{slug}/items", 200, resource=f"https://ben.example/{number}")
    await ben.post(f"{COLLECTIONS}/{slug}/items", 422, resource="https://ben.example/more")
    await ann.post(f"{COLLECTIONS}/{slug}/items", 200, resource="https://ben.example/more")


async def test_a_curator_elsewhere_decides_what_was_suggested(houses):
    university, museum = houses.peers
    ann, ben = await app_of(university, "ann"), await app_of(university, "ben")
    bea, cleo = await app_of(museum, "bea"), await app_of(museum, "cleo")
    slug, uri = await made(ann, extensions={"openForSuggestions": True})
    first, second, third = (f"https://ben.example/{number}" for number in range(3))
    await ben.post(f"{COLLECTIONS}/{slug}/items", 200, resource=first, note={"en": "Begin here"})
    await ann.post(f"{COLLECTIONS}/{slug}/curators", 200, actor=f"@bea@{museum.system.node.config.host}")
    await ben.post(f"{COLLECTIONS}/{slug}/items", 200, resource=second)
    await houses.settle()
    copy = await slug_at(museum, uri)
    await cleo.post(f"{COLLECTIONS}/{copy}/items", 200, resource=third)
    await houses.settle()

    async def waiting(app: App, at: str) -> list[tuple[str, str]]:
        return [(each["resource"], each["by"]) for each in (await app.get(f"{COLLECTIONS}/{at}"))["suggested"]]

    assert await waiting(ann, slug) == [(first, ben.me.uri), (second, ben.me.uri), (third, cleo.me.uri)]
    assert await waiting(bea, copy) == [(first, ben.me.uri), (second, ben.me.uri), (third, "")]
    assert await waiting(cleo, copy) == []
    await cleo.post(f"{COLLECTIONS}/{copy}/suggestions", 403, resource=first)
    await bea.post(f"{COLLECTIONS}/{copy}/suggestions", 404, resource="https://ben.example/9")
    assert (await bea.post(f"{COLLECTIONS}/{copy}/suggestions", 200, resource=first))["result"] == "asked"
    await bea.call("DELETE", f"{COLLECTIONS}/{copy}/items", 200, params={"resource": second})
    await houses.settle()
    for app, at in ((ann, slug), (bea, copy)):
        assert [each["resource"] for each in (await app.get(f"{COLLECTIONS}/{at}"))["items"]] == [first]
        assert [resource for resource, _ in await waiting(app, at)] == [third]
    await ann.post(f"{COLLECTIONS}/{slug}/suggestions", 200, resource=third)
    await houses.settle()
    assert await waiting(bea, copy) == []

    publisher = (await university.organisation()).uri

    def offer(by: str, to: str, iri: str = second) -> dict[str, Any]:
        suggested = {"type": "Add", "actor": bea.me.uri, "object": iri, "target": f"{uri}/items"}
        return {"type": "Offer", "actor": by, "object": suggested, "to": [to]}

    for wrong, outcome in (
        (offer(ben.me.uri, bea.me.uri), "ignored"),
        (offer(publisher, cleo.me.uri), "not-ours"),
        (offer(publisher, bea.me.uri, "urn:x"), "unusable"),
        (offer(publisher, bea.me.uri), "suggestion-offered"),
        (offer(publisher, bea.me.uri), "unusable"),
    ):
        assert await hears(museum, wrong) == outcome
    assert await waiting(bea, copy) == [(second, "")]  # nobody says for Bea that she suggested it
    wordy = offer(publisher, bea.me.uri, "https://ben.example/8")
    wordy["object"]["contentMap"] = {f"x-{number}": "Tin" for number in range(500)}
    assert await hears(museum, wordy) == "suggestion-offered"
    about = select(collection_items.c.reference).where(collection_items.c.item_iri == "https://ben.example/8")
    assert len((await museum.store.read(lambda conn: conn.scalar(about)))["note"]) == MAX_LANGUAGES
    assert await hears(museum, {"type": "Undo", "actor": publisher, "object": wordy}) == "suggestion-settled"
    undo = {"type": "Undo", "actor": publisher, "object": offer(publisher, bea.me.uri)}
    assert await hears(museum, undo) == "suggestion-settled"
    assert await waiting(bea, copy) == []


async def test_followers_hear_of_what_is_new(houses):
    university, museum = houses.peers
    ann, ben, bea = await app_of(university, "ann"), await app_of(university, "ben"), await app_of(museum, "bea")
    await museum.follow(await museum.organisation(), (await university.organisation()).uri)
    await houses.settle()
    slug, uri = await made(ann)
    await university.publish(record())
    await houses.settle()
    await ben.post(f"{COLLECTIONS}/{slug}/follow", 200)
    await bea.post(f"{COLLECTIONS}/{await slug_at(museum, uri)}/follow", 200)
    await ann.post(f"{COLLECTIONS}/{slug}/items", 200, resource=record()["id"])
    await houses.settle()
    for app in (ben, bea):
        (notice,) = await app.get("v1/notifications")
        assert "Casting basics" in notice["status"]["content"], app.peer.origin


UNFIT = ({"note": {"en": ""}}, {"note": {"../": "x"}}, {"position": 9}, {"name": "x" * 301})


async def test_what_is_wrong_changes_nothing(houses):
    university, museum = houses.peers
    ann, ben = await app_of(university, "ann"), await app_of(university, "ben")
    slug, uri = await made(ann, hasPart=[{"id": "https://evil.example/1"}])
    items = f"{COLLECTIONS}/{slug}/items"
    assert (await ann.get(f"{COLLECTIONS}/{slug}"))["items"] == []  # only curators' calls put something in
    for body in (
        {"resource": "javascript:alert(1)"},
        {},
        {"resource": "https://x.example/1", "note": {"en": ""}},
        {"resource": "https://x.example/1", "note": {"../": "x"}},
        {"resource": "https://x.example/1", "position": 9},
    ):
        await ann.post(items, 422, **body)
    await ben.post(items, 403, resource="https://x.example/1")
    await ben.post(f"{COLLECTIONS}/{slug}/curators", 403, actor=ben.me.uri)
    await ben.call("DELETE", f"{COLLECTIONS}/{slug}/curators", 403, params={"actor": ann.me.uri})
    await ann.call("DELETE", f"{COLLECTIONS}/{slug}/curators", 409, params={"actor": ann.me.uri})
    await ann.call("DELETE", items, 404, params={"resource": "https://x.example/none"})
    await App(university).post(items, 401, resource="https://x.example/1")
    plain = await ann.post(RESOURCES, 201, **{**collection(), "kind": "article", "name": {"en": "An article"}})
    await ann.post(f"{COLLECTIONS}/{plain['page'].rsplit('/', 1)[1]}/items", 404, resource="https://x.example/1")
    mallory = await museum.add_actor("mallory")
    owner = (await university.organisation()).uri
    for kind in ("Add", "Remove"):
        forged = {"type": kind, "object": "https://evil.example/spam", "target": f"{uri}/items"}
        await museum.say(mallory, forged, owner)
    await houses.settle()
    outcomes = [outcome for kind, outcome in await university.outcomes() if kind in {"Add", "Remove"}]
    assert outcomes == ["not-a-curator", "unknown-object"]
    assert (await ann.get(f"{COLLECTIONS}/{slug}"))["items"] == []


async def test_the_list_can_be_read_by_other_software(houses):
    university = houses.peers[0]
    ann = await app_of(university, "ann")
    slug, uri = await made(ann)
    await university.publish(record())
    await ann.post(f"{COLLECTIONS}/{slug}/items", 200, resource=record()["id"])
    status, document = await university.get(uri)
    assert (status, document["steps"]) == (200, f"{uri}/items")
    status, listed = await university.get(document["steps"])
    assert (status, listed["type"], listed["orderedItems"]) == (200, "OrderedCollection", [record()["id"]])
    _, secret = await made(ann, visibility="organisation")
    assert (await university.get(f"{secret}/items"))[0] == 404


async def test_a_pathway_is_made_changed_and_withdrawn_on_both_nodes(houses):
    """Its steps keep title and address where their home is lost; titles are those that this reader knows."""
    university, museum = houses.peers
    ann, bea = await app_of(university, "ann"), await app_of(museum, "bea")
    await museum.follow(await museum.organisation(), (await university.organisation()).uri)
    await houses.settle()
    film = await university.publish(record(name={"en": "Casting film"}))
    far = "https://gone.example/ap/o/7"
    steps = [{"id": film.uri}, {"id": far, "name": "Alloys, a text"}, {"name": "Ask a founder"}]
    words = {**collection(name={"en": "From atoms to alloys"}), "kind": "pathway"}
    made = await ann.post(RESOURCES, 201, **words, hasPart=steps)
    assert [each["name"] for each in made["hasPart"]] == ["Casting film", "Alloys, a text", "Ask a founder"]
    await houses.settle()
    copy, slug = await slug_at(museum, made["uri"]), made["page"].rsplit("/", 1)[1]
    text = await page(museum, f"/r/{copy}")
    assert f"/r/{await slug_at(museum, film.uri)}" in text
    assert text.index("Casting film") < text.index("Alloys, a text") < text.index("Ask a founder")
    assert far in text
    held = (await bea.get(f"{RESOURCES}/{copy}"))["hasPart"]
    assert held == (await ann.get(f"{RESOURCES}/{slug}"))["hasPart"]
    assert [each["step"]["key"] for each in held] == ["1", "2", "3"]
    status, listed = await university.get(f"{made['uri']}/items")
    assert (status, listed["orderedItems"]) == (200, [record()["id"], far])

    changed = {**words, "hasPart": [made["hasPart"][2], made["hasPart"][0]]}
    tag = (await ann.ask("GET", f"{RESOURCES}/{slug}")).headers["ETag"]
    await ann.call("PUT", f"{RESOURCES}/{slug}", 200, json=changed, headers={"If-Match": tag})
    await houses.settle()
    held = (await bea.get(f"{RESOURCES}/{copy}"))["hasPart"]
    assert [each["name"] for each in held] == ["Ask a founder", "Casting film"]
    assert (await ann.ask("DELETE", f"{RESOURCES}/{slug}")).status == 204
    await houses.settle()
    await bea.get(f"{RESOURCES}/{copy}", 410)
