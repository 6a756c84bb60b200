"""A test that takes long says why.

What is counted is processor time, of this process and of those that it started and that have ended: on a busy machine
it is a half more, not ten times as much. ``@pytest.mark.dear("why")`` lets a test take what it needs.
"""

import os

import pytest

#: Seconds of processor time that a test may take with its own set-up; 0 lets all take what they need.
SECONDS = float(os.environ.get("RHIZOME_TEST_SECONDS", "8"))
_BEGAN = pytest.StashKey[float]()


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
    result = yield
    taken = spent() - item.stash[_BEGAN]
    if SECONDS and taken > SECONDS and item.get_closest_marker("dear") is None:
        pytest.fail(f"took {taken:.1f} s of processor time, more than {SECONDS:g}: see docs/develop/testing.md", False)
    return result
