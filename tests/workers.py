"""Tests in several processes: ``pytest -n 2`` forks two workers once everything is imported and collected.

What is the same for every worker is done once, before they part: imports, the list of tests, what is dear to make. The
process that reports gives each worker one test more than it works on, so that none waits. Tests of one module stay
together, those of a package too where they share a fixture of it; at the end whoever has nothing left takes half of
what another one has before it. A worker that dies fails the test that it was at, and another one goes on.
"""

import os
import traceback
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any, NoReturn

import pytest

Reports = list[dict[str, Any]]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("workers")
    group._addoption("-n", dest="workers", metavar="N", type=int, default=0, help="run tests in N forked processes")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    option = session.config.option
    if option.workers < 1 or option.collectonly or option.usepdb or session.testsfailed:
        return None  # pytest goes on by itself
    terminal = session.config.pluginmanager.getplugin("terminalreporter")
    if terminal is not None and terminal.verbosity <= 0:
        terminal.showfspath = False  # tests of several files end in turn
    Team(session).run(option.workers)
    return True


@dataclass(slots=True)
class Worker:
    """A forked process: what it was given and has not told of yet, and what of its group comes after that."""

    pid: int
    pipe: Connection
    given: deque[int] = field(default_factory=deque)
    group: deque[int] = field(default_factory=deque)


class Team:
    """Some workers and the tests that they share."""

    def __init__(self, session: pytest.Session) -> None:
        self._session, self._hook = session, session.config.hook
        self._groups = groups(session.items)
        self._workers: list[Worker] = []
        self._folder: Path = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
        self._numbers = count()

    def run(self, number: int) -> None:
        """Run all tests; ends early as pytest does by itself, with ``-x`` or an interruption."""
        try:
            for _ in range(min(number, len(self._groups))):
                self._fork()
            while self._workers:
                ready = wait([worker.pipe for worker in self._workers])
                for worker in [worker for worker in self._workers if worker.pipe in ready]:
                    self._hear(worker)
                if self._session.shouldfail:
                    raise self._session.Failed(self._session.shouldfail)
                if self._session.shouldstop:
                    raise self._session.Interrupted(self._session.shouldstop)
        finally:
            while self._workers:
                self._end(self._workers[0])

    def _fork(self) -> None:
        mine, its = Pipe()
        number = next(self._numbers)
        pid = os.fork()
        if pid == 0:
            for pipe in (mine, *(worker.pipe for worker in self._workers)):
                pipe.close()
            work(self._session, its, self._folder / f"worker-{number}")
        its.close()
        worker = Worker(pid, mine)
        self._workers.append(worker)
        self._give(worker)
        self._give(worker)

    def _give(self, worker: Worker) -> None:
        """The next test, or that there is none."""
        if not worker.group:
            worker.group = self._groups.popleft() if self._groups else self._half()
        number = worker.group.popleft() if worker.group else None
        if number is not None:
            worker.given.append(number)
        with suppress(BrokenPipeError):  # it died; that is heard next
            worker.pipe.send(number)

    def _half(self) -> deque[int]:
        """The later half of the longest group that somebody has before it."""
        longest = max((worker.group for worker in self._workers), key=len)
        kept = len(longest) // 2
        taken = deque(list(longest)[kept:])
        while len(longest) > kept:
            longest.pop()
        return taken

    def _hear(self, worker: Worker) -> None:
        told = _receive(worker.pipe)
        if told is None:
            self._replace(worker)
        elif isinstance(told, str):
            raise RuntimeError(f"in a worker:\n{told}")
        elif not worker.given:  # its last word
            self._end(worker)
        else:
            self._tell(worker.given.popleft(), told)
            if worker.given:  # otherwise it knows already that nothing comes
                self._give(worker)

    def _tell(self, number: int, reports: Reports) -> None:
        """Report a test as if it had run here."""
        item, config = self._session.items[number], self._session.config
        self._hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for data in reports:
            report = self._hook.pytest_report_from_serializable(config=config, data=data)
            self._hook.pytest_runtest_logreport(report=report)
        self._hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    def _replace(self, worker: Worker) -> None:
        """Fail the test at which a worker died; another worker takes what it has left."""
        status = self._end(worker)
        if not worker.given:
            raise RuntimeError(f"a worker ended with {status} after its last test")
        died = worker.given.popleft()
        item = self._session.items[died]
        said = f"the process of this test ended: {'signal' if status < 0 else 'status'} {abs(status)}"
        report = pytest.TestReport(item.nodeid, item.location, {}, "failed", said, "call")
        self._tell(died, [self._hook.pytest_report_to_serializable(config=self._session.config, report=report)])
        self._groups.appendleft(deque([*worker.given, *worker.group]))
        self._fork()

    def _end(self, worker: Worker) -> int:
        """Let a worker end after its test and wait for that."""
        self._workers.remove(worker)
        worker.pipe.close()
        return os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])


