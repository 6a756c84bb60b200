"""What collections and pathways lead to, as it is held here: resources and events, by their identities."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from node.domain.resources import title
from node.domain.visibility import Circle, Visibility
from node.store.database.prepared import Prepared
from node.store.events.events import KIND as EVENT
from node.store.library import derivations
from node.store.library import resources as held
from node.store.library.resources import Resource, Viewer
from node.store.people.actors import load_actors_by_id
from node.store.posts import objects as rows
from node.store.posts.objects import LIVE
from node.store.reading.visible import visible_to
from node.store.tables import objects


@dataclass(frozen=True, slots=True)
class Target:
    """Something held here. ``state`` as of objects; ``readable`` by whoever asked; ``resource``: if it is one."""

    object_id: int
    iri: str
    kind: str
    name: str
    url: str
    local: bool
    state: str
    circle: Circle
    readable: bool
    owner_uri: str
    owner_name: str
    resource: Resource | None = None


_OF_IDS = select(objects.c.id).where(objects.c.id.in_(bindparam("ids", expanding=True)))
_READABLE = {
    is_member: Prepared(_OF_IDS.where(visible_to(0 if is_member else None)), many="ids") for is_member in (True, False)
}


def find_targets(conn: Connection, iris: Collection[str], viewer: Viewer) -> dict[str, Target]:
    """Those of these identities that are known here, also what is gone: IRI -> target. Six statements."""
    wanted = set(iris)
    if not wanted:
        return {}
    ids = {iri: each.id for iri, each in rows.load_objects(conn, wanted).items()} | derivations.find_sources(
        conn, wanted
    )
    found = rows.find_rows(conn, set(ids.values()))
    records = held.load_by_objects(conn, found)
    readable = set()
    if found:
        values = {"ids": list(found), **viewer.parameters}
        readable = {object_id for (object_id,) in _READABLE[viewer.is_member].run(conn, values)}
    owners = load_actors_by_id(conn, {row.actor_id for row in found.values()})
    targets: dict[str, Target] = {}
    for iri, object_id in ids.items():
        row, resource = found[object_id], records.get(object_id)
        if row.kind not in {EVENT, rows.RESOURCE}:
            continue
        targets[iri] = Target(
            object_id=object_id,
            iri=resource.record["id"] if resource else row.uri,
            kind=resource.kind if resource else row.kind,
            name=title(resource.record) if resource else row.name,
            url=row.url,
            local=row.local,
            state=row.state,
            circle=Circle(Visibility(row.visibility), row.audience),
            readable=row.state == LIVE and object_id in readable,
            owner_uri=owners[row.actor_id].uri,
            owner_name=owners[row.actor_id].title,
            resource=resource,
        )
    return targets
