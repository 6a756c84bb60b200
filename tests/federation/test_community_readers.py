"""What the readers of a community elsewhere require of each activity, held against what ours send.

The requirements are those of the code of Lemmy (``crates/apub``: members without a default must be there, or the whole
activity is refused), PieFed (``process_inbox_request``), Mbin (``MessageHandler/ActivityPub/Inbox``) and NodeBB
(``src/activitypub/inbox.js``), as read in November 2026.
"""

from collections.abc import Callable, Mapping
from typing import Any

from node.domain.communities import Act, TopicKind
from node.domain.community_drafts import CommunityDraft
from node.domain.deeds import Deed
from node.domain.drafts import Draft
from node.domain.uris import host_of
from node.domain.visibility import Visibility
from node.services.governing import governing
from node.services.people import follows as following
from node.services.posts import post_changes, posts, reacting
from node.store.people import actors
from node.store.posts import objects
from tests.communities import make_circle
from tests.network import network
from tests.networks.test_communities import begin
from tests.remote import PUBLIC, remote

Document = Mapping[str, Any]


def _has(*names: str) -> Callable[[Document], bool]:
    return lambda said: all(name in said for name in names)


def _inner(check: Callable[[Document], bool]) -> Callable[[Document], bool]:
    return lambda said: isinstance(said["object"], dict) and check(said["object"])


def _is_text(*names: str) -> Callable[[Document], bool]:
    return lambda said: all(isinstance(said.get(name), str) for name in names)


def _is_public(said: Document) -> bool:
    return PUBLIC in [*said["to"], *said["cc"]]


def _undone_by_the_same(said: Document) -> bool:
    return bool(said["object"]["actor"] == said["actor"])


_COMMON = _has("id", "actor", "to", "cc", "object")
_GROUP = _has("id", "type", "preferredUsername", "inbox", "outbox", "publicKey", "name", "attributedTo")
#: What arrives (``Undo Block``: the verbs from outside in) -> reader and what it does with it -> whether it can.
NEEDS: Mapping[str, Mapping[str, Callable[[Document], bool]]] = {
    "Create Page": {
        "lemmy: everything of the activity": _COMMON,
        "lemmy: the community is public": _is_public,
        "lemmy: name and kind of text": _inner(_has("name", "attributedTo", "to", "cc", "mediaType")),
        "piefed: an author and an id": _is_text("actor", "id"),
        "mbin, nodebb: a whole post": _inner(_has("id", "type", "content", "attributedTo", "published")),
    },
    "Update Page": {
        "lemmy: everything of the activity": _COMMON,
        "mbin: name, text and whether it is locked": _inner(_has("id", "name", "content", "commentsEnabled")),
        "nodebb: its author's host": lambda said: host_of(said["actor"]) == host_of(said["object"]["id"]),
    },
    "Delete": {
        "lemmy: no reason, it is its author's": lambda said: "summary" not in said,
        "all: an id": lambda said: bool(said["object"] if isinstance(said["object"], str) else said["object"]["id"]),
    },
    "Like": {"all: who and what": _is_text("id", "actor", "object")},
    "Undo Like": {
        "lemmy: everything of the activity": _COMMON,
        "lemmy: the whole vote": _inner(_is_text("id", "type", "actor", "object")),
        "nodebb: by the same": _undone_by_the_same,
    },
    "Add": {
        "lemmy: everything of the activity": _COMMON,
        "all: which list, and what": _is_text("target", "object"),
        "lemmy: the community": _is_text("audience"),
    },
    "Remove": {"lemmy: everything of the activity": _COMMON, "all: which list, and what": _is_text("target", "object")},
    "Lock": {"lemmy: everything of the activity": _COMMON, "piefed: an address": _is_text("object")},
    "Undo Lock": {
        "lemmy: everything of the activity": _COMMON,
        "lemmy: everything of what is undone": _inner(_COMMON),
        "mbin, piefed: the address of the post": _inner(_is_text("object")),
    },
    "Block": {
        "lemmy: everything of the activity": _COMMON,
        "all: whom and where": _is_text("object", "target"),
        "lemmy, mbin: until when": _is_text("endTime", "expires"),
    },
    "Undo Block": {
        "lemmy: everything of what is undone": _inner(_COMMON),
        "all: whom and where": _inner(_is_text("id", "actor", "object", "target")),
    },
    "Delete by a moderator": {
        "lemmy: a reason, even an empty one, or it is taken for the author's": _is_text("summary", "object"),
        "lemmy: everything of the activity": _COMMON,
    },
    "Undo Delete by a moderator": {
        "lemmy: the whole Delete, with a reason": _inner(_is_text("id", "actor", "object", "summary")),
        "lemmy: where it was sent": _inner(_has("to")),
    },
    "Update Group": {
        "lemmy: everything of the activity": _COMMON,
        "lemmy: the whole community": _inner(_GROUP),
        "lemmy: by a person who moderates it": lambda said: said["actor"] != said["object"]["id"],
        "lemmy: the sidebar": _inner(lambda group: group["source"]["mediaType"] == "text/markdown"),
        "piefed: by a moderator, as a whole": _inner(_has("name", "summary")),
    },
}


