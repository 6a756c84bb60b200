"""``make bench``: run every scenario, print a table, write JSON, compare with a baseline."""

import argparse
import asyncio
import json
import os
import platform
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import as_typed, client_api, fan_out, growth, idle, inbox, machine, pages, report, soak, streams
from benchmarks.node_process import NodeProcess, free_host, running
from benchmarks.peers import addresses, playing

_PASSWORD = "correct horse battery"
_BASELINE = Path(__file__).parent / "baseline.json"

#: Enough to see that everything works; figures of it are no figures.
_QUICK = {
    "batches": 2,
    "notes": 200,
    "hosts": 40,
    "rounds": 2,
    "starts": 1,
    "few": 500,
    "many": 5_000,
    "asked": 50,
    "streams": 200,
    "watched": 3.0,
    "reads": 500,
    "posts": 100,
    "stored": 2_000,
    "seen": 10,
    "minutes": 0.5,
}


def add_person(node: NodeProcess, name: str = "alice", *, role: str = "member") -> None:
    sent = ("--email", f"{name}@example.org", "--role", role, "--password-stdin")
    node.command("user", "add", name, *sent, stdin=_PASSWORD + "\n")


async def traffic(arguments: argparse.Namespace) -> dict[str, Any]:
    """What comes in and goes out, then start and memory with the database that this made."""
    host = free_host()
    with tempfile.TemporaryDirectory(prefix="rhizome-bench-") as folder:
        async with running(host, folder=Path(folder)) as node:
            add_person(node, role="admin")  # without one, each start seals a link that makes one
            add_person(node, "bob")
            taken = await inbox.run(node, batches=arguments.batches, notes=arguments.notes)
            several = {"hosts": arguments.hosts, "rounds": arguments.rounds}
            sent = await fan_out.run(node, author="alice", **several)
            modern = await fan_out.run(node, author="bob", ed25519=True, **several)
        rested = await idle.measure(host, Path(folder), arguments.starts)
    return {"inbox": taken, "fan_out": sent, "fan_out_ed25519": modern, "idle": rested}


async def grow(arguments: argparse.Namespace) -> dict[str, Any]:
    """The same work beside few and beside many stored objects."""
    hosts = addresses(11, 1)
    with tempfile.TemporaryDirectory(prefix="rhizome-bench-") as folder:
        async with running(free_host(), folder=Path(folder)) as node, playing(hosts) as peers:
            add_person(node)
            token = node.command("user", "token", "alice").strip()
            uris = [peers.actor(hosts[0], f"a{index}") for index in range(10)]
            await inbox.follow_all(node, uris)
            await growth.fill(node, uris[0], arguments.few, 0)
            await growth.measure(node, peers, uris, token, "warm", arguments.asked)
            few = await growth.measure(node, peers, uris, token, "few", arguments.asked)
            await growth.fill(node, uris[0], arguments.many, arguments.few)
            await growth.measure(node, peers, uris, token, "large", arguments.asked)
            many = await growth.measure(node, peers, uris, token, "many", arguments.asked)
    costs = {name: many[f"{name}_ms"] / few[f"{name}_ms"] for name in ("activity", "timeline", "search")}
    return {"growth": {**costs, "few": few, "many": many, "objects": [arguments.few, arguments.many]}}


async def listen(arguments: argparse.Namespace) -> dict[str, Any]:
    """Apps that listen while nothing happens."""
    async with running(free_host()) as node:
        return {"streams": await streams.run(node, streams=arguments.streams, watched=arguments.watched)}


async def apps(arguments: argparse.Namespace) -> dict[str, Any]:
    """What client apps read and write."""
    with tempfile.TemporaryDirectory(prefix="rhizome-bench-") as folder:
        async with running(free_host(), folder=Path(folder)) as node:
            add_person(node)
            token = node.command("user", "token", "alice").strip()
            return {"client": await client_api.run(node, token, reads=arguments.reads, posts=arguments.posts)}


async def show(arguments: argparse.Namespace) -> dict[str, Any]:
    """What pages, and searches while somebody types, cost a member beside many stored objects."""
    with tempfile.TemporaryDirectory(prefix="rhizome-bench-") as folder:
        async with running(free_host(), folder=Path(folder)) as node:
            add_person(node)
            token = node.command("user", "token", "alice").strip()
            seen = await pages.measure(node, arguments.stored, arguments.seen)
            return {"pages": seen, "typed": await as_typed.measure(node, token, 10 * arguments.seen)}


async def last(arguments: argparse.Namespace) -> dict[str, Any]:
    """The same work for long; as long as it takes, so only where it is asked for."""
    with tempfile.TemporaryDirectory(prefix="rhizome-bench-") as folder:
        async with running(free_host(), folder=Path(folder)) as node:
            add_person(node)
            token = node.command("user", "token", "alice").strip()
            return {"soak": await soak.run(node, token, minutes=arguments.minutes)}


async def run(arguments: argparse.Namespace) -> dict[str, Any]:
    results: dict[str, Any] = {"machine": await machine.measure(), "python": platform.python_version()}
    results["load"] = os.getloadavg()[0]
    if arguments.only in {"", "traffic"}:
        results |= await traffic(arguments)
    if arguments.only in {"", "apps"}:
        results |= await apps(arguments)
    if arguments.only in {"", "pages"}:
        results |= await show(arguments)
    if arguments.only in {"", "growth"}:
        results |= await grow(arguments)
    if arguments.only in {"", "streams"}:
        results |= await listen(arguments)
    if arguments.only == "soak":
        results |= await last(arguments)
    return results


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small run that shows that everything works")
    parser.add_argument("--only", choices=("traffic", "apps", "pages", "growth", "streams", "soak"), default="")
    parser.add_argument("--batches", type=int, default=3)
    parser.add_argument("--notes", type=int, default=3_000)
    parser.add_argument("--hosts", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--reads", type=int, default=10_000)
    parser.add_argument("--posts", type=int, default=3_000)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--asked", type=int, default=300, help="reads beside few and beside many objects")
    parser.add_argument("--stored", type=int, default=100_000, help="objects beside which pages are read")
    parser.add_argument("--seen", type=int, default=100, help="reads of each page")
    parser.add_argument("--streams", type=int, default=1_000)
    parser.add_argument("--watched", type=float, default=20, help="seconds for which streams are watched")
    parser.add_argument("--minutes", type=float, default=10, help="how long the soak takes; it is no part of the whole")
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/latest.json"))
    parser.add_argument("--baseline", type=Path, default=_BASELINE, help="the results to compare with")
    arguments = parser.parse_args()
    if arguments.quick:
        for name, value in _QUICK.items():
            setattr(arguments, name, value)
    return arguments


def main() -> None:
    arguments = read_arguments()
    # Read first: it may be what is written.
    baseline = json.loads(arguments.baseline.read_text()) if arguments.baseline.exists() else None
    results = asyncio.run(run(arguments))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(results | {"ratios": report.ratios(results)}, indent=1) + "\n")
    print(report.table(results, baseline))
    compared = f"Compared with {arguments.baseline}." if baseline else f"No {arguments.baseline} to compare with."
    print(f"\nWritten to {arguments.out}. {compared} What the columns mean: docs/develop/measuring.md")


if __name__ == "__main__":
    main()
