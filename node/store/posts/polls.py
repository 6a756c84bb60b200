"""Votes in polls, ours and others'.

A vote is a reaction whose content is the name of the option. The tallies of our own polls are always counted anew from
the votes; those of others are what their server said, and one more for each vote of ours until it says so itself.
"""

import enum
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from node.store.posts import objects, reactions
from node.store.posts.objects import Object
from node.store.posts.reactions import VOTE, Reaction
from node.store.tables import objects as objects_table
from node.store.tables import reactions as reactions_table


class Cast(enum.StrEnum):
    """What became of votes."""

    COUNTED = "vote"
    BEFORE = "voted-before"  # a single choice was made already, or this option chosen already
    REFUSED = "closed-or-no-option"


def is_same(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Whether two descriptions of a poll offer the same choice, so that votes for one are votes for the other."""
    names, others = ([option["name"] for option in (poll or {}).get("options", ())] for poll in (one, other))
    return names == others and (one or {}).get("multiple", False) == (other or {}).get("multiple", False)


def cast_votes(conn: Connection, poll: Object, votes: Sequence[Reaction], now: int, *, whole: bool = False) -> Cast:
    """Count the votes of one actor, all or none; each names an option of the poll in ``content``.

    Votes for one poll wait for each other. Of a single choice the first vote holds; ``whole``: these are all that the
    actor chooses, where other servers send one after the other.
    """
    details = _locked_details(conn, poll.id)
    described = (details or {}).get("poll") or {}
    names = [option["name"] for option in described.get("options", ())]
    closes_at = described.get("closes_at")
    is_closed = described.get("closed_at") is not None or (closes_at is not None and closes_at <= now)
    if not votes or is_closed or any(vote.content not in names for vote in votes):
        return Cast.REFUSED
    before = load_own_votes(conn, poll.id, votes[0].actor_id)
    is_one_too_many = not described.get("multiple") and len(before) + len(votes) > 1
    if is_one_too_many or (whole and before) or any(vote.content in before for vote in votes):
        return Cast.BEFORE
    for vote in votes:
        reactions.insert_reaction(conn, vote)
    tally = _count(conn, poll.id, described) if poll.local else _add(described, votes, is_first=not before)
    objects.update_object(conn, poll.id, {"details": {**details, "poll": {**described, **tally}}})
    return Cast.COUNTED


def _locked_details(conn: Connection, object_id: int) -> dict[str, Any]:
    query = select(objects_table.c.details).where(objects_table.c.id == object_id)
    return conn.scalar(query.with_for_update()) or {}  # SQLite has one writer anyway and leaves the lock out


def load_own_votes(conn: Connection, poll_id: int, voter_id: int) -> list[str]:
    """The options that this actor chose, in the order of choosing."""
    query = select(reactions_table.c.content).where(
        reactions_table.c.object_id == poll_id, reactions_table.c.kind == VOTE, reactions_table.c.actor_id == voter_id
    )
    return list(conn.scalars(query.order_by(reactions_table.c.id)))


def _count(conn: Connection, poll_id: int, described: dict[str, Any]) -> dict[str, Any]:
    is_vote = (reactions_table.c.object_id == poll_id, reactions_table.c.kind == VOTE)
    query = select(reactions_table.c.content, func.count()).where(*is_vote).group_by(reactions_table.c.content)
    votes = {name: number for name, number in conn.execute(query)}  # noqa: C416 (rows are not pairs to the type checker)
    voters = conn.scalar(select(func.count(reactions_table.c.actor_id.distinct())).where(*is_vote))
    return _tally(described, votes, voters or 0)


def _add(described: dict[str, Any], votes: Sequence[Reaction], *, is_first: bool) -> dict[str, Any]:
    chosen = {vote.content for vote in votes}
    counted = {option["name"]: option["votes"] + (option["name"] in chosen) for option in described["options"]}
    return _tally(described, counted, (described.get("voters") or 0) + is_first)


def _tally(described: dict[str, Any], votes: dict[str, int], voters: int) -> dict[str, Any]:
    options = [{**option, "votes": votes.get(option["name"], 0)} for option in described["options"]]
    return {"options": options, "voters": voters}
