"""Quotes and the stamps that allow them (FEP-044f).

A stamp is a reaction: ``actor_id`` the quoter, ``object_id`` what is quoted, ``content`` the URI of the quoting post,
``uri`` the address of the stamp at the quoted author's host. What became of a quote is in the quoting post's
``details``: ``quote``, ``quote_state`` (domain.posts.QuoteState), ``quote_authorization``.
"""

from typing import Any

from sqlalchemy import Connection, select

from node.domain.posts import QuotePolicy, QuoteState
from node.domain.visibility import Visibility
from node.store.people import blocks, follows
from node.store.people.actors import Actor
from node.store.posts import objects, reactions
from node.store.posts.objects import Object
from node.store.posts.reactions import QUOTE, Reaction
from node.store.tables import reactions as reactions_table

MAX_URI = 255  # characters, the width of the column


def may_quote(conn: Connection, quoter: Actor, quoted: Object) -> bool:
    """Whether this actor may quote the object without asking a person."""
    if quoted.state != objects.LIVE:
        return False
    if quoter.id == quoted.actor_id:
        return True
    if not Visibility(quoted.visibility).is_open or blocks.has_blocked(conn, quoted.actor_id, quoter.id):
        return False
    policy = _details(conn, quoted.id).get("quote_policy") or QuotePolicy.PUBLIC
    if policy == QuotePolicy.FOLLOWERS:
        return follows.is_following(conn, quoter.id, quoted.actor_id)
    return bool(policy == QuotePolicy.PUBLIC)


def grant(conn: Connection, new: Reaction) -> Reaction:
    """Keep a stamp, or answer the one that there is already; a quoting post that is known here is shown with it."""
    known = reactions.find_reaction(conn, new.actor_id, new.object_id, QUOTE, new.content)
    if known is None:
        reactions.insert_reaction(conn, new)
    stamp = known or new
    quoting = objects.find_object(conn, stamp.content)
    if quoting is not None and quoting.actor_id == stamp.actor_id:
        set_state(conn, quoting.id, QuoteState.ACCEPTED, stamp.uri)
    return stamp


def withdraw(conn: Connection, stamp: Reaction) -> Object | None:
    """Take a stamp back; answers the quoting post, where it is known here."""
    reactions.delete_reaction(conn, stamp)
    quoting = objects.find_object(conn, stamp.content)
    if quoting is None or quoting.state != objects.LIVE:
        return None
    set_state(conn, quoting.id, QuoteState.REVOKED, "")
    return quoting


def find_stamp(conn: Connection, uri: str) -> Reaction | None:
    found = reactions.find_reaction_by_uri(conn, uri)
    return found if found is not None and found.kind == QUOTE else None


def find_stamp_of(conn: Connection, quoted_id: int, quoting_uri: str) -> Reaction | None:
    """The stamp for one quoting post: what an author takes back."""
    query = select(reactions_table.c.id).where(
        reactions_table.c.object_id == quoted_id,
        reactions_table.c.kind == QUOTE,
        reactions_table.c.content == quoting_uri,
    )
    found = conn.scalar(query)
    return reactions.find_reaction_by_id(conn, found) if found is not None else None


def set_state(conn: Connection, quoting_id: int, state: QuoteState, authorization: str) -> None:
    """What became of the quote in this post."""
    said = {"quote_state": state.value, "quote_authorization": authorization}
    objects.update_object(conn, quoting_id, {"details": {**_details(conn, quoting_id), **said}})


def _details(conn: Connection, object_id: int) -> dict[str, Any]:
    return objects.load_row(conn, object_id).details or {}
