"""Every recorded activity of other servers, applied as if its sender were proven: no exception, one known outcome."""

import json
from typing import Any

import pytest

from federation.applying.batch import Inbound, Needs
from federation.handlers import apply
from federation.mapping.activity import read_activity
from node.domain.actors import ActorKind, RemoteActor
from node.domain.uris import host_of
from node.domain.visibility import Visibility
from node.errors import Malformed
from node.store.people import follows, remote_actors
from node.store.people.follows import Follow
from tests import happenings
from tests.network import network
from tests.notes import publish_note
from tests.shared import shared_data, shared_files

ACTIVITIES = sorted(
    path
    for folder in ("lemmy", "mastodon", "peertube", "mobilizon", "wordpress", "gancio")
    for path in shared_files(f"payloads/{folder}")
)
OUTCOMES: dict[str, str] = {
    "activities/block/block_user.json": "not-ours",
    "activities/block/undo_block_user.json": "remembered",
    "activities/community/add_featured_post.json": "other-target",
    "activities/community/add_mod.json": "other-target",
    "activities/community/announce_create_page.json": "needs 0 actors, 1 objects",
    "activities/community/lock_note.json": "unknown-type",
    "activities/community/lock_page.json": "unknown-type",
    "activities/community/remove_featured_post.json": "other-target",
    "activities/community/remove_mod.json": "other-target",
    "activities/community/report_page.json": "not-ours",
    "activities/community/resolve_report_page.json": "not-ours",
    "activities/community/undo_lock_note.json": "remembered",
    "activities/community/undo_lock_page.json": "remembered",
    "activities/community/update_community.json": "other-actor",
    "activities/community/warn.json": "unknown-type",
    "activities/create_or_update/create_comment.json": "stored",
    "activities/create_or_update/create_page.json": "stored",
    "activities/create_or_update/create_private_message.json": "stored",
    "activities/create_or_update/create_private_message_0.19.json": "stored",
    "activities/create_or_update/update_page.json": "edited",
    "activities/deletion/delete_page.json": "deleted",
    "activities/deletion/delete_private_message.json": "deleted",
    "activities/deletion/delete_user.json": "actor-deleted",
    "activities/deletion/remove_note.json": "other-author",
    "activities/deletion/undo_delete_page.json": "may-come-again",
    "activities/deletion/undo_delete_private_message.json": "may-come-again",
    "activities/deletion/undo_remove_note.json": "not-deleted",
    "activities/following/accept.json": "not-asked",
    "activities/following/follow.json": "not-ours",
    "activities/following/undo_follow.json": "remembered",
    "activities/voting/dislike_page.json": "unknown-object",
    "activities/voting/like_note.json": "unknown-object",
    "activities/voting/undo_dislike_page.json": "remembered",
    "activities/voting/undo_like_note.json": "remembered",
    "mastodon/activities/create_note.json": "stored",
    "mastodon/activities/delete.json": "remembered",
    "mastodon/activities/flag.json": "not-ours",
    "mastodon/activities/follow.json": "not-ours",
    "mastodon/activities/like_page.json": "unknown-object",
    "mastodon/activities/undo_follow.json": "remembered",
    "mastodon/activities/undo_like_page.json": "remembered",
    "mobilizon/fixtures/mobilizon-invite-activity.json": "not-ours",
    "mobilizon/fixtures/mobilizon-join-activity.json": "not-ours",
    "mobilizon/fixtures/mobilizon-leave-activity.json": "not-ours",
    "mobilizon/fixtures/mobilizon-post-activity-group.json": "stored",
    "mobilizon/fixtures/mobilizon-post-activity-media.json": "stored",
    "mobilizon/fixtures/mobilizon-post-activity.json": "known",
    "mobilizon/objects/event.json": "unknown-type",
    "payloads/gancio/gancio-event-activity.json": "stored",
    "peertube/activities/announce_video.json": "needs 0 actors, 1 objects",
    "wordpress/activities/announce.json": "needs 0 actors, 1 objects",
}


def _name(path: Any) -> str:
    return "/".join(path.parts[-3:])


