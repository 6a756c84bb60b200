"""A test that takes long says why.

What is counted is processor time, of this process and of those that it started and that have ended: on a busy machine
it is a half more, not ten times as much. ``@pytest.mark.dear("why")`` lets a test take what it needs; others that take
long are named at the end of the run. No test fails by a clock. The end also tells what the whole run took: the figure
to compare on a machine that does other things meanwhile.
"""

import os

import pytest

#: Seconds of processor time that a test may take with its own set-up before it is named.
SECONDS = 5.0
_BEGAN = pytest.StashKey[float]()
_TAKEN = "processor seconds"


def spent() -> float:
    """Seconds of processor time until now."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item):
    item.stash[_BEGAN] = spent()
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item):
    try:
        return (yield)
    finally:
        taken = spent() - item.stash[_BEGAN]
        if taken > SECONDS and item.get_closest_marker("dear") is None:
            item.user_properties.append((_TAKEN, taken))  # travels from a worker to the process that reports


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what the run took, with its workers, which have ended; name those that took long without a reason."""
    terminalreporter.line(f"{spent():.0f} s of processor time")
    found = {
        report.nodeid: taken
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport)
        for name, taken in report.user_properties
        if name == _TAKEN
    }
    if found:
        terminalreporter.section(f"more than {SECONDS:g} s of processor time (docs/develop/testing.md)")
        for nodeid, taken in sorted(found.items(), key=lambda pair: -pair[1]):
            terminalreporter.line(f"{taken:5.1f} s  {nodeid}")
