"""Polls: asked, voted in, closed. Units of work."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from node import events
from node.domain.drafts import MAX_OPEN, MAX_OPTION, MAX_OPTIONS, MIN_OPEN, NewPoll
from node.errors import Invalid, NotFound, Problem
from node.jobs.kind import Kind, single
from node.jobs.kinds import POLL
from node.jobs.outcome import Done, Outcome
from node.services.context import Unit
from node.services.news import happened, news
from node.store import jobs
from node.store.database.engine import Store
from node.store.jobs import Job, NewJob
from node.store.posts import objects, polls, reactions
from node.store.posts.objects import Object
from node.store.posts.polls import Cast
from node.store.posts.reactions import Reaction
from node.text.richtext import clean_plain_field

_WHY = {
    Cast.BEFORE: "You have voted in this poll already.",
    Cast.REFUSED: "This poll is closed, or has no such option.",
}


def new_poll(wanted: NewPoll, now: int) -> dict[str, Any]:
    """The poll as ``details`` of its post keep it. Raises Invalid with what is wrong with it."""
    options = [clean_plain_field(option).strip() for option in wanted.options]
    options = [option for option in options if option]
    problems = []
    if not 2 <= len(options) <= MAX_OPTIONS:
        problems.append(Problem("$.poll.options", f"2 to {MAX_OPTIONS}", str(len(options))))
    if any(len(option) > MAX_OPTION for option in options):
        problems.append(Problem("$.poll.options", f"at most {MAX_OPTION} characters each", "more"))
    if len(set(options)) != len(options):
        problems.append(Problem("$.poll.options", "options that differ", "the same twice"))
    if not MIN_OPEN <= wanted.open_for <= MAX_OPEN:
        expected = f"{MIN_OPEN // 1000} to {MAX_OPEN // 1000} seconds"
        problems.append(Problem("$.poll.expires_in", expected, str(wanted.open_for // 1000)))
    if problems:
        raise Invalid(problems=problems)
    return {
        "options": [{"name": option, "votes": 0} for option in options],
        "multiple": wanted.multiple,
        "closes_at": now + wanted.open_for,
        "voters": 0,
        **({"hide_totals": True} if wanted.hides_totals else {}),
    }


def close_later(conn: Connection, unit: Unit, poll: Object, closes_at: int) -> None:
    """When its time is over, tell other servers the result, and people here that it is closed."""
    if poll.local:
        events.record_closing(conn, unit.ids, closes_at, poll.id)
    key = f"poll|{poll.id}|{closes_at}"
    jobs.enqueue_many(conn, [NewJob(POLL, unit.ids.new(), closes_at, ref=poll.id, lock_key=key)])


def vote(conn: Connection, unit: Unit, voter_id: int, poll: Object, choices: Sequence[int]) -> None:
    """Vote for the options at these places. Raises Invalid for a second vote, one's own poll, one that is closed."""
    described = (objects.load_row(conn, poll.id).details or {}).get("poll")
    if not described:
        raise NotFound
    if poll.actor_id == voter_id:
        raise Invalid("Nobody votes in a poll of her own.")
    options = described["options"]
    chosen = list(dict.fromkeys(choices))
    if not chosen or any(not 0 <= place < len(options) for place in chosen):
        raise Invalid(problems=[Problem("$.choices", f"numbers from 0 to {len(options) - 1}", str(choices)[:60])])
    votes = []
    for place in chosen:
        vote_id = unit.ids.new()
        uri = f"{unit.origin}/ap/x/{vote_id}"
        votes.append(Reaction(vote_id, voter_id, poll.id, reactions.VOTE, options[place]["name"], uri, unit.now))
    cast = polls.cast_votes(conn, poll, votes, unit.now, whole=True)
    if cast is not Cast.COUNTED:
        raise Invalid(_WHY[cast])
    if poll.local:
        events.record_tallies(conn, unit.ids, unit.now, poll.id)
        return
    for each in votes:
        events.record(conn, unit.ids, unit.now, events.PollVoted(each.id), about=poll.uri)
    if described.get("closes_at"):
        close_later(conn, unit, poll, described["closes_at"])


def replace_poll(
    conn: Connection, unit: Unit, poll: Object, before: dict[str, Any] | None, wanted: NewPoll
) -> dict[str, Any]:
    """The poll of an edited post: other options, or another way of choosing, begin with no votes."""
    made = new_poll(wanted, unit.now)
    if before is not None and polls.is_same(before, made):
        return {**before, "closes_at": made["closes_at"]}
    reactions.delete_votes(conn, poll.id)
    return made


class Closing:
    """Tells people here that a poll is closed: who asked, and who voted."""

    def __init__(self, store: Store, unit: Any) -> None:
        """``unit``: what makes the ``Unit`` of this moment."""
        self._store, self._unit = store, unit

    def kind(self) -> Kind:
        return single(POLL, self.run, slots=2)

    async def run(self, job: Job) -> Outcome:
        await self._store.write(_close, self._unit(), job.ref or 0)
        return Done()


def _close(conn: Connection, unit: Unit, poll_id: int) -> None:
    row = objects.find_rows(conn, [poll_id]).get(poll_id)
    described = (row.details or {}).get("poll") if row is not None and row.state == objects.LIVE else None
    if described and described.get("closes_at") is not None and described["closes_at"] <= unit.now:
        news.tell(conn, unit, happened.PollEnded(poll_id))
