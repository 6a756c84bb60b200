"""Delete: an object or an account is gone, by the word of its owner."""

from federation.applying import received_events, received_resources
from federation.applying.batch import Batch, Inbound
from federation.handlers import quote
from node.clock import HOUR
from node.domain.uris import same_origin
from node.services.accounts import leaving
from node.services.news import happened, news
from node.store.federation import departed
from node.store.people import actors, blocks, keys
from node.store.posts import burying, objects

#: A Delete that comes before its Create holds for so long (IN18).
REMEMBERED = 48 * HOUR


def delete(batch: Batch, inbound: Inbound) -> str:
    activity = inbound.activity
    uri = activity.object_uri
    if not uri:
        return "no-object"
    if uri == activity.actor:
        return delete_actor(batch, uri)
    return delete_object(batch, uri, activity.actor)


def delete_actor(batch: Batch, uri: str) -> str:
    """Purge the account, what it published and its relations; never because of a 404."""
    known = batch.actor(uri)
    if known is None or known.local:
        return "unknown"
    batch.flush()
    gone = actors.load_actors_by_id(batch.conn, [known.id])[known.id]
    leaving.give_up(batch.conn, batch.unit, gone)
    departed.purge(batch.conn, known.id, batch.unit.now)
    blocks.delete_all_of(batch.conn, known.id)
    keys.delete_remote_keys_of(batch.conn, uri)
    batch.forget(uri)
    batch.forget_followers(known.id)
    return "actor-deleted"


def remember(batch: Batch, uri: str, by: str) -> str:
    """What is not there yet has no effect when it comes, where it is for ``by`` to say so: at home on its host."""
    if not same_origin(uri, by):
        return "other-actor"
    burying.remember_deleted(batch.conn, uri, by, batch.unit.now, expires_at=batch.unit.now + REMEMBERED)
    batch.forget(uri)
    return "remembered"


def delete_object(batch: Batch, uri: str, by: str) -> str:
    """Bury what is known; remember what is not, so that a late Create has no effect."""
    known = batch.object(uri)
    if known is None and (outcome := quote.revoked(batch, uri, by)):
        return outcome
    if known is None:
        return remember(batch, uri, by)
    author = actors.find_actor_by_id(batch.conn, known.actor_id)
    if author is None or author.uri != by or known.local:
        return "other-author"
    if known.state != objects.LIVE:
        return "deleted-before"
    batch.flush()
    news.tell(batch.conn, batch.unit, happened.Deleted(known))
    received_resources.remove(batch, author, known)
    received_events.remove(batch, known)
    burying.bury(batch.conn, known, batch.unit.now)
    burying.remember_deleted(batch.conn, uri, by, batch.unit.now, former_type=known.type)
    batch.forget(uri)
    return "deleted"
