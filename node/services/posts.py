"""Posts that our own people write: stored, shown to followers here at once, told to others after the commit."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from node import events
from node.domain.drafts import MAX_POST, Draft, visibility_of_reply
from node.domain.posts import Mention, PostKind
from node.domain.visibility import Visibility
from node.errors import Forbidden, Invalid, NotFound
from node.markdown import MAX_MARKDOWN, Words, handles_in, hashtags_in, length_of, render_markdown, render_plain
from node.media.links import MediaLinks
from node.richtext import clean_plain_field
from node.services import media, news, polls, previews, quoting
from node.services.audiences import home_owners
from node.services.context import Unit
from node.store import actors, entries, objects, tags
from node.store import media as media_store
from node.store.actors import Actor
from node.store.objects import Object
from node.store.posting_defaults import load_posting_defaults

#: What a new row of ``objects`` says beside what it is given.
_NEW: dict[str, Any] = {"version": 1, "state": objects.LIVE, "updated_at": None}


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
    """Publish a text in Markdown. ``in_reply_to`` is the URI of a post that is stored here; raises as ``publish``."""
    parent = objects.find_object(conn, in_reply_to) if in_reply_to else None
    if in_reply_to and (parent is None or parent.state != objects.LIVE):
        raise NotFound
    draft = Draft(
        text=markdown,
        visibility=visibility,
        spoiler=summary,
        language=language,
        in_reply_to_id=parent.id if parent else None,
        is_markdown=True,
    )
    return publish(conn, unit, author_actor_id, draft)


def publish(
    conn: Connection,
    unit: Unit,
    author_id: int,
    draft: Draft,
    *,
    links: MediaLinks | None = None,
    post_id: int | None = None,
) -> Object:
    """Store a post of one of our actors and record that it was created; a unit of work.

    Whoever is mentioned and known here is linked and told; a reply joins its conversation. ``links`` is needed for
    media. Raises Forbidden for an author who is not ours or not active, Invalid for what cannot be posted, NotFound
    where what is answered or quoted is not there for the author.
    """
    author = _author(conn, author_id)
    defaults = load_posting_defaults(conn, author.id)
    text, spoiler = spoiler_or_text(draft.text, draft.spoiler)
    check(text, spoiler, has_more=bool(draft.media_ids or draft.poll or draft.quoted_id))
    if draft.media_ids and draft.poll:
        raise Invalid("A post has media or a poll, not both.")
    parent = _readable(conn, author.id, draft.in_reply_to_id)
    quoted = _readable(conn, author.id, draft.quoted_id)
    visibility = visibility_of_reply(
        draft.visibility, defaults.visibility, Visibility(parent.visibility) if parent else None
    )
    note_id = post_id or unit.ids.new()
    uri = f"{unit.origin}/ap/o/{note_id}"
    mentioned = find_mentioned(conn, unit, text)
    attached = media.choose(conn, author.id, draft.media_ids) if draft.media_ids else []
    poll = polls.new_poll(draft.poll, unit.now) if draft.poll else None
    details = {
        **texts_of(text, mentioned, is_markdown=draft.is_markdown),
        "attachments": [asdict(each) for each in media.as_attachments(attached, links)] if attached and links else [],
        "poll": poll,
        "application": dict(draft.application) if draft.application else None,
        "quote": quoted.uri if quoted else "",
        "quote_policy": (draft.quote_policy or defaults.quote_policy).value,
    }
    sensitive = defaults.sensitive if draft.sensitive is None else draft.sensitive
    row: dict[str, Any] = {
        "id": note_id,
        "uri": uri,
        "kind": PostKind.QUESTION.value if poll else PostKind.NOTE.value,
        "type": "Question" if poll else "Note",
        "actor_id": author.id,
        "local": True,
        "visibility": visibility.value,
        "summary": spoiler,
        "sensitive": sensitive or bool(spoiler),
        "content": render(text, unit, mentioned, is_markdown=draft.is_markdown),
        "language": defaults.language if draft.language is None else draft.language,
        "url": f"{unit.origin}/@{author.username}/p{note_id}",
        "in_reply_to": parent.uri if parent else None,
        "in_reply_to_id": parent.id if parent else None,
        "context": (parent.context if parent else "") or f"{unit.origin}/ap/c/{note_id}",
        "audience": parent.audience if parent and visibility is Visibility.COMMUNITY else "",
        "published_at": unit.now,
        "received_at": unit.now,
        "details": {name: value for name, value in details.items() if value},
    }
    objects.insert_objects(conn, [row])
    if attached:
        media_store.tie(conn, note_id, [each.id for each in attached])
    objects.insert_mentions(conn, mention_rows(note_id, mentioned))
    tags.add_tags(conn, {note_id: hashtags_in(text)})
    if parent:
        objects.add_replies(conn, {parent.id: 1})
    stored = Object(**(_NEW | {name: row[name] for name in Object.__dataclass_fields__ if name in row}))
    owners = home_owners(conn, stored, author, mentioned.values(), parent)
    objects.insert_home_entries(conn, _home_rows(owners, note_id))
    if quoted:
        quoting.ask(conn, unit, author, stored, quoted)
    if poll:
        polls.close_later(conn, unit, stored, poll["closes_at"])
    news.tell(conn, unit, news.Posted(note_id))
    if visibility.federates:
        events.record(conn, unit.ids, unit.now, events.ObjectCreated(note_id), about=uri)
    if visibility.is_open and not attached and not poll:
        previews.look_at_later(conn, unit, note_id, row["content"])
    return stored


def _home_rows(owners: Collection[int], note_id: int) -> list[dict[str, Any]]:
    return [{"owner_id": owner, "id": note_id, "object_id": note_id, "shared_by_id": None} for owner in sorted(owners)]


def _author(conn: Connection, actor_id: int) -> Actor:
    author = actors.find_actor_by_id(conn, actor_id)
    if author is None or not author.local or author.state != "active":
        raise Forbidden("Only actors of this node publish here.")
    return author


def _readable(conn: Connection, reader_id: int, entry_id: int | None) -> Object | None:
    """What a person answers or quotes; of a boost the original. Raises NotFound where she may not read it."""
    if entry_id is None:
        return None
    entry = entries.load_entries(conn, [entry_id], reader_id).get(entry_id)
    found = objects.find_object_by_id(conn, entry.object_id) if entry else None
    if found is None:
        raise NotFound
    return found


# -- texts, of new posts and of edited ones --------------------------------------------------------------------------


def spoiler_or_text(text: str, spoiler: str) -> tuple[str, str]:
    """A warning without a text is the text."""
    spoiler = clean_plain_field(spoiler)
    return (text, spoiler) if text.strip() or not spoiler else (spoiler, "")


def check(text: str, spoiler: str, *, has_more: bool) -> None:
    """Raises Invalid for a text that is empty, where there is nothing else to post, or too long."""
    if not text.strip() and not has_more:
        raise Invalid("A post needs some text.")
    if length_of(text) + len(spoiler) > MAX_POST or len(text) > MAX_MARKDOWN:
        raise Invalid(f"A post has at most {MAX_POST} characters.")


def find_mentioned(conn: Connection, unit: Unit, text: str) -> dict[str, Actor]:
    """Handle as written -> actor, for those whom this node knows."""
    found = {}
    for handle in handles_in(text):
        name, _, host = handle.partition("@")
        actor = actors.find_actor_by_handle(conn, name, host or unit.host)
        if actor is not None and actor.state == "active":
            found[handle] = actor
    return found


def render(text: str, unit: Unit, mentioned: Mapping[str, Actor], *, is_markdown: bool) -> str:
    """The text as safe HTML with its mentions, hashtags and addresses linked."""
    words = Words({handle: actor.url or actor.uri for handle, actor in mentioned.items()}, f"{unit.origin}/tags/")
    return render_markdown(text, words) if is_markdown else render_plain(text, words)


def texts_of(text: str, mentioned: Mapping[str, Actor], *, is_markdown: bool) -> dict[str, Any]:
    """What the details of a post keep of its text: as it was typed, and whom and what it names."""
    mentions = {actor.uri: Mention(actor.uri, f"@{actor.username}@{actor.host}") for actor in mentioned.values()}
    return {
        "source": text,
        "source_type": "text/markdown" if is_markdown else "text/plain",
        "mentions": [asdict(mention) for mention in mentions.values()],
        "hashtags": list(hashtags_in(text)),
    }


def mention_rows(note_id: int, mentioned: Mapping[str, Actor]) -> list[dict[str, Any]]:
    """Rows of ``store.objects.insert_mentions``."""
    uris = {actor.uri for actor in mentioned.values()}
    return [{"object_id": note_id, "actor_uri": uri, "silent": False} for uri in sorted(uris)]
