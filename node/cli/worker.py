"""``rhizome worker``: jobs without a web server, any number of processes beside the one that serves (PostgreSQL)."""

import asyncio
import signal

import click

from node import guard, log
from node.app.system import close_system, open_system
from node.cli.serve import run
from node.cli.shared import config_option, load_config
from node.config import Config
from node.errors import Conflict


@click.command("worker")
@config_option
def command() -> None:
    """Work on jobs until SIGTERM or SIGINT."""
    guard.refuse_foreign_owners()
    config = load_config()
    if config.is_sqlite:
        raise Conflict("A separate worker needs PostgreSQL; with SQLite the node that serves does all the work.")
    log.setup(config.log.level, config.log.format)
    run(work(config))


async def work(config: Config) -> None:
    """Work until a signal says stop; what is unfinished goes back into the queue."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    system = await open_system(config)
    try:
        await system.start_work()
        click.echo(f"working for {config.origin}")
        await stop.wait()
    finally:
        await close_system(system)
