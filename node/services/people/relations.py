"""What a person decides about others: blocks, mutes, notes, endorsements, whole domains. Units of work.

All of it is nobody's business; a block is told to the server of whom it concerns where the administrator wants that
(``federation.tell_blocks``).
"""

from collections.abc import Collection

from sqlalchemy import Connection

from node import events
from node.clock import SECOND
from node.domain.uris import normalise_domain
from node.errors import Forbidden, Invalid
from node.sentences import Sentence
from node.services.context import Unit
from node.services.people.follows import end_follow, end_follower, load_target
from node.store.news import notification_lists
from node.store.people import actors, blocks, domain_blocks, endorsements, follows, mutes, notes
from node.store.posts import conversations
from node.store.reading import homes

MAX_NOTE = 2_000  # characters
_LONGEST_MUTE = 10 * 365 * 24 * 60 * 60  # seconds


def block(conn: Connection, unit: Unit, me: int, target_id: int) -> None:
    """Neither sees the other from now on; follows and requests end both ways."""
    target = load_target(conn, target_id)
    if target.id == me:
        raise Forbidden("Nobody blocks herself.")
    if blocks.has_blocked(conn, me, target.id):
        return
    end_follow(conn, unit, me, target)
    end_follower(conn, unit, me, target)
    homes.drop(conn, me, target.id)
    _forget(conn, me, [target.id])
    endorsements.delete_endorsement(conn, me, target.id)
    block_id = unit.ids.new()
    uri = f"{unit.origin}/ap/x/{block_id}"
    blocks.insert_block(conn, block_id, me, target.id, uri, unit.now)
    if target.local:
        homes.drop(conn, target.id, me)
        endorsements.delete_endorsement(conn, target.id, me)
    else:
        events.record(conn, unit.ids, unit.now, events.Blocked(me, target.id, uri), about=target.uri)


def unblock(conn: Connection, unit: Unit, me: int, target_id: int) -> None:
    """What the block ended stays ended; no error where there is none."""
    target = load_target(conn, target_id)
    uri = blocks.find_uri(conn, me, target.id)
    if uri is None:
        return
    blocks.delete_block(conn, me, target.id)
    if not target.local:
        events.record(conn, unit.ids, unit.now, events.BlockEnded(me, target.id, uri), about=target.uri)


def mute(
    conn: Connection, unit: Unit, me: int, target_id: int, *, notifications: bool = True, seconds: int = 0
) -> None:
    """See nothing of somebody, for so many seconds or for ever; ``notifications``: nor what she does to one's posts."""
    target = load_target(conn, target_id)
    if target.id == me:
        raise Forbidden("Nobody mutes herself.")
    expires_at = unit.now + min(seconds, _LONGEST_MUTE) * SECOND if seconds > 0 else None
    mutes.put_mute(
        conn, unit.ids.new(), me, target.id, hides_notifications=notifications, expires_at=expires_at, now=unit.now
    )


def unmute(conn: Connection, _unit: Unit, me: int, target_id: int) -> None:
    mutes.delete_mute(conn, me, load_target(conn, target_id).id)


def note(conn: Connection, _unit: Unit, me: int, target_id: int, comment: str) -> None:
    """Note something about somebody, for oneself alone."""
    target = load_target(conn, target_id)
    if len(comment) > MAX_NOTE:
        raise Invalid(Sentence("A note has at most {n} characters.", n=MAX_NOTE))
    notes.put_note(conn, me, target.id, comment)


def endorse(conn: Connection, unit: Unit, me: int, target_id: int) -> None:
    """Show somebody on one's profile whom one follows. Raises Invalid otherwise."""
    target = load_target(conn, target_id)
    if not follows.is_following(conn, me, target.id):
        raise Invalid("You can only feature accounts that you follow.")
    endorsements.insert_endorsement(conn, unit.ids.new(), me, target.id, unit.now)


def unendorse(conn: Connection, _unit: Unit, me: int, target_id: int) -> None:
    endorsements.delete_endorsement(conn, me, load_target(conn, target_id).id)


def block_domain(conn: Connection, unit: Unit, me: int, text: str) -> None:
    """Hear nothing of a domain and everything below it; follows from and to there end, and each is told."""
    domain = normalise_domain(text)
    if not domain or domain == unit.host or unit.host.endswith(f".{domain}"):
        raise Invalid("Please name the domain of another server.")
    domain_blocks.insert_domain_block(conn, unit.ids.new(), me, domain, unit.now)
    known = actors.load_actors_by_id(conn, domain_blocks.load_related_below(conn, me, domain))
    for target in known.values():
        end_follow(conn, unit, me, target)
        end_follower(conn, unit, me, target)
    _forget(conn, me, domain_blocks.load_heard_below(conn, me, domain))


def _forget(conn: Connection, me: int, actor_ids: Collection[int]) -> None:
    """What these did and wrote to this person is told no more; the posts stay."""
    notification_lists.delete_between(conn, me, actor_ids)
    conversations.delete_with(conn, me, actor_ids)


def unblock_domain(conn: Connection, _unit: Unit, me: int, text: str) -> None:
    domain_blocks.delete_domain_block(conn, me, normalise_domain(text))
