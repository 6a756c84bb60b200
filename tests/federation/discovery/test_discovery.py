"""WebFinger as the node serves it: every way to ask for somebody, and what is told."""

import pytest

from node.store.people import actors
from tests.client import app_of
from tests.network import network

FINGER = "/.well-known/webfinger"


@pytest.fixture
async def node(tmp_path):
    async with network(tmp_path, "hospital") as net:
        yield net.peers[0]


async def finger(node, resource: str, status: int = 200, more=()):
    url = f"{node.origin}{FINGER}"
    async with node.http.get(url, params=[("resource", resource), *more]) as answer:
        assert answer.status == status
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return await answer.json(content_type=None) if status == 200 else None


async def test_everybody_is_found_in_every_form(node):
    ada = await node.add_actor("ada", icon=f"{node.origin}/media/a/ada.webp")
    host = node.origin.removeprefix("http://")
    forms = [f"acct:ada@{host}", f"acct:Ada%40{host}", f"ada@{host}", ada.uri, f"{node.origin}/@ada"]
    found = [await finger(node, form) for form in forms]
    assert found == [found[0]] * len(forms)
    links = {link["rel"]: link for link in found[0]["links"]}
    assert found[0]["subject"] == f"acct:ada@{host}"
    assert links["self"]["href"] == ada.uri
    assert links["http://webfinger.net/rel/avatar"] == {
        "rel": "http://webfinger.net/rel/avatar",
        "type": "image/webp",
        "href": f"{node.origin}/media/a/ada.webp",
    }
    assert links["https://w3id.org/fep/3b86/Follow"]["template"] == f"{node.origin}/follow?uri={{object}}"
    for server in (node.origin, node.origin + "/"):
        assert (await finger(node, server))["aliases"][-1] == f"{node.origin}/ap/instance"


async def test_communities_are_found_by_their_page(node):
    group = await node.add_community("metals")
    found = await finger(node, f"{node.origin}/c/metals")
    assert found["aliases"] == [f"{node.origin}/c/metals", group.uri]
    await finger(node, f"{node.origin}/c/glass", 404)


async def test_posts_lead_to_their_authors_only_where_everybody_may_read_them(node):
    ada = await app_of(node, "ada")
    found = {}
    for visibility in ("public", "unlisted", "private", "direct"):
        post = await ada.post("v1/statuses", status="hello", visibility=visibility)
        found[visibility] = [await status_of(node, post[name]) for name in ("uri", "url")]
    assert found == {"public": [200, 200], "unlisted": [200, 200], "private": [404, 404], "direct": [404, 404]}


async def status_of(node, resource: str) -> int:
    async with node.http.get(f"{node.origin}{FINGER}", params={"resource": resource}) as answer:
        return answer.status


async def test_pages_name_the_object_that_they_show(node):
    ada = await app_of(node, "ada")
    post = await ada.post("v1/statuses", status="hello")
    for page, uri in ((f"{node.origin}/@ada", ada.me.uri), (post["url"], post["uri"])):
        async with node.http.get(page, headers={"Accept": "text/html"}) as answer:
            assert answer.headers["Link"] == f'<{uri}>; rel="alternate"; type="application/activity+json"'
        async with node.http.get(uri, headers={"Accept": "text/html"}, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Vary"]) == (302, "Accept, Signature")


async def test_only_links_that_are_asked_for(node):
    ada = await node.add_actor("ada")
    found = await finger(node, ada.uri, more=[("rel", "self"), ("rel", "nothing")])
    assert [link["rel"] for link in found["links"]] == ["self"]
    assert "http://webfinger.net/rel/avatar" not in {link["rel"] for link in (await finger(node, ada.uri))["links"]}


async def test_who_is_not_there(node):
    ada = await node.add_actor("ada")
    for resource, status in (("", 400), ("acct:", 400), ("acct:ben@nowhere.example", 404), (ada.uri + "1", 404)):
        await finger(node, resource, status)
    await node.store.write(actors.update_actor, ada.id, state="gone")
    await finger(node, ada.uri, 410)
