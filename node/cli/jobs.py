"""``rhizome jobs``: what is queued, failing and set aside, waiting for the end of it, and what to do about it."""

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import click
from sqlalchemy import Connection

from node.app.database import open_store
from node.cli.shared import FAILED, config_option, json_option, print_rows, with_config
from node.clock import SystemClock, to_rfc3339
from node.config import Config
from node.errors import Conflict, NotFound, Unavailable
from node.health import check_schema
from node.jobs.kinds import PERIODIC
from node.store.database.engine import Store
from node.store.database.migrate import HEAD, current_version
from node.store.house import queue

_LOOK_SECONDS = 0.2
_SHOWN = 100
#: What a database takes for a number.
_ID = click.IntRange(1, 2**63 - 1)
_COUNTS = {"kind": "kind", "due": "due", "later": "later", "failing": "failing", "parked": "set aside"}
_ROWS = {"id": "id", "kind": "kind", "attempts": "tries", "target": "target", "error": "reason"}


class _Span(click.FloatRange):
    """Seconds that end: of what is no number every comparison says that it is in the range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds: float = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value!r} is no number of seconds.", param, ctx)
        return seconds


@click.group("jobs", invoke_without_command=True)
@click.option("--wait", type=_Span(min=0), metavar="SECONDS", help="Wait until nothing is due any more.")
@json_option
@config_option
@click.pass_context
def command(ctx: click.Context, wait: float | None, *, as_json: bool) -> None:
    """Show what is queued, failing and set aside."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(_show, wait=wait, as_json=as_json)


@with_config
def _show(config: Config, wait: float | None, *, as_json: bool) -> None:
    found, idle = asyncio.run(_look(config, wait))
    _print(found, as_json=as_json)
    if wait is not None and not idle:
        raise click.exceptions.Exit(FAILED)


async def _look(config: Config, wait: float | None) -> tuple[dict[str, Any], bool]:
    """What there is, in the end, and whether nothing is due."""
    async with _opened(config) as store:
        idle = await _wait(store, time.monotonic() + (wait or 0))
        return await store.read(_summary, SystemClock().now()), idle


@asynccontextmanager
async def _opened(config: Config) -> AsyncIterator[Store]:
    """The store as it is: who only looks makes no database and upgrades none."""
    if config.is_sqlite and not config.database_path.exists():
        raise Unavailable("There is no database yet; `rhizome serve` makes it.")
    store = open_store(config)
    await store.open()
    try:
        version = await store.read(current_version)
        if version != HEAD:
            raise Conflict(check_schema(version, HEAD).told)
        yield store
    finally:
        await store.close()


async def _wait(store: Store, until: float) -> bool:
    while await store.read(count_due, SystemClock().now()):
        if time.monotonic() >= until:
            return False
        await asyncio.sleep(_LOOK_SECONDS)
    return True


def count_due(conn: Connection, now: int) -> int:
    """How many jobs are due or run, the periodic ones aside; a retry that waits for its time is neither."""
    return sum(count.due for count in queue.count_by_kind(conn, now) if count.kind != PERIODIC)


def _summary(conn: Connection, now: int) -> dict[str, Any]:
    return {
        "kinds": [
            {"kind": each.kind, "due": each.due, "later": each.later, "failing": each.failing, "parked": each.parked}
            for each in queue.count_by_kind(conn, now)
        ],
        "failing": [_row(row) for row in queue.load_failing(conn, _SHOWN)],
        "parked": [_row(row) for row in queue.load_parked(conn, _SHOWN)],
    }


def _row(row: Any) -> dict[str, Any]:
    names = ("id", "kind", "target", "host", "attempts", "error")
    return {
        **{name: getattr(row, name) for name in names},
        "due": to_rfc3339(row.due_at),
        "request_id": row.request_id,
    }


def _print(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    print_rows(found["kinds"], _COUNTS, as_json=False)
    for name, heading in (("failing", "Will be tried again:"), ("parked", "Set aside:")):
        if found[name]:
            click.echo(f"\n{heading}")
            print_rows(found[name], _ROWS, as_json=False)


@command.command("retry")
@click.argument("job", type=_ID, metavar="ID")
@with_config
def retry(config: Config, job: int) -> None:
    """Try again what was set aside."""
    _change(config, lambda conn: queue.revive(conn, job, SystemClock().now()))


@command.command("discard")
@click.argument("job", type=_ID, metavar="ID")
@with_config
def discard(config: Config, job: int) -> None:
    """Drop for good what was set aside."""
    _change(config, lambda conn: queue.discard(conn, job))


def _change(config: Config, change: Callable[[Connection], bool]) -> None:
    async def run() -> bool:
        async with _opened(config) as store:
            return await store.write(change)

    if not asyncio.run(run()):
        raise NotFound("Nothing that was set aside has this id.")