def groups(items: Iterable[pytest.Item]) -> deque[deque[int]]:
    """The numbers of tests that stay together, in the order in which they are begun: first those with a dear test."""
    together: dict[Path, deque[int]] = {}
    dear: set[Path] = set()
    for number, item in enumerate(items):
        place = _place(item)
        together.setdefault(place, deque()).append(number)
        if item.get_closest_marker("dear"):
            dear.add(place)
    return deque(together[place] for place in sorted(together, key=lambda place: place not in dear))


def _place(item: pytest.Item) -> Path:
    """The module of a test, or its package where that has a fixture which the test asks for."""
    fixtures = item._fixtureinfo.name2fixturedefs.values() if isinstance(item, pytest.Function) else ()
    shares = any(definitions[-1].scope == "package" for definitions in fixtures)
    return item.path.parent if shares else item.path


# -- in a worker ------------------------------------------------------------------------------------------------------


class Listener:
    """Keeps the reports of a test until it is over."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.reports: Reports = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self.reports.append(data)


def work(session: pytest.Session, pipe: Connection, folder: Path) -> NoReturn:
    """Run what comes by the pipe and tell of it, until nothing comes; with temporary files in a folder of its own."""
    try:
        _settle(session.config, folder)
        try:
            _run(session, pipe)
        finally:
            session.config.hook.pytest_sessionfinish(session=session, exitstatus=int(session.testsfailed > 0))
        session.config._ensure_unconfigure()  # where pytest tells errors that nobody could catch
        pipe.send([])
    except BrokenPipeError:
        pass  # nobody wants to know any more
    except BaseException:  # noqa: BLE001 (told where the others are told)
        with suppress(BrokenPipeError):
            pipe.send(traceback.format_exc())
    finally:
        os._exit(0)


def _settle(config: pytest.Config, folder: Path) -> None:
    """Part from what belongs to the process that reports: its terminal, its files, what it remembers of the run."""
    config.workerinput = {}  # type: ignore[attr-defined]  # by this plugins know a worker
    plugins = config.pluginmanager
    plugins.unregister(name="terminalreporter")
    capture = plugins.getplugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    capture.suspend_global_capture()
    folder.mkdir(mode=0o700)
    config._tmp_path_factory._basetemp = folder  # type: ignore[attr-defined]


def _run(session: pytest.Session, pipe: Connection) -> None:
    config, items = session.config, session.items
    listener = Listener(config)
    config.pluginmanager.register(listener)
    number: int | None = _receive(pipe)
    while number is not None:
        following: int | None = _receive(pipe)
        after = items[following] if following is not None else None
        config.hook.pytest_runtest_protocol(item=items[number], nextitem=after)
        pipe.send(listener.reports)
        listener.reports.clear()
        number = following


def _receive(pipe: Connection) -> Any:
    """What the other end says; None where nobody is there any more."""
    try:
        return pipe.recv()
    except (EOFError, ConnectionResetError):
        return None
