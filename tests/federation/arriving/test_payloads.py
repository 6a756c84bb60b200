"""Every recorded message of another server, with what we make of it.

The tables name what cannot be read off a document at a glance; ids, names and texts are compared with the document
itself, so that nothing of theirs is copied here.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from federation.mapping.activity import read_activity
from federation.mapping.actor import read_actor
from federation.mapping.collection import read_page
from federation.mapping.post import read_post
from federation.strictjson import read_object
from federation.vocab import ACTIVITY_TYPES, ACTOR_TYPES, COLLECTION_TYPES, POST_KINDS
from node.domain.uris import host_of
from node.errors import Malformed
from tests.node.text.test_richtext import assert_harmless
from tests.rows import each_row
from tests.shared import shared_data, shared_files


def load(name: str) -> dict[str, Any]:
    return read_object((shared_data("payloads") / f"{name}.json").read_bytes())


def files() -> list[Path]:
    return [path for path in shared_files("payloads") if path.parent.name != "vectors"]


def name_of(path: Path) -> str:
    return str(path.relative_to(shared_data("payloads")).with_suffix(""))


# -- actors ---------------------------------------------------------------------------------------------------------


class Profile(NamedTuple):
    kind: str
    shared_inbox: bool
    icon: bool
    fields: int = 0
    moderators: bool = False
    discoverable: bool = False


ACTORS = {
    "discourse/objects/group": Profile("group", shared_inbox=False, icon=True),
    "discourse/objects/person": Profile("person", shared_inbox=True, icon=True),
    "gancio/gancio-actor": Profile("application", shared_inbox=False, icon=True, fields=1, discoverable=True),
    "lemmy/objects/group": Profile("group", shared_inbox=True, icon=True, moderators=True),
    "lemmy/objects/instance": Profile("application", shared_inbox=False, icon=False),
    "lemmy/objects/person": Profile("person", shared_inbox=True, icon=True),
    "mastodon/objects/person": Profile("person", shared_inbox=True, icon=True),
    "mobilizon/objects/group": Profile("group", shared_inbox=True, icon=True, discoverable=True),
    "mobilizon/objects/person": Profile("person", shared_inbox=True, icon=False),
    "peertube/objects/group": Profile("group", shared_inbox=True, icon=True),
    "peertube/objects/person": Profile("person", shared_inbox=True, icon=True),
    "wordpress/objects/group": Profile("group", True, True, fields=1, moderators=True, discoverable=True),
    "wordpress/objects/person": Profile("person", shared_inbox=True, icon=True, fields=2, discoverable=True),
}


@each_row("name, expected", ACTORS.items())
def test_actors(name, expected):
    document = load(name)
    actor = read_actor(document)
    found = Profile(
        actor.kind.value,
        bool(actor.shared_inbox),
        bool(actor.icon),
        len(actor.fields),
        bool(actor.moderators),
        actor.discoverable,
    )
    assert found == expected
    assert (actor.uri, actor.inbox) == (document["id"], document["inbox"])
    assert (actor.username, actor.host) == (document["preferredUsername"], host_of(document["id"]))
    assert actor.name == document["name"]
    assert [(key.id, key.public) for key in actor.keys] == [
        (document["publicKey"]["id"], document["publicKey"]["publicKeyPem"])
    ]
    assert actor.document == document
    assert_harmless(actor.summary_html)


# -- activities -----------------------------------------------------------------------------------------------------

ACTIVITIES = {
    "gancio/gancio-event-activity": "Create",
    "lemmy/activities/block/block_user": "Block",
    "lemmy/activities/block/undo_block_user": "Undo Block",
    "lemmy/activities/community/add_featured_post": "Add",
    "lemmy/activities/community/add_mod": "Add",
    "lemmy/activities/community/announce_create_page": "Announce Create",
    "lemmy/activities/community/lock_note": "Lock",
    "lemmy/activities/community/lock_page": "Lock",
    "lemmy/activities/community/remove_featured_post": "Remove",
    "lemmy/activities/community/remove_mod": "Remove",
    "lemmy/activities/community/report_page": "Flag",
    "lemmy/activities/community/resolve_report_page": "Resolve Flag",
    "lemmy/activities/community/undo_lock_note": "Undo Lock",
    "lemmy/activities/community/undo_lock_page": "Undo Lock",
    "lemmy/activities/community/update_community": "Update",
    "lemmy/activities/community/warn": "Warn",
    "lemmy/activities/create_or_update/create_comment": "Create",
    "lemmy/activities/create_or_update/create_page": "Create",
    "lemmy/activities/create_or_update/create_private_message": "Create",
    "lemmy/activities/create_or_update/create_private_message_0.19": "Create",
    "lemmy/activities/create_or_update/update_page": "Update",
    "lemmy/activities/deletion/delete_page": "Delete",
    "lemmy/activities/deletion/delete_private_message": "Delete",
    "lemmy/activities/deletion/delete_user": "Delete",
    "lemmy/activities/deletion/remove_note": "Delete",
    "lemmy/activities/deletion/undo_delete_page": "Undo Delete",
    "lemmy/activities/deletion/undo_delete_private_message": "Undo Delete",
    "lemmy/activities/deletion/undo_remove_note": "Undo Delete",
    "lemmy/activities/following/accept": "Accept Follow",
    "lemmy/activities/following/follow": "Follow",
    "lemmy/activities/following/undo_follow": "Undo Follow",
    "lemmy/activities/voting/dislike_page": "Dislike",
    "lemmy/activities/voting/like_note": "Like",
    "lemmy/activities/voting/undo_dislike_page": "Undo Like",  # the recording embeds a Like
    "lemmy/activities/voting/undo_like_note": "Undo Like",
    "mastodon/activities/create_note": "Create",
    "mastodon/activities/delete": "Delete",
    "mastodon/activities/flag": "Flag",
    "mastodon/activities/follow": "Follow",
    "mastodon/activities/like_page": "Like",
    "mastodon/activities/undo_follow": "Undo Follow",
    "mastodon/activities/undo_like_page": "Undo Like",
    "mobilizon/fixtures/mobilizon-invite-activity": "Invite",
    "mobilizon/fixtures/mobilizon-join-activity": "Join",
    "mobilizon/fixtures/mobilizon-leave-activity": "Leave",
    "mobilizon/fixtures/mobilizon-post-activity": "Create",
    "mobilizon/fixtures/mobilizon-post-activity-group": "Create",
    "mobilizon/fixtures/mobilizon-post-activity-media": "Create",
    "peertube/activities/announce_video": "Announce",
    "wordpress/activities/announce": "Announce Update",
}


def first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


@each_row("name, expected", ACTIVITIES.items())
def test_activities(name, expected):
    document = load(name)
    activity = read_activity(document)
    inner = activity.inner
    assert " ".join([activity.type, *([inner.type] if inner else [])]) == expected
    assert (activity.id, activity.actor) == (document["id"], document["actor"])
    about = first(document["object"])
    assert activity.object_uri == (about["id"] if isinstance(about, dict) else about)
    assert activity.objects == ((about,) if isinstance(about, dict) else ())
    assert activity.target_uri == document.get("target")
    assert activity.is_wrapped == expected.startswith("Announce ")
    assert activity.raw is document
    if inner:
        assert (inner.id, inner.actor) == (about["id"], about["actor"])
        assert inner.raw is about


def test_a_report_names_all_that_it_is_about():
    document = load("mastodon/activities/flag")
    assert list(read_activity(document).object_uris) == document["object"]


# -- posts ----------------------------------------------------------------------------------------------------------


class Post(NamedTuple):
    kind: str
    visibility: str
    language: str = ""
    media: int = 0
    mentions: int = 0
    hashtags: int = 0
    in_group: bool = False
    link: bool = False


POSTS = {
    "discourse/objects/page": Post("note", "community", in_group=True),  # it addresses nobody
    "gancio/gancio-event-activity": Post("event", "public", hashtags=1),
    "lemmy/activities/create_or_update/create_comment": Post("note", "public", in_group=True),
    "lemmy/activities/create_or_update/create_page": Post("page", "public", "ko", in_group=True, link=True),
    "lemmy/activities/create_or_update/create_private_message": Post("note", "direct"),
    "lemmy/activities/create_or_update/create_private_message_0.19": Post("note", "direct"),
    "lemmy/activities/create_or_update/update_page": Post("page", "public", in_group=True, link=True),
    "lemmy/objects/comment": Post("note", "public", "fr", mentions=2, in_group=True),
    "lemmy/objects/page": Post("page", "public", "fr", media=1, mentions=1, in_group=True, link=True),
    "lemmy/objects/page_image_and_link": Post("page", "public", "fr", media=1, in_group=True, link=True),
    "lemmy/objects/private_message": Post("note", "direct"),
    "mastodon/activities/create_note": Post("note", "unlisted", "en", mentions=1),
    "mastodon/activities/private_message": Post("note", "direct", "es", mentions=1),
    "mastodon/objects/note_1": Post("note", "unlisted", "en", mentions=1),
    "mastodon/objects/note_2": Post("note", "public", "en", media=1, mentions=1),
    "mastodon/objects/page": Post("note", "public", "it", mentions=1),
    "mobilizon/fixtures/mobilizon-post-activity": Post("event", "public", mentions=1),
    "mobilizon/fixtures/mobilizon-post-activity-group": Post("event", "community", in_group=True),
    "mobilizon/fixtures/mobilizon-post-activity-media": Post("event", "public", media=1, mentions=1),
    "mobilizon/objects/event": Post("event", "public", "en", media=1, hashtags=3),
    "peertube/objects/note": Post("note", "public", mentions=1),
    "peertube/objects/video": Post("video", "public", "en", media=1, in_group=True),
    "wordpress/objects/note": Post("note", "public", "en"),
    "wordpress/objects/page": Post("article", "public", "en", media=4, hashtags=5, in_group=True),
}


@each_row("name, expected", POSTS.items())
def test_posts(name, expected):
    document = load(name)
    wrapper = read_activity(document) if document["type"] in {"Create", "Update"} else None
    document = wrapper.objects[0] if wrapper else document
    post = read_post(document, wrapper=wrapper)
    found = Post(
        post.kind.value,
        post.visibility.value,
        post.language,
        len(post.attachments),
        len(post.mentions),
        len(post.hashtags),
        bool(post.audience),
        post.link is not None,
    )
    assert found == expected
    assert (post.uri, post.type) == (document["id"], document["type"])
    assert post.name == (document.get("name") or "")
    assert post.in_reply_to == (document.get("inReplyTo") or "")
    assert bool(post.content_html) == bool(document.get("content"))
    assert (post.published_at is not None) == ("published" in document)
    assert (post.event is not None) == (document["type"] == "Event")
    assert not post.is_vote
    assert post.document == document
    json.dumps(post.details())
    for text in (post.content_html, post.summary_html, *post.content_map.values()):
        assert_harmless(text)


def test_a_video_has_its_author_channel_page_and_file():
    document = load("peertube/objects/video")
    video = read_post(document)
    account, channel = (
        each["id"] for each in sorted(document["attributedTo"], key=lambda each: each["type"] == "Group")
    )
    assert (video.author_uri, video.audience) == (account, channel)
    assert video.url == document["url"][0]["href"]
    assert video.attachments[0].media_type == "video/mp4"
    assert video.attachments[0].preview_url == document["icon"][-1]["url"]
    assert video.content_html.count("<a ") > 20  # its Markdown is rendered


def test_events_have_time_and_place():
    document = load("mobilizon/objects/event")
    event = read_post(document).event
    assert event.start_at < event.end_at
    assert event.place.startswith(document["location"]["name"] + ", ")
    assert (event.timezone, event.status, event.join_mode) == (document["timezone"], "confirmed", "free")
    assert (event.capacity, event.participants) == (None, 0)
    assert event.latitude == document["location"]["latitude"]
    gancio = load("gancio/gancio-event-activity")["object"]
    assert read_post(gancio).event.place == gancio["location"]["name"]
    assert read_post(load("mobilizon/fixtures/mobilizon-post-activity")["object"]).event.online_url


def test_an_announced_update_holds_the_article():
    announce = read_activity(load("wordpress/activities/announce"))
    article = read_post(announce.inner.objects[0], wrapper=announce.inner)
    assert (article.kind, article.author_uri, article.audience) == ("article", announce.inner.actor, announce.actor)


def test_what_we_do_not_know_survives_in_the_document():
    document = load("peertube/objects/video")
    assert read_post(document).document["waitTranscoding"] is document["waitTranscoding"]


def test_signatures_inside_are_kept_and_mean_nothing():
    document = load("mastodon/activities/delete")
    unsigned = {key: value for key, value in document.items() if key != "signature"}
    signed, bare = read_activity(document), read_activity(unsigned)
    assert (signed.id, signed.actor, signed.object_uri) == (bare.id, bare.actor, bare.object_uri)
    assert "signature" in signed.raw


# -- collections ----------------------------------------------------------------------------------------------------

COLLECTIONS = {  # items, of which embedded, total as it claims
    "lemmy/collections/group_featured_posts": (2, 2, 2),
    "lemmy/collections/group_followers": (0, 0, 3),
    "lemmy/collections/group_moderators": (1, 0, None),
    "lemmy/collections/group_outbox": (2, 2, 2),
    "lemmy/collections/person_outbox": (0, 0, 0),
    "mastodon/collections/featured": (1, 1, 1),
    "mobilizon/fixtures/mobilizon-members-collection": (2, 2, 2),
}


@each_row("name, expected", COLLECTIONS.items())
def test_collections(name, expected):
    document = load(name)
    page = read_page(document)
    assert (len(page.refs), len(page.objects), page.total) == expected
    assert (page.id, page.next) == (document["id"], "")


def test_the_activities_of_an_outbox_can_be_read():
    for document in read_page(load("lemmy/collections/group_outbox")).objects:
        inner = read_activity(document).inner
        assert read_post(inner.objects[0], wrapper=inner).visibility == "public"


# -- and nothing is left out ----------------------------------------------------------------------------------------

NEITHER = {
    "lemmy/objects/tombstone",
    "nodeinfo/both_versions",
    "nodeinfo/data",
    "nodeinfo/regular",
    "webfinger/friendica",
    "webfinger/mastodon",
    "webfinger/peertube",
}


@each_row("path", files())
def test_every_recording_has_an_outcome(path):
    name = name_of(path)
    assert name in ACTORS.keys() | ACTIVITIES.keys() | POSTS.keys() | COLLECTIONS.keys() | NEITHER


@each_row("path", files())
def test_each_is_one_thing_only(path):
    document = load(name_of(path))
    kind = document.get("type")
    readers = {
        read_actor: kind in ACTOR_TYPES,
        read_post: kind in POST_KINDS,
        read_page: kind in COLLECTION_TYPES,
    }
    for reader, fits in readers.items():
        if not fits:
            with pytest.raises(Malformed):
                reader(document)
    if kind not in ACTIVITY_TYPES and "actor" not in document:
        with pytest.raises(Malformed):
            read_activity(document)
