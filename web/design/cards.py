"""From rows to the cards of lists: resources, people, posts.

Pictures of other hosts come from our copies: the pages load nothing from elsewhere (HTM8), so that reading here tells
nobody else who reads.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import escape
from sqlalchemy import Row

from node.domain import resources as records
from node.domain.actors import handle_of
from node.domain.emojis import replaced, without
from node.domain.moderation import Policies
from node.domain.slugs import slug_of
from node.domain.text import pick, plain, shorten
from node.domain.uris import host_of, is_web_uri
from node.media.links import MediaLinks
from node.store.library.resources import Resource
from node.store.posts.objects import LIVE
from node.text import descriptions
from node.text.markdown import with_quoted
from web.design.licences import licence_name
from web.design.parts import ActorCard, Image, Link, Origin, Prose, SafeHtml, Text
from web.design.posts import Attachment, Happening, Poll, PollOption, PostCard, Reply
from web.design.resources import ResourceCard

_SUMMARY = 220
_OPEN = frozenset({"public", "unlisted"})


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom cards are made: addresses of media, languages, what the policies hide, and who reads."""

    links: MediaLinks
    languages: Sequence[str]
    policies: Policies
    actor_id: int | None = None

    def hides(self, host: str) -> bool:
        """Nothing of this host is shown (ADM6)."""
        return self.policies.is_blocked(host)

    def lists(self, host: str) -> bool:
        """What comes from this host may stand in public lists."""
        return not self.policies.is_blocked(host) and not self.policies.is_limited(host)

    def hides_actor(self, actor: Any) -> bool:
        """Nothing of this actor is shown: its host is blocked, or moderators suspended it."""
        return actor.state == "suspended" or (not actor.local and self.hides(actor.host))

    def lists_actor(self, actor: Any) -> bool:
        """What comes from this actor may stand in public lists."""
        if self.hides_actor(actor) or self.policies.is_silenced(actor.uri):
            return False
        return bool(actor.local) or self.lists(actor.host)

    def picture(self, url: str, alt: str = "", *, host: str = "") -> Image | None:
        """A picture, ours or our copy of another's; none where policy wants none from ``host``, whose post shows it."""
        shown = self.media(url, host=host)
        return Image(url=shown, alt=alt) if shown else None

    def media(self, url: str, *, host: str = "") -> str:
        """Where the reader finds a picture or recording; empty where there is none to be shown."""
        if not url or (not self.links.is_own(url) and self._refuses_media(host, host_of(url))):
            return ""
        return url if url.startswith("/") else self.links.proxied(url)

    def _refuses_media(self, *hosts: str) -> bool:
        return any(host and (self.policies.is_blocked(host) or self.policies.refuses_media(host)) for host in hosts)


def actor_path(row: Any) -> str:
    return f"/@{row.username}" if row.local else f"/@{row.username}@{row.host}"


def origin_of_actor(row: Any) -> Origin | None:
    if row.local:
        return None
    return Origin(organisation=shown_name(row), host=row.host, url=row.url or row.uri, path=actor_path(row))


def resource_cards(found: Iterable[Resource], reader: Reader) -> tuple[ResourceCard, ...]:
    """Cards of what may be listed."""
    return tuple(resource_card(each, reader) for each in found if reader.lists_actor(each.owner))


def resource_card(resource: Resource, reader: Reader) -> ResourceCard:
    record = resource.record
    summary = descriptions.summary(record, reader.languages, _SUMMARY)
    levels = [pick(each.get("prefLabel", {}), reader.languages) for each in record.get("educationalLevel", ())]
    images = record.get("image", ())
    return ResourceCard(
        path=resource.path,
        name=Text(
            value=records.title(record, reader.languages), language=records.title_language(record, reader.languages)
        ),
        kind=resource.kind,
        summary=Text(value=summary) if summary else None,
        languages=tuple(record["inLanguage"]),
        creators=tuple(agent["name"] for agent in record.get("creator", ())),
        level=next(filter(None, levels), ""),
        time_required=record.get("timeRequired", ""),
        licence=licence_name(record["license"]),
        image=reader.picture(images[0]["contentUrl"], host=host_of(resource.uri)) if images else None,
        origin=resource_origin(resource),
        published_at=resource.published_at,
        visibility=resource.visibility.value,
    )


