"""What moderators do: Add and Remove, Block, Lock, Delete and Update of others' posts, and their Undo (FEP-1b12).

Moderators of our communities who live elsewhere also answer requests to join for it (Accept and Reject of the Follow),
remove members (Reject of a Follow that was accepted), invite people (Invite) and change what it says of itself (Update
of the Group). What is refused is answered (``refusals``).

Of our communities the signer must govern it. Of a community elsewhere the deed must come through its Announce, by
somebody who is in its list of moderators or at home on its host; ``federation.arriving.resolving`` has
looked at that list within the hour.
"""

from collections.abc import Callable
from dataclasses import dataclass

from federation.applying.batch import Batch, Inbound
from federation.builders.documents import actor_document
from federation.handlers import refusals
from federation.mapping.activity import Activity
from federation.mapping.community_settings import CHANGED, read_changes
from node import events
from node.clock import from_rfc3339
from node.domain.communities import APPOINTS, DISMISSES, FACILITATING, LISTS, Act, Role
from node.domain.community_drafts import CommunityDraft
from node.domain.deeds import Deed
from node.domain.uris import same_origin
from node.errors import Invalid, NotFound
from node.services.governing import governing
from node.store.communities import communities, community_bans, community_roles
from node.store.people import actors, follows
from node.store.people.actors import Actor
from node.store.posts.objects import Object


@dataclass(frozen=True, slots=True)
class _Meant:
    """What an activity says, if its actor may say so."""

    group: Actor
    act: Act
    target: str
    removes_posts: bool = False
    settings: CommunityDraft | None = None


def govern(batch: Batch, inbound: Inbound) -> str | None:
    """What became of a deed of a moderator; None for an activity that is none."""
    meant = read_deed(batch, inbound.activity)
    if meant is None:
        return None
    activity = inbound.activity
    if not _may(batch, inbound, meant):
        refusals.refuse(batch, inbound, meant.group)
        return "not-a-moderator"
    if meant.group.local and meant.act in _NAMING and not batch.is_local(meant.target):
        batch.known_actor(meant.target)
    deed = Deed(
        meant.act,
        activity.actor,
        meant.target,
        reason=_text(activity, "summary"),
        activity=activity.id,
        expires_at=_time(activity, "endTime") or _time(activity, "expires"),
        removes_posts=meant.removes_posts,
        settings=meant.settings,
    )
    batch.flush()
    try:
        done = governing.perform(batch.conn, batch.unit, meant.group, deed)
    except (NotFound, Invalid) as error:
        refusals.refuse(batch, inbound, meant.group, error.public)
        return f"not-done: {error.public}"
    batch.forget(meant.target)
    batch.forget_followers(meant.group.id)
    if done is None:
        return "done-before"
    if meant.act in governing.TOLD and (meant.settings is None or _says_the_same(batch, inbound, meant.group)):
        pass_on(batch, inbound, meant.group)
    return f"community-{meant.act}"


#: About people who may be unknown here.
_NAMING = frozenset({Act.INVITE, *APPOINTS.values()})


def _may(batch: Batch, inbound: Inbound, meant: _Meant) -> bool:
    by, group = inbound.activity.actor, meant.group
    if group.local:
        return not inbound.announced_by and _has_role(batch, meant, by)
    if by == group.uri:
        return True
    if inbound.announced_by != group.uri:
        return False
    return same_origin(by, group.uri) or _has_role(batch, meant, by)


def _has_role(batch: Batch, meant: _Meant, by: str) -> bool:
    if Deed(meant.act, by, meant.target).gives_up:
        return True
    roles = community_roles.load_roles_of(batch.conn, meant.group.id, by, batch.unit.now)
    return Role.MODERATOR in roles or (Role.FACILITATOR in roles and meant.act in FACILITATING)


def _text(activity: Activity, name: str) -> str:
    value = activity.raw.get(name)
    return value if isinstance(value, str) else ""


def _time(activity: Activity, name: str) -> int | None:
    return from_rfc3339(_text(activity, name))


