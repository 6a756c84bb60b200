"""Posts that our own people write: stored, shown to followers here at once, told to others after the commit."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from node import events
from node.domain.drafts import MAX_POST, Draft, visibility_of_reply
from node.domain.event_words import read_answer
from node.domain.posts import Link, Mention, PostKind
from node.domain.text import plain
from node.domain.topics import title_of, topic_path
from node.domain.uris import is_web_uri
from node.domain.visibility import Visibility
from node.errors import Forbidden, Invalid, NotFound, Problem
from node.jobs.kinds import ANSWER
from node.media.links import MediaLinks
from node.services.communities import sharing
from node.services.context import Unit
from node.services.house import emojis
from node.services.news import happened, news
from node.services.posts import media, placing, polls, previews, quoting
from node.services.posts.audiences import home_owners
from node.services.posts.placing import Place
from node.store import jobs
from node.store.jobs import NewJob
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.people.posting_defaults import load_posting_defaults
from node.store.posts import media as media_store
from node.store.posts import objects, tags, topics
from node.store.posts.objects import Object
from node.store.reading import entries
from node.store.search import finding
from node.text.markdown import MAX_MARKDOWN, Words, handles_in, hashtags_in, length_of, render_markdown, render_plain
from node.text.richtext import clean_plain_field
from node.text.sentences import Sentence

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
    media. Raises Forbidden for an author who is not ours or not active, or where a community does not take it, Invalid
    for what cannot be posted, NotFound where what is answered or quoted is not there for the author.
    """
    author = _author(conn, author_id)
    defaults = load_posting_defaults(conn, author.id)
    text, spoiler = spoiler_or_text(draft.text, draft.spoiler)
    has_title = bool(draft.title.strip()) and draft.topic_kind is not None
    check(text, spoiler, has_more=bool(draft.media_ids or draft.poll or draft.quoted_id or has_title))
    if draft.media_ids and draft.poll:
        raise Invalid("A post has media or a poll, not both.")
    parent = _readable(conn, author.id, draft.in_reply_to_id)
    quoted = _readable(conn, author.id, draft.quoted_id)
    mentioned = find_mentioned(conn, unit, text)
    place = placing.find_place(conn, unit, author, draft, parent, mentioned.values())
    visibility = _visibility(draft, place, defaults.visibility, parent)
    is_titled = draft.topic_kind is not None
    note_id = post_id or unit.ids.new()
    uri = f"{unit.origin}/ap/o/{note_id}"
    named = _named(conn, author, draft, place, parent, mentioned)
    attached = media.choose(conn, author.id, draft.media_ids) if draft.media_ids else []
    poll = polls.new_poll(draft.poll, unit.now) if draft.poll else None
    details = {
        **texts_of(text, named, is_markdown=draft.is_markdown),
        "attachments": [asdict(each) for each in media.as_attachments(attached, links)] if attached and links else [],
        "poll": poll,
        "link": asdict(Link(link)) if (link := check_link(draft.link)) else None,
        "application": dict(draft.application) if draft.application else None,
        "quote": quoted.uri if quoted else "",
        "quote_policy": (draft.quote_policy or defaults.quote_policy).value,
        "emojis": emojis.used_in(conn, texts_with_emojis(text, spoiler, draft.title if is_titled else "", poll)),
    }
    sensitive = defaults.sensitive if draft.sensitive is None else draft.sensitive
    row: dict[str, Any] = {
        "id": note_id,
        "uri": uri,
        **kind_of(has_poll=poll is not None, is_titled=is_titled),
        "actor_id": author.id,
        "local": True,
        "visibility": visibility.value,
        "name": clean_plain_field(draft.title) if is_titled else "",
        "summary": spoiler,
        "sensitive": sensitive or bool(spoiler),
        "content": render(text, unit, mentioned, is_markdown=draft.is_markdown),
        "language": defaults.language if draft.language is None else draft.language,
        "url": unit.origin + _path(note_id, author, draft, place),
        "in_reply_to": parent.uri if parent else None,
        "in_reply_to_id": parent.id if parent else None,
        "context": (parent.context if parent else "") or f"{unit.origin}/ap/c/{note_id}",
        "audience": _audience(place, parent, visibility),
        "published_at": unit.now,
        "received_at": unit.now,
        "details": {name: value for name, value in details.items() if value},
    }
    objects.insert_objects(conn, [row])
    if attached:
        media_store.tie(conn, note_id, [each.id for each in attached])
    objects.insert_mentions(conn, mention_rows(note_id, named))
    tags.add_tags(conn, {note_id: hashtags_in(text)})
    if parent:
        objects.add_replies(conn, {parent.id: 1})
    _note_topic(conn, unit, note_id, place, row["context"])
    stored = Object(**(_NEW | {name: row[name] for name in Object.__dataclass_fields__ if name in row}))
    owners = home_owners(conn, stored, author, named.values(), parent)
    objects.insert_home_entries(conn, _home_rows(owners, note_id), is_own=owners == {author.id})
    if place.kind is not None and place.group is not None and place.group.local:
        sharing.share(conn, unit, place.group, stored)
    if quoted:
        quoting.ask(conn, unit, author, stored, quoted)
    if poll:
        polls.close_later(conn, unit, stored, poll["closes_at"])
    news.tell(conn, unit, happened.Posted(note_id))
    work: list[NewJob] = []
    if visibility.federates:
        work.append(events.job_of(unit.ids, unit.now, events.ObjectCreated(note_id), about=uri, is_first=True))
    if parent and parent.kind == PostKind.EVENT and read_answer(row["content"]) is not None:
        work.append(NewJob(ANSWER, unit.ids.new(), unit.now, ref=note_id))
    if visibility.is_open and not attached and not poll:
        work += previews.jobs_for(unit, note_id, row["content"])
    jobs.enqueue_many(conn, work)
    return stored


