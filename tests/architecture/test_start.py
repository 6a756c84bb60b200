"""What a serving node has loaded before anybody asks for anything: the budget of its start and of its idle memory."""

import asyncio
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from node.app.system import close_system, open_system
from node.cli import main
from node.config import load

#: For other commands, other databases, or the first page, picture or sign-in that needs them.
LATE = (
    "PIL",
    "alembic",
    "babel",
    "bleach",
    "cryptography.hazmat",
    "federation.arriving",
    "federation.builders",
    "federation.fetching",
    "federation.handlers",
    "federation.mapping",
    "federation.routes",
    "federation.sending",
    "federation.signatures",
    "icalendar",
    "jinja2",
    "joserfc",
    "jsonschema",
    "lxml",
    "mako",
    "markdown_it",
    "nh3",
    "node.app.kinds",
    "node.events",
    "node.media.storage",
    "node.services.communities",
    "node.services.membership",
    "node.services.news.news",
    "node.services.posts.media",
    "node.services.posts.posts",
    "node.store.search.indexing",
    "node.upkeep",
    "pillow_heif",
    "psycopg",
    "publicsuffixlist",
    "rdflib",
    "smtplib",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.orm",
    "web.account",
    "web.admin",
    "web.client_api.instance",
    "web.client_api.instance_documents",
    "web.client_api.routes",
    "web.learning_api",
    "web.oauth",
    "web.design",
    "web.pages",
    "web.streaming.audience",
    "web.streaming.posts",
)
#: Modules of others, the standard library's included; each costs some 0.7 ms and 70 KiB. Raise it when what was added
#: must be there from the start.
AT_MOST = 620
_OURS = frozenset({"node", "federation", "schemas", "web"})

_SCRIPT = """
import asyncio, sys
from node.cli import serve
from node.app.serving import build_app
from node.app.system import close_system, open_system
from node.config import load

async def main():
    system = await open_system(load(sys.argv[1]), lane=0)
    build_app(system)
    await system.start_work()
    await close_system(system)

asyncio.run(main())
print(*sorted(sys.modules))
"""


#: What a node does without that asks hosts again which are away.
LATER_THAN_DELIVERIES = (
    "federation.arriving",
    "federation.builders",
    "federation.fetching",
    "federation.handlers",
    "federation.mapping",
    "jinja2",
    "nh3",
    "node.app.kinds.house",
    "node.app.kinds.peers",
    "node.events",
    "node.services.communities",
    "node.services.posts.posts",
    "web.pages",
)

_DELIVERING = """
import asyncio, sys
from node.app.system import close_system, open_system
from node.clock import DAY
from node.config import load
from node.jobs.kinds import DELIVER
from node.store import jobs

async def main():
    system = await open_system(load(sys.argv[1]), lane=0)
    unit = system.node.unit()
    left = jobs.NewJob(DELIVER, unit.ids.new(), unit.now, target="http://127.0.0.1:9/inbox", host="127.0.0.1:9")
    await system.node.store.write(jobs.enqueue_many, [left])
    assert await system.worker.drain() == 1
    await close_system(system)

asyncio.run(main())
print(*sorted(sys.modules))
"""


#: What a node does without to which nothing happens for days.
LATER_THAN_TURNS = (
    "alembic",
    "cryptography.hazmat",
    "federation.arriving",
    "federation.fetching",
    "federation.handlers",
    "federation.sending",
    "federation.signatures",
    "jinja2",
    "nh3",
    "node.app.kinds",
    "node.services.posts.posts",
    "web.pages",
)

_TURNING = """
import asyncio, sys
from node.app.system import close_system, open_system
from node.clock import DAY, FixedClock
from node.config import load

async def main():
    clock = FixedClock(1_790_000_000_000)
    system = await open_system(load(sys.argv[1]), clock=clock, lane=0)
    await system.schedule.start()
    clock.advance(8 * DAY)
    assert await system.worker.drain() > 10
    await close_system(system)

asyncio.run(main())
print(*sorted(sys.modules))
"""


async def test_a_node_that_starts_loads_only_what_serving_needs(tmp_path: Path) -> None:
    loaded = await _loaded(tmp_path, _SCRIPT)
    assert [name for name in LATE if name in loaded] == []
    assert len([name for name in loaded if name.partition(".")[0] not in _OURS]) <= AT_MOST


async def test_a_node_that_only_delivers_loads_no_more_than_deliveries_need(tmp_path: Path) -> None:
    loaded = await _loaded(tmp_path, _DELIVERING)
    assert "federation.sending.delivery" in loaded
    assert [name for name in LATER_THAN_DELIVERIES if name in loaded] == []


async def test_the_turns_of_a_quiet_node_load_little(tmp_path: Path) -> None:
    loaded = await _loaded(tmp_path, _TURNING)
    assert "node.upkeep" in loaded
    assert [name for name in LATER_THAN_TURNS if name in loaded] == []


async def _loaded(tmp_path: Path, script: str) -> list[str]:
    """The modules that a process has loaded which runs this over a database that is there."""
    config = tmp_path / "rhizome.toml"
    made = ["init", "--config", str(config), "--host", "127.0.0.1:8300", "--name", "Start", "--development"]
    assert CliRunner().invoke(main, made).exit_code == 0
    first = load(config)
    await close_system(await open_system(first, lane=0))
    run = [sys.executable, "-c", script, str(config)]
    answer = await asyncio.to_thread(subprocess.run, run, check=True, capture_output=True, text=True)
    return answer.stdout.split()
