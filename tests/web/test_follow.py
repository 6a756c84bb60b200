"""``/follow``: from one whole node to another, as the people on both see it."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from node.domain.moderation import DomainPolicy
from node.store.federation import policies
from node.store.people import actors, follows
from tests.broken_peers import BrokenPeer, is_silent
from tests.network import Network, running_peer
from tests.web.conftest import Site
from web import lookups


@pytest.fixture
async def city(site: Site, tmp_path: Path) -> AsyncIterator[Site]:
    """A second node with a reader of its own."""
    async with (
        running_peer(tmp_path / "city", "city", clock=site.clock) as peer,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser,
    ):
        yield Site(peer, browser, site.clock)


def handle_of(site: Site, name: str) -> str:
    return f"@{name}@{site.peer.system.node.config.host}"


async def token_of(site: Site, path: str) -> str:
    return await site.csrf(path)


async def test_a_stranger_follows_from_her_own_account(site: Site, city: Site):
    """From the profile of ben at the university to ada's own server, and back as a follow."""
    ben = await site.peer.add_actor("ben", name="Ben")
    path = f"/follow?uri={handle_of(site, 'ben')}"
    assert path in await site.get("/@ben")
    page = await site.get(path)
    assert "Follow from your own account" in page
    assert ">Ben<" in page
    fields = {"uri": handle_of(site, "ben"), "handle": handle_of(city, "ada"), "csrf": await token_of(site, path)}
    await city.set_up()
    onward = await site.post("/follow/from", **fields)
    assert onward.startswith(f"{city.peer.origin}/follow?uri=")

    theirs = onward.removeprefix(city.peer.origin)
    page = await city.get(theirs)
    assert "Follow Ben" in page
    assert handle_of(site, "ben") in page
    token = page.rpartition('name="csrf" value="')[2].partition('"')[0]
    told = await city.get(await city.post("/follow", csrf=token, uri=ben.uri))
    assert "<title>You have asked to follow this account." in told
    assert told.count("You have asked to follow") == 2, "as title and on the page, where it is said once"
    assert "You have asked to follow" in await city.get(theirs)
    await Network([site.peer, city.peer]).settle()
    assert "You follow this account." in await city.get(theirs)
    assert await site.store.read(follows.count_follows, ben.id) == (1, 0)


async def test_whoever_is_not_signed_in_at_home_is_asked_to(city: Site, site: Site):
    """Her server's page, reached before she has signed in there: nobody is looked up for a stranger."""
    ben = await site.peer.add_actor("ben")
    page = await city.get(f"/follow?uri={ben.uri}")
    assert "/sign-in?next=/follow%3Furi%3D" in page
    assert await city.store.read(actors.find_actor, ben.uri) is None
    fields = {"uri": ben.uri, "handle": handle_of(city, "ada"), "csrf": await token_of(city, f"/follow?uri={ben.uri}")}
    assert (await city.post("/follow/from", **fields)).startswith("/sign-in?next=")


async def test_what_a_stranger_types_wrongly_is_told_to_her(site: Site, city: Site, monkeypatch):
    ben = handle_of(site, "ben")
    await site.peer.add_actor("ben")
    token = await token_of(site, f"/follow?uri={ben}")

    async def told(handle: str, uri: str = ben, status: int = 422) -> str:
        return await site.post("/follow/from", status, uri=uri, handle=handle, csrf=token)

    assert "This is not a handle" in await told("ada")
    assert 'value="&lt;script&gt;"' in await told("<script>")
    assert "No account was found" in await told(handle_of(city, "nobody"))
    assert "No account was found" in await told(handle_of(city, "ada"), handle_of(site, "nobody"), 404)
    assert "No account was found" in await told(handle_of(city, "ada"), "javascript:alert(1)", 404)
    monkeypatch.setattr(lookups, "PATIENCE", 0.3)
    async with BrokenPeer(is_silent(), host="127.2.0.8") as dead:
        assert "did not answer in time" in await told(f"@ada@127.2.0.8:{dead.port}")
    monkeypatch.undo()
    await site.post("/follow/from", 403, uri=ben, handle=handle_of(city, "ada"), csrf="wrong")
    await site.get("/follow?uri=nonsense", 404)


async def test_what_a_member_cannot_follow_is_told_to_her(site: Site, city: Site, monkeypatch):
    await site.set_up()
    for uri in ("nonsense", handle_of(city, "nobody"), f"{city.peer.origin}/ap/instance", f"{site.peer.origin}/x"):
        assert "No account was found" in await site.get(f"/follow?uri={uri}", 404)
    assert "This is you." in await site.get(f"/follow?uri={handle_of(site, 'ada')}")
    assert "Look up" in await site.get("/follow")
    monkeypatch.setattr(lookups, "PATIENCE", 0.3)
    async with BrokenPeer(is_silent(), host="127.2.0.8") as dead:
        assert "did not answer in time" in await site.get(f"/follow?uri=@zoe@127.2.0.8:{dead.port}", 404)
    monkeypatch.undo()
    eve = await city.peer.add_actor("eve")
    assert "Follow eve" in await site.get(f"/follow?uri={eve.uri}")
    host = city.peer.system.node.config.host
    await site.store.write(policies.set_policy, host.partition(":")[0], DomainPolicy.BLOCK, "", site.clock.now())
    await site.peer.system.federation.policies.load()
    await site.get(f"/follow?uri={eve.uri}", 404)
    token = await token_of(site, "/follow?uri=" + handle_of(site, "uni"))
    await site.post("/follow", 422, csrf=token, uri=eve.uri)