def resource_origin(resource: Resource) -> Origin | None:
    """Where a copy is at home; None for our own."""
    if resource.local:
        return None
    return Origin(
        organisation=resource.owner.title,
        host=host_of(resource.uri),
        url=resource.url or resource.uri,
        path=actor_path(resource.owner),
        fetched_at=resource.received_at,
    )


def shown_name(row: Any) -> str:
    """The name of an actor for places that show no pictures; a row without the column ``emojis`` keeps its words."""
    return without(row.name, [each["shortcode"] for each in getattr(row, "emojis", ())]) or row.username


def with_emojis(html: str, listed: Iterable[Mapping[str, Any]], reader: Reader, host: str) -> SafeHtml:
    """Clean HTML with the pictures that its words stand for; ``listed``: as posts and actors keep them."""
    images = {
        each["shortcode"]: f'<img class="emoji" src="{escape(url)}" alt=":{each["shortcode"]}:" loading="lazy">'
        for each in listed
        if (url := reader.media(each["url"], host=host))
    }
    return SafeHtml(replaced(html, images, images.__getitem__))


def actor_card(row: Any, reader: Reader) -> ActorCard:
    """``row``: a whole row of ``actors``."""
    return ActorCard(
        path=actor_path(row),
        name=shown_name(row),
        handle=handle_of(row),
        kind=row.kind if row.kind in _ICONS else "person",
        summary=shorten(plain(row.summary), _SUMMARY),
        avatar=reader.picture(row.icon, host=row.host),
        origin=origin_of_actor(row),
    )


_ICONS = frozenset({"person", "group", "organization", "service"})


def post_path(row: Row[Any], author: Any) -> str:
    """Where a post is shown here; an event that says when has a page of its own."""
    if row.kind == "event" and ((row.details or {}).get("event") or {}).get("start_at"):
        return f"/e/{row.id}-{slug_of(plain(row.name), otherwise='event')}"
    return f"{actor_path(author)}/p{row.id}"


def post_card(row: Row[Any], author: Any, reader: Reader) -> PostCard:
    """``row`` and ``author``: whole rows of ``objects`` and ``actors``."""
    path, details = post_path(row, author), row.details or {}
    if row.state != LIVE:
        return PostCard(
            path=path, author=actor_card(author, reader), content=Prose(value=""), published_at=0, gone=True
        )
    said = with_quoted(said_of(row), details.get("quote", "") if row.local else "")
    return PostCard(
        path=path,
        author=actor_card(author, reader),
        content=Prose(value=with_emojis(said, details.get("emojis", ()), reader, author.host), language=row.language),
        published_at=row.published_at,
        edited_at=row.updated_at if row.version > 1 and row.updated_at else 0,
        title=Text(value=plain(row.name), language=row.language) if row.name else None,
        warning=warning_of(row),
        is_covered=row.sensitive or reader.policies.covers_media(author.uri),
        form=row.kind,
        attachments=tuple(_attachment(each, reader, author.host) for each in details.get("attachments", ())),
        poll=_poll(details.get("poll")),
        happening=_happening(details.get("event")),
        about=_page_of_resource(row) or _link(details.get("link")),
        url=row.url if not row.local and is_web_uri(row.url) else "",
        replies=row.replies_count,
        shares=row.shares_count,
        likes=row.likes_count,
        visibility=row.visibility,
    )


def said_of(row: Any) -> str:
    """The words of a post as HTML; of a resource its summary: what it says whole, with its title and address in it, is
    for servers that know no resources.
    """
    return str(row.summary if row.kind == "resource" and row.summary else row.content)


def _page_of_resource(row: Any) -> Link | None:
    is_one = row.kind == "resource" and is_web_uri(row.url)
    return Link(label=plain(row.name) or row.url, href=row.url) if is_one else None


