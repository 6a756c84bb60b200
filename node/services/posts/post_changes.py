"""What becomes of our people's posts: edited, deleted, put on top of a profile. Units of work."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from node import events
from node.domain.drafts import MAX_PINNED, NewPoll
from node.domain.posts import Link, PostKind
from node.domain.visibility import Visibility
from node.domain.words import handles_in
from node.errors import Invalid, NotFound, Problem
from node.media.links import MediaLinks
from node.sentences import Sentence
from node.services.context import Unit
from node.services.news import happened, news
from node.services.posts import emojis, media, polls, posts, previews, texts
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.posts import burying, objects, pins, tags
from node.store.posts import media as media_store
from node.store.posts import previews as cards
from node.store.posts.objects import Object
from node.text.richtext import clean_plain_field


@dataclass(frozen=True, slots=True)
class Edit:
    """The whole of a post as it shall be; None leaves media, poll, title and link as they are.

    ``descriptions``: what is said about media, by id: ``description`` and ``focus``. ``title`` and ``link`` belong to
    what begins a thread.
    """

    text: str
    spoiler: str = ""
    sensitive: bool | None = None
    language: str | None = None
    media_ids: tuple[int, ...] | None = None
    descriptions: Mapping[int, Mapping[str, str | None]] | None = None
    poll: NewPoll | None = None
    title: str | None = None
    link: str | None = None


def find_own(conn: Connection, author_id: int, object_id: int) -> Object:
    """A living post of this person. Raises NotFound for any other."""
    found = objects.find_object_by_id(conn, object_id)
    if found is None or found.actor_id != author_id or not found.local or found.state != objects.LIVE:
        raise NotFound
    if found.kind not in _WRITTEN:
        raise NotFound
    return found


_WRITTEN = frozenset({PostKind.NOTE.value, PostKind.QUESTION.value, PostKind.PAGE.value})


def edit(conn: Connection, unit: Unit, author_id: int, object_id: int, wanted: Edit, *, links: MediaLinks) -> None:
    """Put another text in the place of a post's, which stays in its history; nothing changes where all is the same.

    Raises NotFound where it is not hers, Invalid as for a new post.
    """
    found = find_own(conn, author_id, object_id)
    row = objects.load_row(conn, found.id)
    before = row.details or {}
    text, spoiler = texts.spoiler_or_text(wanted.text, wanted.spoiler)
    is_markdown = before.get("source_type", "text/markdown") == "text/markdown"
    mentioned = texts.find_mentioned(conn, unit, text)
    named = {**_named_silently(conn, before, mentioned), **mentioned}
    attachments = _attachments(conn, unit, author_id, found.id, wanted, before, links)
    poll = _poll(conn, unit, found, before, wanted, has_media=bool(attachments))
    name = _title(row, wanted)
    texts.check(text, spoiler, has_more=bool(attachments or poll or before.get("quote") or name))
    details = {
        **before,
        **texts.texts_of(text, named, is_markdown=is_markdown),
        "attachments": attachments,
        "poll": poll,
        "emojis": emojis.used_in(conn, texts.texts_with_emojis(text, spoiler, name, poll)),
        **_link(wanted),
    }
    values: dict[str, Any] = {
        **posts.kind_of(has_poll=bool(poll), is_titled=row.kind == PostKind.PAGE.value),
        "name": name,
        "summary": spoiler,
        "content": texts.render(text, unit, mentioned, is_markdown=is_markdown),
        "sensitive": (row.sensitive if wanted.sensitive is None else wanted.sensitive) or bool(spoiler),
        "language": row.language if wanted.language is None else wanted.language,
        "details": {name: value for name, value in details.items() if value},
    }
    if all(values[name] == getattr(row, name) for name in values):
        return
    objects.keep_version(conn, found.id, unit.now)
    objects.update_object(conn, found.id, {**values, "version": row.version + 1, "updated_at": unit.now})
    objects.insert_mentions(conn, texts.mention_rows(found.id, named))
    tags.replace_tags(conn, found.id, details["hashtags"])
    if poll and wanted.poll is not None:
        polls.close_later(conn, unit, found, poll["closes_at"])
    if values["content"] != row.content:
        cards.hide_card(conn, found.id)
        if not attachments and not poll:
            previews.look_at_later(conn, unit, found.id, values["content"])
    _tell_of_change(conn, unit, found)


def _poll(
    conn: Connection, unit: Unit, found: Object, before: Mapping[str, Any], wanted: Edit, *, has_media: bool
) -> dict[str, Any] | None:
    """The poll that ``details`` are to keep: another one, the present one, or none beside media."""
    poll = before.get("poll")
    if wanted.poll is not None:
        poll = polls.replace_poll(conn, unit, found, poll, wanted.poll)
        if has_media and poll:
            raise Invalid("A post has media or a poll, not both.")
        return poll
    return None if has_media else poll


def _title(row: Any, wanted: Edit) -> str:
    """What has a title keeps one."""
    if wanted.title is None or row.kind != PostKind.PAGE.value:
        return str(row.name)
    name = clean_plain_field(wanted.title)
    if row.name and not name:
        raise Invalid(problems=[Problem("$.title", "a title", "none")])
    return name


def _link(wanted: Edit) -> dict[str, Any]:
    if wanted.link is None:
        return {}
    link = posts.check_link(wanted.link)
    return {"link": asdict(Link(link)) if link else None}


def _named_silently(conn: Connection, before: Mapping[str, Any], mentioned: Mapping[str, Actor]) -> dict[str, Actor]:
    """Whom the post names although its text did not mention them: its community, whom it answers. They stay."""
    written = set(handles_in(before.get("source", "")))
    known = {actor.uri for actor in mentioned.values()}
    names = {each["name"].removeprefix("@"): each["uri"] for each in before.get("mentions", ())}
    silent = {name: uri for name, uri in names.items() if not {name, name.partition("@")[0]} & written}
    found = actors.load_actors(conn, [uri for uri in silent.values() if uri not in known])
    return {name: found[uri] for name, uri in silent.items() if uri in found}


def _attachments(
    conn: Connection,
    unit: Unit,
    author_id: int,
    object_id: int,
    wanted: Edit,
    before: Mapping[str, Any],
    links: MediaLinks,
) -> list[dict[str, Any]]:
    """The attachments that ``details`` are to keep: new ones, or the present ones where media are not spoken of."""
    for media_id, said in (wanted.descriptions or {}).items():
        media.describe(
            conn,
            author_id,
            media_id,
            description=said.get("description"),
            focus=said.get("focus"),
            object_id=object_id,
        )
    if wanted.media_ids is not None:
        shown = media.replace_attached(conn, unit, author_id, wanted.media_ids, object_id)
    else:
        shown = media_store.load_for_objects(conn, [object_id]).get(object_id, [])
        if not shown:
            return list(before.get("attachments", ()))
    return [asdict(each) for each in media.as_attachments(shown, links)]


def _tell_of_change(conn: Connection, unit: Unit, found: Object) -> None:
    news.tell(conn, unit, happened.Edited(found.id))
    if Visibility(found.visibility).federates:
        events.record(conn, unit.ids, unit.now, events.ObjectUpdated(found.id), about=found.uri)


def delete(conn: Connection, unit: Unit, author_id: int, object_id: int, *, forget_media: bool = False) -> None:
    """Take a post back: it is gone here at once, and everybody who was told hears of it."""
    found = find_own(conn, author_id, object_id)
    media.release(conn, unit, found.id, forget=forget_media)
    news.tell(conn, unit, happened.Deleted(found))
    told = objects.load_told(conn, found.id)
    burying.bury(conn, found, unit.now)
    if Visibility(found.visibility).federates:
        events.record(conn, unit.ids, unit.now, events.ObjectDeleted(found.id, told), about=found.uri)


def pin(conn: Connection, unit: Unit, author_id: int, object_id: int) -> None:
    """Show a post first on the profile. Raises Invalid for one that not everybody may read, and for too many."""
    found = find_own(conn, author_id, object_id)
    if not Visibility(found.visibility).is_open:
        raise Invalid("Only public posts can be shown first.")
    pinned = pins.load_pinned_ids(conn, author_id)
    if found.id in pinned:
        return
    if len(pinned) >= MAX_PINNED:
        raise Invalid(Sentence("At most {n} posts can be shown first.", n=MAX_PINNED))
    pins.insert_pin(conn, author_id, found.id, unit.now)
    events.record(conn, unit.ids, unit.now, events.Pinned(author_id, found.id), about=found.uri)


def unpin(conn: Connection, unit: Unit, author_id: int, object_id: int) -> None:
    found = find_own(conn, author_id, object_id)
    if found.id not in pins.load_pinned_ids(conn, author_id):
        return
    pins.delete_pin(conn, author_id, found.id)
    events.record(conn, unit.ids, unit.now, events.Unpinned(author_id, found.id), about=found.uri)
