"""What governing does to people: who is let in, invited, banned, given a role. Units of work of ``governing``."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import Connection

from node import events
from node.domain.communities import APPOINTS, DISMISSES, Act, Role
from node.domain.deeds import Deed
from node.domain.visibility import Visibility
from node.errors import Invalid, NotFound
from node.sentences import Sentence, sentences
from node.services.communities import communities as describing
from node.services.communities import join_requests, messages
from node.services.context import Unit
from node.services.people import follows as following
from node.services.posts import sharing
from node.store.communities import (
    communities,
    community_bans,
    community_invitations,
    community_requests,
    community_roles,
)
from node.store.communities.community_bans import Ban
from node.store.communities.community_invitations import Invitation
from node.store.communities.community_log import LogEntry
from node.store.communities.community_roles import RoleOf
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.posts import object_lists, objects, topics

Effect = Callable[[Connection, Unit, Actor, Deed], str | None]


def name_of(conn: Connection, uri: str) -> str:
    """What a person is called in the log."""
    known = actors.find_actor(conn, uri)
    return known.handle if known is not None else uri


def _ban(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    if deed.target == deed.by:
        raise Invalid("Nobody bans herself.")
    is_news = not community_bans.is_banned(conn, group.id, deed.target, unit.now)
    community_bans.save_ban(
        conn, Ban(unit.ids.new(), group.id, deed.target, deed.by, deed.reason, unit.now, deed.expires_at)
    )
    person = actors.find_actor(conn, deed.target)
    if group.local or deed.activity:
        _shut_out(conn, unit, group, deed.target)
    if person is not None and deed.removes_posts:
        _remove_all(conn, unit, group, person, deed)
    if person is not None and group.local and is_news:
        banned = Sentence("The moderators of {name} have banned you.", name=group.title)
        messages.tell(conn, unit, group, person, banned, *messages.because(deed.reason))
    return name_of(conn, deed.target)


def _shut_out(conn: Connection, unit: Unit, group: Actor, uri: str) -> None:
    """Somebody who is banned has no role and no invitation, and is no member."""
    community_roles.delete_roles(conn, group.id, uri)
    person = actors.find_actor(conn, uri)
    if person is not None:
        community_invitations.delete_invitation(conn, group.id, person.id)
        _part(conn, unit, group, person)


def confirm(conn: Connection, unit: Unit, group: Actor, entry: LogEntry) -> None:
    """The home of a community elsewhere passes on what a moderator here did: what could not be undone happens now."""
    if group.local or entry.refused_at is not None or entry.act != Act.BAN:
        return
    if community_bans.is_banned(conn, group.id, entry.target_uri, unit.now):
        _shut_out(conn, unit, group, entry.target_uri)


def _part(conn: Connection, unit: Unit, group: Actor, person: Actor) -> None:
    """Somebody is no member any more."""
    if group.local:
        following.end_follower(conn, unit, group.id, person)
    elif person.local:
        following.end_follow(conn, unit, person.id, group)


def _remove_all(conn: Connection, unit: Unit, group: Actor, person: Actor, deed: Deed) -> None:
    for found in object_lists.list_in_audience(conn, group.uri, person.id):
        objects.update_object(conn, found.id, {"state": objects.REMOVED})
        topics.update_topics(conn, [found.id], state=topics.REMOVED, pinned_at=None)
        sharing.take_back(conn, unit, group, found)


def _unban(conn: Connection, _unit: Unit, group: Actor, deed: Deed) -> str | None:
    return name_of(conn, deed.target) if community_bans.delete_ban(conn, group.id, deed.target) else None


def _expel(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    person = actors.find_actor(conn, deed.target)
    if person is None or follows.find_follow(conn, person.id, group.id) is None:
        return None
    community_roles.delete_roles(conn, group.id, deed.target, [Role.FACILITATOR, Role.EXPERT])
    community_invitations.delete_invitation(conn, group.id, person.id)  # it let her in, and would again
    _part(conn, unit, group, person)
    return name_of(conn, deed.target)


_NAMED = sentences(
    {
        Role.MODERATOR: "You are a moderator of {name} now.",
        Role.FACILITATOR: "You are a facilitator of {name} now: you can pin threads and announce something.",
        Role.EXPERT: "You can be asked in {name} now, and will hear of questions that nobody has answered.",
    }
)


def _appoint(role: Role) -> Effect:
    def effect(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
        if deed.target in community_roles.load_holders(conn, group.id, role, unit.now):
            return None
        if community_bans.is_banned(conn, group.id, deed.target, unit.now):
            raise Invalid("Somebody who is banned cannot be given a role.")
        person = _person(conn, deed) if group.local else actors.find_actor(conn, deed.target)
        if group.local and person is not None:
            _check_home(conn, group, person)
        community_roles.save_roles(conn, group.id, [RoleOf(deed.target, role, unit.now)])
        if group.local and person is not None:
            _welcome(conn, unit, group, person, role, deed)
        return name_of(conn, deed.target)

    return effect


def _welcome(conn: Connection, unit: Unit, group: Actor, person: Actor, role: Role, deed: Deed) -> None:
    if role is Role.MODERATOR:
        _bring_up_to_date(conn, unit, group)
        join_requests.catch_up(conn, unit, group, person)
    if person.uri != deed.by:
        messages.tell(conn, unit, group, person, Sentence(_NAMED[role].message, name=group.title))


def _dismiss(role: Role) -> Effect:
    def effect(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
        holders = community_roles.load_holders(conn, group.id, role, unit.now)
        if deed.target not in holders:
            return None
        if role is Role.MODERATOR and group.local and len(holders) == 1:
            raise Invalid("A community needs a moderator. Appoint another one first.")
        community_roles.delete_roles(conn, group.id, deed.target, [role])
        if role is Role.MODERATOR:
            _bring_up_to_date(conn, unit, group)
            if not group.local:
                join_requests.forget(conn, unit, group)
        return name_of(conn, deed.target)

    return effect


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
    if community_bans.is_banned(conn, group.id, person.uri, unit.now):
        raise Invalid("This person is banned. Lift the ban first.")
    if follows.is_following(conn, person.id, group.id):
        return None
    _check_home(conn, group, person)
    by = actors.find_actor(conn, deed.by)
    invitation = Invitation(unit.ids.new(), group.id, person.id, by.id if by is not None else None, unit.now)
    if not community_invitations.insert_invitation(conn, invitation):
        return None
    asked = follows.find_follow(conn, person.id, group.id)
    if asked is not None:  # she has asked already
        following.authorize(conn, unit, group.id, person.id)
        return name_of(conn, deed.target)
    _tell_of_invitation(conn, unit, group, person, by)
    return name_of(conn, deed.target)


def _check_home(conn: Connection, group: Actor, person: Actor) -> None:
    """Raises Invalid for people elsewhere where nothing of a community leaves this node."""
    community = communities.find_community(conn, group.id) if not person.local else None
    if community is not None and community.visibility is Visibility.ORGANISATION:
        raise Invalid("Only members of the organisation that runs this community can join it.")


def _tell_of_invitation(conn: Connection, unit: Unit, group: Actor, person: Actor, by: Actor | None) -> None:
    invited = Sentence("You are invited to join {name}.", name=group.title)
    if by is not None and by.id != group.id:
        invited = Sentence("{person} invites you to join {name}.", person=by.title, name=group.title)
    how = Sentence("Follow {handle}: {page}", handle=group.handle[1:], page=group.url)
    messages.tell(conn, unit, group, person, invited, how)
    if not person.local:
        events.record(conn, unit.ids, unit.now, events.MemberInvited(group.id, person.id), about=group.uri)


def _uninvite(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    person = _person(conn, deed)
    if not community_invitations.delete_invitation(conn, group.id, person.id):
        return None
    if not person.local:
        withdrawn = events.MemberInvited(group.id, person.id, is_withdrawn=True)
        events.record(conn, unit.ids, unit.now, withdrawn, about=group.uri)
    return name_of(conn, deed.target)


def _person(conn: Connection, deed: Deed) -> Actor:
    found = actors.find_actor(conn, deed.target)
    if found is None or not found.is_active or found.kind not in {"person", "service"}:
        raise NotFound("There is nobody of this name here.")
    return found


EFFECTS: Mapping[Act, Effect] = MappingProxyType(
    {
        Act.BAN: _ban,
        Act.UNBAN: _unban,
        Act.EXPEL: _expel,
        Act.ADMIT: _admit,
        Act.REFUSE: _refuse,
        Act.INVITE: _invite,
        Act.UNINVITE: _uninvite,
        **{act: _appoint(role) for role, act in APPOINTS.items()},
        **{act: _dismiss(role) for role, act in DISMISSES.items()},
    }
)


# -- asking the home of a community elsewhere -------------------------------------------------------------------------


def _ask_about_request(conn: Connection, unit: Unit, group: Actor, deed: Deed) -> str | None:
    person = _person(conn, deed)
    request = community_requests.find_request(conn, group.id, person.id)
    if request is None:
        raise NotFound("There is no such request.")
    if request.decided_at is not None:
        return None
    community_requests.decide(conn, group.id, person.id, unit.now)
    return person.handle


def _ask_about_person(conn: Connection, _unit: Unit, _group: Actor, deed: Deed) -> str | None:
    return _person(conn, deed).handle


def _ask_to_expel(conn: Connection, _unit: Unit, _group: Actor, deed: Deed) -> str | None:
    """A member may be known here by her address alone."""
    return name_of(conn, deed.target)


def ask_again(conn: Connection, group: Actor, entry: LogEntry) -> None:
    """Its home did not do what it was asked to: a request waits for an answer as before."""
    asker = actors.find_actor(conn, entry.target_uri)
    if asker is not None and entry.act in {Act.ADMIT, Act.REFUSE}:
        community_requests.reopen(conn, group.id, asker.id)


#: What the home of a community alone decides about people: moderators elsewhere ask it to.
ASKED: Mapping[Act, Effect] = MappingProxyType(
    {
        Act.ADMIT: _ask_about_request,
        Act.REFUSE: _ask_about_request,
        Act.INVITE: _ask_about_person,
        Act.UNINVITE: _ask_about_person,
        Act.EXPEL: _ask_to_expel,
    }
)
