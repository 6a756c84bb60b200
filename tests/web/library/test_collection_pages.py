"""Collections on pages: begun, filled from the page of a resource, ordered, shared, followed."""

import json
import re

import pytest

from node.domain.visibility import Visibility
from node.store.library import collections as table
from node.store.library import resources
from tests.records import record
from tests.statements import counted
from tests.web.conftest import Site
from tests.web.library.test_editor import FORM, send

pytestmark = pytest.mark.usefixtures("each_database")


async def _begin(site: Site, **changes: str) -> str:
    """A collection of ada's: the path of its page."""
    csrf = await site.csrf("/resources/new?kind=collection")
    form = {**FORM, "kind": "collection", "name-0": "Casting for all", "open-for-suggestions": "on"}
    place = await send(site, "/resources/new", 303, **{**form, "csrf": csrf, "do": "publish", **changes})
    return place.partition("?")[0]


async def _publish(site: Site, number: int) -> str:
    made = record(id=f"https://x.example/{number}", name={"en": f"Bells {number}"})
    return (await site.peer.publish(made)).url.removeprefix(site.peer.origin)


async def test_a_collection_is_begun_filled_ordered_and_emptied(site: Site) -> None:
    await site.set_up()
    path = await _begin(site)
    assert "Casting for all" in await site.get("/collections")
    csrf = await site.csrf(path)
    for number in (1, 2):
        item = await _publish(site, number)
        form = await site.get(f"{item}/collect")
        assert "Casting for all" in form
        slug = path.removeprefix("/r/")
        note = f"Note {number} <script>"
        await site.post(f"{item}/collect", csrf=csrf, collection=slug, note=note, language="en")
    text = await site.get(path)
    assert text.index("Bells 1</") < text.index("Bells 2</")
    assert "Note 1 &lt;script&gt;" in text
    await site.post(f"{path}/items", csrf=csrf, item="https://x.example/2", do="up")
    text = await site.get(path)
    assert text.index("Bells 2</") < text.index("Bells 1</")
    await site.post(f"{path}/items", csrf=csrf, item="https://x.example/2", do="remove")
    assert "Bells 2" not in await site.get(path)
    await site.post(f"{path}/items", 422, csrf=csrf, item="https://x.example/1", do="burn")
    await site.post(f"{path}/items", 404, csrf=csrf, item="https://x.example/none", do="up")
    await site.post(f"{path}/items", 403, csrf="x", item="https://x.example/1", do="remove")
    assert "Bells 1" in await site.get(path)


@pytest.mark.parametrize("kind", ["collection", "pathway"])
async def test_lists_go_on_from_page_to_page_with_what_the_reader_may_read(site: Site, kind: str) -> None:
    """Those that are for others take no place: a page is as long as it can be."""
    ann = await site.peer.add_actor("ann")
    steps = {"hasPart": [{"name": "Cast", "step": {"key": "1", "action": "practise"}}]} if kind == "pathway" else {}
    for number in range(5):
        made = record(id=f"https://x.example/{number}", name={"en": f"Way {number}"}, kind=kind, **steps)
        await site.peer.publish(made, Visibility.PRIVATE if number in {3, 4} else Visibility.PUBLIC, ann)
        site.clock.advance(1000)
    named, path, cursor = [], f"/api/learning/v1/{kind}s?limit=2", ""
    while cursor is not None:
        answer = json.loads(await site.get(f"{path}&cursor={cursor}"))
        named.append([each["name"]["en"] for each in answer["items"]])
        cursor = answer["next"]
    assert named == [["Way 2", "Way 1"], ["Way 0"]]
    page = await site.get(f"/{kind}s")
    assert page.index("Way 2") < page.index("Way 0")
    assert "Way 3" not in page


async def test_an_edit_of_its_words_keeps_what_is_in_it(site: Site) -> None:
    await site.set_up()
    path = await _begin(site)
    item, csrf = await _publish(site, 1), await site.csrf(path)
    await site.post(f"{item}/collect", csrf=csrf, collection=path.removeprefix("/r/"), note="", language="en")
    form = {**FORM, "kind": "collection", "name-0": "Casting for everybody", "csrf": await site.csrf(f"{path}/edit")}
    await send(site, f"{path}/edit", 303, **form)
    text = await site.get(path)
    assert "Casting for everybody" in text
    assert "Bells 1" in text
    await send(site, f"{path}/edit", 422, **{**form, "kind": "article"})


