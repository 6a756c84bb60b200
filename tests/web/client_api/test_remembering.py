"""Lists that are asked for again: from memory while nothing changes, never once something has."""

import sqlite3

import pytest

from node.clock import SECOND
from node.store.access import oauth
from tests.client import App, app_of
from tests.statements import counted
from web.client_api import remembering
from web.client_api.remembering import ANSWERS

HOME = "v1/timelines/home"


@pytest.fixture
async def ada(site):
    app = await app_of(site.peer, "ada")
    await app.post("v1/statuses", status="first")
    return app


async def statements_of(site, app: App, path: str = HOME) -> int:
    with counted(site.store) as seen:
        await app.get(path)
    return len(seen)


async def test_a_list_that_has_not_changed_takes_no_statement(ada, site):
    first = await ada.ask("GET", HOME)
    assert await statements_of(site, ada) == 0
    again = await ada.ask("GET", HOME)
    assert await again.text() == await first.text()
    assert again.headers["Link"] == first.headers["Link"]
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert int(again.headers["X-RateLimit-Remaining"]) == int(first.headers["X-RateLimit-Remaining"]) - 2
    assert await statements_of(site, ada, HOME + "?limit=1") > 0


async def test_a_change_of_another_process_shows_at_once(ada, site):
    await ada.get(HOME)
    with sqlite3.connect(site.peer.system.node.config.database_path) as other:
        other.execute("UPDATE actors SET name = 'Ada Lovelace' WHERE id = ?", (ada.me.id,))
    other.close()
    assert (await ada.get(HOME))[0]["account"]["display_name"] == "Ada Lovelace"


async def test_what_ends_by_the_clock_is_asked_again(ada, site):
    await ada.get(HOME)
    site.clock.advance(SECOND - 1)
    assert await statements_of(site, ada) == 0
    site.clock.advance(1)
    assert await statements_of(site, ada) > 0


async def test_nobody_gets_the_answers_of_another(ada, site):
    ben = await app_of(site.peer, "ben")
    narrow = App(site.peer, await site.peer.token(ada.me, "read:accounts"))
    assert len(await ada.get(HOME)) == 1
    assert await ben.get(HOME) == []
    await narrow.get(HOME, 403)
    await App(site.peer).get(HOME, 401)


async def test_a_token_that_ended_gets_nothing(ada, site):
    spare = App(site.peer, await site.peer.token(ada.me))
    await spare.get(HOME)
    await spare.get(HOME)
    await site.store.write(oauth.delete_tokens_of, ada.me.id)
    await spare.get(HOME, 401)


async def test_memory_is_bounded(ada, site, monkeypatch):
    answers = site.peer.runner.app[ANSWERS]
    one = len(await (await ada.ask("GET", HOME)).text())
    monkeypatch.setattr(remembering, "_MOST_BYTES", 2 * one)
    for limit in range(1, 6):
        await ada.get(HOME, limit=limit)
    assert await statements_of(site, ada, HOME + "?limit=5") == 0
    assert await statements_of(site, ada, HOME + "?limit=2") > 0
    assert answers._bytes <= 2 * one