# -- what is meant --------------------------------------------------------------------------------------------------


def read_deed(batch: Batch, activity: Activity) -> _Meant | None:
    """The deed that an activity tells; None where it is none of a moderator."""
    read = _READ.get(activity.type)
    return read(batch, activity) if read is not None else None


def _in_collection(batch: Batch, activity: Activity) -> _Meant | None:
    """Add and Remove: of a person among the moderators, of a post among what is shown first."""
    target, uri = activity.target_uri, activity.object_uri
    if not target or not uri:
        return None
    adds = activity.type == "Add"
    for group in _named(batch, activity):
        if (role := _role_listed(batch, group, target)) is not None:
            return _Meant(group, (APPOINTS if adds else DISMISSES)[role], uri)
        if target == actors.load_profile(batch.conn, group.id).featured:
            return _Meant(group, Act.PIN if adds else Act.UNPIN, uri)
    return None


def _role_listed(batch: Batch, group: Actor, target: str) -> Role | None:
    """The role whose holders a list of the Group names."""
    if target == group.moderators:
        return Role.MODERATOR
    if group.local:
        lists = {f"{group.uri}/{name}": role for role, name in LISTS.items()}
    else:
        community = communities.find_community(batch.conn, group.id)
        lists = {getattr(community, name): role for role, name in LISTS.items()} if community is not None else {}
    return lists.get(target)


def _named(batch: Batch, activity: Activity) -> list[Actor]:
    """The Groups that an activity names, and the one that the post belongs to."""
    found = batch.object(activity.object_uri)
    uris = (activity.audience, *activity.to, *activity.cc, found.audience if found else "")
    known = (batch.actor(uri) for uri in dict.fromkeys(uris) if uri)
    return [actor for actor in known if actor is not None and actor.is_group]


def _of_person(act: Act) -> Callable[[Batch, Activity], _Meant | None]:
    """Block with a community as its target: a ban."""

    def read(batch: Batch, activity: Activity) -> _Meant | None:
        group = batch.actor(activity.target_uri) if activity.target_uri else None
        if group is None or not group.is_group or not activity.object_uri:
            return None
        return _Meant(group, act, activity.object_uri, activity.raw.get("removeData") is True)

    return read


def _of_post(act: Act, *, by_others: bool = False) -> Callable[[Batch, Activity], _Meant | None]:
    """A post in a community; ``by_others``: by its author it is no deed of a moderator."""

    def read(batch: Batch, activity: Activity) -> _Meant | None:
        found = batch.object(activity.object_uri)
        group = batch.actor(found.audience) if found is not None and found.audience else None
        if found is None or group is None or not group.is_group:
            return None
        if by_others and _wrote(batch, activity.actor, found):
            return None
        return _Meant(group, act, found.uri)

    return read


def _wrote(batch: Batch, uri: str, found: Object) -> bool:
    author = actors.find_actor_by_id(batch.conn, found.actor_id)
    return author is not None and author.uri == uri


def _of_request(act: Act) -> Callable[[Batch, Activity], _Meant | None]:
    """Accept and Reject of somebody's Follow of a community of ours, by who is not the community."""

    def read(batch: Batch, activity: Activity) -> _Meant | None:
        request = activity.inner
        if request is None or request.type != "Follow" or request.object_uri in (None, activity.actor):
            return None
        group = batch.actor(request.object_uri or "")
        if group is None or not group.local or not group.is_group:
            return None
        asker = batch.actor(request.actor)
        known = follows.find_follow(batch.conn, asker.id, group.id) if asker is not None else None
        is_member = known is not None and known.state == follows.ACCEPTED
        return _Meant(group, Act.EXPEL if is_member and act is Act.REFUSE else act, request.actor)

    return read


def _of_invitation(act: Act) -> Callable[[Batch, Activity], _Meant | None]:
    """Invite of somebody to a community of ours."""

    def read(batch: Batch, activity: Activity) -> _Meant | None:
        group = batch.actor(activity.object_uri or "")
        if group is None or not group.local or not group.is_group or not activity.target_uri:
            return None
        return _Meant(group, act, activity.target_uri)

    return read


