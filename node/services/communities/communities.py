"""Communities of this node: founded, described, closed. Units of work; who may do so is for the caller to ask.

What a community says of itself stands in its actor, so that apps and other servers show it like any profile: purpose
and rules as its text, topics, house, way in and moderators as its fields.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from node import events
from node.domain.actors import ActorKind
from node.domain.communities import Act, JoinPolicy, Role
from node.domain.communities import is_listed as is_listed_by
from node.domain.community_drafts import CommunityDraft, check_draft
from node.domain.visibility import Visibility
from node.errors import Invalid, NotFound, PreconditionFailed
from node.services.context import Unit
from node.services.posts import emojis
from node.store.communities import communities, community_log, community_roles
from node.store.communities.communities import Community
from node.store.communities.community_roles import RoleOf
from node.store.people import actors
from node.store.people.actors import Actor
from node.text.markdown import Words, hashtag_link, mention_link, profile_link, render_markdown
from node.text.richtext import clean_plain_field

_JOINING = {
    JoinPolicy.OPEN: "Open to everybody",
    JoinPolicy.REQUEST: "Each request is looked at",
    JoinPolicy.INVITE: "By invitation",
    JoinPolicy.ORGANISATION: "Members of the organisation",
    JoinPolicy.PARTNERS: "Members of the organisation and its partners",
}
_SETTINGS = ("purpose", "rules", "topics", "languages", "join_policy", "post_policy", "visibility")


def find_community(conn: Connection, username: str) -> tuple[Actor, Community]:
    """The community of this node that has this name. Raises NotFound."""
    group = actors.find_local_actor(conn, username)
    community = communities.find_community(conn, group.id) if group is not None else None
    if group is None or community is None or not group.is_active:
        raise NotFound("There is no community of this name here.", detail=username)
    return group, community


def establish(conn: Connection, unit: Unit, group: Actor, draft: CommunityDraft, founder: Actor | None) -> Community:
    """Make a community of a new Group; its founder governs it. Raises Invalid with what is wrong."""
    if problems := list(check_draft(draft)):
        raise Invalid(problems=problems)
    new = Community(actor_id=group.id, created_at=unit.now, updated_at=unit.now)
    community = replace(new, **_said(draft))
    communities.insert_communities(conn, [community])
    if founder is not None:
        community_roles.save_roles(conn, group.id, [RoleOf(founder.uri, Role.MODERATOR, unit.now)])
    by = founder.uri if founder is not None else group.uri
    community_log.record_act(conn, unit.ids.new(), group.id, Act.FOUND, by=by, now=unit.now)
    write_profile(conn, unit, group, community, name=draft.name)
    return community


def change(
    conn: Connection, unit: Unit, group: Actor, draft: CommunityDraft, *, version: int | None = None
) -> Mapping[str, Any]:
    """Change what is said; answers what is said otherwise now, by name: nothing where all is the same.

    Raises Invalid with what is wrong, PreconditionFailed where ``version`` is not the present one.
    """
    known = communities.load_communities(conn, [group.id])[group.id]
    if version is not None and version != known.version:
        raise PreconditionFailed
    said = differences(group, known, draft)
    if not said:
        return said
    settings = {name: value for name, value in said.items() if name != "name"}
    changed = replace(known, **settings, version=known.version + 1, updated_at=unit.now)
    communities.update_community(conn, group.id, **settings, version=changed.version, updated_at=unit.now)
    write_profile(conn, unit, group, changed, name=said.get("name"))
    events.record(conn, unit.ids, unit.now, events.ActorUpdated(group.id), about=group.uri)
    return said


def differences(group: Actor, known: Community, draft: CommunityDraft) -> Mapping[str, Any]:
    """What a draft says otherwise than is known, by name. Raises Invalid with what is wrong."""
    if problems := list(check_draft(draft)):
        raise Invalid(problems=problems)
    said = {name: value for name, value in _said(draft).items() if value != getattr(known, name)}
    name = clean_plain_field(draft.name) if draft.name is not None else group.name
    return said if name == group.name else {"name": name, **said}


def _said(draft: CommunityDraft) -> dict[str, Any]:
    values = {name: getattr(draft, name) for name in _SETTINGS if getattr(draft, name) is not None}
    values |= {name: list(values[name]) for name in ("topics", "languages") if name in values}
    return values | ({"rules": [clean_plain_field(rule) for rule in values["rules"]]} if "rules" in values else {})


def close(conn: Connection, unit: Unit, group: Actor, *, by: str, successor: str = "") -> None:
    """Nobody joins and nothing is written any more; all of it can still be read."""
    _set_archived(conn, unit, group, unit.now, Act.ARCHIVE, by=by, successor=successor)


def reopen(conn: Connection, unit: Unit, group: Actor, *, by: str) -> None:
    _set_archived(conn, unit, group, None, Act.REOPEN, by=by)


def _set_archived(
    conn: Connection, unit: Unit, group: Actor, at: int | None, act: Act, *, by: str, successor: str = ""
) -> None:
    known = communities.load_communities(conn, [group.id])[group.id]
    if known.is_archived == (at is not None):
        return
    changed = replace(known, archived_at=at, successor=successor, version=known.version + 1, updated_at=unit.now)
    communities.update_community(
        conn, group.id, archived_at=at, successor=successor, version=changed.version, updated_at=unit.now
    )
    community_log.record_act(conn, unit.ids.new(), group.id, act, by=by, now=unit.now)
    write_profile(conn, unit, group, changed)
    events.record(conn, unit.ids, unit.now, events.ActorUpdated(group.id), about=group.uri)


# -- the profile ----------------------------------------------------------------------------------------------------


def write_profile(conn: Connection, unit: Unit, group: Actor, community: Community, *, name: str | None = None) -> None:
    """Bring the actor up to date with the community. Apps show a lock where asking does not suffice to get in."""
    values: dict[str, Any] = {
        "summary": _summary(unit, community) if _is_told(community) else "",
        "fields": _fields(conn, unit, group, community),
        "locked": community.join_policy is not JoinPolicy.OPEN or community.visibility is not Visibility.PUBLIC,
        "discoverable": is_listed(community),
        "indexable": community.visibility is Visibility.PUBLIC,
        "moderators": f"{group.uri}/moderators",
        "hides_follows": community.visibility is not Visibility.PUBLIC,
        "updated_at": unit.now,
    }
    if name is not None:
        values["name"] = clean_plain_field(name)
    worn = emojis.worn(conn, actors.load_profile(conn, group.id), values)
    actors.update_actor(conn, group.id, **values, **worn)


def is_listed(community: Community) -> bool:
    """Whether lists and searches show it: everybody may know of it, and it goes on."""
    return is_listed_by(community.visibility, community.join_policy, archived=community.is_archived)


def _is_told(community: Community) -> bool:
    """Whether everybody who knows the name may know what it is for: a profile is the same for all who read it."""
    return is_listed_by(community.visibility, community.join_policy, archived=False)


def _summary(unit: Unit, community: Community) -> str:
    rules = "\n".join(f"{number}. {rule}" for number, rule in enumerate(community.rules, 1))
    text = "\n\n".join(filter(None, (community.purpose, rules)))
    return render_markdown(text, Words(tags=f"{unit.origin}/tags/"))


def _fields(conn: Connection, unit: Unit, group: Actor, community: Community) -> list[dict[str, str]]:
    own = {"Topics", "Organisation", "Joining", "Moderators"}
    others = [field for field in actors.load_profile(conn, group.id).fields if field["name"] not in own]
    if not _is_told(community):
        return others
    fields: list[tuple[str, str, str]] = []
    if community.topics:
        links = " ".join(hashtag_link(f"{unit.origin}/tags/{topic}", topic) for topic in community.topics)
        fields.append(("Topics", links, " ".join(f"#{topic}" for topic in community.topics)))
    for owner in actors.load_local_actors(conn, [ActorKind.ORGANIZATION.value])[:1]:
        address = owner.url or owner.uri
        fields.append(("Organisation", profile_link(address), address))
    joining = "Closed" if community.is_archived else _JOINING[community.join_policy]
    fields.append(("Joining", joining, joining))
    governing = community_roles.load_moderators(conn, group.id, unit.now)
    known = actors.load_actors(conn, governing)
    named = [known[uri] for uri in governing if uri in known][:5]
    if named:
        links = " ".join(mention_link(each.url or each.uri, each.username) for each in named)
        fields.append(("Moderators", links, " ".join(each.handle for each in named)))
    return [*({"name": name, "value": value, "text": text} for name, value, text in fields), *others]
