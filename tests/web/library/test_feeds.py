"""Atom feeds of the catalogue and of collections: what everybody may read, as XML that readers of feeds take."""

from typing import Any

from defusedxml.ElementTree import fromstring

from node.domain.visibility import Visibility
from node.store.people import actors
from tests.client import App
from tests.records import record
from tests.web.conftest import Site
from tests.web.library.test_collection_pages import _begin

ATOM = "{http://www.w3.org/2005/Atom}"
TITLE = 'Casting & "tin" <script>alert(1)</script>'


async def feed(site: Site, path: str, status: int = 200, **headers: str) -> tuple[Any, str]:
    """The feed as a tree, and its entity tag."""
    async with site.peer.http.get(site.peer.origin + path, headers=headers) as answer:
        assert answer.status == status, await answer.text()
        if status != 200:
            return None, answer.headers.get("ETag", "")
        assert answer.content_type == "application/atom+xml"
        return fromstring(await answer.read()), answer.headers["ETag"]


def told(tree: Any, name: str) -> list[str]:
    return [entry.findtext(f"{ATOM}{name}") for entry in tree.findall(f"{ATOM}entry")]


async def test_the_catalogue_tells_of_its_own_public_resources(site: Site) -> None:
    made = await site.peer.publish(record(name={"en": TITLE}, keywords=["tin & lead"]))
    site.clock.advance(60_000)
    await site.peer.publish(record(id="https://x.example/2", name={"en": "Bells"}, kind="video"))
    for number, level in enumerate((Visibility.ORGANISATION, Visibility.PARTNERS)):
        await site.peer.publish(record(id=f"https://x.example/c{number}", name={"en": "Closed"}), level)
    tree, etag = await feed(site, "/resources.atom")
    assert told(tree, "title") == ["Bells", TITLE]
    assert told(tree, "id")[1] == made.uri
    assert tree.find(f"{ATOM}entry[2]/{ATOM}category").get("term") == "tin & lead"
    assert tree.findtext(f"{ATOM}updated") == told(tree, "updated")[0]
    await feed(site, "/resources.atom", 304, **{"If-None-Match": etag})
    narrowed, _ = await feed(site, "/resources.atom?kind=video")
    assert told(narrowed, "title") == ["Bells"]
    assert 'href="/resources.atom"' in await site.get("/resources")
    await feed(site, "/resources.atom?sort=best", 400)


async def test_a_collection_tells_of_additions_that_everybody_may_read(site: Site) -> None:
    await site.set_up()
    path = await _begin(site)
    ada = await site.store.read(actors.find_local_actor, "ada")
    app, slug = App(site.peer, await site.peer.token(ada)), path.removeprefix("/r/")
    for name in ("Bells", "Tin"):
        made = await site.peer.publish(record(id=f"https://x.example/{name}", name={"en": name}))
        site.clock.advance(60_000)
        note = {"en": f"Read {name} first"}
        await app.post(f"/api/learning/v1/collections/{slug}/items", 200, resource=made.uri, note=note)
    await app.post(f"/api/learning/v1/collections/{slug}/items", 200, resource="https://elsewhere.example/1")
    tree, _ = await feed(site, f"/collections/{slug}.atom")
    assert sorted(told(tree, "title")) == ["Bells", "Tin", "https://elsewhere.example/1"]
    assert "Read Tin first" in told(tree, "summary")
    assert f'href="/collections/{slug}.atom"' in await site.get(path)


async def test_a_closed_collection_has_no_feed(site: Site) -> None:
    await site.set_up()
    for level in ("private", "organisation", "partners"):
        path = await _begin(site, visibility=level)
        await feed(site, f"/collections/{path.removeprefix('/r/')}.atom", 404)
    await feed(site, "/collections/nothing.atom", 404)
