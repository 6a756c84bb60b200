"""Quotes in posts of others: shown only with a stamp of the quoted author (FEP-044f).

A quote of one's own post needs none; a stamp of ours is looked up here; any other is fetched from the quoted author's
host by a job of its own (federation.fetching.quote_stamps), which nobody waits for.
"""

from collections.abc import Mapping
from typing import Any

from federation.applying.batch import Batch
from node.domain.posts import QuoteState, RemotePost
from node.domain.uris import host_of, same_origin
from node.jobs.kinds import QUOTE as KIND
from node.services.news import happened
from node.store.jobs import NewJob
from node.store.people.actors import Actor
from node.store.posts import quotes, reactions
from node.store.posts.objects import Object
from node.store.posts.reactions import QUOTE


def state_of(batch: Batch, author: Actor, post: RemotePost, before: Mapping[str, Any]) -> QuoteState | None:
    """What is known of the quote in a post that arrived; ``before``: the details of the copy that it replaces."""
    if not post.quote:
        return None
    if before.get("quote") == post.quote and before.get("quote_authorization", "") == post.quote_authorization:
        return QuoteState(before.get("quote_state", QuoteState.PENDING))
    if before.get("quote") == post.quote and not post.quote_authorization and before.get("quote_authorization"):
        return _taken_back(batch, author, post, before["quote_authorization"])
    quoted = batch.object(post.quote)
    if quoted is not None and quoted.actor_id == author.id:
        return QuoteState.ACCEPTED
    if quoted is not None and quoted.local:
        stamp = reactions.find_reaction(batch.conn, author.id, quoted.id, QUOTE, post.uri)
        return QuoteState.ACCEPTED if stamp is not None else QuoteState.PENDING
    return QuoteState.PENDING


def _taken_back(batch: Batch, author: Actor, post: RemotePost, stamp_uri: str) -> QuoteState:
    """The quoting post no longer names the stamp that it had: the quoted author has revoked it.

    The post named whatever its author wrote; a stamp for another quote is not hers to take back.
    """
    batch.flush()
    stamp = quotes.find_stamp(batch.conn, stamp_uri)
    if stamp is not None and (stamp.actor_id, stamp.content) == (author.id, post.uri):
        reactions.delete_reaction(batch.conn, stamp)
    return QuoteState.REVOKED


def look_at_stamp(batch: Batch, quoting: Object, post: RemotePost, state: str | None) -> None:
    """Have a stamp fetched that nobody has seen yet; where it is ours, its author hears of the quote."""
    if state == QuoteState.ACCEPTED and batch.is_local(post.quote):
        batch.add_news(happened.Quoted(quoting.id))
    if state != QuoteState.PENDING or not same_origin(post.quote_authorization, post.quote):
        return
    if batch.is_local(post.quote) or len(post.uri) > quotes.MAX_URI:
        return
    batch.add_look(
        NewJob(
            KIND,
            batch.unit.ids.new(),
            batch.unit.now,
            ref=quoting.id,
            target=post.quote_authorization,
            host=host_of(post.quote),
            lock_key=f"quote|{post.uri}|{post.quote_authorization}",
        )
    )
