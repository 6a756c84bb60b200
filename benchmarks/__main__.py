"""``make bench``: run every scenario, print a table, write JSON."""

import argparse
import asyncio
import json
import platform
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from benchmarks import machine
from benchmarks.node_process import NodeProcess, running
from benchmarks.peers import PUBLIC, Peers, addresses, playing, post_all
from node.app import opened
from node.config import load
from node.domain.visibility import Visibility
from node.services.posts import publish_note
from node.store import follows
from node.store.actors import find_local_actor
from node.store.follows import Follow

_HOST = "127.3.0.1:8300"
_ACTORS, _NOTES, _CONNECTIONS = 50, 3_000, 32
PASSWORD = "correct horse battery"


def query(node: NodeProcess, sql: str) -> Any:
    """One figure from the node's database, read beside it."""
    with closing(sqlite3.connect(f"file:{node.config.parent / 'data' / 'rhizome.sqlite3'}?mode=ro", uri=True)) as raw:
        return raw.execute(sql).fetchone()[0]


async def until(node: NodeProcess, sql: str, wanted: int, seconds: float = 120) -> float:
    """Seconds until the figure is reached."""
    started = time.perf_counter()
    while query(node, sql) < wanted:
        if time.perf_counter() - started > seconds:
            raise TimeoutError(f"{sql}: {query(node, sql)} of {wanted}")
        await asyncio.sleep(0.02)
    return time.perf_counter() - started


async def follow_all(node: NodeProcess, uris: list[str]) -> None:
    """Alice follows these, as if they had accepted long ago."""
    async with opened(load(node.config)) as system:
        alice = await system.node.store.read(find_local_actor, "alice")
        assert alice is not None
        for uri in uris:
            actor = await system.federation.fetcher.actor(uri)
            unit = system.node.unit()
            new = Follow(unit.ids.new(), alice.id, actor.id, f"{uri}#f", follows.ACCEPTED, unit.now)
            await system.node.store.write(follows.save_follow, new)


async def inbox(node: NodeProcess, batches: int) -> dict[str, Any]:
    """3,000 Create{Note} of 50 actors over 32 connections, until all are on a follower's home timeline."""
    hosts = addresses(10, 10)
    async with playing(hosts) as peers:
        uris = [peers.actor(hosts[index % 10], f"a{index}") for index in range(_ACTORS)]
        await follow_all(node, uris)
        figures = []
        for batch in range(batches):
            requests = [_note(peers, node, uris[index % _ACTORS], f"{batch}-{index}") for index in range(_NOTES)]
            cpu, started = node.cpu_seconds(), time.perf_counter()
            statuses = await post_all(requests, _CONNECTIONS)
            accepted = time.perf_counter() - started
            await until(node, "SELECT count(*) FROM home_entries", _NOTES * (batch + 1))
            visible = time.perf_counter() - started
            figures.append(
                {
                    "accepted_per_s": _NOTES / accepted,
                    "visible_per_s": _NOTES / visible,
                    "cpu_s_per_1000": (node.cpu_seconds() - cpu) / _NOTES * 1000,
                    "lost": sum(status != 202 for status in statuses),
                }
            )
        return {"batches": figures}


def _note(peers: Peers, node: NodeProcess, uri: str, number: str) -> tuple[str, bytes, dict[str, str]]:
    note = {
        "id": f"{uri}/notes/{number}",
        "type": "Note",
        "attributedTo": uri,
        "content": f"<p>Note {number} about <strong>learning</strong> with a <a href='https://a.example/'>link</a>.</p>",
        "to": [PUBLIC],
        "cc": [f"{uri}/followers"],
        "published": "2026-11-24T12:00:00Z",
    }
    activity = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{note['id']}/activity",
        "type": "Create",
        "actor": uri,
        "to": note["to"],
        "cc": note["cc"],
        "object": note,
    }
    url = f"{node.origin}/ap/inbox"
    return url, *peers.signed(url, activity)


async def fan_out(node: NodeProcess, number: int, rounds: int) -> dict[str, Any]:
    """``number`` new hosts follow Alice with signed Follows; then some posts of hers reach each host once."""
    hosts = addresses(20, number)
    async with playing(hosts) as peers, opened(load(node.config)) as system:
        alice = await system.node.store.read(find_local_actor, "alice")
        assert alice is not None
        url = f"{node.origin}/ap/inbox"
        requests = []
        for host in hosts:
            uri = peers.actor(host)
            activity = {"id": f"{uri}/follow", "type": "Follow", "actor": uri, "object": alice.uri}
            requests.append((url, *peers.signed(url, activity)))
        peers.expect(number)
        started = time.perf_counter()
        await post_all(requests, _CONNECTIONS)
        await asyncio.wait_for(peers.all_in.wait(), 120)
        follows_per_s = number / (time.perf_counter() - started)
        figures = [await _post(system, alice.id, peers, number) for _ in range(rounds)]
    return {
        "follows_per_s": follows_per_s,
        "first_deliveries_per_s": figures[0],
        "deliveries_per_s": statistics.median(figures),
    }


async def _post(system: Any, author_id: int, peers: Peers, number: int) -> float:
    """Deliveries per second between the first and the last arrival of one post."""
    peers.expect(number)
    unit = system.node.unit()

    def publish(conn: Connection) -> object:
        return publish_note(conn, unit, author_id, f"A post at {unit.now}", Visibility.PUBLIC)

    await system.node.store.write(publish)
    await asyncio.wait_for(peers.all_in.wait(), 120)
    times = sorted(peers.arrived.values())
    return number / (times[-1] - times[0])


async def idle(node: NodeProcess) -> dict[str, Any]:
    """Start with an existing database, and memory five seconds later."""
    await asyncio.sleep(5)
    return {"start_s": node.start_seconds, "idle_mib": node.memory_mib()}


async def run(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    notes: dict[str, Any] = {"machine": await machine.measure(), "python": platform.python_version()}
    async with running(_HOST, folder=folder) as node:
        node.command("user", "add", "alice", "--email", "alice@example.org", "--password-stdin", stdin=PASSWORD + "\n")
        notes["inbox"] = await inbox(node, arguments.batches)
        notes["fan_out"] = await fan_out(node, arguments.hosts, arguments.rounds)
    async with running(_HOST, folder=folder) as node:
        notes["idle"] = await idle(node)
    return notes


def table(notes: dict[str, Any]) -> str:
    """Figures beside their ratio to the part of the machine that bounds them."""
    parts = notes["machine"]
    rows = [(name, value, "") for name, value in parts.items()]
    for number, batch in enumerate(notes["inbox"]["batches"], 1):
        ratio = batch["visible_per_s"] / parts["aiohttp_echo_per_s"]
        rows.append((f"inbox batch {number}: visible/s", batch["visible_per_s"], f"{ratio:.2f} of echo"))
        rows.append((f"inbox batch {number}: CPU s per 1000", batch["cpu_s_per_1000"], f"lost {batch['lost']}"))
    fan = notes["fan_out"]
    rows += [
        (name, fan[name], f"{fan[name] / parts['rsa_sign_per_s']:.2f} of RSA sign")
        for name in ("follows_per_s", "first_deliveries_per_s", "deliveries_per_s")
    ]
    rows += [(name, value, "") for name, value in notes["idle"].items()]
    return "\n".join(f"{name:36} {value:12.2f}  {remark}" for name, value, remark in rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--batches", type=int, default=3)
    parser.add_argument("--hosts", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/latest.json"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rhizome-bench-") as folder:
        notes = asyncio.run(run(arguments, Path(folder)))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(notes, indent=1))
    print(table(notes))


if __name__ == "__main__":
    main()
