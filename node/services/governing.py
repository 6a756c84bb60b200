"""How communities are governed: posts and people, by moderators here and elsewhere. Units of work.

A deed is what somebody did, wherever she did it: ``govern`` is for people here, who are asked whether they may;
``perform`` for what arrives, proven by whoever calls it. Both have the same effects and stand in the log, which members
read. What somebody here did is told to other servers from the log (``events.Governed``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection

from node import events
from node.domain.communities import Act, Role
from node.domain.text import plain, shorten
from node.errors import Forbidden, Invalid, NotFound
from node.richtext import clean_plain_field
from node.sentences import Sentence
from node.services import communities as describing
from node.services import follows as following
from node.services import membership, messages, sharing
from node.services.context import Unit
from node.store import actors, communities, follows, objects, pins, topics
from node.store.actors import Actor
from node.store.communities import Ban, Invitation, RoleOf
from node.store.objects import Object

MAX_REASON, MAX_PINNED = 1_000, 10
_TITLE = 120


@dataclass(frozen=True, slots=True)
class Deed:
    """``by`` and ``target`` are URIs: who did it, to whom or what. ``activity``: what told it, from elsewhere."""

    act: Act
    by: str
    target: str
    reason: str = ""
    activity: str = ""
    expires_at: int | None = None  # of a ban
    removes_posts: bool = False  # with a ban: what that person wrote there


Effect = Callable[[Connection, Unit, Actor, Deed], str | None]


def govern(conn: Connection, unit: Unit, by: Actor, group: Actor, deed: Deed) -> bool:
    """What somebody here does in a community, ours or another; False where it was so before.

    Raises Forbidden for who may not, NotFound for what is not there, Invalid for what cannot be.
    """
    if not membership.governs(conn, unit, group, by):
        raise Forbidden("Only moderators of this community may do this.")
    if len(deed.reason) > MAX_REASON:
        raise Invalid(Sentence("A reason has at most {n} characters.", n=MAX_REASON))
    return perform_and_tell(conn, unit, group, deed)


def perform_and_tell(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> bool:
    """The same for a deed that needs no leave (the command line), and for what ``govern`` has asked; raises so."""
    entry_id = perform(conn, unit, group, deed)
    if entry_id is not None and deed.act in TOLD:
        events.record(conn, unit.ids, unit.now, events.Governed(entry_id), about=group.uri)
    return entry_id is not None


def perform(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> int | None:
    """Do it and note it; the id of the entry in the log, None where it was so before.

    Raises NotFound for what is not there, Invalid for what cannot be.
    """
    if deed.activity and communities.is_recorded(conn, group.id, deed.activity):
        return None
    title = _EFFECTS[deed.act](conn, unit, group, deed)
    if title is None:
        return None
    entry_id = unit.ids.new()
    communities.record_act(
        conn,
        entry_id,
        group.id,
        deed.act,
        by=deed.by,
        now=unit.now,
        target=deed.target,
        title=title,
        reason=clean_plain_field(deed.reason, MAX_REASON),
        activity=deed.activity,
    )
    return entry_id


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
    title = title_of(conn, found)
    objects.update_object(conn, found.id, {"state": objects.REMOVED})
    topics.update_topics(conn, [found.id], state=topics.REMOVED, pinned_at=None)
    pins.delete_pin(conn, group.id, found.id)
    sharing.take_back(conn, unit, group, found)
    author = actors.find_actor_by_id(conn, found.actor_id)
    if group.local and author is not None and author.uri != deed.by:
        reason = f" Reason: {deed.reason}" if deed.reason else ""
        messages.tell(conn, unit, group, author, f"A moderator removed your post “{title}”.{reason}")
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


# -- people ---------------------------------------------------------------------------------------------------------


def name_of(conn: Connection, uri: str) -> str:
    """What a person is called in the log."""
    known = actors.find_actor(conn, uri)
    return known.handle if known is not None else uri


def _ban(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    if deed.target == deed.by:
        raise Invalid("Nobody bans herself.")
    is_news = not communities.is_banned(conn, group.id, deed.target, unit.now)
    communities.save_ban(
        conn, Ban(unit.ids.new(), group.id, deed.target, deed.by, deed.reason, unit.now, deed.expires_at)
    )
    communities.delete_roles(conn, group.id, deed.target)
    person = actors.find_actor(conn, deed.target)
    if person is not None:
        communities.delete_invitation(conn, group.id, person.id)
        _part(conn, unit, group, person)
        if deed.removes_posts:
            _remove_all(conn, unit, group, person, deed)
        if group.local and is_news:
            reason = f" Reason: {deed.reason}" if deed.reason else ""
            messages.tell(conn, unit, group, person, f"The moderators of {group.title} have banned you.{reason}")
    return name_of(conn, deed.target)


def _part(conn: Connection, unit: Unit, group: Actor, person: Actor) -> None:
    """Somebody is no member any more."""
    if group.local:
        following.end_follower(conn, unit, group.id, person)
    elif person.local:
        following.end_follow(conn, unit, person.id, group)


def _remove_all(conn: Connection, unit: Unit, group: Actor, person: Actor, deed: Deed) -> None:
    for found in objects.list_in_audience(conn, group.uri, person.id):
        objects.update_object(conn, found.id, {"state": objects.REMOVED})
        topics.update_topics(conn, [found.id], state=topics.REMOVED, pinned_at=None)
        sharing.take_back(conn, unit, group, found)


def _unban(conn: Connection, _unit: Unit, group: Actor, deed: Deed) -> str | None:
    return name_of(conn, deed.target) if communities.delete_ban(conn, group.id, deed.target) else None


def _expel(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    person = actors.find_actor(conn, deed.target)
    if person is None or follows.find_follow(conn, person.id, group.id) is None:
        return None
    communities.delete_roles(conn, group.id, deed.target, [Role.FACILITATOR, Role.EXPERT])
    _part(conn, unit, group, person)
    return name_of(conn, deed.target)


def _appoint(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    if deed.target in communities.load_moderators(conn, group.id, unit.now):
        return None
    if communities.is_banned(conn, group.id, deed.target, unit.now):
        raise Invalid("Somebody who is banned cannot become a moderator.")
    person = actors.find_actor(conn, deed.target)
    if group.local and (person is None or person.kind not in {"person", "service"}):
        raise NotFound("There is nobody of this name here.")
    communities.save_roles(conn, group.id, [RoleOf(deed.target, Role.MODERATOR, unit.now)])
    _bring_up_to_date(conn, unit, group)
    if group.local and person is not None and person.uri != deed.by:
        messages.tell(conn, unit, group, person, f"You are a moderator of {group.title} now.")
    return name_of(conn, deed.target)


def _dismiss(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    governing = communities.load_moderators(conn, group.id, unit.now)
    if deed.target not in governing:
        return None
    if group.local and len(governing) == 1:
        raise Invalid("A community needs a moderator. Appoint another one first.")
    communities.delete_roles(conn, group.id, deed.target, [Role.MODERATOR])
    _bring_up_to_date(conn, unit, group)
    return name_of(conn, deed.target)


def _bring_up_to_date(conn: Connection, unit: Unit, group: Actor) -> None:
    """Moderators stand on the profile, too."""
    if group.local and (community := communities.find_community(conn, group.id)) is not None:
        describing.write_profile(conn, unit, group, community)


def _admit(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    following.authorize(conn, unit, group.id, _person(conn, deed).id)
    return name_of(conn, deed.target)


def _refuse(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    following.reject(conn, unit, group.id, _person(conn, deed).id)
    return name_of(conn, deed.target)


def _invite(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    person = _person(conn, deed)
    if communities.is_banned(conn, group.id, person.uri, unit.now):
        raise Invalid("This person is banned. Lift the ban first.")
    if follows.is_following(conn, person.id, group.id):
        return None
    by = actors.find_actor(conn, deed.by)
    invitation = Invitation(unit.ids.new(), group.id, person.id, by.id if by is not None else None, unit.now)
    if not communities.insert_invitation(conn, invitation):
        return None
    asked = follows.find_follow(conn, person.id, group.id)
    if asked is not None:  # she has asked already
        following.authorize(conn, unit, group.id, person.id)
        return name_of(conn, deed.target)
    who = f"{by.title} invites you" if by is not None else "You are invited"
    messages.tell(conn, unit, group, person, f"{who} to join {group.title}. Follow {group.handle[1:]}: {group.url}")
    return name_of(conn, deed.target)


def _uninvite(conn: Connection, _unit: Unit, group: Actor, deed: Deed) -> str | None:
    gone = communities.delete_invitation(conn, group.id, _person(conn, deed).id)
    return name_of(conn, deed.target) if gone else None


def _person(conn: Connection, deed: Deed) -> Actor:
    found = actors.find_actor(conn, deed.target)
    if found is None or found.state != "active" or found.kind not in {"person", "service"}:
        raise NotFound("There is nobody of this name here.")
    return found


_EFFECTS: Mapping[Act, Effect] = MappingProxyType(
    {
        Act.PIN: _pin,
        Act.UNPIN: _unpin,
        Act.LOCK: _lock(locked=True),
        Act.UNLOCK: _lock(locked=False),
        Act.REMOVE: _remove,
        Act.RESTORE: _restore,
        Act.BAN: _ban,
        Act.UNBAN: _unban,
        Act.EXPEL: _expel,
        Act.APPOINT: _appoint,
        Act.DISMISS: _dismiss,
        Act.ADMIT: _admit,
        Act.REFUSE: _refuse,
        Act.INVITE: _invite,
        Act.UNINVITE: _uninvite,
    }
)
#: What other servers hear of: how they see the community depends on it.
TOLD = frozenset(
    {Act.PIN, Act.UNPIN, Act.LOCK, Act.UNLOCK, Act.REMOVE, Act.RESTORE, Act.BAN, Act.UNBAN, Act.APPOINT, Act.DISMISS}
)
