"""How communities are governed: posts and people, by moderators here and elsewhere. Units of work.

A deed is what somebody did, wherever she did it: ``govern`` is for people here, who are asked whether they may;
``perform`` for what arrives, proven by whoever calls it. Both have the same effects and stand in the log, which members
read. What somebody here did is told to other servers from the log (``events.Governed``).

In a community elsewhere a deed of somebody here stands at once and is final when its home passes it on; what its home
refuses is taken back (``take_back``).
"""

import contextlib
from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Connection

from node import events
from node.domain.communities import APPOINTS, DISMISSES, OPPOSITE, Act
from node.domain.deeds import Deed
from node.domain.text import plain, shorten
from node.errors import Forbidden, Invalid, NotFound
from node.sentences import Sentence
from node.services import membership
from node.services.communities import messages
from node.services.context import Unit
from node.services.governing import governing_people, governing_settings
from node.services.governing.governing_people import Effect
from node.services.posts import sharing
from node.store.communities import communities, community_log
from node.store.communities.community_log import LogEntry
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import objects, pins, topics
from node.store.posts.objects import Object
from node.text.richtext import clean_plain_field

MAX_REASON, MAX_PINNED = 1_000, 10
_TITLE = 120


def govern(conn: Connection, unit: Unit, by: Actor, group: Actor, deed: Deed) -> bool:
    """What somebody here does in a community, ours or another; False where it was so before.

    Raises Forbidden for who may not, NotFound for what is not there, Invalid for what cannot be.
    """
    if not deed.gives_up and not membership.may(conn, unit, group, by, deed.act):
        raise Forbidden("Only moderators of this community may do this.")
    if len(deed.reason) > MAX_REASON:
        raise Invalid(Sentence("A reason has at most {n} characters.", n=MAX_REASON))
    return perform_and_tell(conn, unit, group, deed)


