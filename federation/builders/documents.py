"""Our own actors and objects as ActivityPub documents, built from their rows."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row

from federation.mapping.actor import build_actor
from federation.mapping.community import build_closed_door, build_community
from federation.mapping.event_document import event_terms
from federation.mapping.opinion import build_review
from federation.mapping.post_document import build_post
from federation.signatures.keypairs import Algorithm, PublicKey
from federation.signatures.multikey import encode_multikey
from node.clock import to_rfc3339
from node.domain.actors import ActorKey, ActorKind, KeyAlgorithm, OwnActor, ProfileField
from node.domain.communities import TopicKind
from node.domain.moderation import Sanction
from node.domain.posts import Attachment, Emoji, Link, Mention, OwnPost, Poll, PollOption, PostKind, QuotePolicy
from node.domain.topics import entity_of
from node.domain.uris import is_web_uri
from node.domain.visibility import Visibility
from node.store.communities import communities
from node.store.events import events
from node.store.events.events import Event
from node.store.library import topic_accounts
from node.store.people import actors, keys, sanctions
from node.store.people.actors import Actor
from node.store.people.keys import OwnKey
from node.store.posts import objects, topics
from node.store.posts.topics import Topic

_KINDS = {Algorithm.RSA: KeyAlgorithm.RSA, Algorithm.ED25519: KeyAlgorithm.ED25519}
INSTANCE_PATH = "/ap/instance"


def actor_uri(origin: str, actor_id: int) -> str:
    """The id of one of our actors: opaque, so that a handle may change."""
    return f"{origin}/ap/a/{actor_id}"


def object_uri(origin: str, object_id: int) -> str:
    return f"{origin}/ap/o/{object_id}"


def activity_uri(origin: str, activity_id: int) -> str:
    return f"{origin}/ap/x/{activity_id}"


def actor_document(conn: Connection, actor_id: int, *, is_bare: bool = False) -> dict[str, Any]:
    """The document of one of our actors, with the keys that sign and those that will or did.

    Keys change as ``federation.signatures.rotation`` says. ``is_bare``: its name, addresses and that it is
    closed, for those who may not know what a community is about.
    """
    row = actors.load_profile(conn, actor_id)
    is_told = row.state != "suspended" and not is_bare
    own = OwnActor(
        uri=row.uri,
        kind=ActorKind(row.kind),
        username=row.username,
        host=row.host,
        keys=tuple(map(_public_half, keys.load_own_keys(conn, actor_id))),
        name=row.name if is_told or is_bare else "",
        summary_html=row.summary if is_told else "",
        url=row.url,
        icon=row.icon if is_told else "",
        image=row.image if is_told else "",
        fields=tuple(ProfileField(field["name"], field["value"]) for field in row.fields if is_told),
        emojis=tuple(Emoji(**each) for each in row.emojis if is_told),
        also_known_as=tuple(row.also_known_as),
        moved_to=row.moved_to,
        has_catalogue=bool(row.catalogue),
        locked=row.locked,
        discoverable=row.discoverable,
        indexable=row.indexable,
        published_at=row.created_at,
        updated_at=row.updated_at,
        suspended=row.state == "suspended",
        main_entity=_topic_of(conn, actor_id) if row.kind == ActorKind.SERVICE and is_told else None,
    )
    community = communities.find_community(conn, actor_id) if own.kind is ActorKind.GROUP else None
    if community is None or own.suspended:
        return build_actor(own)
    return build_actor(own) | (build_closed_door(community) if is_bare else build_community(community, row.uri))


def _topic_of(conn: Connection, actor_id: int) -> dict[str, Any] | None:
    """The concept that an account about a topic shows, where it is one."""
    account = topic_accounts.find(conn, actors.load_actors_by_id(conn, [actor_id])[actor_id])
    concepts = account.selection.filters.get("topic", ()) if account is not None else ()
    if account is None or len(concepts) != 1 or not is_web_uri(concepts[0]):
        return None
    return {"type": "DefinedTerm", "id": concepts[0], "name": account.actor.title}


def _public_half(key: OwnKey) -> ActorKey:
    kind = _KINDS[Algorithm(key.algorithm)]
    if kind is KeyAlgorithm.RSA and key.state == keys.CURRENT:
        return ActorKey(key.uri, kind, key.public)
    return ActorKey(key.uri, kind, encode_multikey(PublicKey.from_pem(key.uri, key.public)))


def object_document(conn: Connection, row: Row[Any], *, now: int) -> dict[str, Any]:
    """The document of one of our objects, or its tombstone; without ``@context``. ``now`` closes polls."""
    if row.state != objects.LIVE:
        return tombstone(row.uri, row.type, row.updated_at or row.published_at)
    if row.raw:  # written with the version (federation.builders.resource_documents, federation.mapping.opinion)
        return dict(row.raw)
    author = actors.load_actors_by_id(conn, [row.actor_id])[row.actor_id]
    topic = topics.find_topic(conn, row.id) if row.in_reply_to is None else None
    document = build_post(_own_post(conn, row, author, topic, now))
    if topic is not None and topic.community_id is not None:
        document["commentsEnabled"] = not topic.locked
    if named := (row.details or {}).get("named"):
        document["cc"] = [*document["cc"], *named]
    event = events.find_event(conn, row.id) if row.kind == events.KIND else None
    return document if event is None else document | _event_terms(conn, event, document, author, now)


def _own_post(conn: Connection, row: Row[Any], author: Actor, topic: Topic | None, now: int) -> OwnPost:
    details = row.details or {}
    entity, accepted = _in_thread(conn, row, topic)
    if review := details.get("review"):
        entity = build_review(review, uri=row.uri, author_uri=author.uri, text=details.get("source", ""))
    return OwnPost(
        uri=row.uri,
        author_uri=author.uri,
        visibility=Visibility(row.visibility),
        published_at=row.published_at,
        content_html=row.content,
        kind=PostKind(row.kind),
        name=row.name,
        summary=row.summary,
        language=row.language,
        url=row.url,
        source=details.get("source", "") if details.get("source_type") != "text/plain" else "",
        in_reply_to=row.in_reply_to or "",
        context=row.context,
        conversation=details.get("conversation", ""),
        audience=row.audience,
        updated_at=row.updated_at,
        sensitive=row.sensitive or _is_covered(conn, author, details),
        mentions=tuple(Mention(**mention) for mention in details.get("mentions", ())),
        hashtags=tuple(details.get("hashtags", ())),
        attachments=tuple(Attachment(**attachment) for attachment in details.get("attachments", ())),
        content_map=details.get("content_map", {}),
        emojis=tuple(Emoji(**emoji) for emoji in details.get("emojis", ())),
        poll=_poll(details.get("poll"), now),
        quote=details.get("quote", ""),
        quote_authorization=details.get("quote_authorization", ""),
        quote_policy=QuotePolicy(details.get("quote_policy") or QuotePolicy.PUBLIC),
        link=Link(**link) if (link := details.get("link")) else None,
        accepted_answer=accepted,
        main_entity=entity,
    )


def _is_covered(conn: Connection, author: Actor, details: Mapping[str, Any]) -> bool:
    """Whether moderators here let nobody see at once what this author attaches."""
    return bool(details.get("attachments")) and sanctions.holds(conn, author.id, Sanction.SENSITIVE)


def _event_terms(conn: Connection, event: Event, document: dict[str, Any], author: Actor, now: int) -> dict[str, Any]:
    series = events.find_event(conn, event.series_id) if event.series_id is not None else None
    known = actors.load_actors_by_id(conn, events.list_organisers(conn, event.id)).values()
    elsewhere = sorted(each.uri for each in known if not each.local)
    return event_terms(event, document, publisher=author.uri, organisers=elsewhere, series=series, now=now)


def _in_thread(conn: Connection, row: Row[Any], topic: Topic | None) -> tuple[dict[str, Any] | None, str]:
    """What a post is in its thread, as ``mainEntity``, and which answer of a question was accepted."""
    if row.in_reply_to is not None:
        above = topics.find_topic(conn, row.in_reply_to_id) if row.in_reply_to_id else None
        return ({"type": "Answer"} if above is not None and above.is_question else None), ""
    if topic is None:
        return None, ""
    accepted = objects.find_object_by_id(conn, topic.accepted_id) if topic.accepted_id else None
    return entity_of(TopicKind(topic.kind), row.name, row.replies_count), accepted.uri if accepted else ""


def _poll(stored: dict[str, Any] | None, now: int) -> Poll | None:
    """The poll of a row's ``details``; closed once its time is over, and only then with totals that were hidden."""
    if not stored:
        return None
    closes_at = stored.get("closes_at")
    closed_at = closes_at if closes_at is not None and closes_at <= now else stored.get("closed_at")
    is_hidden = bool(stored.get("hide_totals")) and closed_at is None
    options = tuple(PollOption(each["name"], 0 if is_hidden else each.get("votes", 0)) for each in stored["options"])
    voters = 0 if is_hidden else stored.get("voters")
    return Poll(options, bool(stored.get("multiple")), closes_at, closed_at, voters)


def tombstone(uri: str, former_type: str, deleted_at: int) -> dict[str, Any]:
    """What stays of a deleted object or actor (ActivityPub 6.4)."""
    found = {"id": uri, "type": "Tombstone", "deleted": to_rfc3339(deleted_at)}
    return {**found, "formerType": former_type} if former_type else found


def quote_stamp_uri(origin: str, reaction_id: int) -> str:
    """Where the permission to quote can be seen (FEP-044f)."""
    return f"{origin}/ap/q/{reaction_id}"


def quote_stamp(uri: str, author_uri: str, quoting_uri: str, quoted_uri: str) -> dict[str, Any]:
    """The permission to quote (FEP-044f), given by the author of what is quoted."""
    return {
        "id": uri,
        "type": "QuoteAuthorization",
        "attributedTo": author_uri,
        "interactingObject": quoting_uri,
        "interactionTarget": quoted_uri,
    }
