"""``rhizome demo``: a hospital, a university and a city museum on this machine, following each other."""

import asyncio
import contextlib
import os
import signal
from itertools import permutations
from pathlib import Path

import click

from node.config import load
from node.demo.conversations import converse
from node.demo.organisations import NAMES, load_organisation
from node.demo.processes import Served, wait_for_each_other
from node.demo.seed import PASSWORD, seed

_EXCHANGED_WITHIN = 120.0  # seconds


@click.command("demo")
@click.option(
    "--data",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-data"),
    show_default=True,
    help="Where the three nodes live; a second start goes on with what is there.",
)
def command(data: Path) -> None:
    """Run three organisations on this machine until Ctrl-C."""
    asyncio.run(_demo(Path(os.path.abspath(data))))  # noqa: PTH100 (a link stays where it is)


async def _demo(folder: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    nodes = [Served(load_organisation(name), folder) for name in NAMES]
    try:
        work = asyncio.create_task(_bring_up(nodes), name="demo start")
        waiting = asyncio.create_task(stop.wait(), name="demo stop")
        await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
        await waiting
    finally:
        click.echo("Stopping.")
        await asyncio.gather(*(node.stop() for node in nodes))


async def _bring_up(nodes: list[Served]) -> None:
    for node in nodes:
        node.check_free()
    await asyncio.gather(*map(_prepare, nodes))
    await asyncio.gather(*(node.start() for node in nodes))
    click.echo("All three serve; now they follow each other ...")
    for follower, followed in permutations(nodes, 2):
        await follower.run("follow", f"@{followed.organisation.handle}@{followed.organisation.host}")
    click.echo("Their people get to know each other ...")
    await converse([(node.organisation, load(node.file)) for node in nodes])
    if not await wait_for_each_other(nodes, within=_EXCHANGED_WITHIN):
        click.echo("They have not shown each other everything yet; `rhizome jobs` says what is waiting.", err=True)
    _tell(nodes)


async def _prepare(node: Served) -> None:
    click.echo(f"Preparing {node.organisation.name} ...")
    await node.initialise()
    await seed(load(node.file), node.organisation)


def _tell(nodes: list[Served]) -> None:
    for node in nodes:
        who = node.organisation
        click.echo(f"\n{who.name}: {who.origin}")
        for person in who.people:
            click.echo(f"  {person['username']:<8} {person['role']:<10} {person['name']}")
    click.echo(f"\nEverybody's password is {PASSWORD}. Ctrl-C ends all three.")
