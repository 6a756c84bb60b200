"""Whatever strangers say, under whatever context, sent or passed on: nothing of somebody else changes by it.

Zoe's host shows what is hers; eve and mallory, at another host, say a thousand things of her with keys of their own.
"""

import random
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, select

from federation.handlers import HANDLERS
from federation.signatures.proofs import add_proof
from federation.vocab import AS
from node.clock import SystemClock
from node.store.tables import (
    actors,
    blocks,
    follows,
    notifications,
    objects,
    reactions,
    remote_keys,
    tombstones,
)
from tests.depth import DEPTH
from tests.network import network
from tests.remote import PUBLIC, Remote, RemoteActor, remote

pytestmark = pytest.mark.usefixtures("each_database")

WORDS = ("actor", "object", "attributedTo", "target", "to", "content", "publicKey", "owner", "x", "thing")
MEANINGS = (
    *(f"{AS}{word}" for word in ("actor", "object", "attributedTo", "target", "content", "to", "Note", "Delete")),
    *("as:actor", "p:object", "@id", "@type", "@graph", "@reverse", None),
)


class Liar:
    """Says things of the victim; all that it makes up holds the word Forged."""

    def __init__(self, chance: random.Random, far: Remote, evil: Remote, zoe: RemoteActor, group: str) -> None:
        self._chance, self._far, self._evil, self._zoe, self._group = chance, far, evil, zoe, group
        self.eve, self.mallory, self.club = evil.actor("eve"), evil.actor("mallory"), evil.actor("club")
        evil.documents["/users/club"] = {**self.club.document, "type": "Group"}
        self._note = far.note(zoe, 1)
        self._number = 0

    def says(self, type_: str) -> tuple[dict[str, Any], RemoteActor]:
        """A message, and who signs it."""
        self._number += 1
        chance = self._chance
        claimed = chance.choice((self._zoe, self._zoe, self.eve))
        host = claimed.uri.partition("/users")[0] if chance.random() < 0.9 else self._evil.origin
        path = f"/activities/{self._number}"
        said = {
            "id": self._spelled(host + path),
            "type": chance.choice((type_, type_, [type_, "Note"], f"as:{type_}")),
            "actor": chance.choice((claimed.uri, claimed.uri, self._spelled(claimed.uri), self._profile())),
            "object": self._thing(),
            "to": chance.choice(([PUBLIC], [PUBLIC, self._group], [f"{self._zoe.uri}/followers"])),
        }
        for word in chance.sample(WORDS, chance.randrange(3)):
            said.setdefault(word, chance.choice((self._zoe.uri, self.eve.uri, self._note["id"], self._thing())))
        said = {"@context": self._context(), **said}
        if chance.random() < 0.3:
            said = add_proof(said, self.eve.ed25519, created_at=SystemClock().now())
            said["@context"] = [*said["@context"], *self._context()]
        self._evil.documents[path] = said
        if chance.random() < 0.3:
            return self._evil.activity("Announce", self.club, said, self._number), self.club
        return said, chance.choice((self.eve, self.mallory))

    def _context(self) -> list[Any]:
        chance = self._chance
        terms: dict[str, Any] = {"p": chance.choice((AS, "as:", "https://x.example/#"))}
        for word in chance.sample(WORDS, chance.choice((0, 1, 1, 2, 3))):
            meaning = chance.choice(MEANINGS)
            scoped = {"@id": meaning, "@context": {"object": f"{AS}target"}}
            terms[word] = chance.choice((meaning, {"@id": meaning, "@type": "@id"}, scoped))
        more = chance.choice(
            ({}, {}, {}, {"id": "@type"}, {"@base": self._far.origin}, {"@vocab": AS}, {"@nest": "x"}, {"as": "p:"})
        )
        return ["https://www.w3.org/ns/activitystreams", terms, more]

    def _spelled(self, uri: str) -> str:
        scheme, _, rest = uri.partition("://")
        host, _, path = rest.partition("/")
        spellings = (
            f"{scheme.upper()}://{host}/{path}",
            f"{scheme}://eve@{host}/{path}",
            f"{scheme}://{host}/./{path}",
            f"{scheme}://{host}/%{ord(path[0]):x}{path[1:]}",
            f"{scheme}://{host.replace(':', '.:')}/{path}",
            f"{scheme}://{host.replace('1', '１')}/{path}",
            f"{uri}#forged",
            f"{uri}/",
        )
        return self._chance.choice(spellings) if self._chance.random() < 0.2 else uri

    def _profile(self) -> dict[str, Any]:
        stolen = {"publicKey": self.eve.document["publicKey"], "assertionMethod": self.eve.document["assertionMethod"]}
        return {**self._zoe.document, **stolen, "name": "Forged", "inbox": f"{self.eve.uri}/inbox"}

    def _thing(self, depth: int = 0) -> Any:
        chance = self._chance
        forged = {**self._note, "content": "<p>Forged</p>", "updated": "2026-11-26T12:00:00Z"}
        made: list[Any] = [
            self._note["id"],
            self._zoe.uri,
            self._spelled(self._note["id"]),
            forged,
            {**forged, "id": f"{self._far.origin}/notes/{self._number}0"},
            {**forged, "id": f"{self._evil.origin}/notes/{self._number}0"},
            {**forged, "@context": self._context()},
            {**{key: value for key, value in forged.items() if key != "id"}, "x": forged["id"]},
            self._profile(),
            {"type": "Tombstone", "id": self._note["id"]},
        ]
        if depth < 2:
            inner = chance.choice(("Follow", "Like", "Block", "Create", "Update", "Delete", "Undo", "Accept"))
            of_it = {"type": inner, "actor": self._zoe.uri, "object": self._thing(depth + 1), "to": [PUBLIC]}
            made += [{**of_it, "id": f"{self._far.origin}/activities/inner-{self._number}"}, of_it] * 2
            made.append([self._thing(depth + 1), self._thing(depth + 1)])
        return chance.choice(made)


