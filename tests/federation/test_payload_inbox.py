"""Every recorded activity of other servers, applied as if its sender were proven: no exception, one known outcome."""

import json
from typing import Any

import pytest

from federation.batch import Inbound, Needs
from federation.handlers import apply
from federation.mapping.activity import read_activity
from node.domain.actors import ActorKind, RemoteActor
from node.domain.uris import host_of
from node.errors import Malformed
from node.store import follows, remote_actors
from node.store.follows import Follow
from tests.network import network
from tests.shared import shared_files

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
    "activities/deletion/undo_delete_page.json": "remembered",
    "activities/deletion/undo_delete_private_message.json": "remembered",
    "activities/deletion/undo_remove_note.json": "remembered",
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
    new = Follow(unit.ids.new(), follower_id, known.id, f"{actor.uri}#follow", follows.ACCEPTED, unit.now)
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
