"""Looking again at people whose inbox was not where it should be: they may have moved, or be gone.

And at the handles that they claim, which may not be theirs.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress

from sqlalchemy import Connection

from node.clock import MINUTE, Clock
from node.domain.actors import RemoteActor
from node.domain.uris import host_of
from node.errors import NodeError, RemoteGone
from node.ids import Ids
from node.jobs.kind import Kind, single
from node.jobs.kinds import RECHECK
from node.jobs.outcome import Done, Outcome, Retry
from node.store import jobs
from node.store.jobs import Job, NewJob
from node.store.people import actors

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


def recheck_handles(conn: Connection, ids: Ids, now: int, remotes: Iterable[RemoteActor]) -> None:
    """Have the handles looked up that these actors, stored a moment ago, claim and have not proven."""
    claims = {remote.uri: remote.claim for remote in remotes if remote.claim}
    if not claims:
        return
    new = [
        NewJob(
            RECHECK,
            ids.new(),
            now,
            target=actor.uri,
            host=claims[actor.uri].partition("@")[2],
            payload={"handle": claims[actor.uri]},
            lock_key=f"handle|{actor.uri}|{claims[actor.uri]}",
        )
        for actor in actors.load_actors(conn, claims).values()
        if actor.acct != claims[actor.uri]
    ]
    jobs.enqueue_many(conn, new)


class Recheck:
    """Runs these jobs."""

    def __init__(
        self,
        clock: Clock,
        fetch_actor: Callable[[str], Awaitable[object]],
        check_handle: Callable[[str, str], Awaitable[object]],
    ) -> None:
        """``fetch_actor`` stores what the actor's host says of it now, and notes when it says gone (RemoteGone);
        ``check_handle`` asks whether an actor is who a handle leads to, and keeps that.
        """
        self._clock, self._fetch_actor, self._check_handle = clock, fetch_actor, check_handle
        self._looked_at: OrderedDict[str, int] = OrderedDict()

    def kind(self) -> Kind:
        return single(RECHECK, self.run, slots=_SLOTS, per_host=1)

    async def run(self, job: Job) -> Outcome:
        """Look at one actor, unless that was done a moment ago."""
        if job.payload:
            return await self._look_up(job.target, job.payload["handle"])
        if not self._is_due(job.target):
            return Done()
        try:
            await self._fetch_actor(job.target)
        except RemoteGone as error:
            if job.attempts == 1:
                return Retry(_SECOND_LOOK, str(error))
        return Done()

    async def _look_up(self, uri: str, handle: str) -> Outcome:
        """What cannot be proven now is not shown; it is looked up again when the actor's document comes anew.

        Once for an actor, however many handles it claims: each names a host that we are to ask.
        """
        if self._is_due(f"handle|{uri}"):
            with suppress(NodeError):
                await self._check_handle(uri, handle)
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
