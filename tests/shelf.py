"""Actors, objects and resources as rows, for tests of what reads them."""

from typing import Any

from sqlalchemy import Connection, insert

from node.clock import FixedClock
from node.domain.resources import digest_of
from node.domain.visibility import Visibility
from node.ids import Ids
from node.store.library import saving
from node.store.library.saving import NewResource
from node.store.people.actors import Actor, find_actor
from node.store.tables import actors, objects
from tests.records import record

ORIGIN = "https://learn.uni.example"
HOST = "learn.uni.example"


class Shelf:
    """Mints ids and puts rows; time moves a second with each resource."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.ids = Ids(self.clock)

    def actor(self, conn: Connection, username: str = "uni", *, host: str = HOST, kind: str = "organization") -> Actor:
        """An actor of our host or another, made on first use."""
        uri = f"https://{host}/ap/a/{username}"
        if (known := find_actor(conn, uri)) is not None:
            return known
        values = {
            "id": self.ids.new(),
            "uri": uri,
            "kind": kind,
            "local": host == HOST,
            "username": username,
            "host": host,
            "name": username.title(),
            "url": f"https://{host}/@{username}",
            "inbox": f"{uri}/inbox",
            "followers": f"{uri}/followers",
            "catalogue": f"{uri}/catalogue" if kind == "organization" else "",
            "created_at": self.clock.now(),
            "updated_at": self.clock.now(),
        }
        conn.execute(insert(actors), values)
        found = find_actor(conn, uri)
        assert found is not None
        return found

    def object(self, conn: Connection, owner: Actor, **columns: Any) -> int:
        """A row of ``objects`` by this owner; answers its id."""
        object_id = self.ids.new()
        base = f"https://{owner.host}"
        values = {
            "id": object_id,
            "uri": f"{base}/ap/o/{object_id}",
            "kind": "resource",
            "type": "Article",
            "actor_id": owner.id,
            "local": owner.local,
            "visibility": "public",
            "published_at": self.clock.now(),
            "received_at": self.clock.now(),
            **columns,
        }
        conn.execute(insert(objects), values)
        return object_id

    def new(
        self,
        conn: Connection,
        owner: Actor | None = None,
        *,
        visibility: Visibility = Visibility.PUBLIC,
        audience: str = "",
        **parts: Any,
    ) -> NewResource:
        """A resource whose object is there and that is not stored yet."""
        self.clock.advance(1_000)
        owner = owner or self.actor(conn)
        object_id = self.object(conn, owner, visibility=visibility.value, audience=audience)
        uri = f"https://{owner.host}/ap/o/{object_id}"
        made = record(**{"id": f"{uri}#resource", "visibility": "public", **parts})
        return NewResource(
            object_id=object_id,
            uri=uri,
            owner=owner,
            record=made,
            visibility=visibility,
            local=owner.local,
            published_at=self.clock.now(),
            version=1,
            digest=digest_of(made),
            audience=audience,
        )

    def put(
        self, conn: Connection, title: str = "Casting basics", owner: Actor | None = None, **parts: Any
    ) -> NewResource:
        """A stored resource of this English title."""
        new = self.new(conn, owner, **{"name": {"en": title}, **parts})
        saving.save_many(conn, [new])
        return new
