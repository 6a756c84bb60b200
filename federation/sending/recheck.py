"""Looking again at people whose inbox was not where it should be: they may have moved, or be gone."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection

from sqlalchemy import Connection

from node.clock import MINUTE, Clock
from node.domain.uris import host_of
from node.errors import RemoteGone
from node.ids import Ids
from node.jobs.kind import Kind, single
from node.jobs.kinds import RECHECK
from node.jobs.outcome import Done, Outcome, Retry
from node.store import jobs
from node.store.jobs import Job, NewJob

#: Of the people behind one inbox, so many are looked at; what is learnt of them mends the rest.
MAX_ACTORS = 20
#: "Gone" is believed on a second look, an hour or more after the first (OUT15).
_SECOND_LOOK = 61 * MINUTE
#: A busy inbox that has ended makes us look once, not once for each delivery (OUT12).
_AGAIN_AFTER = 5 * MINUTE
_REMEMBERED = 1_000
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

    def __init__(self, clock: Clock, fetch_actor: Callable[[str], Awaitable[object]]) -> None:
        """``fetch_actor`` stores what the actor's host says of it now, and notes when it says gone (RemoteGone)."""
        self._clock, self._fetch_actor = clock, fetch_actor
        self._looked_at: OrderedDict[str, int] = OrderedDict()

    def kind(self) -> Kind:
        return single(RECHECK, self.run, slots=_SLOTS, per_host=1)

    async def run(self, job: Job) -> Outcome:
        """Look at one actor, unless that was done a moment ago."""
        if not self._is_due(job.target):
            return Done()
        try:
            await self._fetch_actor(job.target)
        except RemoteGone as error:
            if job.attempts == 1:
                return Retry(_SECOND_LOOK, str(error))
        return Done()

    def _is_due(self, uri: str) -> bool:
        now = self._clock.now()
        if now - self._looked_at.get(uri, 0) < _AGAIN_AFTER:
            return False
        self._looked_at[uri] = now
        self._looked_at.move_to_end(uri)
        if len(self._looked_at) > _REMEMBERED:
            self._looked_at.popitem(last=False)
        return True
