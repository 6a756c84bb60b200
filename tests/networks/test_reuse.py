"""What is made from a work of another organisation: credited, and seen from both sides, while both go on."""

from typing import Any

import pytest

from node.store.library import derivations, resources
from node.store.library.resources import Resource
from tests.client import App, app_of
from tests.network import Network, Peer, network
from tests.records import CC_BY, record

RESOURCES = "/api/learning/v1/resources"
BY_ND = "https://creativecommons.org/licenses/by-nd/4.0/"


@pytest.fixture
async def houses(tmp_path):
    async with network(tmp_path, "university", "museum") as net:
        yield net


async def held(peer: Peer, uri: str) -> Resource:
    known = await peer.object(uri)
    assert known is not None
    return await peer.store.read(resources.load_by_object, known.id)


async def page(peer: Peer, path: str) -> str:
    async with peer.http.get(peer.origin + path, headers={"Accept": "text/html"}) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def followed(net: Network) -> tuple[Peer, Peer, App]:
    """The museum follows the university; bea works at the museum."""
    university, museum = net.peers
    bea = await app_of(museum, "bea")
    await museum.follow(await museum.organisation(), (await university.organisation()).uri)
    await net.settle()
    return university, museum, bea


def derived(source: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A record that is based on what the API says of another; the node says whose that is."""
    return {
        "name": {"en": "Moulds for visitors"},
        "defaultLanguage": "en",
        "type": ["LearningResource"],
        "inLanguage": ["en"],
        "license": CC_BY,
        "visibility": "public",
        "isBasedOn": [{"id": source["id"]}],
        **parts,
    }


MOULDS = record(name={"en": "Moulds"}, creator=[{"type": "Person", "name": "Cy Founder"}])


async def test_a_work_is_improved_elsewhere_and_both_pages_show_the_branch(houses):
    university, museum, bea = await followed(houses)
    original = await university.publish(MOULDS)
    await houses.settle()
    copy = await held(museum, original.uri)
    source = await bea.get(f"{RESOURCES}/{copy.slug}")
    made = await bea.post(RESOURCES, 201, **derived(source))
    await houses.settle()

    at_museum = await page(museum, f"/r/{made['page'].rsplit('/', 1)[1]}")
    assert f'href="{copy.path}"' in at_museum
    assert "“Moulds” by Cy Founder, " in at_museum
    assert "Moulds for visitors" in await page(museum, copy.path)

    at_university = await held(university, made["uri"])
    assert at_university.record["isBasedOn"][0]["creator"] == MOULDS["creator"]
    original_page = await page(university, f"/r/{original.url.rsplit('/', 1)[1]}")
    assert "What others made from it" in original_page
    assert f'href="{at_university.path}"' in original_page
    assert "Moulds for visitors" in original_page
    branch_page = await page(university, at_university.path)
    assert f'href="/r/{original.url.rsplit("/", 1)[1]}"' in branch_page
    assert "“Moulds” by Cy Founder, " in branch_page


async def test_a_branch_follows_its_author_and_goes_with_it(houses):
    university, museum, bea = await followed(houses)
    original = await university.publish(MOULDS)
    await houses.settle()
    source = await bea.get(f"{RESOURCES}/{(await held(museum, original.uri)).slug}")
    made = await bea.post(RESOURCES, 201, **derived(source))
    await houses.settle()
    slug = made["page"].rsplit("/", 1)[1]
    again = derived(source, name={"en": "Moulds, second edition"})
    await bea.call("PUT", f"{RESOURCES}/{slug}", 200, json=again, headers={"If-Match": "*"})
    await houses.settle()
    original_page = f"/r/{original.url.rsplit('/', 1)[1]}"
    assert "Moulds, second edition" in await page(university, original_page)
    await bea.ask("DELETE", f"{RESOURCES}/{slug}")
    await houses.settle()
    assert "What others made from it" not in await page(university, original_page)
    assert await university.store.read(derivations.list_branches, [MOULDS["id"]], None, limit=9) == []


async def test_what_stays_inside_is_told_to_nobody(houses):
    university, museum, bea = await followed(houses)
    original = await university.publish(MOULDS)
    await houses.settle()
    source = await bea.get(f"{RESOURCES}/{(await held(museum, original.uri)).slug}")
    await bea.post(RESOURCES, 201, **derived(source, visibility="organisation"))
    await houses.settle()
    assert [kind for kind, _ in await university.outcomes() if kind == "Create"] == []


async def test_a_licence_that_was_broken_elsewhere_makes_no_branch(houses):
    """The museum's node lets nobody break it; another server might."""
    university, museum, bea = await followed(houses)
    original = await university.publish({**MOULDS, "license": BY_ND})
    await houses.settle()
    source = await bea.get(f"{RESOURCES}/{(await held(museum, original.uri)).slug}")
    lie = derived({**source, "license": CC_BY})
    answer = await bea.post(RESOURCES, 422, **lie)
    assert answer["errors"][0]["path"] == "$.isBasedOn[0]"
    await museum.publish({**lie, "id": "https://museum.example/1"})  # as an import would, which nobody asks
    await houses.settle()
    assert "What others made from it" not in await page(university, f"/r/{original.url.rsplit('/', 1)[1]}")


async def test_the_author_of_the_original_is_told(houses):
    university, museum, bea = await followed(houses)
    ann = await app_of(university, "ann")
    body = {key: value for key, value in MOULDS.items() if key != "id"}
    original = await ann.post(RESOURCES, 201, **body, visibility="public")
    await houses.settle()
    source = await bea.get(f"{RESOURCES}/{(await held(museum, original['uri'])).slug}")
    await bea.post(RESOURCES, 201, **derived(source))
    await houses.settle()
    (notice,) = await ann.get("v1/notifications")
    assert notice["type"] == "mention"
    assert "Moulds for visitors" in notice["status"]["content"]