def _note_topic(conn: Connection, unit: Unit, object_id: int, place: Place, context: str) -> None:
    """It begins a thread, or is the newest of one."""
    if place.kind is not None:
        community_id = place.group.id if place.group else None
        row = {"object_id": object_id, "community_id": community_id, "kind": place.kind.value}
        topics.save_topics(conn, [{**row, "last_activity_at": unit.now}])
        finding.index_now(conn, object_id)
    elif place.topic is not None:
        topics.touch_topics(conn, [context], unit.now)


def _visibility(draft: Draft, place: Place, default: Visibility, parent: Object | None) -> Visibility:
    """As wanted; what begins a thread in a community is for all of it, and nothing in a closed one is for others."""
    if place.kind is not None and place.visibility is not None:
        return place.visibility
    wanted = visibility_of_reply(draft.visibility, default, Visibility(parent.visibility) if parent else None)
    return place.visibility if place.visibility is not None and wanted.is_open else wanted


def _audience(place: Place, parent: Object | None, visibility: Visibility) -> str:
    """The community that it is for; an answer for a few of its members is not."""
    if place.group is None:
        return parent.audience if parent and visibility is Visibility.COMMUNITY else ""
    is_for_all = visibility.is_open or visibility is place.visibility
    return place.audience if is_for_all else ""


def _named(
    conn: Connection,
    author: Actor,
    draft: Draft,
    place: Place,
    parent: Object | None,
    mentioned: Mapping[str, Actor],
) -> Mapping[str, Actor]:
    """Whom it names: those whom its text mentions, its community where it begins a thread there, whom it answers."""
    more = [place.group] if place.group is not None and place.kind is not None else []
    if parent is not None and draft.names_author and parent.actor_id != author.id:
        answered = actors.find_actor_by_id(conn, parent.actor_id)
        more += [answered] if answered is not None and answered.state == "active" else []
    known = {actor.uri for actor in mentioned.values()}
    return {**mentioned, **{actor.handle.removeprefix("@"): actor for actor in more if actor.uri not in known}}


def _path(object_id: int, author: Actor, draft: Draft, place: Place) -> str:
    """The page of the post, or of the thread that it begins."""
    if place.kind is None:
        return f"/@{author.username}/p{object_id}"
    title = title_of(draft.title, plain(draft.text))
    return topic_path(object_id, title, place.kind, community=community_name(place.group) if place.group else "")


def community_name(group: Actor) -> str:
    """How a community is called in the addresses of our pages: ``metals``, ``metals@learn.uni.example``."""
    return group.username if group.local else f"{group.username}@{group.host}"


def kind_of(*, has_poll: bool, is_titled: bool) -> dict[str, str]:
    """The columns ``kind`` and ``type`` of a post of ours."""
    kind = PostKind.QUESTION if has_poll else PostKind.PAGE if is_titled else PostKind.NOTE
    return {"kind": kind.value, "type": kind.value.title()}


def check_link(address: str) -> str:
    """The page that a post is about. Raises Invalid for what is no address of the web."""
    address = address.strip()
    if address and (not is_web_uri(address) or len(address) > _LONGEST_LINK):
        raise Invalid(problems=[Problem("$.link", "an address that begins with https://", address[:60])])
    return address


_LONGEST_LINK = 2_000


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
        raise Invalid(Sentence("A post has at most {n} characters.", n=MAX_POST))


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


def texts_with_emojis(text: str, spoiler: str, title: str, poll: Mapping[str, Any] | None) -> list[str]:
    """Where a post may use pictures that stand for words."""
    return [text, spoiler, title, *(option["name"] for option in (poll or {}).get("options", ()))]


def mention_rows(note_id: int, mentioned: Mapping[str, Actor]) -> list[dict[str, Any]]:
    """Rows of ``store.posts.objects.insert_mentions``."""
    uris = {actor.uri for actor in mentioned.values()}
    return [{"object_id": note_id, "actor_uri": uri, "silent": False} for uri in sorted(uris)]