def _of_settings(batch: Batch, activity: Activity) -> _Meant | None:
    """Update of a Group of ours, by who is not the Group."""
    document = activity.objects[0] if activity.objects else {}
    group = batch.actor(activity.object_uri or "")
    if group is None or not group.local or not group.is_group or activity.actor == group.uri:
        return None
    known = communities.find_community(batch.conn, group.id)
    if known is None:
        return None
    settings = read_changes(document, activity.raw.get(CHANGED), known)
    return _Meant(group, Act.SETTINGS, group.uri, settings=settings)


def _undone(batch: Batch, activity: Activity) -> _Meant | None:
    """Undo: the embedded copy says what, its actor need not be the same moderator; ids are made up anew by some."""
    read = _UNDONE.get(activity.inner.type) if activity.inner is not None else None
    return read(batch, activity.inner) if read is not None and activity.inner is not None else None


_READ: dict[str, Callable[[Batch, Activity], _Meant | None]] = {
    "Add": _in_collection,
    "Remove": _in_collection,
    "Block": _of_person(Act.BAN),
    "Lock": _of_post(Act.LOCK),
    "Delete": _of_post(Act.REMOVE, by_others=True),
    "Accept": _of_request(Act.ADMIT),
    "Reject": _of_request(Act.REFUSE),
    "Invite": _of_invitation(Act.INVITE),
    "Update": _of_settings,
    "Undo": _undone,
}
_UNDONE: dict[str, Callable[[Batch, Activity], _Meant | None]] = {
    "Block": _of_person(Act.UNBAN),
    "Lock": _of_post(Act.UNLOCK),
    "Delete": _of_post(Act.RESTORE, by_others=True),
    "Invite": _of_invitation(Act.UNINVITE),
}


# -- passing on -----------------------------------------------------------------------------------------------------

#: What members did with what belongs to a community, that other members' servers are to hear of.
_PASSED_ON = frozenset(
    {"stored", "edited", "refreshed", "deleted", "like", "dislike", "emoji", "un-like", "un-dislike"}
)


def note(batch: Batch, inbound: Inbound, outcome: str) -> None:
    """Have a community of ours pass on what was just applied to what belongs to it."""
    if outcome not in _PASSED_ON or not inbound.received_id or inbound.announced_by:
        return
    activity = inbound.activity
    about = activity.inner if activity.type == "Undo" and activity.inner is not None else activity
    if len(about.object_uris) > 1:  # whatever else comes along was not taken in here
        return
    found = batch.object(about.object_uri)
    group = batch.actor(found.audience) if found is not None and found.audience else None
    if group is None or not group.local or not group.is_group or group.uri == activity.actor:
        return
    if community_bans.is_banned(batch.conn, group.id, activity.actor, batch.unit.now):
        return
    pass_on(batch, inbound, group)


#: What a Group says of where it lives and who it is: servers that hear of a change of it take all of that over.
_FIXED = (
    *("id", "type", "preferredUsername", "url", "inbox", "outbox", "followers", "following", "featured", "endpoints"),
    *("publicKey", "assertionMethod", "attributedTo", "icon", "image", "movedTo", "alsoKnownAs", "generator"),
)


def _says_the_same(batch: Batch, inbound: Inbound, group: Actor) -> bool:
    """Whether an Update of our Group that a moderator wrote changes nothing but what it may; else only we tell it."""
    said, ours = inbound.activity.objects[0], actor_document(batch.conn, group.id)
    return all(said.get(name) == ours.get(name) for name in _FIXED)


def pass_on(batch: Batch, inbound: Inbound, group: Actor) -> None:
    """Our Group announces an activity as it came."""
    if not group.local or not inbound.received_id:
        return
    unit = batch.unit
    told = events.PassedOn(group.id, inbound.activity.id, inbound.received_id)
    events.record(batch.conn, unit.ids, unit.now, told, about=group.uri)
