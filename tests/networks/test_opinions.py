"""How organisations used a resource and what people say of it: seen on every copy, forged by nobody."""

from typing import Any

import pytest
from sqlalchemy import Connection, select

from federation.sending.adoption_notes import AdoptionNotes
from federation.signatures.keypairs import Algorithm
from federation.signatures.proofs import add_proof
from node.store.library import opinions, resources
from node.store.posts import objects
from node.store.tables import objects as table
from tests.client import App, app_of
from tests.network import Network, Peer, network
from tests.records import record

RESOURCES = "/api/learning/v1/resources"
NOTE = {
    "context": {"en": "In a workshop with <b>visitors</b>", "de": "In einer Werkstatt mit Besuchern"},
    "defaultLanguage": "en",
    "outcome": "worked-with-changes",
    "audienceSize": {"min": 10, "max": 20},
    "period": {"from": "2026-01-12", "to": "2026-03-20"},
    "adaptation": {"en": "Less sand."},
    "advice": {"en": "Wear gloves."},
    "contact": {"name": "Bea", "url": "https://museum.example/bea"},
    "visibility": "public",
}


@pytest.fixture
async def houses(tmp_path):
    async with network(tmp_path, "university", "museum", "hospital") as net:
        yield net


async def page(peer: Peer, path: str) -> str:
    async with peer.http.get(peer.origin + path, headers={"Accept": "text/html"}) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def slug_at(peer: Peer, uri: str) -> str:
    known = await peer.object(uri)
    assert known is not None
    return (await peer.store.read(resources.load_by_object, known.id)).slug


async def shared(net: Network) -> str:
    """Museum and hospital follow the university, which publishes something; answers its URI."""
    university, museum, hospital = net.peers
    for peer in (museum, hospital):
        await peer.follow(await peer.organisation(), (await university.organisation()).uri)
    await net.settle()
    result = await university.publish(record())
    await net.settle()
    return result.uri


async def test_a_note_is_seen_on_every_copy_and_counted_by_organisation(houses):
    uri = await shared(houses)
    museum = houses.peers[1]
    bea = await app_of(museum, "bea")
    made = await bea.post(f"{RESOURCES}/{await slug_at(museum, uri)}/adoptions", 201, **NOTE)
    await bea.post(f"{RESOURCES}/{await slug_at(museum, uri)}/adoptions", 201, **{**NOTE, "outcome": "did-not-fit"})
    await houses.settle()
    for peer in houses.peers:
        slug = await slug_at(peer, uri)
        seen = await App(peer).get(f"{RESOURCES}/{slug}/adoptions")
        assert (seen["organisations"], seen["worked"], len(seen["items"])) == (1, 1, 2), peer.origin
        note = next(each for each in seen["items"] if each["uri"] == made["uri"])
        assert {key: note[key] for key in NOTE if key != "visibility"} == {
            key: value for key, value in NOTE.items() if key != "visibility"
        }
        assert note["organisation"]["uri"] == (await museum.organisation()).uri
        text = await page(peer, f"/r/{slug}")
        assert "In a workshop with &lt;b&gt;visitors&lt;/b&gt;" in text
        assert "Wear gloves." in text
        assert "<b>visitors" not in text


async def test_a_note_is_changed_and_withdrawn_everywhere(houses):
    uri = await shared(houses)
    museum, hospital = houses.peers[1:]
    bea, slug = await app_of(museum, "bea"), await slug_at(museum, uri)
    made = await bea.post(f"{RESOURCES}/{slug}/adoptions", 201, **NOTE)
    await houses.settle()
    museum_clock = {"advice": {"en": "Wear thick gloves."}}
    await bea.put(f"{RESOURCES}/{slug}/adoptions/{made['id']}", 200, **{**NOTE, **museum_clock})
    await houses.settle()
    assert "Wear thick gloves." in await page(hospital, f"/r/{await slug_at(hospital, uri)}")
    assert (await bea.ask("DELETE", f"{RESOURCES}/{slug}/adoptions/{made['id']}")).status == 204
    await houses.settle()
    for peer in houses.peers:
        assert (await App(peer).get(f"{RESOURCES}/{await slug_at(peer, uri)}/adoptions"))["items"] == []