def warning_of(row: Any) -> str:
    """The warning in front of a post; the summary of a Page is one only where it says that it is sensitive."""
    is_warning = row.kind in {"note", "question"} or (row.kind == "page" and row.sensitive)
    return plain(row.summary) if row.summary and is_warning else ""


def _attachment(facts: Mapping[str, Any], reader: Reader, host: str) -> Attachment:
    """What is no picture or recording, or may not be shown, is only linked to."""
    media_type, url = facts.get("media_type") or "", facts["url"]
    shown = reader.media(url, host=host) if media_type.partition("/")[0] in _SHOWN else ""
    return Attachment(
        url=shown or url,
        media_type=media_type if shown else "",
        alt=facts.get("alt", ""),
        width=facts.get("width") or 0,
        height=facts.get("height") or 0,
        preview_url=reader.media(facts.get("preview_url") or "", host=host) if shown else "",
    )


_SHOWN = frozenset({"image", "video", "audio"})


def _poll(facts: Mapping[str, Any] | None) -> Poll | None:
    if not facts:
        return None
    options = tuple(PollOption(label=each["name"], votes=each.get("votes") or 0) for each in facts["options"])
    is_closed = bool(facts.get("closed_at"))
    return Poll(
        options=options,
        voters=facts.get("voters") or 0,
        closes_at=facts.get("closes_at") or 0,
        closed=is_closed,
        multiple=bool(facts.get("multiple")),
    )


def _happening(facts: Mapping[str, Any] | None) -> Happening | None:
    if not facts or not facts.get("start_at"):
        return None
    return Happening(
        starts_at=facts["start_at"],
        ends_at=facts.get("end_at") or 0,
        place=facts.get("place", ""),
        url=facts.get("online_url", ""),
    )


def _link(facts: Mapping[str, Any] | None) -> Link | None:
    return Link(label=facts.get("title") or facts["url"], href=facts["url"]) if facts else None


def post_cards(rows: Iterable[Row[Any]], authors: Mapping[int, Any], reader: Reader) -> tuple[PostCard, ...]:
    """Cards of posts that the reader may see."""
    return tuple(post_card(row, authors[row.actor_id], reader) for row in rows if is_shown(row, authors, reader))


def threaded(
    rows: Sequence[Row[Any]],
    parent_id: int,
    card: Callable[[Row[Any]], PostCard],
    shows: Callable[[Row[Any]], bool],
    *,
    first_id: int | None = None,
    last_id: int | None = None,
) -> tuple[Reply, ...]:
    """Replies in the order of reading: each before what answers it. What is not shown takes its answers along.

    ``first_id``: a direct reply that stands before the others; ``last_id``: direct replies after it are left out.
    """
    children: dict[int | None, list[Row[Any]]] = {}
    for row in rows:
        children.setdefault(row.in_reply_to_id, []).append(row)
    direct = [row for row in children.get(parent_id, []) if last_id is None or row.id <= last_id]
    direct.sort(key=lambda row: row.id != first_id)
    found, waiting = list[Reply](), list(reversed(direct))
    while waiting:
        row = waiting.pop()
        if shows(row):
            found.append(Reply(post=card(row), depth=row.depth))
            waiting += reversed(children.get(row.id, []))
    return tuple(found)


def thread(rows: Sequence[Row[Any]], authors: Mapping[int, Any], parent_id: int, reader: Reader) -> tuple[Reply, ...]:
    """Replies that everybody may read, and the reader's own."""

    def card(row: Row[Any]) -> PostCard:
        return post_card(row, authors[row.actor_id], reader)

    return threaded(rows, parent_id, card, lambda row: is_shown(row, authors, reader))


def is_shown(row: Row[Any], authors: Mapping[int, Any], reader: Reader) -> bool:
    """Whether pages show a post to this reader: open ones, and the reader's own."""
    author = authors[row.actor_id]
    if reader.hides_actor(author):
        return False
    return row.visibility in _OPEN or row.actor_id == reader.actor_id
