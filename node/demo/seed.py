"""Brings what an organisation of the demo publishes into its node, once, through the same services as everything else.

Runs before the node serves: resources are in its catalogue when the others begin to follow it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from federation.actors.founding import create_actor, make_identity
from federation.actors.members import create_member, prepare_member
from federation.builders.resource_documents import write_document
from federation.catalogues.reader import read_document
from node.app.system import System, opened
from node.config import Config
from node.demo.drawing import covers, emblems, portraits
from node.demo.organisations import Organisation, edition
from node.demo.taking import find_by_name, find_own
from node.domain.actors import ActorKind
from node.domain.communities import JoinPolicy
from node.domain.community_drafts import CommunityDraft
from node.domain.media import MediaPurpose
from node.domain.records import ResourceRecord
from node.domain.visibility import Visibility
from node.errors import Conflict, Invalid
from node.services.communities import communities as describing
from node.services.context import Unit
from node.services.house import house
from node.services.library.publish import publish_resource
from node.services.people.follows import follow
from node.services.people.profiles import ProfileChange, change_profile
from node.services.posts.uploads import Words
from node.store import facts
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import media as media_table
from node.store.posts.emojis import find_emoji

#: Of everybody in the demo; these nodes are reached from this machine only.
PASSWORD = "rhizome-demo-2026"  # noqa: S105 (printed for whoever tries the demo)

_SEEDED = "demo"


async def seed(config: Config, organisation: Organisation) -> None:
    """People, communities, emojis and resources of ``organisation``; what is there is left as it is.

    Raises Conflict where it is of another edition of the content.
    """
    async with opened(config) as system:
        store = system.node.store
        found = await store.read(facts.load_fact, _SEEDED)
        if found == edition():
            return
        if found is not None:
            raise Conflict(
                f"{config.data_dir.parent} holds an earlier demo. Remove it, or name another folder with --data."
            )
        await _add_people(system, organisation)
        await _add_communities(system, organisation)
        await _add_emojis(system, organisation)
        await _add_resources(system, organisation)
        await store.write(_befriend, system.node.unit(), organisation)
        await store.write(_furnish, system.node.unit(), organisation)


# -- people ---------------------------------------------------------------------------------------------------------


async def _add_people(system: System, organisation: Organisation) -> None:
    node = system.node
    for person in organisation.people:
        name = person["username"]
        if await node.store.read(actors.find_local_actor, name) is not None:
            continue
        unit = node.unit()
        member = prepare_member(
            unit,
            node.config.secret_box,
            username=name,
            email=f"{name}@{organisation.handle}.example",
            password=PASSWORD,
            role=person["role"],
            name=person["name"],
        )
        await node.store.write(create_member, unit, member)
        told = ProfileChange(note=person["bio"], fields=person["fields"], discoverable=True, indexable=True)
        await node.store.write(change_profile, unit, member.identity.actor_id, told)
        async with system.node.uploads.scratch() as folder:
            picture = folder / "portrait"
            portraits.draw_portrait(picture, organisation.accent, person["portrait"])
            await node.uploads.set_picture(member.identity.actor_id, picture, MediaPurpose.AVATAR)


async def _add_communities(system: System, organisation: Organisation) -> None:
    for community in organisation.communities:
        if await system.node.store.read(actors.find_local_actor, community["username"]) is None:
            await _found(system, organisation, community)


async def _found(system: System, organisation: Organisation, community: Mapping[str, Any]) -> None:
    """By whom its file names, else by the administrator."""
    node, name = system.node, community["username"]
    draft = CommunityDraft(
        purpose=community["bio"],
        rules=community.get("rules", ()),
        topics=community["topics"],
        languages=organisation.languages,
        join_policy=JoinPolicy(community.get("join", JoinPolicy.OPEN)),
        visibility=Visibility(community.get("visibility", Visibility.PUBLIC)),
    )
    founder, unit = community.get("founder", organisation.administrator), node.unit()
    identity = make_identity(unit, node.config.secret_box)

    def write(conn: Connection) -> None:
        create_actor(conn, unit, identity, ActorKind.GROUP, name, name=community["name"])
        describing.establish(conn, unit, find_by_name(conn, name), draft, find_by_name(conn, founder))

    await node.store.write(write)
    async with node.uploads.scratch() as folder:
        avatar, banner = folder / "avatar", folder / "banner"
        emblems.draw_emblem(avatar, organisation.accent, community["emblem"])
        emblems.draw_banner(banner, organisation.accent, community["emblem"])
        await node.uploads.set_picture(identity.actor_id, avatar, MediaPurpose.AVATAR)
        await node.uploads.set_picture(identity.actor_id, banner, MediaPurpose.HEADER)


async def _add_emojis(system: System, organisation: Organisation) -> None:
    uploads = system.node.uploads
    for emoji in organisation.emojis:
        if await system.node.store.read(find_emoji, emoji["shortcode"]) is None:
            async with uploads.scratch() as folder:
                picture = folder / "emoji"
                emblems.draw_emoji(picture, organisation.accent, emoji["emblem"])
                await uploads.add_emoji(emoji["shortcode"], organisation.name, picture, by=None)


def _befriend(conn: Connection, unit: Unit, organisation: Organisation) -> None:
    """Colleagues follow each other and what their house has founded for all of them."""
    people = [find_by_name(conn, person["username"]) for person in organisation.people]
    communities = [find_by_name(conn, each["username"]) for each in organisation.communities if "join" not in each]
    for person in people:
        for other in (*people, *communities):
            if other.id != person.id:
                follow(conn, unit, person.id, other.id)


def _furnish(conn: Connection, unit: Unit, organisation: Organisation) -> None:
    """What the node says about itself, as its administrator would write it."""
    by = find_by_name(conn, organisation.administrator).id
    house.put_text(conn, unit, by, house.TextName.ABOUT, organisation.about)
    for text, hint in organisation.rules:
        house.put_rule(conn, unit, by, text, hint)
    facts.save_fact(conn, _SEEDED, edition())


# -- resources ------------------------------------------------------------------------------------------------------


async def _add_resources(system: System, organisation: Organisation) -> None:
    """Each as if published on its day, so that lists mix the three organisations."""
    owner = await find_own(system, organisation.handle)
    async with system.node.uploads.scratch() as folder:
        emblem = folder / "emblem"
        emblems.draw_emblem(emblem, organisation.accent, organisation.key)
        await system.node.uploads.set_picture(owner.id, emblem, MediaPurpose.AVATAR)
        for entry in organisation.entries:
            await _add_resource(system, organisation, owner, entry, folder)


async def _add_resource(
    system: System, organisation: Organisation, owner: Actor, entry: Mapping[str, Any], folder: Path
) -> None:
    node, record = system.node, organisation.record(entry)
    level = Visibility(entry.get("visibility", Visibility.PUBLIC))
    cover = folder / entry["slug"]
    covers.draw_cover(cover, organisation.accent, entry["kind"], entry["slug"])
    taken = await node.uploads.take(owner.id, cover, Words())
    picture = {
        "contentUrl": node.links.stored(taken.key),
        "encodingFormat": taken.media_type,
        "width": taken.width,
        "height": taken.height,
    }
    unit = replace(node.unit(), now=_on(record["datePublished"]))
    for reading in read_document({**record, "image": [picture]}):
        if reading.record is None:
            raise Invalid(f"The demo's {record['id']} is not valid.", problems=reading.problems)
        await node.store.write(_publish, unit, owner.id, reading.record, level, taken.id)


def _publish(
    conn: Connection, unit: Unit, owner_id: int, record: ResourceRecord, level: Visibility, media_id: int
) -> None:
    made = publish_resource(conn, unit, owner_id, record, level, write=write_document)
    media_table.tie(conn, made.object_id, [media_id])


def _on(day: str) -> int:
    """Nine in the morning of a day."""
    return int(datetime.fromisoformat(f"{day}T09:00:00+00:00").timestamp() * 1000)
