"""Quotes of posts, by permission of their authors (FEP-044f). Units of work."""

from collections.abc import Collection

from sqlalchemy import Connection

from node import events
from node.domain.posts import QuotePolicy, QuoteState
from node.domain.visibility import Visibility
from node.errors import Invalid, NotFound
from node.services.context import Unit
from node.services.news import happened, news
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects, quotes
from node.store.posts.objects import Object
from node.store.posts.reactions import QUOTE, Reaction


def ask(conn: Connection, unit: Unit, quoter: Actor, post: Object, quoted: Object) -> None:
    """A new post quotes something: of ours it is allowed here and now, of others its author is asked.

    Raises Invalid where it is known that the author does not let this person quote it.
    """
    if not quotes.may_quote(conn, quoter, quoted):
        raise Invalid("The author does not let you quote this.")
    if not quoted.local:
        quotes.set_state(conn, post.id, QuoteState.PENDING, "")
        if quoted.actor_id == quoter.id:
            return
        events.record(conn, unit.ids, unit.now, events.QuoteRequested(post.id), about=quoted.uri)
        return
    stamp_id = unit.ids.new()
    stamp = Reaction(stamp_id, quoter.id, quoted.id, QUOTE, post.uri, f"{unit.origin}/ap/q/{stamp_id}", unit.now)
    quotes.grant(conn, stamp)


def visibility_of(
    author: Actor, wanted: Visibility, audience: str, named: Collection[Actor], quoted: Object
) -> Visibility:
    """How widely a post of this author may be read that quotes this: no more widely than what she alone may quote.

    Raises Invalid for what nobody quotes, and for a direct message that does not name whom it quotes.
    """
    level, is_own = Visibility(quoted.visibility), quoted.actor_id == author.id
    if level.is_open:
        if wanted is Visibility.DIRECT and not is_own and all(each.id != quoted.actor_id for each in named):
            raise Invalid("Who quotes somebody in a direct message names her in it.")
        return wanted
    if not is_own or level in _FOR_FEW or (level is Visibility.COMMUNITY and audience != quoted.audience):
        raise Invalid("This is not to be quoted there.")
    return wanted if wanted in _FOR_FEW else level


_FOR_FEW = frozenset({Visibility.DIRECT, Visibility.PRIVATE})


def revoke(conn: Connection, unit: Unit, author_id: int, quoted: Object, quoting_id: int) -> None:
    """Take back that a post quotes one's own. Raises NotFound where it does not."""
    quoting = objects.find_object_by_id(conn, quoting_id)
    stamp = quotes.find_stamp_of(conn, quoted.id, quoting.uri) if quoting else None
    if quoted.actor_id != author_id or quoting is None or stamp is None:
        raise NotFound
    quotes.withdraw(conn, stamp)
    if actors.load_actors_by_id(conn, [stamp.actor_id])[stamp.actor_id].local:
        events.record(conn, unit.ids, unit.now, events.ObjectUpdated(quoting.id), about=quoting.uri)
    gone = events.QuoteRevoked(quoted.id, stamp.actor_id, quoting.uri, stamp.id)
    events.record(conn, unit.ids, unit.now, gone, about=quoted.uri)
    news.tell(conn, unit, happened.Refreshed(quoting.id))


def set_policy(conn: Connection, unit: Unit, post: Object, policy: QuotePolicy) -> None:
    """Who may quote a post from now on; quotes that were allowed stay."""
    details = objects.load_row(conn, post.id).details or {}
    if details.get("quote_policy") == policy.value:
        return
    objects.update_object(conn, post.id, {"details": {**details, "quote_policy": policy.value}})
    events.record(conn, unit.ids, unit.now, events.ObjectUpdated(post.id), about=post.uri)
