"""Posts that our own people write: stored, shown to followers here at once, told to others after the commit."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from node import events
from node.domain.drafts import Draft
from node.domain.event_words import read_answer
from node.domain.posts import Link, PostKind
from node.domain.text import plain
from node.domain.topics import title_of, topic_path
from node.domain.uris import is_web_uri
from node.domain.visibility import Visibility
from node.domain.words import hashtags_in
from node.errors import Forbidden, Invalid, NotFound, Problem
from node.jobs.kinds import ANSWER
from node.media.links import MediaLinks
from node.services.context import Unit
from node.services.news import happened, news
from node.services.posts import emojis, media, placing, polls, previews, quoting, sharing, texts
from node.services.posts.audiences import home_owners
from node.services.posts.placing import Place
from node.store import jobs
from node.store.jobs import NewJob
from node.store.news.notifications import Told
from node.store.people import actors
from node.store.people.actors import Actor
from node.store.people.posting_defaults import PostingDefaults, find_author
from node.store.posts import media as media_store
from node.store.posts import objects, tags, topics
from node.store.posts.media import Media
from node.store.posts.objects import Object
from node.store.reading import entries
from node.store.search import indexing
from node.text.richtext import clean_plain_field


@dataclass(frozen=True, slots=True)
class _New:
    """A post before it is written, with all that it stands in; whatever is wrong with it has been said."""

    id: int
    author: Actor
    draft: Draft
    defaults: PostingDefaults
    text: str
    spoiler: str
    parent: Object | None
    quoted: Object | None
    mentioned: Mapping[str, Actor]  # by its text
    named: Mapping[str, Actor]  # by it at all
    place: Place
    attached: Sequence[Media]
    poll: Mapping[str, Any] | None

    @property
    def is_titled(self) -> bool:
        return self.draft.topic_kind is not None


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
    return objects.as_object(publish_row(conn, unit, author_id, draft, links=links, post_id=post_id))


def publish_row(
    conn: Connection,
    unit: Unit,
    author_id: int,
    draft: Draft,
    *,
    links: MediaLinks | None = None,
    post_id: int | None = None,
) -> Mapping[str, Any]:
    """As ``publish``; the row as it was written, for ``burying.restore``."""
    new = _gather(conn, unit, author_id, draft, post_id or unit.ids.new())
    row = _row(conn, unit, new, links)
    stored = _store(conn, unit, new, row)
    _show(conn, unit, new, stored)
    jobs.enqueue_many(conn, list(_work(unit, new, Visibility(stored.visibility), row["content"])))
    return row


def _gather(conn: Connection, unit: Unit, author_id: int, draft: Draft, post_id: int) -> _New:
    """Read what the post stands in, and check it; raises as ``publish``."""
    author, defaults = _author(conn, author_id)
    text, spoiler = texts.spoiler_or_text(draft.text, draft.spoiler)
    has_title = bool(draft.title.strip()) and draft.topic_kind is not None
    texts.check(text, spoiler, has_more=bool(draft.media_ids or draft.poll or draft.quoted_id or has_title))
    if draft.media_ids and draft.poll:
        raise Invalid("A post has media or a poll, not both.")
    parent = find_readable(conn, author.id, draft.in_reply_to_id)
    quoted = find_readable(conn, author.id, draft.quoted_id)
    mentioned = texts.find_mentioned(conn, unit, text)
    if draft.only_to is not None:
        mentioned = {handle: actor for handle, actor in mentioned.items() if actor.id == draft.only_to}
    place = placing.find_place(conn, unit, author, draft, parent, mentioned.values())
    return _New(
        id=post_id,
        author=author,
        draft=draft,
        defaults=defaults,
        text=text,
        spoiler=spoiler,
        parent=parent,
        quoted=quoted,
        mentioned=mentioned,
        named=_named(conn, author, draft, place, parent, mentioned),
        place=place,
        attached=media.choose(conn, author.id, draft.media_ids) if draft.media_ids else (),
        poll=polls.new_poll(draft.poll, unit.now) if draft.poll else None,
    )


def _row(conn: Connection, unit: Unit, new: _New, links: MediaLinks | None) -> dict[str, Any]:
    """The row of ``objects``."""
    draft, defaults, parent = new.draft, new.defaults, new.parent
    visibility = new.place.visibility_of(draft, defaults.visibility, parent)
    if new.quoted:
        audience = new.place.audience_of(parent, visibility)
        visibility = quoting.visibility_of(new.author, visibility, audience, new.named.values(), new.quoted)
    sensitive = defaults.sensitive if draft.sensitive is None else draft.sensitive
    return {
        "id": new.id,
        "uri": _uri(unit, new.id),
        **kind_of(has_poll=new.poll is not None, is_titled=new.is_titled),
        "actor_id": new.author.id,
        "local": True,
        "visibility": visibility.value,
        "name": clean_plain_field(draft.title) if new.is_titled else "",
        "summary": new.spoiler,
        "sensitive": sensitive or bool(new.spoiler),
        "content": texts.render(new.text, unit, new.mentioned, is_markdown=draft.is_markdown),
        "language": defaults.language if draft.language is None else draft.language,
        "url": unit.origin + _path(new.id, new.author, draft, new.place),
        "in_reply_to": parent.uri if parent else None,
        "in_reply_to_id": parent.id if parent else None,
        "context": (parent.context if parent else "") or f"{unit.origin}/ap/c/{new.id}",
        "audience": new.place.audience_of(parent, visibility),
        "published_at": unit.now,
        "received_at": unit.now,
        "updated_at": None,
        "version": 1,
        "state": objects.LIVE,
        "details": {name: value for name, value in _details(conn, new, links).items() if value},
    }


def _details(conn: Connection, new: _New, links: MediaLinks | None) -> dict[str, Any]:
    """What the row keeps beside its columns; what is empty is left out."""
    draft, title = new.draft, new.draft.title if new.is_titled else ""
    return {
        **texts.texts_of(new.text, new.named, is_markdown=draft.is_markdown),
        "attachments": [asdict(each) for each in media.as_attachments(new.attached, links)] if links else [],
        "poll": new.poll,
        "link": asdict(Link(link)) if (link := check_link(draft.link)) else None,
        "application": dict(draft.application) if draft.application else None,
        "quote": new.quoted.uri if new.quoted else "",
        "quote_policy": (draft.quote_policy or new.defaults.quote_policy).value,
        "conversation": _conversation(conn, new.parent),
        "emojis": emojis.used_in(conn, texts.texts_with_emojis(new.text, new.spoiler, title, new.poll)),
    }


def _conversation(conn: Connection, parent: Object | None) -> str:
    """What Mastodon calls the conversation of the post that is answered, word for word."""
    said = objects.load_row(conn, parent.id).details if parent is not None else None
    return str((said or {}).get("conversation", ""))


def _store(conn: Connection, unit: Unit, new: _New, row: Mapping[str, Any]) -> Object:
    """Write the row and what stands beside it."""
    objects.insert_objects(conn, [row])
    if new.attached:
        media_store.tie(conn, new.id, [each.id for each in new.attached])
    objects.insert_mentions(conn, texts.mention_rows(new.id, new.named))
    tags.add_tags(conn, {new.id: hashtags_in(new.text)})
    if new.parent:
        objects.add_replies(conn, {new.parent.id: 1})
    _note_topic(conn, unit, new.id, new.place, row["context"])
    return objects.as_object(row)


def _show(conn: Connection, unit: Unit, new: _New, stored: Object) -> None:
    """Bring it to those of this node whom it concerns: timelines, its community, whom it quotes, whom it names."""
    owners = home_owners(conn, stored, new.author, new.named.values(), new.parent)
    objects.insert_home_entries(conn, _home_rows(owners, new.id), is_own=owners == {new.author.id})
    if new.place.kind is not None and new.place.group is not None and new.place.group.local:
        sharing.share(conn, unit, new.place.group, stored)
    if new.quoted:
        quoting.ask(conn, unit, new.author, stored, new.quoted)
    if new.poll:
        polls.close_later(conn, unit, stored, new.poll["closes_at"])
    news.tell(conn, unit, _news(new, stored, owners))


def _news(new: _New, stored: Object, owners: Collection[int]) -> happened.Posted:
    reaches = bool(new.named or new.parent or new.quoted) or owners != {new.author.id}
    answered = new.parent.id if new.parent else None
    known = Told(
        new.id, new.author.id, local=True, visibility=stored.visibility, context=stored.context, in_reply_to_id=answered
    )
    return happened.Posted(new.id, known, reaches)


def _work(unit: Unit, new: _New, visibility: Visibility, content: str) -> Iterator[NewJob]:
    """What is left for after the commit: other servers, what an answer says to an event, cards of pages."""
    if visibility.federates:
        created = events.ObjectCreated(new.id)
        yield events.job_of(unit.ids, unit.now, created, about=_uri(unit, new.id), is_first=True)
    if new.parent and new.parent.kind == PostKind.EVENT and read_answer(content) is not None:
        yield NewJob(ANSWER, unit.ids.new(), unit.now, ref=new.id)
    if visibility.is_open and not new.attached and not new.poll:
        yield from previews.jobs_for(unit, new.id, content)


def _uri(unit: Unit, post_id: int) -> str:
    return f"{unit.origin}/ap/o/{post_id}"


def _note_topic(conn: Connection, unit: Unit, object_id: int, place: Place, context: str) -> None:
    """It begins a thread, or is the newest of one."""
    if place.kind is not None:
        community_id = place.group.id if place.group else None
        row = {"object_id": object_id, "community_id": community_id, "kind": place.kind.value}
        topics.save_topics(conn, [{**row, "last_activity_at": unit.now}])
        indexing.index_now(conn, object_id)
    elif place.topic is not None:
        topics.touch_topics(conn, [context], unit.now)


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
        more += [answered] if answered is not None and answered.is_active else []
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


def _author(conn: Connection, actor_id: int) -> tuple[Actor, PostingDefaults]:
    found = find_author(conn, actor_id)
    if found is None or not found[0].local or not found[0].is_active:
        raise Forbidden("Only actors of this node publish here.")
    return found


def find_readable(conn: Connection, reader_id: int, entry_id: int | None) -> Object | None:
    """What a person answers or quotes; of a boost the original. Raises NotFound where she may not read it."""
    if entry_id is None:
        return None
    entry = entries.load_entries(conn, [entry_id], reader_id).get(entry_id)
    found = objects.find_object_by_id(conn, entry.object_id) if entry else None
    if found is None:
        raise NotFound
    return found
