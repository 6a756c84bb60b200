"""Looking at the stamps of quotes between other servers (FEP-044f)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from federation.builders import documents
from federation.fetching.fetch import Budget, Fetcher
from node.clock import Clock
from node.domain.posts import QuoteState
from node.domain.uris import same_origin
from node.errors import Invalid, RemoteNotFound
from node.ids import Ids
from node.jobs.kind import Kind, single
from node.jobs.kinds import QUOTE as KIND
from node.jobs.outcome import Done, Outcome
from node.store.database.engine import Store
from node.store.jobs import Job
from node.store.people import actors
from node.store.posts import objects, quotes
from node.store.posts.objects import Object
from node.store.posts.reactions import QUOTE, Reaction


class QuoteStamps:
    """Fetches a stamp, and what it allows to quote, and shows the quote where they agree."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, fetcher: Fetcher) -> None:
        self._store, self._clock, self._ids, self._fetcher = store, clock, ids, fetcher

    def kind(self) -> Kind:
        return single(KIND, self.run, slots=4, per_host=2)

    async def run(self, job: Job) -> Outcome:
        rows = await self._store.read(objects.find_rows, [job.ref or 0])
        row = rows.get(job.ref or 0)
        details = (row.details or {}) if row is not None else {}
        if row is None or details.get("quote_authorization") != job.target:
            return Done()
        budget = Budget.of(job)
        try:
            stamp = await self._fetcher.get_object(job.target, budget=budget)
            quoted = await self._fetcher.object(details["quote"], budget=budget)
        except (RemoteNotFound, Invalid):
            return Done()
        if quoted is not None:
            await self._store.write(self._keep, job.target, stamp, row.id, quoted)
        return Done()

    def _keep(self, conn: Connection, uri: str, stamp: Mapping[str, Any], quoting_id: int, quoted: Object) -> None:
        """Where the stamp is of the quoted author, for this post and what it quotes."""
        quoting = objects.find_object_by_id(conn, quoting_id)
        if quoting is None or quoting.state != objects.LIVE:
            return
        author = actors.load_actors_by_id(conn, [quoted.actor_id])[quoted.actor_id]
        expected = documents.quote_stamp(uri, author.uri, quoting.uri, quoted.uri)
        if any(stamp.get(name) != value for name, value in expected.items()) or not same_origin(uri, quoted.uri):
            quotes.set_state(conn, quoting.id, QuoteState.REJECTED, uri)
            return
        now = self._clock.now()
        quotes.grant(conn, Reaction(self._ids.new(), quoting.actor_id, quoted.id, QUOTE, quoting.uri, uri, now))
