"""Brings what an organisation of the demo publishes into its node, once, through the same services as everything else.

Runs before the node serves: resources are in its catalogue when the others begin to follow it.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from federation.catalogues.reader import read_document
from federation.documents import actor_uri
from federation.founding import create_actor
from federation.keys import make_keys
from federation.members import create_member, prepare_member
from federation.resource_documents import write_document
from node.app import System, opened
from node.config import Config
from node.demo.organisations import Organisation
from node.domain.actors import ActorKind
from node.domain.visibility import Visibility
from node.errors import Invalid
from node.markdown import render_markdown
from node.secretbox import SecretBox
from node.services.context import Unit
from node.services.posts import publish_note
from node.services.publish import publish_resource
from node.store import actors, facts

#: Of everybody in the demo; these nodes are reached from this machine only.
PASSWORD = "rhizome-demo-2026"  # noqa: S105 (printed for whoever tries the demo)

_SEEDED = "demo"


async def seed(config: Config, organisation: Organisation) -> None:
    """People, communities, resources and posts of ``organisation``; what is there already is left as it is."""
    async with opened(config) as system:
        store = system.node.store
        if await store.read(facts.load_fact, _SEEDED) is not None:
            return
        await _add_people(system, organisation)
        await _add_communities(system, organisation)
        await _add_resources(system, organisation)
        await store.write(_add_posts, system.node.unit(), organisation)


def _box(config: Config) -> SecretBox:
    return SecretBox(config.secrets.key, config.secrets.previous)


async def _add_people(system: System, organisation: Organisation) -> None:
    node = system.node
    for person in organisation.people:
        name = person["username"]
        if await node.store.read(actors.find_local_actor, name) is not None:
            continue
        unit = node.unit()
        member = prepare_member(
            unit,
            _box(node.config),
            username=name,
            email=f"{name}@{organisation.handle}.example",
            password=PASSWORD,
            role=person["role"],
            name=person["name"],
        )
        await node.store.write(create_member, unit, member)
        await node.store.write(_tell_about, name, person["bio"])


def _tell_about(conn: Connection, username: str, bio: str) -> None:
    found = actors.find_local_actor(conn, username)
    assert found is not None
    actors.update_actor(conn, found.id, summary=render_markdown(bio), discoverable=True, indexable=True)


async def _add_communities(system: System, organisation: Organisation) -> None:
    node = system.node
    for community in organisation.communities:
        if await node.store.read(actors.find_local_actor, community["username"]) is not None:
            continue
        unit = node.unit()
        actor_id = unit.ids.new()
        keys = make_keys(unit.ids, unit.now, actor_id, actor_uri(unit.origin, actor_id), _box(node.config))

        def found(conn: Connection, unit: Unit = unit) -> None:
            create_actor(
                conn,
                unit,
                actor_id=actor_id,  # noqa: B023 (runs before the next round begins)
                kind=ActorKind.GROUP,
                username=community["username"],  # noqa: B023 (the same)
                own_keys=keys,  # noqa: B023 (the same)
                name=community["name"],  # noqa: B023 (the same)
                summary=render_markdown(community["bio"]),  # noqa: B023 (the same)
                discoverable=True,
                indexable=True,
            )

        await node.store.write(found)


async def _add_resources(system: System, organisation: Organisation) -> None:
    """Each as if published on its day, so that lists mix the three organisations."""
    node = system.node
    owner = await node.store.read(actors.find_local_actor, organisation.handle)
    assert owner is not None
    for record in organisation.records():
        unit = replace(node.unit(), now=_on(record["datePublished"]))
        for reading in read_document(record):
            if reading.record is None:
                raise Invalid(f"The demo's {record['id']} is not valid.", problems=reading.problems)
            await node.store.write(
                publish_resource, unit, owner.id, reading.record, Visibility.PUBLIC, write=write_document
            )


def _on(day: str) -> int:
    """Nine in the morning of a day."""
    return int(datetime.fromisoformat(f"{day}T09:00:00+00:00").timestamp() * 1000)


def _add_posts(conn: Connection, unit: Unit, organisation: Organisation) -> None:
    for post in organisation.posts:
        author = actors.find_local_actor(conn, post["by"])
        assert author is not None
        publish_note(conn, unit, author.id, post["text"], Visibility.PUBLIC, language=post["language"])
    facts.save_fact(conn, _SEEDED, "seeded")
