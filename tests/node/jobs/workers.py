"""Workers as tests run them."""

from node.clock import FixedClock
from node.jobs.kind import single
from node.jobs.worker import Worker


def make(store, run, *, clock=None, name="w", **options) -> Worker:
    """One that runs jobs of the kind ``work``, four at a time."""
    return Worker(store, clock or FixedClock(1000), [single("work", run, slots=4, **options)], name=name)
