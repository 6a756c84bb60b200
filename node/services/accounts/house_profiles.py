"""What organisations, communities and catalogues of this node say of themselves: purpose, topics, how to join, website.

Stored as fields of the profile, so that pages, apps and other servers show the same. Units of work.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from node import events
from node.domain.actors import ActorKind
from node.domain.communities import Act
from node.domain.community_drafts import CommunityDraft
from node.domain.deeds import Deed
from node.domain.uris import is_web_uri
from node.domain.words import hashtags_in
from node.errors import Invalid, NotFound, Problem
from node.services.context import Unit
from node.services.governing import governing
from node.services.people import profile_links
from node.services.posts import emojis
from node.store.communities import communities
from node.store.people import actors
from node.store.people.actors import Actor
from node.text.markdown import Words, hashtag_link, profile_link, render_markdown
from node.text.richtext import clean_plain_field

MAX_NAME, MAX_TOPICS = 100, 12
_HOUSES = (ActorKind.ORGANIZATION.value, ActorKind.GROUP.value, ActorKind.SERVICE.value)
_TOPICS, _ORGANISATION, _JOINING, _WEBSITE = "Topics", "Organisation", "Joining", "Website"


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseProfile:
    """What is to change; None stays as it is. ``description`` is Markdown: purpose and rules."""

    name: str | None = None
    description: str | None = None
    topics: Sequence[str] | None = None
    website: str | None = None


def describe(conn: Connection, unit: Unit, username: str, change: HouseProfile) -> Actor:
    """Change the profile, and tell followers elsewhere. Raises NotFound, and Invalid with what is wrong."""
    found = actors.find_local_actor(conn, username)
    if found is None or found.kind not in _HOUSES or not found.is_active:
        raise NotFound("There is no organisation, community or catalogue of this name here.", detail=username)
    if problems := list(_problems(change)):
        raise Invalid(problems=problems)
    if found.kind == ActorKind.GROUP and communities.find_community(conn, found.id) is not None:
        found = _describe_community(conn, unit, found, change)
        change = replace(change, name=None, description=None)
    row = actors.load_profile(conn, found.id)
    fields = _fields(conn, unit, found, row.fields, change)
    values: dict[str, Any] = {"fields": fields} if fields != row.fields else {}
    if change.name is not None:
        values["name"] = clean_plain_field(change.name)
    if change.description is not None:
        values["summary"] = render_markdown(change.description, Words(tags=f"{unit.origin}/tags/"))
    values |= emojis.worn(conn, row, values)
    if not values:
        return found
    actors.update_actor(conn, found.id, **values, updated_at=unit.now)
    if "fields" in values:
        profile_links.check_later(conn, unit, found.id)
    events.record(conn, unit.ids, unit.now, events.ActorUpdated(found.id), about=found.uri)
    return found


def _describe_community(conn: Connection, unit: Unit, group: Actor, change: HouseProfile) -> Actor:
    """A community keeps what is said of it, and writes its profile itself."""
    draft = CommunityDraft(name=change.name, purpose=change.description, topics=change.topics)
    governing.perform_and_tell(conn, unit, group, Deed(Act.SETTINGS, group.uri, group.uri, settings=draft))
    return actors.load_actors_by_id(conn, [group.id])[group.id]


def _problems(change: HouseProfile) -> Iterator[Problem]:
    if change.name is not None and not 0 < len(change.name.strip()) <= MAX_NAME:
        yield Problem("$.name", f"1 to {MAX_NAME} characters", change.name[:60])
    topics = change.topics or ()
    if len(topics) > MAX_TOPICS:
        yield Problem("$.topics", f"at most {MAX_TOPICS}", str(len(topics)))
    for topic in topics:
        if hashtags_in(f"#{topic}") != (topic,):
            yield Problem("$.topics", "hashtags: letters, digits and _, without #", topic[:60])
    if change.website and not is_web_uri(change.website):
        yield Problem("$.website", "an address that begins with https://", change.website[:60])


def _fields(
    conn: Connection, unit: Unit, actor: Actor, known: Sequence[Mapping[str, Any]], change: HouseProfile
) -> list[Mapping[str, Any]]:
    """The fields in their order; those that are known and not named stay, an empty one goes."""
    present = {field["name"]: field for field in known}
    if change.topics is not None:
        links = " ".join(hashtag_link(f"{unit.origin}/tags/{topic}", topic) for topic in change.topics)
        _put(present, _TOPICS, links, " ".join(f"#{topic}" for topic in change.topics))
    if actor.kind != ActorKind.ORGANIZATION:
        for owner in actors.load_local_actors(conn, [ActorKind.ORGANIZATION.value])[:1]:
            _put(present, _ORGANISATION, profile_link(owner.url or owner.uri), owner.url or owner.uri)
    if change.website is not None:
        _put(present, _WEBSITE, profile_link(change.website) if change.website else "", change.website)
    order = {name: place for place, name in enumerate((_TOPICS, _ORGANISATION, _JOINING, _WEBSITE))}
    return sorted(present.values(), key=lambda field: order.get(field["name"], len(order)))


def topics_of(fields: Sequence[Mapping[str, Any]]) -> list[str]:
    """The topics among the fields of a profile of ours, without their signs."""
    said = next((field.get("text", "") for field in fields if field["name"] == _TOPICS), "")
    return [word.removeprefix("#") for word in said.split()]


def _put(present: dict[str, Mapping[str, Any]], name: str, value: str, text: str) -> None:
    """A link that did not change stays as verified as it is."""
    if not value:
        present.pop(name, None)
    elif name not in present or present[name]["value"] != value:
        present[name] = {"name": name, "value": value, "text": text}