def perform_and_tell(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> bool:
    """The same for a deed that needs no leave (the command line), and for what ``govern`` has asked; raises so."""
    settings = governing_settings.asked_of(conn, group, deed)
    entry_id = perform(conn, unit, group, deed)
    if entry_id is not None and (deed.act in TOLD or is_asked(group, deed.act)):
        events.record(conn, unit.ids, unit.now, events.Governed(entry_id, settings), about=group.uri)
    return entry_id is not None


def perform(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> int | None:
    """Do it and note it; the id of the entry in the log, None where it was so before.

    Raises NotFound for what is not there, Invalid for what cannot be.
    """
    if deed.activity and (known := community_log.find_told(conn, group.id, deed.activity)):
        governing_people.confirm(conn, unit, group, known)
        return None
    effects = ASKED if is_asked(group, deed.act) else _EFFECTS
    title = effects[deed.act](conn, unit, group, deed)
    if title is None:
        return None
    entry_id = unit.ids.new()
    community_log.record_act(
        conn,
        entry_id,
        group.id,
        deed.act,
        by=deed.by,
        now=unit.now,
        target=deed.target,
        title=title,
        reason=clean_plain_field(deed.reason, MAX_REASON),
        activity=deed.activity or ("" if group.local else f"{unit.origin}/ap/x/{entry_id}"),
        expires_at=deed.expires_at,
    )
    return entry_id


def take_back(conn: Connection, unit: Unit, group: Actor, entry: LogEntry, why: str) -> bool:
    """The home of a community elsewhere refuses what somebody here did; False where that is known.

    Its lists are read again after that: who is told that she is no moderator may be none any more.
    """
    if entry.refused_at is not None:
        return False
    community_log.note_refusal(conn, entry.id, unit.now, clean_plain_field(why, MAX_REASON))
    act = Act(entry.act)
    if act in ASKED:
        governing_people.ask_again(conn, group, entry)
    elif act in OPPOSITE:
        before = community_log.find_last(conn, group.id, OPPOSITE[act], entry.target_uri)
        reason, expires_at = (before.reason, before.expires_at) if before is not None else ("", None)
        undoing = Deed(OPPOSITE[act], group.uri, entry.target_uri, reason=reason, expires_at=expires_at)
        with contextlib.suppress(NotFound, Invalid):  # gone meanwhile
            _EFFECTS[undoing.act](conn, unit, group, undoing)
    communities.update_community(conn, group.id, moderators_at=0)
    membership.ask_for_history(conn, unit, group)
    return True


# -- posts ----------------------------------------------------------------------------------------------------------


def _post_of(conn: Connection, group: Actor, uri: str, *states: str) -> Object:
    found = objects.find_object(conn, uri)
    if found is None or found.audience != group.uri or found.state not in (states or (objects.LIVE,)):
        raise NotFound("There is no such post in this community.", detail=uri)
    return found


def title_of(conn: Connection, found: Object) -> str:
    """What a post is called in the log."""
    row = objects.load_row(conn, found.id)
    return shorten(row.name or plain(row.content), _TITLE)


def _pin(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    found = _post_of(conn, group, deed.target)
    topic = topics.find_topic(conn, found.id)
    if topic is None:
        raise Invalid("Only the first post of a thread can be pinned.")
    if topic.pinned_at is not None:
        return None
    if group.local and len(topics.load_pinned(conn, group.id)) >= MAX_PINNED:
        raise Invalid(Sentence("At most {n} threads can be pinned.", n=MAX_PINNED))
    topics.update_topics(conn, [found.id], pinned_at=unit.now)
    pins.insert_pin(conn, group.id, found.id, unit.now)
    return title_of(conn, found)


def _unpin(conn: Connection, _unit: Unit, group: Actor, deed: Deed) -> str | None:
    found = _post_of(conn, group, deed.target, objects.LIVE, objects.REMOVED)
    topic = topics.find_topic(conn, found.id)
    if topic is None or topic.pinned_at is None:
        return None
    topics.update_topics(conn, [found.id], pinned_at=None)
    pins.delete_pin(conn, group.id, found.id)
    return title_of(conn, found)


def _lock(*, locked: bool) -> Effect:
    def effect(conn: Connection, _unit: Unit, group: Actor, deed: Deed) -> str | None:
        found = _post_of(conn, group, deed.target)
        topic = topics.find_topic(conn, found.id)
        if topic is None:
            raise Invalid("Only a whole thread can be locked, at its first post.")
        if topic.locked is locked:
            return None
        topics.update_topics(conn, [found.id], locked=locked)
        return title_of(conn, found)

    return effect


def _remove(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    """Nobody sees it any more; its row stays, so that it can be restored."""
    found = _post_of(conn, group, deed.target, objects.LIVE, objects.REMOVED)
    if found.state == objects.REMOVED:
        return None
    author = actors.find_actor_by_id(conn, found.actor_id)
    if author is not None and author.uri == deed.by:  # other servers would take it for a deletion, which is for ever
        raise Invalid("This is your own post: delete it instead.")
    title = title_of(conn, found)
    objects.update_object(conn, found.id, {"state": objects.REMOVED})
    topics.update_topics(conn, [found.id], state=topics.REMOVED, pinned_at=None)
    pins.delete_pin(conn, group.id, found.id)
    sharing.take_back(conn, unit, group, found)
    if group.local and author is not None:
        removed = Sentence("A moderator removed your post “{title}”.", title=title)
        messages.tell(conn, unit, group, author, removed, *messages.because(deed.reason))
    return title


def _restore(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    found = _post_of(conn, group, deed.target, objects.LIVE, objects.REMOVED)
    if found.state == objects.LIVE:
        return None
    objects.update_object(conn, found.id, {"state": objects.LIVE})
    if topics.find_topic(conn, found.id) is not None:
        topics.update_topics(conn, [found.id], state=topics.LIVE)
        sharing.share(conn, unit, group, found)
    return title_of(conn, found)


_EFFECTS: Mapping[Act, Effect] = MappingProxyType(
    {
        Act.PIN: _pin,
        Act.UNPIN: _unpin,
        Act.LOCK: _lock(locked=True),
        Act.UNLOCK: _lock(locked=False),
        Act.REMOVE: _remove,
        Act.RESTORE: _restore,
        Act.SETTINGS: governing_settings.change,
        **governing_people.EFFECTS,
    }
)
#: What the home of a community alone decides: moderators elsewhere ask it to.
ASKED: Mapping[Act, Effect] = MappingProxyType({Act.SETTINGS: governing_settings.ask, **governing_people.ASKED})
#: What other servers hear of: how they see the community depends on it.
TOLD = frozenset(
    {
        *(Act.PIN, Act.UNPIN, Act.LOCK, Act.UNLOCK, Act.REMOVE, Act.RESTORE, Act.BAN, Act.UNBAN, Act.SETTINGS),
        *(APPOINTS.values()),
        *(DISMISSES.values()),
    }
)


def is_asked(group: Actor, act: Act) -> bool:
    """Whether the home of a community elsewhere alone decides this, so that it is only asked to."""
    return not group.local and act in ASKED
