"""Looking again at people whose inbox was not where it should be: they may have moved, or be gone (federation 6)."""

from collections.abc import Awaitable, Callable, Collection

from sqlalchemy import Connection

from node.clock import MINUTE
from node.domain.uris import host_of
from node.errors import RemoteGone
from node.ids import Ids
from node.jobs.kinds import RECHECK
from node.jobs.outcome import Done, Outcome, Retry
from node.jobs.worker import Kind, single
from node.store import jobs
from node.store.jobs import Job, NewJob

#: Of the people behind one inbox, so many are looked at; what is learnt of them mends the rest.
MAX_ACTORS = 20
#: "Gone" is believed on a second look, an hour or more after the first (OUT15).
_SECOND_LOOK = 61 * MINUTE
_SLOTS = 2


def recheck_actors(conn: Connection, ids: Ids, now: int, uris: Collection[str]) -> None:
    """Have these actors fetched anew, in the caller's transaction; each waits once."""
    new = [
        NewJob(RECHECK, ids.new(), now, target=uri, host=host_of(uri), lock_key=f"recheck|{uri}")
        for uri in sorted(uris)[:MAX_ACTORS]
    ]
    jobs.enqueue_many(conn, new)


class Recheck:
    """Runs these jobs."""

    def __init__(self, fetch_actor: Callable[[str], Awaitable[object]]) -> None:
        """``fetch_actor`` stores what the actor's host says of it now, and notes when it says gone (RemoteGone)."""
        self._fetch_actor = fetch_actor

    def kind(self) -> Kind:
        return single(RECHECK, self.run, slots=_SLOTS, per_host=1)

    async def run(self, job: Job) -> Outcome:
        try:
            await self._fetch_actor(job.target)
        except RemoteGone as error:
            if job.attempts == 1:
                return Retry(_SECOND_LOOK, str(error))
        return Done()
