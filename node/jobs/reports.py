"""What the log hears of work that fails."""

from typing import Any

from node import log
from node.errors import NodeError, Unavailable
from node.jobs.outcome import Outcome, judge
from node.store.jobs import Job


def judged(job: Job, error: Exception) -> Outcome:
    """What becomes of a job that failed so, which the log hears."""
    outcome = judge(error, job.attempts)
    level = log.INFO if isinstance(error, NodeError) else log.ERROR
    name = f"job.{type(outcome).__name__.lower()}"
    asked = {"request_id": job.request_id} if job.request_id else {}
    log.event(
        name, level=level, error=error, job_id=job.id, kind=job.kind, target=job.target, attempt=job.attempts, **asked
    )
    return outcome


def report(name: str, error: Exception, **fields: Any) -> None:
    """Something about all jobs failed; an outage of the database is no fault of ours."""
    log.event(name, level=log.WARNING if isinstance(error, Unavailable) else log.ERROR, error=error, **fields)
