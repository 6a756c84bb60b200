"""What our actors do with the objects of others: likes, shares, votes, and quotes by permission."""

from typing import Any

from sqlalchemy import Connection

from federation.builders import documents
from federation.builders.audience import Audience, Readers
from federation.builders.outgoing import Outgoing
from federation.mapping.addressing import address_for
from federation.vocab import PUBLIC
from node import events
from node.clock import to_rfc3339
from node.domain.posts import QuoteState
from node.domain.visibility import Visibility
from node.services.context import Unit
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects, reactions

_ACTIVITY_OF = {reactions.LIKE: "Like", reactions.SHARE: "Announce", reactions.DISLIKE: "Dislike"}


def reacted(conn: Connection, unit: Unit, event: events.Reacted) -> Outgoing | None:
    reaction = reactions.find_reaction_by_id(conn, event.reaction_id)
    if reaction is None or reaction.kind not in _ACTIVITY_OF:
        return None
    actor = actors.load_actors_by_id(conn, [reaction.actor_id])[reaction.actor_id]
    activity, audience, visibility = _reaction(
        conn, actor, reaction.object_id, reaction.kind, reaction.uri, reaction.visibility
    )
    return Outgoing(actor, activity, activity["object"], visibility, audience)


def reaction_ended(conn: Connection, unit: Unit, event: events.ReactionEnded) -> Outgoing | None:
    actor = actors.load_actors_by_id(conn, [event.actor_id])[event.actor_id]
    inner, audience, visibility = _reaction(conn, actor, event.object_id, event.kind, event.uri, event.visibility)
    activity = {"type": "Undo", "actor": actor.uri, "object": inner, "to": inner["to"], "cc": inner["cc"]}
    if "audience" in inner:
        activity["audience"] = inner["audience"]
    return Outgoing(actor, activity, inner["object"], visibility, audience)


def _reaction(
    conn: Connection, actor: Actor, object_id: int, kind: str, uri: str, shown_to: str
) -> tuple[dict[str, Any], Audience, Visibility]:
    """A Like goes to the author, a share to the followers too, to them alone where it is shown to nobody else."""
    row = objects.load_row(conn, object_id)
    author = actors.load_actors_by_id(conn, [row.actor_id])[row.actor_id]
    is_share = kind == reactions.SHARE
    visibility = Visibility(shown_to) if is_share else Visibility.DIRECT
    to, cc = _addressed(actor, author, visibility)
    activity = {
        "id": uri,
        "type": _ACTIVITY_OF[kind],
        "actor": actor.uri,
        "object": row.uri,
        "to": to,
        "cc": cc,
        **({"audience": row.audience} if row.audience and not is_share else {}),
    }
    named = {author.uri} if is_share else {author.uri, row.audience} - {""}  # its community tells the other members
    readers = Readers.OBJECTS if actor.is_group else Readers.ALL
    return activity, Audience(followers=is_share, named=tuple(sorted(named)), readers=readers), visibility


def _addressed(actor: Actor, author: Actor, visibility: Visibility) -> tuple[list[str], list[str]]:
    """``to`` and ``cc``; of a like, DIRECT, its author alone."""
    if visibility is Visibility.DIRECT:
        return [author.uri], []
    found = address_for(visibility, followers=actor.followers, mentions=[author.uri])
    return list(found.to), list(found.cc)


# -- votes ----------------------------------------------------------------------------------------------------------


def poll_voted(conn: Connection, unit: Unit, event: events.PollVoted) -> Outgoing | None:
    """A Note that names the option, has no content and replies to the poll, to its author alone."""
    vote = reactions.find_reaction_by_id(conn, event.reaction_id)
    if vote is None:
        return None
    poll = objects.load_row(conn, vote.object_id)
    known = actors.load_actors_by_id(conn, [vote.actor_id, poll.actor_id])
    voter, author = known[vote.actor_id], known[poll.actor_id]
    note = {
        "id": vote.uri,
        "type": "Note",
        "attributedTo": voter.uri,
        "name": vote.content,
        "inReplyTo": poll.uri,
        "to": [author.uri],
        "cc": [],
        "published": to_rfc3339(vote.created_at),
    }
    activity = {"type": "Create", "actor": voter.uri, "object": note, "to": [author.uri], "cc": []}
    return Outgoing(voter, activity, vote.uri, Visibility.DIRECT, _only(author))


def _only(actor: Actor) -> Audience:
    return Audience(named=(actor.uri,), personal=True)


# -- quotes (FEP-044f) ----------------------------------------------------------------------------------------------


def quote_requested(conn: Connection, unit: Unit, event: events.QuoteRequested) -> Outgoing | None:
    """Ask the author of what a post of ours quotes; the whole post is embedded."""
    row = objects.load_row(conn, event.object_id)
    details = row.details or {}
    quoted = objects.find_object(conn, details.get("quote", ""))
    if row.state != objects.LIVE or quoted is None or quoted.local:
        return None
    if details.get("quote_state") not in {None, QuoteState.PENDING}:
        return None
    known = actors.load_actors_by_id(conn, [row.actor_id, quoted.actor_id])
    quoter, author = known[row.actor_id], known[quoted.actor_id]
    activity = {
        "type": "QuoteRequest",
        "actor": quoter.uri,
        "object": quoted.uri,
        "instrument": documents.object_document(conn, row, now=unit.now),
        "to": [author.uri],
    }
    return Outgoing(quoter, activity, quoted.uri, Visibility.DIRECT, _only(author))


def quote_revoked(conn: Connection, unit: Unit, event: events.QuoteRevoked) -> Outgoing | None:
    """Delete the stamp: to the quoter, who tells those who saw the quote, and to our own followers."""
    quoted = objects.load_row(conn, event.object_id)
    known = actors.load_actors_by_id(conn, [quoted.actor_id, event.quoter_id])
    author, quoter = known[quoted.actor_id], known[event.quoter_id]
    uri = documents.quote_stamp_uri(unit.origin, event.stamp_id)
    stamp = documents.quote_stamp(uri, author.uri, event.quoting_uri, quoted.uri)
    is_open = Visibility(quoted.visibility).is_open
    activity = {
        "type": "Delete",
        "actor": author.uri,
        "object": stamp,
        "to": [PUBLIC] if is_open else [quoter.uri],
        "cc": [author.followers, quoter.uri] if is_open else [],
    }
    audience = Audience(followers=is_open, named=(quoter.uri,))
    return Outgoing(author, activity, uri, Visibility.UNLISTED if is_open else Visibility.DIRECT, audience)
