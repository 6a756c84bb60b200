"""WebFinger as the node serves it: every way to ask for somebody, and what is told (federation section 1.1)."""

import pytest

from node.store import actors
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