async def test_each_reader_finds_what_it_requires(tmp_path) -> None:
    sent: dict[str, Document] = {}
    async with network(tmp_path, "museum") as net, remote() as server:
        circle = await make_circle(net, purpose="We cast.")
        home, ada, group = circle.home, circle.people[0], circle.group
        ben, mia = await home.add_actor("ben"), server.actor("mia")
        await home.store.write(following.follow, home.unit(), ben.id, group.id)
        follow = server.activity("Follow", mia, group.uri, to=[group.uri])
        assert await server.send(f"{group.uri}/inbox", follow, mia.key) == 202
        await net.settle()
        server.posted.clear()

        async def did(name: str) -> None:
            await net.settle()
            announces = [
                each for each in server.posted if each["type"] == "Announce" and isinstance(each["object"], dict)
            ]
            assert announces, name
            assert all({"id", "actor", "to", "cc"} <= each.keys() for each in announces), name
            sent[name] = announces[-1]["object"]
            server.posted.clear()

        thread = await begin(circle)
        await did("Create Page")
        said = {"visibility": Visibility.PUBLIC, "language": "en", "topic_kind": TopicKind.DISCUSSION}
        text = Draft(text="Zinc.", title="Zinc?", community_id=group.id, **said)
        other = await home.store.write(posts.publish, home.unit(), ben.id, text)
        await net.settle()
        links, edit = home.system.node.links, post_changes.Edit(text="Or tin.")
        await home.store.write(post_changes.edit, home.unit(), ben.id, other.id, edit, links=links)
        await did("Update Page")
        await home.store.write(reacting.favourite, home.unit(), ben.id, thread)
        await did("Like")
        await home.store.write(reacting.unfavourite, home.unit(), ben.id, thread)
        await did("Undo Like")
        until = home.unit().now + 1_000_000
        for name, deed in (
            ("Add", Deed(Act.PIN, ada.uri, thread.uri)),
            ("Remove", Deed(Act.UNPIN, ada.uri, thread.uri)),
            ("Lock", Deed(Act.LOCK, ada.uri, thread.uri)),
            ("Undo Lock", Deed(Act.UNLOCK, ada.uri, thread.uri)),
            ("Delete by a moderator", Deed(Act.REMOVE, ada.uri, other.uri)),
            ("Undo Delete by a moderator", Deed(Act.RESTORE, ada.uri, other.uri)),
            ("Block", Deed(Act.BAN, ada.uri, ben.uri, expires_at=until)),
            ("Undo Block", Deed(Act.UNBAN, ada.uri, ben.uri)),
            ("Update Group", Deed(Act.SETTINGS, ada.uri, group.uri, settings=CommunityDraft(rules=["Be kind."]))),
        ):
            known = await home.store.read(actors.find_actor, group.uri)
            assert await home.store.write(governing.govern, home.unit(), ada, known, deed), name
            await did(name)
        found = await home.store.read(objects.find_object, thread.uri)
        await home.store.write(post_changes.delete, home.unit(), ada.id, found.id)
        await did("Delete")
    assert sent.keys() == NEEDS.keys()
    missing = [
        f"{name}: {what}" for name, needs in NEEDS.items() for what, check in needs.items() if not check(sent[name])
    ]
    assert missing == []
