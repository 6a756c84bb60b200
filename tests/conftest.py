"""What holds for every test."""

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator

import pytest

from tests import media_worker, ports, postgres
from tests.budget import pytest_runtest_call, pytest_runtest_setup, pytest_terminal_summary
from tests.loop import Loop

__all__ = ["pytest_runtest_call", "pytest_runtest_setup", "pytest_terminal_summary"]

#: Where files are memory and nobody waits for a disk: a test commits some 30 times, a disk takes 2 ms for each.
_MEMORY = "/dev/shm"

if "TMPDIR" not in os.environ and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 1 << 30:
    os.environ["TMPDIR"] = tempfile.tempdir = _MEMORY
#: A test makes and drops whole nodes. Looked at every 700 objects, as Python does by itself, the garbage of them takes
#: a fifth of the time of a test; so much more of it is 20 MB.
gc.set_threshold(50_000)
gc.disable()


def pytest_configure(config: pytest.Config) -> None:
    """Where tests run: not in the process that hands them out, which would load half the node for it."""
    if config.getoption("numprocesses", None):
        return
    from tests import costs, depth  # late, as it says

    costs.lower()
    depth.set_depth()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where PostgreSQL alone is asked for, what asks for no database is left out: it runs with all the others."""
    if "sqlite" in postgres.BACKENDS:
        return
    left_out = [item for item in items if not _is_on_postgresql(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if _is_on_postgresql(item)]


def _is_on_postgresql(item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", None)
    is_parameter = parameters is not None and any(each == "postgresql" for each in parameters.params.values())
    return is_parameter or "postgresql" in getattr(item, "fixturenames", ())


def pytest_collection_finish() -> None:
    """Thousands of collected tests stay until the end: nobody looks for garbage among them, before or after."""
    gc.freeze()
    gc.enable()


def pytest_sessionfinish() -> None:
    """A worker that has told its results may be killed before it ends by itself. Errors in what is garbage by now are
    told by this look at it; the five of pytest that follow find nothing left to look at.
    """
    postgres.end_cluster()
    media_worker.end_workers()
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def _asyncio_loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """The loop that nodes are served on. Overrides a fixture of pytest-asyncio; a sixth of what nodes cost in tests was
    the loop of the standard library.
    """
    return Loop


@pytest.fixture(params=postgres.BACKENDS)
def each_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """The nodes of the test are on this database: ``pytestmark = pytest.mark.usefixtures("each_database")``."""
    from tests import network  # late: most tests run no node

    with network.databases(request.param):
        yield


@pytest.fixture
def held_port() -> Iterator[int]:
    """A port of 127.0.0.1 at which nobody listens but who is told of it."""
    with ports.held() as port:
        yield port
