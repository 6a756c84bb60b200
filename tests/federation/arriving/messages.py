"""A well-formed message of every activity that is handled, as a node of ours on another host would send it.

That node is a mirror of the one under test: it has the same documents under its own origin, so that every member that
we write is read, too, and nothing of it is made up.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from federation.applying.batch import Inbound, Needs
from federation.arriving.inbox import require_at_home
from federation.builders import documents
from federation.builders.resource_documents import write_document
from federation.contexts import with_context
from federation.handlers import apply
from federation.mapping.activity import read_activity
from federation.mapping.actor import read_actor
from federation.signatures.keypairs import Algorithm, SigningKey
from federation.signatures.proofs import add_proof
from federation.strictjson import read_object
from federation.vocab import POSITION
from node.clock import FixedClock
from node.domain.actors import ActorKind, RemoteActor
from node.domain.communities import Role, TopicKind
from node.domain.courses import key_of
from node.domain.drafts import Draft, NewPoll
from node.domain.uris import host_of
from node.domain.visibility import Visibility
from node.errors import NodeError
from node.services.events import co_organising
from node.services.library import collecting
from node.services.posts.posts import publish
from node.store.communities import community_roles
from node.store.communities.community_roles import RoleOf
from node.store.library import resources
from node.store.people import actors, follows, remote_actors
from node.store.people.actors import Actor
from node.store.people.follows import Follow
from node.store.posts import objects
from tests import happenings
from tests.client import App, app_of
from tests.network import Peer, network
from tests.records import CC_BY, record
from tests.remote import PUBLIC

NOW = 1_795_780_000_000  # 2026-11-27
FAR = "https://far.example"
#: Somebody who says nothing, and what she wrote.
ZOE, OTHERS = "https://other.example/zoe", "https://other.example/1"
_RESOURCES = "/api/learning/v1/resources"
_TERM = "https://learn.uni.example/c#autumn"
_KEY = key_of(_TERM)


@dataclass(frozen=True)
class Message:
    """What arrives, and what becomes of it. ``by``: the community that passes it on."""

    name: str
    document: dict[str, Any]
    outcome: str
    by: str = ""


@dataclass
class World:
    """The node under test with what ann has there, and what cat, her mirror image, has."""

    node: Peer
    app: App
    org: Actor
    tin: Actor
    uris: dict[str, str] = field(default_factory=dict)  # of what is here, by name
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)  # of the same over there
    authors: dict[str, str] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    tin_document: dict[str, Any] = field(default_factory=dict)  # as it is here
    event_document: dict[str, Any] = field(default_factory=dict)
    key: SigningKey | None = None  # of the organisation over there

    @property
    def ann(self) -> str:
        assert self.app.me is not None
        return self.app.me.uri

    def far(self, uri: str) -> str:
        return uri.replace(self.node.origin, FAR)

    @property
    def cat(self) -> str:
        return self.far(self.ann)

    def signed(self, document: dict[str, Any]) -> dict[str, Any]:
        """With a new proof of the organisation where its object carries one."""
        said = document.get("object")
        if self.key is None or not isinstance(said, dict) or "proof" not in said:
            return document
        try:
            return {**document, "object": add_proof(with_context(said, signed=True), self.key, created_at=1)}
        except NodeError:  # it cannot be signed
            return document

    def mirrored(self, document: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(json.dumps(document).replace(self.node.origin, FAR))
        return found


@asynccontextmanager
async def open_world(folder: Path) -> AsyncIterator[World]:
    """A node that knows everything of the other host."""
    async with network(folder, "hospital", clock=FixedClock(NOW)) as net:
        made = await _make_world(net.peers[0])
        known = known_objects(made)
        outcomes = await made.node.store.write(lambda conn: [arrives(conn, made, each) for each in known])
        assert outcomes == [each.outcome for each in known]
        yield made


def arrives(conn: Connection, world: World, message: Message, *, received_at: int = NOW) -> str:
    """What becomes of it: what the inbox would answer, or the outcome of its handler."""
    text = json.dumps(with_context(world.signed(message.document)))
    try:
        activity = read_activity(read_object(text.encode()))
        require_at_home(activity, world.node.origin)
    except NodeError as error:
        return f"refused: {type(error).__name__}"
    batch = world.node.system.federation.fetcher.batch(conn)
    try:
        outcome = apply(batch, Inbound(0, activity, received_at, announced_by=message.by))
    except Needs:
        return "needs something"
    batch.finish()
    return outcome


async def furnish(node: Peer) -> World:
    """ann, who has one of each kind of object."""
    app = await app_of(node, "ann")
    assert app.me is not None
    world = World(node, app, await node.organisation(), await node.add_community("tin", app.me))
    await _fill(world)
    return world


async def _make_world(node: Peer) -> World:
    world = await furnish(node)
    await node.store.write(_mirror, world)
    key = await node.system.federation.keyring.signing_key(world.org.id, Algorithm.ED25519)
    world.key = replace(key, key_id=world.far(key.key_id))
    return world


async def _fill(world: World) -> None:
    """One of each kind of object, by ann or her organisation."""
    node, app = world.node, world.app
    me = app.me
    assert me is not None

    async def post(name: str, **draft: Any) -> int:
        whole = {"text": "Tin #casting", "visibility": Visibility.PUBLIC, "language": "en", **draft}
        made = await node.store.write(publish, node.unit(), me.id, Draft(**whole))
        world.uris[name] = made.uri
        return made.id

    note = await post("note", spoiler="Hot")
    await post("answer", in_reply_to_id=note, names_author=True)
    await post("quoting", quoted_id=note)
    await post("poll", poll=NewPoll(("tin", "zinc"), 3_600_000))
    await post("question", title="Tin?", topic_kind=TopicKind.QUESTION, is_markdown=True)
    await post("thread", title="Tin", community_id=world.tin.id, is_markdown=True)
    world.uris["event"] = (await happenings.publish(node, me, joinMode="restricted")).uri
    weekly = {"start": "2026-12-07T18:00:00+01:00", "end": "2026-12-07T20:00:00+01:00", "joinMode": "free"}
    world.uris["series"] = (
        await happenings.publish(node, me, **weekly, recurrence={"frequency": "weekly", "count": 3})
    ).uri
    held = {"id": _TERM, "name": {"en": "Autumn"}, "courseMode": ["online"], "startDate": "2099-09-07"}
    course = record(kind="course", hasCourseInstance=[{**held, "enrolment": {"mode": "open"}}])
    world.uris["course"] = (await node.publish(course)).uri
    words = {"defaultLanguage": "en", "type": ["LearningResource"], "inLanguage": ["en"], "license": CC_BY}
    words |= {"name": {"en": "Casting"}, "visibility": "public"}
    for kind in ("resource", "collection"):
        made = await app.post(_RESOURCES, 201, **words, **({"kind": kind} if kind == "collection" else {}))
        world.uris[kind] = made["uri"]
    slug = made["page"].rsplit("/", 1)[1]
    await app.post(f"/api/learning/v1/collections/{slug}/items", 200, resource=world.uris["resource"])
    steps = [{"id": world.uris["resource"]}, {"name": "Ask a founder"}]
    world.uris["pathway"] = (await app.post(_RESOURCES, 201, **words, kind="pathway", hasPart=steps))["uri"]
    about = world.uris["course"]
    slug = (await node.store.read(resources.load_by_object, (await _object(node, about)).id)).slug
    told = {"context": {"en": "A workshop"}, "defaultLanguage": "en", "outcome": "worked", "visibility": "public"}
    world.uris["adoption"] = (await app.post(f"{_RESOURCES}/{slug}/adoptions", 201, **told))["uri"]
    await app.put(f"{_RESOURCES}/{slug}/review", 200, text="Good.", rating=3, visibility="public")
    world.uris["review"] = (await app.get(f"{_RESOURCES}/{slug}/reviews"))["items"][0]["uri"]


async def _object(node: Peer, uri: str) -> objects.Object:
    found = await node.object(uri)
    assert found is not None, uri
    return found


def _mirror(conn: Connection, world: World) -> None:
    """What the other host says of itself; ann follows it, and cat has a part in what is here."""
    unit, me = world.node.unit(), world.app.me
    assert me is not None
    for name, uri in world.uris.items():
        found = objects.find_object(conn, uri)
        assert found is not None
        row = objects.load_row(conn, found.id)
        world.documents[name] = world.mirrored(documents.object_document(conn, row, now=unit.now))
        world.authors[name] = world.far(actors.load_actors_by_id(conn, [found.actor_id])[found.actor_id].uri)
    for name, actor in (("cat", me), ("museum", world.org), ("tin", world.tin)):
        world.profiles[name] = world.mirrored(documents.actor_document(conn, actor.id))
        far = read_actor(world.profiles[name], own_origin=unit.origin)
        saved = remote_actors.save_remote_actor(conn, unit.ids, unit.now, far)
        for by, state in ((me, follows.ACCEPTED), (world.org, follows.PENDING)):
            uri = f"{unit.origin}/ap/x/{name}-{state}"
            follows.save_follow(conn, Follow(unit.ids.new(), by.id, saved.id, uri, state, unit.now))
    cat = actors.find_actor(conn, world.cat)
    assert cat is not None
    follows.save_follow(conn, Follow(unit.ids.new(), cat.id, world.tin.id, f"{FAR}/join", follows.ACCEPTED, unit.now))
    for group in (world.tin.uri, world.far(world.tin.uri)):
        known = actors.find_actor(conn, group)
        assert known is not None
        community_roles.save_roles(conn, known.id, [RoleOf(each, Role.MODERATOR, 1) for each in (me.uri, cat.uri)])
    world.tin_document = documents.actor_document(conn, world.tin.id)
    zoe = RemoteActor(ZOE, ActorKind.PERSON, "zoe", host_of(ZOE), f"{ZOE}/inbox")
    zoe_id = remote_actors.save_remote_actor(conn, unit.ids, unit.now, zoe).id
    row = {"id": unit.ids.new(), "uri": OTHERS, "kind": "note", "type": "Note", "actor_id": zoe_id, "local": False}
    row |= {"visibility": "public", "content": "Tin", "context": OTHERS, "published_at": 1, "received_at": 1}
    objects.insert_objects(conn, [row])
    event = objects.find_object(conn, world.uris["event"])
    collection = objects.find_object(conn, world.uris["collection"])
    assert event is not None
    assert collection is not None
    world.event_document = documents.object_document(conn, objects.load_row(conn, event.id), now=unit.now)
    co_organising.appoint(conn, unit, me.id, event.id, cat.id)
    held = resources.load_by_object(conn, collection.id)
    collecting.add_curator(conn, unit, me, held, cat, write=write_document)


# -- messages -------------------------------------------------------------------------------------------------------


def new_objects(world: World) -> list[Message]:
    """The ``Create`` of each, as it is new."""
    return [
        Message(
            f"create {name}", _create(world, name, json.loads(_as_new(world, name))), outcome, _community(world, name)
        )
        for name, outcome in _CREATED.items()
    ]


def _as_new(world: World, name: str) -> str:
    uri = world.far(world.uris[name])
    return json.dumps(world.documents[name]).replace(uri, uri.replace("/ap/o/", "/ap/n/"))


def _community(world: World, name: str) -> str:
    return world.far(world.tin.uri) if name == "thread" else ""


def _create(world: World, name: str, document: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{document['id']}/create",
        "type": "Create",
        "actor": world.authors[name],
        "published": document.get("published"),
        **{key: document[key] for key in ("to", "cc") if key in document},
        "object": document,
    }


def known_objects(world: World) -> list[Message]:
    """The same for what is to be known from the beginning."""
    return [
        Message(f"known {name}", _create(world, name, document), _CREATED[name], _community(world, name))
        for name, document in world.documents.items()
    ]


#: What becomes of each.
_CREATED = {
    "note": "stored",
    "answer": "stored",
    "quoting": "stored",
    "poll": "stored",
    "question": "stored",
    "thread": "stored",
    "event": "stored",
    "series": "stored",
    "course": "stored",
    "resource": "stored",
    "collection": "stored",
    "pathway": "stored",
    "adoption": "stored",
    "review": "stored",
}


def changes(world: World) -> list[Message]:
    """``Update`` and ``Delete`` of each object and profile."""
    found = [
        Message(
            f"update {name}",
            {**_create(world, name, {**document, "name": "Zinc", "content": "<p>Zinc</p>"}), "type": "Update"},
            "edited",
        )
        for name, document in world.documents.items()
    ]
    found += [
        _said(world, f"update {name}", "Update", profile, "profile-updated", by=profile["id"])
        for name, profile in world.profiles.items()
    ]
    for name in ("note", "poll", "event", "resource"):
        uri = world.far(world.uris[name])
        found.append(
            _said(
                world, f"delete {name}", "Delete", {"id": uri, "type": "Tombstone"}, "deleted", by=world.authors[name]
            )
        )
    return found


def _said(
    world: World, title: str, type_: str, about: Any, outcome: str, *, by: str = "", passed_on: str = "", **more: Any
) -> Message:
    actor = by or world.cat
    document = {
        "id": f"{actor}/x/{title.replace(' ', '-')}",
        "type": type_,
        "actor": actor,
        "object": about,
        "to": [PUBLIC, world.ann],
        **more,
    }
    return Message(title, document, outcome, passed_on)


def acts(world: World) -> list[Message]:
    """Everything that is no ``Create``, ``Update`` or ``Delete`` of one's own."""
    far, ann, cat, uris = world.far, world.ann, world.cat, world.uris
    note, tin, far_tin = uris["note"], world.tin.uri, far(world.tin.uri)
    museum = far(world.org.uri)

    def says(*args: Any, **more: Any) -> Message:
        return _said(world, *args, **more)

    def inner(type_: str, about: str, by: str = cat, **more: Any) -> dict[str, Any]:
        return {"id": f"{by}/i/{type_}", "type": type_, "actor": by, "object": about, **more}

    follow_of_org = {
        "id": f"{world.node.origin}/ap/x/museum-pending",
        "type": "Follow",
        "actor": world.org.uri,
        "object": museum,
    }
    instance = f"{uris['course']}/instances/{_KEY}"
    date = f"{uris['series']}/dates/2026-12-14"
    items = f"{uris['collection']}/items"
    suggested = {**inner("Add", OTHERS, ZOE), "target": far(items), "name": "Tin", "contentMap": {"en": "First"}}
    vote = {
        "id": f"{cat}/vote",
        "type": "Note",
        "attributedTo": cat,
        "name": "tin",
        "inReplyTo": uris["poll"],
        "to": [ann],
    }
    return [
        says("follow", "Follow", ann, "followed"),
        says("follow community", "Follow", tin, "followed"),
        says("accept follow", "Accept", follow_of_org, "follow-accepted", by=museum),
        says("reject follow", "Reject", follow_of_org["id"], "follow-rejected", by=museum),
        says("undo follow", "Undo", inner("Follow", tin), "unfollowed"),
        says("like", "Like", note, "like"),
        says("dislike", "Dislike", note, "dislike"),
        says(
            "emoji",
            "EmojiReact",
            note,
            "emoji",
            content="🔥",
            tag=[{"type": "Emoji", "name": ":x:", "icon": {"type": "Image", "url": f"{FAR}/x.png"}}],
        ),
        says("announce", "Announce", note, "shared"),
        says("block", "Block", ann, "blocked"),
        says("flag", "Flag", [ann, note], "reported", content="Spam"),
        says("vote", "Create", vote, "vote"),
        says("move", "Move", cat, "no-back-link", target=museum),
        says("delete account", "Delete", cat, "actor-deleted"),
        says("pin", "Add", far(note), "pinned", target=f"{cat}/featured"),
        says("unpin", "Remove", far(note), "unpinned", target=f"{cat}/featured"),
        says(
            "hashtag",
            "Add",
            {"type": "Hashtag", "name": "#tin", "href": f"{FAR}/tags/tin"},
            "hashtag",
            target=f"{cat}/featured",
        ),
        says("collect", "Add", far(uris["resource"]), "listed", target=items, name="Tin", contentMap={"en": "First"}),
        says("order", "Add", uris["resource"], "moved", target=items, **{POSITION: 1}),
        says("order at the end", "Add", uris["resource"], "moved", target=items, **{POSITION: 10**15}),
        says("take out", "Remove", uris["resource"], "taken-out", target=items),
        says("join event", "Join", uris["event"], "answer-going", participationMessage="Please", companions=1),
        says("join date", "Join", date, "answer-going"),
        says("join course", "Join", instance, "course-enrolled", participationMessage="Please"),
        says("leave event", "Leave", uris["event"], "ignored"),
        says("leave course", "Leave", instance, "course-not-joined"),
        says("come", "Accept", uris["series"], "answer-going"),
        says("come perhaps", "TentativeAccept", uris["series"], "answer-interested"),
        says("decline", "Reject", uris["series"], "answer-declined"),
        says("decline perhaps", "TentativeReject", uris["series"], "answer-declined"),
        says("ignore", "Ignore", inner("Join", far(uris["series"]), ann), "ignored"),
        says("invite to event", "Invite", far(uris["series"]), "invited", target=ann),
        says("invite to community", "Invite", far_tin, "invited-to-community", by=far_tin, target=ann),
        says("offer of a join", "Offer", inner("Join", far(uris["event"]), museum), "not-ours", to=[ann]),
        says("offer of an enrolment", "Offer", inner("Join", far(instance), cat), "not-ours", by=museum, to=[ann]),
        says("invite as organiser", "Invite", uris["event"], "invited-for-organiser", target=ZOE),
        says("offer of a suggestion", "Offer", suggested, "not-ours", by=museum, to=[ann]),
        says("offer of a follow", "Offer", inner("Follow", far_tin, museum), "request-offered", by=far_tin, to=[ann]),
        says(
            "undo offer",
            "Undo",
            {**inner("Offer", "", far_tin), "object": inner("Follow", far_tin, museum)},
            "remembered",
            by=far_tin,
        ),
        says("quote", "QuoteRequest", note, "quote-allowed", instrument=world.documents["quoting"]),
        says("like request", "LikeRequest", note, "allowed", instrument=inner("Like", note)),
        says("lock", "Lock", uris["thread"], "community-lock", to=[tin]),
        says("unlock", "Undo", inner("Lock", uris["thread"]), "done-before"),
        says(
            "ban",
            "Block",
            museum,
            "community-ban",
            target=tin,
            removeData=True,
            summary="Spam",
            endTime="2027-01-01T00:00:00Z",
        ),
        says(
            "settings",
            "Update",
            {**world.tin_document, "name": "Zinc"},
            "community-settings",
            **{"rz:changed": ["name"]},
        ),
        says("appoint", "Add", cat, "community-appoint-facilitator", target=f"{tin}/facilitators", to=[tin]),
        says(
            "change of an event",
            "Update",
            {**world.event_document, "mainEntity": {**world.event_document["mainEntity"], "name": {"en": "Zinc"}}},
            "event-changed",
        ),
        says("passed on like", "Like", far(uris["thread"]), "like", passed_on=far_tin),
        says("passed on report", "Flag", far(uris["thread"]), "reported", passed_on=far_tin, content="Spam"),
        says("passed on lock", "Lock", far(uris["thread"]), "community-lock", passed_on=far_tin),
        says("passed on removal", "Delete", far(uris["thread"]), "deleted", passed_on=far_tin),
        says("resolve", "Resolve", inner("Flag", uris["thread"]), "unknown-report", to=[tin]),
        says("view", "View", note, "ignored"),
    ] + [
        says(f"undo {type_.lower()}", "Undo", inner(type_, about), outcome)
        for type_, about, outcome in (
            ("Like", note, "remembered"),
            ("Announce", note, "remembered"),
            ("EmojiReact", note, "remembered"),
            ("Block", ann, "remembered"),
            ("Join", uris["event"], "ignored"),
            ("Join", instance, "course-not-joined"),
            ("Accept", uris["series"], "ignored"),
            ("Delete", far(note), "not-deleted"),
            ("Invite", far_tin, "remembered"),
        )
    ]