async def test_the_work_is_shared_and_followed(site: Site) -> None:
    await site.set_up()
    path, ben = await _begin(site), await site.peer.add_actor("ben")
    csrf = await site.csrf(path)
    assert await site.post(f"{path}/curators", csrf=csrf, curator="@ben") == f"{path}?done"
    assert "ben" in await site.get(path)
    await site.post(f"{path}/curators", 422, csrf=csrf, curator="@nobody")
    await site.post(f"{path}/curators", csrf=csrf, remove=ben.uri)
    found = await site.store.read(resources.load_by_slug, path.removeprefix("/r/"), resources.ANYBODY)
    assert ben.uri not in await site.store.read(table.load_curators, found.id)
    text = await site.get(await site.post(f"{path}/follow", csrf=csrf, do="follow"))
    assert "You hear of what is new in it." in text
    assert "Hear of it no more" in text
    text = await site.get(await site.post(f"{path}/follow", csrf=csrf, do="unfollow"))
    assert "You hear of it no more." in text
    assert "Tell me what is new in it" in text


async def test_statements_do_not_grow_with_entries(site: Site) -> None:
    await site.set_up()
    path = await _begin(site)
    csrf, seen = await site.csrf(path), []
    for first, last in ((1, 2), (2, 8)):
        for number in range(first, last):
            item = await _publish(site, number)
            await site.post(f"{item}/collect", csrf=csrf, collection=path.removeprefix("/r/"), note="", language="en")
        with counted(site.store) as statements:
            text = await site.get(path)
        assert re.search(r'class="entries"', text)
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 34, seen


async def test_nothing_goes_where_more_people_would_read_its_title(site: Site) -> None:
    """What is for fewer people than a collection is refused there, and the collection is not opened with it inside."""
    await site.set_up()
    path, csrf = await _begin(site, visibility="organisation"), await site.csrf("/resources/new")
    slug = path.removeprefix("/r/")
    titles = {"private": "Notes of mine", "organisation": "For the house", "partners": "For partners"}
    places = {}
    for level, name in titles.items():
        form = {**FORM, "name-0": name, "visibility": level, "csrf": csrf, "do": "publish"}
        places[level] = (await send(site, "/resources/new", 303, **form)).partition("?")[0]
    told = await site.post(f"{places['private']}/collect", 422, csrf=csrf, collection=slug)
    assert "“Notes of mine” is for fewer people than this list." in told
    for level in ("organisation", "partners"):
        await site.post(f"{places[level]}/collect", csrf=csrf, collection=slug)
    text = await site.get(path)
    assert [name in text for name in titles.values()] == [False, True, True]
    form = {**FORM, "kind": "collection", "visibility": "public", "csrf": csrf, "do": "publish", "version": "3"}
    told = await send(site, f"{path}/edit", 422, **form)
    assert "“For the house” is for fewer people" in told


async def test_what_is_narrowed_later_loses_its_title_there_until_it_is_open_again(site: Site) -> None:
    """In the record, on the page, in the object and the feed; whoever may read the thing itself still sees it."""
    await site.set_up()
    path, csrf = await _begin(site), await site.csrf("/resources/new")
    form = {**FORM, "name-0": "Bells of brass", "csrf": csrf, "do": "publish"}
    item = (await send(site, "/resources/new", 303, **form)).partition("?")[0]
    await site.post(f"{item}/collect", csrf=csrf, collection=path.removeprefix("/r/"), note="Begin here", language="en")
    slug, version = path.removeprefix("/r/"), 1
    for level, is_told in (("organisation", False), ("public", True)):
        changed = {**form, "visibility": level, "version": str(version), "csrf": await site.csrf(f"{item}/edit")}
        await send(site, f"{item}/edit", 303, **changed)
        version += 1
        found = await site.store.read(resources.load_by_slug, slug, resources.ANYBODY)
        _, document = await site.peer.get(found.uri)
        doors = (path, f"/collections/{slug}.atom", f"/api/learning/v1/collections/{slug}")
        told = [await _stranger(site, door) for door in doors]
        told.append(await _stranger(site, f"/api/learning/v1/resources/{slug}/versions"))
        told += [str(found.record), str(document)]
        assert ["Bells of brass" in text for text in told] == [is_told] * 6, level
        assert all("Begin here" in text for text in told[:4])
        assert "Bells of brass" in await site.get(path)  # ada is a member


async def _stranger(site: Site, path: str) -> str:
    async with site.peer.http.get(site.peer.origin + path) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()
