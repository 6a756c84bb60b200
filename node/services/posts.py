"""Posts that our own people write: stored, shown to followers here at once, told to others after the commit."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from node import events
from node.domain.posts import Mention, PostKind
from node.domain.visibility import Reach, Visibility
from node.errors import Forbidden, Invalid, NotFound
from node.markdown import MAX_MARKDOWN, Words, handles_in, hashtags_in, render_markdown
from node.services import news
from node.services.context import Unit
from node.store import actors, follows, objects
from node.store.actors import Actor
from node.store.objects import Object

MAX_POST = 5_000  # characters, as client apps count them


def publish_note(
    conn: Connection,
    unit: Unit,
    author_actor_id: int,
    markdown: str,
    visibility: Visibility,
    *,
    in_reply_to: str | None = None,
    language: str = "",
    summary: str = "",
) -> Object:
    """Store a note of one of our actors and record that it was created; a unit of work.

    Whoever is mentioned and known here is linked and told. ``in_reply_to`` is the URI of a post that is stored here;
    a reply joins its conversation. Raises Forbidden for an author who is not ours or not active, Invalid for a text
    that is empty or too long, NotFound where there is no such post to reply to.
    """
    author = _author(conn, author_actor_id)
    _check(markdown)
    parent = _parent(conn, in_reply_to)
    mentioned = _mentioned(conn, unit, markdown)
    note_id = unit.ids.new()
    uri = f"{unit.origin}/ap/o/{note_id}"
    pages = {handle: actor.url or actor.uri for handle, actor in mentioned.items()}
    row = {
        "id": note_id,
        "uri": uri,
        "kind": PostKind.NOTE.value,
        "type": "Note",
        "actor_id": author.id,
        "local": True,
        "visibility": visibility.value,
        "summary": summary,
        "sensitive": bool(summary),
        "content": render_markdown(markdown, Words(pages, f"{unit.origin}/tags/")),
        "language": language,
        "url": f"{unit.origin}/@{author.username}/p{note_id}",
        "in_reply_to": parent.uri if parent else None,
        "in_reply_to_id": parent.id if parent else None,
        "context": parent.context if parent else f"{unit.origin}/ap/c/{note_id}",
        "published_at": unit.now,
        "received_at": unit.now,
        "details": _details(markdown, mentioned),
    }
    objects.insert_objects(conn, [row])
    objects.insert_mentions(conn, _mention_rows(note_id, mentioned))
    if parent:
        objects.add_replies(conn, {parent.id: 1})
    objects.insert_home_entries(conn, _home_rows(conn, author, note_id, visibility, mentioned))
    news.tell(conn, unit, news.Posted(note_id))
    if visibility.federates:
        events.record(conn, unit.ids, unit.now, events.ObjectCreated(note_id), about=uri)
    stored = objects.find_object_by_id(conn, note_id)
    assert stored is not None
    return stored


def _author(conn: Connection, actor_id: int) -> Actor:
    author = actors.find_actor_by_id(conn, actor_id)
    if author is None or not author.local or author.state != "active":
        raise Forbidden("Only actors of this node publish here.")
    return author


def _check(markdown: str) -> None:
    if not markdown.strip():
        raise Invalid("A post needs some text.")
    if len(markdown) > min(MAX_POST, MAX_MARKDOWN):
        raise Invalid(f"A post has at most {MAX_POST} characters.")


def _parent(conn: Connection, uri: str | None) -> Object | None:
    if uri is None:
        return None
    parent = objects.find_object(conn, uri)
    if parent is None or parent.state != objects.LIVE:
        raise NotFound
    return parent


def _mentioned(conn: Connection, unit: Unit, markdown: str) -> dict[str, Actor]:
    """Handle as written -> actor, for those whom this node knows."""
    found = {}
    for handle in handles_in(markdown):
        name, _, host = handle.partition("@")
        actor = actors.find_actor_by_handle(conn, name, host or unit.host)
        if actor is not None:
            found[handle] = actor
    return found


def _details(markdown: str, mentioned: dict[str, Actor]) -> dict[str, Any]:
    mentions = {actor.uri: Mention(actor.uri, f"@{actor.username}@{actor.host}") for actor in mentioned.values()}
    return {
        "source": markdown,
        "mentions": [asdict(mention) for mention in mentions.values()],
        "hashtags": list(hashtags_in(markdown)),
    }


def _mention_rows(note_id: int, mentioned: dict[str, Actor]) -> list[dict[str, Any]]:
    uris = {actor.uri for actor in mentioned.values()}
    return [{"object_id": note_id, "actor_uri": uri, "silent": False} for uri in sorted(uris)]


def _home_rows(
    conn: Connection, author: Actor, note_id: int, visibility: Visibility, mentioned: dict[str, Actor]
) -> list[dict[str, Any]]:
    """On the author's own timeline, on those of whom it names, on those of followers whom it is meant for."""
    owners = {author.id, *(actor.id for actor in mentioned.values() if actor.local)}
    if visibility.reach in {Reach.EVERYONE, Reach.FOLLOWERS}:
        owners |= set(follows.load_local_followers(conn, [author.id]).get(author.id, ()))
    return [{"owner_id": owner, "id": note_id, "object_id": note_id, "shared_by_id": None} for owner in sorted(owners)]
