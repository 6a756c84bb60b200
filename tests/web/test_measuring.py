"""What Prometheus is told, by a whole node: work, hosts, disk, backups, fetches, the event loop."""

import math
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Connection, insert

from federation.transport.http import OutboundClient
from node import health, metrics
from node.clock import HOUR, MINUTE, SECOND
from node.errors import NodeError, Unavailable
from node.store import facts
from node.store.jobs import NewJob, enqueue_many
from node.store.tables import hosts
from tests.node.test_metrics import value
from tests.remote import remote
from tests.statements import counted
from tests.web.conftest import Site
from web.measuring import build_metrics_app
from web.state import WEB


@pytest.fixture
async def scraper(site: Site):
    async with TestClient(TestServer(build_metrics_app(site.peer.system.node))) as client:
        yield client


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


async def scrape(scraper: TestClient) -> None:
    async with scraper.get("/metrics") as answer:
        assert (answer.status, answer.content_type) == (200, "text/plain")
        assert b"rhizome_build" in await answer.read()


async def test_a_scrape_measures_what_is_there(site: Site, scraper: TestClient) -> None:
    node, now = site.peer.system.node, site.clock.now()
    await scrape(scraper)
    assert value("rhizome_backup_age_seconds") == math.inf

    def fill(conn: Connection) -> None:
        enqueue_many(conn, [NewJob("deliver", number, now - MINUTE, host="b.example") for number in (1, 2)])
        enqueue_many(conn, [NewJob("deliver", 3, now + HOUR, host="b.example")])
        conn.execute(insert(hosts).values(host="b.example", held_until_at=now + HOUR, created_at=now))
        facts.save_fact(conn, facts.BACKED_UP_AT, str(now - HOUR))

    await site.store.write(fill)
    put(node.config.data_dir / "media" / "ab" / "one", b"x" * 1_000)
    site.clock.advance(5 * MINUTE)
    await scrape(scraper)
    assert value("rhizome_jobs", kind="deliver", state="due") == 2
    assert value("rhizome_jobs", kind="deliver", state="later") == 1
    assert value("rhizome_jobs_oldest_seconds", kind="deliver") == 6 * MINUTE / SECOND
    assert value("rhizome_circuits_open") == 1
    assert value("rhizome_backup_age_seconds") == (HOUR + 5 * MINUTE) / SECOND
    assert value("rhizome_storage_bytes", what="database") == node.config.database_path.stat().st_size
    assert value("rhizome_storage_bytes", what="media") == 1_000
    assert value("rhizome_disk_free_bytes") > 0


async def test_figures_are_told_while_the_database_is_away(
    site: Site, scraper: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_args):
        raise Unavailable

    monkeypatch.setattr(type(site.store), "read", fail)
    await scrape(scraper)


async def test_fetches_are_counted_by_outcome(site: Site) -> None:
    def counts() -> dict[str, float]:
        outcomes = ("ok", "not_found", "unavailable", "gone")
        found = {outcome: value("rhizome_fetches_total", outcome=outcome) for outcome in outcomes}
        return found | {"refused": value("rhizome_fetches_refused_total", rule="OwnAddress")}

    client: OutboundClient = site.peer.system.federation.client
    before = counts()
    async with remote() as there:
        there.actor("bob")
        there.documents["/gone"], there.documents["/sick"] = 410, 503
        for path in ("/users/bob", "/nothing", "/gone", "/sick"):
            await client.get(there.origin + path)
    for address in ("http://127.0.0.9:9/", f"{site.peer.origin}/"):
        with pytest.raises(NodeError):
            await client.get(address)
    after = counts()
    grown = {name: after[name] - before[name] for name in after}
    assert grown == {"ok": 1, "not_found": 1, "gone": 1, "unavailable": 2, "refused": 1}


async def test_a_process_that_is_stuck_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = site.peer.runner.app[WEB].loop
    assert '"alive"' in await site.get("/healthz")
    monkeypatch.setattr(loop, "lag_seconds", health.MAX_LAG_SECONDS + 1)
    with counted(site.store) as statements:
        assert '"stuck"' in await site.get("/healthz", 503)
    assert statements == []  # the database may be what it is stuck in
    loop._on_lag(1.5)
    assert value("rhizome_event_loop_lag_seconds") == 1.5
    metrics.loop_lagged(0)


async def test_the_event_loop_of_a_served_node_is_watched(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = site.peer.runner.app[WEB].loop
    monkeypatch.setattr(loop, "lag_seconds", -1.0)
    while loop.lag_seconds < 0:
        await site.get("/healthz")
