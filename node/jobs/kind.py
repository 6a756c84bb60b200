"""A kind of work: what runs its jobs, and how many of them at once."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from node import log
from node.jobs.outcome import Outcome
from node.store.claims import PerHost
from node.store.jobs import Job

Run = Callable[[Sequence[Job]], Awaitable[Sequence[Outcome]]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work and how it is run."""

    name: str
    run: Run  # one outcome per job, in order
    batch: int = 1
    slots: int = 1
    pause: float = 0.0  # seconds after a claim that found less than keeps all slots busy, so that jobs gather
    per_host: PerHost | None = None  # how many jobs of one host at once; a function runs in the store's thread
    in_hand: int = 0  # how many at most have begun and are not settled, so that few are done twice; 0: any number
    can_wait: bool = False  # while many wait for their commits (``Store.is_crowded``), each claim for half a minute


@dataclass(frozen=True, slots=True)
class Late:
    """A group of kinds that are made, and their code loaded, with the first job of one of them."""

    names: frozenset[str]
    make: Callable[[], Iterable[Kind]]  # one for each name


def _each(run_one: Callable[[Job], Awaitable[Outcome]]) -> Run:
    async def run(jobs: Sequence[Job]) -> Sequence[Outcome]:
        outcomes = []
        for job in jobs:
            with log.bound(job=str(job.id), request=job.request_id or ""):
                outcomes.append(await run_one(job))
        return outcomes

    return run


def single(
    name: str,
    run_one: Callable[[Job], Awaitable[Outcome]],
    *,
    slots: int,
    pause: float = 0.0,
    per_host: PerHost | None = None,
    in_hand: int = 0,
    can_wait: bool = False,
) -> Kind:
    """A kind whose jobs run one by one in ``slots`` places."""
    return Kind(name, _each(run_one), 1, slots, pause, per_host, in_hand, can_wait)
