"""What is said of a node whose database does not answer (REL5, REL15)."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from node.config import Config
from tests.web.conftest import Site
from web import health

pytestmark = pytest.mark.usefixtures("each_database")


@contextmanager
def locked(config: Config) -> Iterator[None]:
    """Meanwhile somebody else keeps the node from writing."""
    if config.is_sqlite:
        with closing(sqlite3.connect(config.database_path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    import psycopg  # late: only where it is tested

    with closing(psycopg.connect(config.database.url)) as other:
        other.execute("LOCK TABLE facts IN EXCLUSIVE MODE")
        yield


async def check_of_database(site: Site) -> dict[str, object]:
    async with site.browser.get(f"{site.peer.origin}/readyz") as answer:
        body = json.loads(await answer.read())
    found = [check for check in body["checks"] if check["name"] == "database"]
    assert len(found) == 1
    assert found[0]["state"] == "ok" or (answer.status, body["ready"]) == (503, False)
    return found[0]


async def test_a_database_that_is_locked_is_told_of_before_the_asker_gives_up(site: Site, monkeypatch) -> None:
    monkeypatch.setattr(health, "TRIAL_SECONDS", 0.2)
    with locked(site.peer.system.node.config):
        for _ in range(2):
            told = await check_of_database(site)
            assert (told["state"], told["message"]) == ("failed", "The database does not answer in time.")
    monkeypatch.undo()
    assert (await check_of_database(site))["state"] == "ok"