def hers(conn: Connection, uri: str) -> dict[str, list[Any]]:
    """What is known of somebody, and what she did."""
    me = select(actors.c.id).where(actors.c.uri == uri).scalar_subquery()
    who = (actors.c.uri, actors.c.name, actors.c.inbox, actors.c.state, actors.c.raw)
    kept = (objects.c.uri, objects.c.content, objects.c.name, objects.c.state, objects.c.visibility, objects.c.actor_id)
    asked = {
        "actor": select(*who).where(actors.c.uri == uri),
        "keys": select(remote_keys.c.uri, remote_keys.c.public).where(remote_keys.c.owner_uri == uri),
        "objects": select(*kept).where(objects.c.actor_id == me).order_by(objects.c.id),
        "reactions": select(reactions).where(reactions.c.actor_id == me),
        "follows": select(follows).where((follows.c.follower_id == me) | (follows.c.followed_id == me)),
        "blocks": select(blocks).where(blocks.c.blocker_id == me),
        "buried": select(tombstones.c.uri).where(tombstones.c.actor_uri == uri),
        "told": select(notifications).where(notifications.c.actor_id == me),
    }
    return {name: [tuple(row) for row in conn.execute(query)] for name, query in asked.items()}


@pytest.mark.parametrize("seed", range(DEPTH))
async def test_nothing_of_somebody_else_changes(tmp_path, seed):
    chance = random.Random(seed)
    async with network(tmp_path, "hospital") as net, remote() as far, remote("127.2.0.2") as evil:
        node, zoe = net.peers[0], far.actor("zoe")
        inbox = f"{node.origin}/ap/inbox"
        ann, group = await node.add_actor("ann"), await node.add_community("tin")
        await node.follow(ann, zoe.uri)
        await net.settle()
        liar = Liar(chance, far, evil, zoe, group.uri)
        await node.follow(ann, liar.club.uri)
        await net.settle()
        welcome = evil.activity("Accept", liar.club, evil.posted[-1])
        assert await evil.send(inbox, welcome, liar.club.key) == 202
        for said in (
            far.activity("Accept", zoe, far.posted[-1]),
            far.activity("Create", zoe, far.note(zoe, 1)),
            far.activity("Follow", zoe, group.uri, 2),
        ):
            assert await far.send(inbox, said, zoe.key) == 202
            await net.settle()
        before = await node.store.read(hers, zoe.uri)
        statuses = set()
        for type_ in (*HANDLERS, "Forged") * 12:
            said, by = liar.says(type_)
            statuses.add(await evil.send(inbox, said, by.key))
            if chance.random() < 0.1:
                await net.settle()
        await net.settle()
        assert statuses == {202, 400, 401}
        assert await node.store.read(hers, zoe.uri) == before
        assert b"Forged" not in orjson.dumps(far.posted)
