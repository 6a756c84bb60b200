"""What a node does by itself: each turn of its clock and each kind of job is there when it is needed."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from node.app.foundation import lay
from node.app.system import System, close_system, open_system
from node.app.work import late_kinds
from node.cli import main
from node.clock import DAY, FixedClock
from node.config import load
from node.jobs.kinds import ALL, PERIODIC
from node.store.tables import jobs


@pytest.fixture
async def clock() -> FixedClock:
    return FixedClock(1_790_000_000_000)


@pytest.fixture
async def system(tmp_path: Path, clock: FixedClock):
    config = tmp_path / "rhizome.toml"
    made = ["init", "--config", str(config), "--host", "127.0.0.1:8300", "--name", "Work", "--development"]
    assert CliRunner().invoke(main, made).exit_code == 0
    system = await open_system(load(config), clock=clock, lane=0)
    yield system
    await close_system(system)


async def test_every_turn_of_the_clock_finds_what_it_runs(system: System, clock: FixedClock) -> None:
    await system.schedule.start()
    waiting = select(jobs.c.target, jobs.c.error, jobs.c.due_at).where(jobs.c.kind == PERIODIC)
    before = await system.node.store.read(lambda conn: conn.execute(waiting).all())
    clock.advance(8 * DAY)
    assert await system.worker.drain() == len(before) > 10
    after = await system.node.store.read(lambda conn: conn.execute(waiting).all())
    assert {row.target: row.error for row in after} == {row.target: "" for row in before}
    assert all(row.due_at > clock.now() for row in after)


async def test_every_kind_of_job_is_run_by_something(system: System, clock: FixedClock) -> None:
    base = await lay(system.node.config, clock, system.node.store, lane=0)
    found = {PERIODIC}
    for late in late_kinds(base, system.federation):
        names = [kind.name for kind in late.make()]
        assert len(names) == len(set(names))
        assert set(names) == late.names, "the names of a group are those that it makes"
        assert found.isdisjoint(names)
        found.update(names)
    assert found == ALL
