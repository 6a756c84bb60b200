"""Votes in polls: a Note with a name and no content, in reply to a Question of ours."""

from federation.batch import Batch
from node.domain.posts import PostKind, RemotePost
from node.store import objects, reactions
from node.store.actors import Actor
from node.store.reactions import Reaction


def count(batch: Batch, voter: Actor, post: RemotePost) -> str:
    """Count a vote once per person (single choice) or per person and option; a closed poll takes none."""
    poll = batch.live_object(post.in_reply_to)
    if poll is None or not poll.local or poll.kind != PostKind.QUESTION.value:
        return "no-poll"
    details = objects.load_row(batch.conn, poll.id).details or {}
    described = details.get("poll") or {}
    options = [option["name"] for option in described.get("options", [])]
    closes_at = described.get("closes_at")
    if post.name not in options or (closes_at is not None and closes_at <= batch.unit.now):
        return "closed-or-no-option"
    content = post.name if described.get("multiple") else ""
    vote = Reaction(batch.unit.ids.new(), voter.id, poll.id, reactions.VOTE, content, post.uri, batch.unit.now)
    if not reactions.insert_reaction(batch.conn, vote):
        return "voted-before"
    for option in described["options"]:
        option["votes"] += option["name"] == post.name
    described["voters"] = described.get("voters", 0) + 1
    objects.update_object(batch.conn, poll.id, {"details": {**details, "poll": described}})
    return "vote"
