"""The link that makes the first administrator, where several processes print it and several people open it."""

import asyncio
import threading
from contextlib import AsyncExitStack, suppress

import aiohttp
import pytest
from sqlalchemy import Connection, insert

from node.clock import HOUR
from node.errors import NotFound
from node.services.access import setting_up
from node.store.access import accounts, hashes, mailed_links
from node.store.tables import one_time_links
from tests.web.conftest import ADA, Site

pytestmark = pytest.mark.usefixtures("each_database")


async def _invite(site: Site) -> str:
    node = site.peer.system.node
    return await site.store.write(setting_up.invite, node.unit(), node.config.secret_box)


async def test_processes_that_start_at_once_print_one_link_until_there_is_an_administrator(site: Site) -> None:
    first = {*await asyncio.gather(*(_invite(site) for _ in range(4)))} | {await _invite(site)}
    assert len(first) == 1
    site.clock.advance(23 * HOUR)
    assert {await _invite(site)} == first
    site.clock.advance(23 * HOUR)
    await site.get(f"/setup?ticket={next(iter(first))}")
    site.clock.advance(2 * HOUR)
    assert {await _invite(site)}.isdisjoint(first)
    await site.set_up()
    assert await _invite(site) == ""


async def test_of_two_browsers_at_once_one_makes_the_administrator(site: Site) -> None:
    token = await _invite(site)
    path = f"/setup?ticket={token}"
    async with AsyncExitStack() as stack:
        sites = [site]
        for _ in range(2):
            jar = aiohttp.CookieJar(unsafe=True)
            browser = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            sites.append(Site(site.peer, browser, site.clock))
        forms = [
            {**ADA, "user_name": name, "email": f"{name}@example.org", "ticket": token, "csrf": await each.csrf(path)}
            for name, each in zip(("ada", "bob", "cid"), sites, strict=True)
        ]

        async def send(each: Site, form: dict[str, str]) -> int:
            async with each.browser.post(f"{site.peer.origin}/setup", data=form, allow_redirects=False) as answer:
                return answer.status

        answered = await asyncio.gather(*map(send, sites, forms))
    assert sorted(answered) == [200, 404, 404]
    assert await site.store.read(accounts.count_admins) == 1


async def test_two_links_make_one_administrator(site: Site) -> None:
    """As an older version could leave them behind, on PostgreSQL."""
    people = [await site.peer.add_actor(name) for name in ("ada", "bob")]
    now, both = site.clock.now(), threading.Barrier(2)
    await site.store.write(mailed_links.insert_link, "a" * 43, "setup", now, now + HOUR)

    def another(conn: Connection) -> None:
        values = {"token_hash": hashes.hash_of("b" * 43), "purpose": "setup", "created_at": now, "expires_at": now + 1}
        conn.execute(insert(one_time_links).values(values))

    def make(conn: Connection, token: str, actor_id: int) -> None:
        setting_up.take(conn, token, now)
        with suppress(threading.BrokenBarrierError):
            both.wait(0.3)  # for the other one, who has to wait for this one
        accounts.set_role(conn, actor_id, accounts.ADMIN)

    await site.store.write(another)
    units = (site.store.write(make, token * 43, who.id) for token, who in zip("ab", people, strict=True))
    refused = [error for error in await asyncio.gather(*units, return_exceptions=True) if error is not None]
    assert [type(error) for error in refused] == [NotFound]
    assert await site.store.read(accounts.count_admins) == 1