async def test_what_is_for_members_stays_inside(houses):
    uri = await shared(houses)
    museum, hospital = houses.peers[1:]
    bea = await app_of(museum, "bea")
    note = {key: value for key, value in NOTE.items() if key != "visibility"}
    slug = await slug_at(museum, uri)
    await bea.post(f"{RESOURCES}/{slug}/adoptions", 201, **note)
    await bea.put(f"{RESOURCES}/{slug}/review", 200, text="Only for us.", rating=2)
    await houses.settle()
    assert len((await bea.get(f"{RESOURCES}/{slug}/adoptions"))["items"]) == 1
    for app in (App(museum), await app_of(hospital, "hal")):
        at = await slug_at(app.peer, uri)
        assert (await app.get(f"{RESOURCES}/{at}/adoptions"))["items"] == []
        assert (await app.get(f"{RESOURCES}/{at}/reviews"))["items"] == []


async def test_a_review_is_one_for_each_person_and_thing_and_may_change(houses):
    uri = await shared(houses)
    university, museum, hospital = houses.peers
    bea, slug = await app_of(museum, "bea"), await slug_at(museum, uri)
    await bea.put(f"{RESOURCES}/{slug}/review", 200, text="Good **enough**.", rating=3, visibility="public")
    await houses.settle()
    await bea.put(f"{RESOURCES}/{slug}/review", 200, text="Better than I thought.", rating=5, visibility="public")
    await houses.settle()
    for peer in (university, museum, hospital):
        seen = await App(peer).get(f"{RESOURCES}/{await slug_at(peer, uri)}/reviews")
        assert [(each["rating"], each["html"]) for each in seen["items"]] == [(5, "<p>Better than I thought.</p>")]
        assert (seen["ratings"], seen["mean"]) == (1, 5.0)
        shown = await page(peer, f"/r/{await slug_at(peer, uri)}")
        assert "Better than I thought." in shown
        assert '"aggregateRating":{"@type":"AggregateRating","ratingValue":5.0,"ratingCount":1' in shown
    assert (await bea.ask("DELETE", f"{RESOURCES}/{slug}/review")).status == 204
    await houses.settle()
    assert (await App(hospital).get(f"{RESOURCES}/{await slug_at(hospital, uri)}/reviews"))["items"] == []


async def test_the_author_of_the_resource_is_told(houses):
    university, museum, _ = houses.peers
    ann, bea = await app_of(university, "ann"), await app_of(museum, "bea")
    await museum.follow(await museum.organisation(), (await university.organisation()).uri)
    await houses.settle()
    body = {key: value for key, value in record().items() if key != "id"}
    made = await ann.post(RESOURCES, 201, **body, visibility="public")
    await houses.settle()
    await bea.post(f"{RESOURCES}/{await slug_at(museum, made['uri'])}/adoptions", 201, **NOTE)
    await houses.settle()
    (notice,) = await ann.get("v1/notifications")
    assert "Museum used this" in notice["status"]["content"]


BAD_NOTES: dict[str, tuple[dict[str, Any], str]] = {
    "no outcome": ({"outcome": None}, "$"),
    "another outcome": ({"outcome": "great"}, "$.outcome"),
    "nothing said": ({"context": {}}, "$.context"),
    "a range that ends before it begins": ({"audienceSize": {"min": 9, "max": 3}}, "$.audienceSize.max"),
    "a period that ends before it begins": ({"period": {"from": "2026-03-01", "to": "2026-01-01"}}, "$.period.to"),
    "an address that runs": ({"contact": {"name": "x", "url": "javascript:x"}}, "$.contact.url"),
    "another organisation": ({"organisation": {"uri": "https://evil.example"}}, "$"),
    "a public that there is not": ({"visibility": "community"}, "$.visibility"),
}
BAD_REVIEWS: dict[str, tuple[dict[str, Any], str]] = {
    "six stars": ({"text": "x", "rating": 6}, "$.rating"),
    "no star": ({"text": "x", "rating": 0}, "$.rating"),
    "half a star": ({"text": "x", "rating": 4.5}, "$.rating"),
    "nothing said": ({"text": ""}, "$.text"),
    "in the name of another": ({"text": "x", "author": "y"}, "$"),
}


