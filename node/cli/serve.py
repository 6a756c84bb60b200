"""``rhizome serve``: migrate, serve and work until SIGTERM or SIGINT.

Loaded when it is called; the parts that only other commands need (Alembic) stay out of the process.
"""

import asyncio
import contextlib
import gc
import os
import signal
from collections.abc import AsyncIterator, Coroutine

import click
from aiohttp import web

from node import guard, log, metrics
from node.app.serving import build_app
from node.app.system import System, close_system, open_system
from node.cli.shared import config_option, load_config
from node.config import Address, Config
from node.errors import Unavailable
from node.services.access import setting_up
from node.store.access import accounts
from web.health import STOPPING
from web.measuring import build_metrics_app
from web.patience import Runner

_WARN_EVERY_SECONDS = 3600
#: New objects before a collection, collections before a wider one. A batch of activities makes thousands that live
#: until it is written; with Python's own 700 each is looked at again and again (about a twentieth of the processor).
_COLLECT_AFTER = (10_000, 20, 20)


@click.command(name="serve", help="Serve and work until told to stop.")
@click.option("--listen", metavar="ADDR:PORT", help="In place of the configured address.")
@config_option
def command(listen: str | None) -> None:
    gc.disable()  # until the start is over: what it makes stays
    guard.refuse_foreign_owners()
    config = load_config(node__listen=listen)
    log.setup(config.log.level, config.log.format)
    with locked(config):
        run(serve(config))


def run(main: Coroutine[None, None, None]) -> None:
    """On uvloop, where it is installed."""
    try:
        import uvloop  # late: not on every platform
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


def locked(config: Config) -> contextlib.AbstractContextManager[None]:
    """One process per data directory (SQLite); a second one is refused with a sentence."""
    return guard.alone_in(config.data_dir) if config.is_sqlite else contextlib.nullcontext()


async def serve(config: Config) -> None:
    """Serve until a signal says stop; a second signal ends at once, and still loses nothing."""
    stop = asyncio.Event()
    _on_signals(stop)
    metrics.started(development=config.development)
    for warning in config.warnings:
        log.event("configuration.warning", level=log.WARNING, reason=warning)
    system = await open_system(config, lane=0 if config.is_sqlite else None)
    try:
        await _serve(system, stop)
    finally:
        await close_system(system)


async def _serve(system: System, stop: asyncio.Event) -> None:
    config = system.node.config
    app = build_app(system)
    runner = Runner(
        app,
        access_log=None,
        handle_signals=False,
        auto_decompress=False,  # IN2: no request body is inflated
        lingering_time=1.0,  # IN1: so long is read on after a refusal
        keepalive_timeout=75.0,
        shutdown_timeout=10.0,
    )
    metrics_runner = web.AppRunner(build_metrics_app(system.node), access_log=None, handle_signals=False)
    await runner.setup()
    await metrics_runner.setup()
    try:
        await _listen(runner, config.node.listen)
        if config.metrics.listen is not None:
            await _listen(metrics_runner, config.metrics.listen)
        await system.start_work()
        await _invite_first_administrator(system)
        gc.freeze()  # no collection needs to look at it again
        gc.set_threshold(*_COLLECT_AFTER)
        gc.enable()
        click.echo(f"listening on {config.origin}")
        async with _warning_hourly(config):
            await stop.wait()
    finally:
        app[STOPPING].set()
        await runner.cleanup()
        await metrics_runner.cleanup()


async def _listen(runner: web.BaseRunner, address: Address) -> None:
    try:
        await web.TCPSite(runner, address.host, address.port, backlog=1024).start()
    except OSError as error:
        # the loop's own sentence names the address twice; a host that has none (gaierror) has no number of the system
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise Unavailable(f"The node cannot listen on {address}: {why}.") from error


def _on_signals(stop: asyncio.Event) -> None:
    def handle() -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, handle)


async def _invite_first_administrator(system: System) -> None:
    """A new node prints a link that makes its first administrator; all its processes print the same."""
    node = system.node
    if await node.store.read(accounts.has_admin):
        return
    if token := await node.store.write(setting_up.invite, node.unit(), node.config.secret_box):
        click.echo(f"make the first administrator at {node.config.origin}/setup?ticket={token}")


@contextlib.asynccontextmanager
async def _warning_hourly(config: Config) -> AsyncIterator[None]:
    warnings = asyncio.create_task(_warn_hourly(config), name="development warning")
    try:
        yield
    finally:
        warnings.cancel()


async def _warn_hourly(config: Config) -> None:
    while config.development:
        log.event(
            "development.mode", level=log.WARNING, reason="peers on loopback are trusted; never use this in public"
        )
        await asyncio.sleep(_WARN_EVERY_SECONDS)