@pytest.mark.skipif(not ACTIVITIES, reason="the shared test data (payloads) is not beside this checkout")
async def test_every_recorded_activity_has_its_outcome(tmp_path):
    async with network(tmp_path, "hospital") as net:
        node = net.peers[0]
        ann = await node.add_actor("ann")
        found = {}
        for path in ACTIVITIES:
            outcome = await node.store.write(_apply, node, ann.id, json.loads(path.read_bytes()))
            if outcome:
                found[_name(path)] = outcome
        assert found == OUTCOMES
        assert (await node.get("/healthz"))[0] == 200


def _apply(conn: Any, node: Any, follower_id: int, document: Any) -> str:
    """What becomes of it when somebody here follows its sender; '' for documents that are no activities."""
    try:
        activity = read_activity(document)
    except Malformed:
        return ""
    actor = RemoteActor(
        uri=activity.actor,
        kind=ActorKind.PERSON,
        username="sender",
        host=host_of(activity.actor),
        inbox=f"{activity.actor}/inbox",
    )
    unit = node.unit()
    known = remote_actors.save_remote_actor(conn, unit.ids, unit.now, actor)
    state = follows.PENDING if activity.type == "Accept" else follows.ACCEPTED
    new = Follow(unit.ids.new(), follower_id, known.id, f"{actor.uri}#follow", state, unit.now)
    follows.save_follow(conn, new)
    batch = node.system.federation.fetcher.batch(conn)
    try:
        outcome = apply(batch, Inbound(0, activity, unit.now))
    except Needs as needs:
        return f"needs {len(needs.actors)} actors, {len(needs.objects)} objects"
    except Malformed as error:
        return f"refused: {error.public}"
    batch.flush()
    return outcome


#: What recorded messages do once the thing that they are about is here: which thing, and the outcome, in this order.
AIMED: tuple[tuple[str, str, str], ...] = (
    ("mastodon/activities/follow", "ann", "followed"),
    ("mastodon/activities/undo_follow", "ann", "unfollowed"),
    ("lemmy/activities/following/follow", "group", "followed"),
    ("lemmy/activities/following/undo_follow", "group", "unfollowed"),
    ("lemmy/activities/following/accept", "ann", "follow-accepted"),
    ("mastodon/activities/like_page", "note", "like"),
    ("mastodon/activities/undo_like_page", "note", "un-like"),
    ("lemmy/activities/voting/like_note", "note", "like"),
    ("lemmy/activities/voting/undo_like_note", "note", "un-like"),
    ("lemmy/activities/voting/dislike_page", "note", "dislike"),
    ("lemmy/activities/voting/undo_dislike_page", "note", "remembered"),  # it names a Like that never was
    ("peertube/activities/announce_video", "note", "shared"),
    ("mastodon/activities/flag", "note", "reported"),
    ("lemmy/activities/community/report_page", "note", "reported"),
    ("mobilizon/fixtures/mobilizon-join-activity", "event", "answer-going"),
    ("mobilizon/fixtures/mobilizon-leave-activity", "event", "left"),
    ("lemmy/activities/block/block_user", "ann", "blocked"),
    ("lemmy/activities/block/undo_block_user", "ann", "unblocked"),
)


@pytest.mark.skipif(not ACTIVITIES, reason="the shared test data (payloads) is not beside this checkout")
async def test_recorded_activities_work_on_what_is_here(tmp_path):
    async with network(tmp_path, "hospital") as net:
        node = net.peers[0]
        ann = await node.add_actor("ann")
        note = await node.store.write(publish_note, node.unit(), ann.id, "an honest note", Visibility.PUBLIC)
        event = await happenings.publish(node, ann)
        group = await node.add_community("metals")
        here = {"ann": ann.uri, "note": note.uri, "event": event.uri, "group": group.uri}
        found = []
        for name, thing, _ in AIMED:
            document = json.loads((shared_data("payloads") / f"{name}.json").read_bytes())
            found.append((name, thing, await node.store.write(_apply, node, ann.id, _aim(document, here[thing]))))
        assert tuple(found) == AIMED
        await net.settle()
        assert (await node.get("/healthz"))[0] == 200


def _aim(document: dict[str, Any], uri: str) -> dict[str, Any]:
    """The same message about this thing: the innermost ``object``, or who had asked where it is an answer."""
    inner = document.get("object")
    if document["type"] == "Accept":
        return {**document, "object": {**inner, "id": f"{document['actor']}#follow", "actor": uri}}
    if isinstance(inner, dict) and "object" in inner:
        return {**document, "object": _aim(inner, uri)}
    return {**document, "object": [uri] if isinstance(inner, list) else uri}
