"""Checks of the node's health."""

import asyncio
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from node import health
from node.clock import DAY, HOUR, MINUTE, SECOND
from node.errors import Unavailable
from node.health import Check, State
from node.ids import first_id_at
from tests.rows import each_row

NOW = 1_790_000_000_000


@each_row(
    "check, state, told",
    [
        (health.check_database(None), State.OK, "can be written"),
        (health.check_database(Unavailable("The disk is full.", detail="/srv/x")), State.FAILED, "The disk is full."),
        (health.check_database(ValueError("/srv/x")), State.FAILED, "The database cannot be written."),
        (health.check_schema("0002", "0002"), State.OK, "0002"),
        (health.check_schema("0001", "0002"), State.FAILED, "`rhizome migrate` makes it 0002"),
        (health.check_schema("0003", "0002"), State.FAILED, "is 0003, of a newer version of this program"),
        (health.check_schema(None, "0002"), State.WARNING, "The database is empty"),
        (health.check_inbox(None, NOW), State.OK, "No incoming activity is waiting."),
        (health.check_inbox(NOW - 4 * MINUTE, NOW), State.OK, "due for 4 minutes"),
        (health.check_inbox(NOW - 6 * MINUTE, NOW), State.WARNING, "due for 6 minutes"),
        (health.check_inbox(NOW + MINUTE, NOW), State.OK, "due for 0 s"),
        (health.check_deliveries(NOW - 59 * MINUTE, NOW), State.OK, "delivery"),
        (health.check_deliveries(NOW - 25 * HOUR, NOW), State.WARNING, "due for 1 day."),
        (health.check_workers([NOW - 10 * SECOND, NOW - DAY], NOW), State.OK, "1 of 2 workers"),
        (health.check_workers([NOW - MINUTE], NOW), State.FAILED, "No worker is alive"),
        (health.check_workers([], NOW), State.FAILED, "No worker is alive"),
        (health.check_backup(None, NOW), State.WARNING, "no verified backup"),
        (health.check_backup(NOW - 47 * HOUR, NOW), State.OK, "1 day old"),
        (health.check_backup(NOW - 49 * HOUR, NOW), State.WARNING, "2 days old"),
        (health.check_clock(NOW, 0), State.OK, "not behind"),
        (health.check_clock(NOW, first_id_at(NOW + 30 * SECOND)), State.OK, "not behind"),
        (health.check_clock(NOW, first_id_at(NOW + 3 * HOUR)), State.FAILED, "3 hours behind"),
    ],
)
def test_each_check_says_how_it_is(check: Check, state: State, told: str) -> None:
    assert check.state is state
    assert told in check.told
    assert "/srv" not in check.told


def test_disk_is_measured(tmp_path: Path) -> None:
    assert health.check_disk(tmp_path, 0).state is State.OK
    assert health.check_disk(tmp_path, 10**9).state is State.FAILED
    assert health.check_disk(tmp_path / "absent", 0).state is State.FAILED


NEEDED = ["aiohttp>=3.14.5", "nh3>=0.3", "psycopg[binary]>=3.3", "uvloop>=0.22; sys_platform != 'win32'", "jinja2"]


def versions(**found: str) -> Callable[[str], str]:
    def installed(name: str) -> str:
        if name not in found:
            raise PackageNotFoundError(name)
        return found[name]

    return installed


def test_packages_here_are_new_enough() -> None:
    assert health.check_packages().state is not State.FAILED


@each_row("aiohttp", ["3.14.5", "3.14.10", "3.15", "4"])
def test_new_packages_are_fine(aiohttp: str) -> None:
    check = health.check_packages(versions(aiohttp=aiohttp, nh3="0.3.0", psycopg="3.3.9"), NEEDED)
    assert check.state is State.OK


def test_old_and_missing_packages_are_named() -> None:
    check = health.check_packages(versions(aiohttp="3.14.4", nh3="0.3.0rc1"), NEEDED)
    assert check.state is State.FAILED
    told = "aiohttp 3.14.4 (at least 3.14.5), psycopg is missing (at least 3.3)"
    assert check.told == f"Packages are too old: {told}."


def test_warnings_do_not_make_a_node_unready() -> None:
    fine = [health.check_database(None), health.check_backup(None, NOW)]
    assert health.is_ready(fine)
    assert not health.is_ready([*fine, health.check_workers([], NOW)])


def test_check_is_json() -> None:
    assert health.check_workers([NOW], NOW).as_json() == {
        "name": "workers",
        "state": "ok",
        "message": "1 of 1 workers is alive.",
        "value": 1,
    }


async def test_blocked_event_loop_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "MAX_LAG_SECONDS", 0.05)
    monkeypatch.setattr(health.LoopWatch, "INTERVAL_SECONDS", 0.01)
    watch = health.LoopWatch()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watch.run())
        await asyncio.sleep(0)
        time.sleep(0.1)  # noqa: ASYNC251 (what the test is about)
        while not watch.lag_seconds:  # noqa: ASYNC110 (the watch has nobody to tell)
            await asyncio.sleep(0)
        assert not watch.is_alive
        task.cancel()