async def test_what_is_wrong_is_told_with_its_place(houses):
    uri = await shared(houses)
    museum = houses.peers[1]
    bea, slug = await app_of(museum, "bea"), await slug_at(museum, uri)
    for name, (parts, path) in BAD_NOTES.items():
        body = {key: value for key, value in {**NOTE, **parts}.items() if value is not None}
        answer = await bea.post(f"{RESOURCES}/{slug}/adoptions", 422, **body)
        assert any(each["path"].startswith(path) for each in answer["errors"]), (name, answer)
    for name, (body, path) in BAD_REVIEWS.items():
        answer = await bea.put(f"{RESOURCES}/{slug}/review", 422, **body)
        assert any(each["path"].startswith(path) for each in answer["errors"]), (name, answer)
    made = await bea.post(f"{RESOURCES}/{slug}/adoptions", 201, **NOTE)
    ben = await app_of(museum, "ben")
    await ben.put(f"{RESOURCES}/{slug}/adoptions/{made['id']}", 403, **NOTE)
    await ben.call("DELETE", f"{RESOURCES}/{slug}/adoptions/{made['id']}", 403)
    await ben.call("DELETE", f"{RESOURCES}/{slug}/review", 404)
    await App(museum).post(f"{RESOURCES}/{slug}/adoptions", 401, **NOTE)
    assert len((await bea.get(f"{RESOURCES}/{slug}/adoptions"))["items"]) == 1


# -- forgeries ------------------------------------------------------------------------------------------------------


async def signed_note(museum: Peer, uri: str) -> dict[str, Any]:
    """A genuine note as it is sent, and taken back from the museum's own rows."""
    bea = await app_of(museum, "bea")
    unit, slug = museum.unit(), await slug_at(museum, uri)
    notes = AdoptionNotes(museum.store, museum.system.federation.keyring)
    stored = await notes.publish(unit, bea.me.id, slug, {**NOTE, "visibility": "organisation"})
    return await museum.store.read(_raw, stored.id)


def _raw(conn: Connection, object_id: int) -> dict[str, Any]:
    return conn.scalar(select(table.c.raw).where(table.c.id == object_id))


async def forge(museum: Peer, document: dict[str, Any], number: int, **changes: Any) -> dict[str, Any]:
    """Another note, signed again by the museum, which is the worst that its node could do."""
    organisation = await museum.organisation()
    unsigned = {key: value for key, value in document.items() if key != "proof"}
    public = ["https://www.w3.org/ns/activitystreams#Public"]
    made = {**unsigned, "id": f"{museum.origin}/ap/o/{number}", "to": public, "cc": [], **changes}
    key = await museum.system.federation.keyring.signing_key(organisation.id, Algorithm.ED25519)
    return add_proof(made, key, created_at=museum.unit().now)


async def test_forged_notes_are_not_taken_in(houses):
    uri = await shared(houses)
    university, museum, _ = houses.peers
    genuine = await signed_note(museum, uri)
    person = await museum.add_actor("mallory")
    organisation = await museum.organisation()
    entity = genuine["mainEntity"]
    home = (await university.organisation()).uri
    cases = {
        "without a proof": (organisation, {k: v for k, v in (await forge(museum, genuine, 1)).items() if k != "proof"}),
        "changed after it was signed": (organisation, {**await forge(museum, genuine, 2), "content": "<p>Great!</p>"}),
        "of a person": (person, await forge(museum, genuine, 3, attributedTo=person.uri)),
        "of a person in the name of the organisation": (
            person,
            await forge(museum, genuine, 4, attributedTo=person.uri, mainEntity=entity),
        ),
        "in the name of another organisation": (
            organisation,
            await forge(museum, genuine, 5, mainEntity={**entity, "author": {"id": home}}),
        ),
        "about another resource": (
            organisation,
            await forge(museum, genuine, 6, mainEntity={**entity, "itemReviewed": {"id": "https://x.example/other"}}),
        ),
        "with an outcome that there is not": (
            organisation,
            await forge(museum, genuine, 7, mainEntity={**entity, "rz:outcome": {"id": "https://x.example/best"}}),
        ),
        "a review in the name of another": (
            person,
            {
                **{k: v for k, v in genuine.items() if k != "proof"},
                "id": f"{museum.origin}/ap/o/8",
                "to": ["https://www.w3.org/ns/activitystreams#Public"],
                "attributedTo": person.uri,
                "mainEntity": {"type": "Review", "author": {"id": home}, "itemReviewed": entity["itemReviewed"]},
            },
        ),
    }
    for name, (sender, document) in cases.items():
        await museum.say(sender, {"type": "Create", "to": document["to"], "cc": [home], "object": document}, home)
        await houses.settle()
        assert await university.object(document["id"]) is None, name
    outcomes = {outcome for kind, outcome in await university.outcomes() if kind == "Create"}
    assert outcomes == {"forged-opinion"}
    assert await university.store.read(opinions.list_notes, uri, None) == []
    found = await university.store.read(objects.find_object, uri)
    assert found is not None
