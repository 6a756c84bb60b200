"""Votes in polls: a Note with a name and no content, in reply to a Question of ours."""

from federation.applying.batch import Batch
from federation.handlers.react import may_react
from node import events
from node.domain.posts import PostKind, RemotePost
from node.store.people.actors import Actor
from node.store.posts import polls, reactions
from node.store.posts.polls import Cast
from node.store.posts.reactions import Reaction


def count(batch: Batch, voter: Actor, post: RemotePost) -> str:
    """Count a vote once per person (single choice) or per person and option; a closed poll takes none."""
    poll = batch.live_object(post.in_reply_to)
    if poll is None or not poll.local or poll.kind != PostKind.QUESTION.value:
        return "no-poll"
    if not may_react(batch, voter, poll):
        return "not-visible"
    vote = Reaction(batch.unit.ids.new(), voter.id, poll.id, reactions.VOTE, post.name[:255], post.uri, batch.unit.now)
    outcome = polls.cast_votes(batch.conn, poll, [vote], batch.unit.now)
    if outcome is Cast.COUNTED:
        events.record_tallies(batch.conn, batch.unit.ids, batch.unit.now, poll.id)
    return outcome.value
