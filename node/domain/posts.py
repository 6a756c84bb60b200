"""Posts as the node understands them, wherever they were written."""

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from node.domain.visibility import Visibility


class PostKind(enum.StrEnum):
    """What kind of thing a post is; ``OTHER`` is kept and shown as a link, its meaning is not guessed."""

    NOTE = "note"
    ARTICLE = "article"
    PAGE = "page"
    QUESTION = "question"  # a poll
    EVENT = "event"
    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    DOCUMENT = "document"
    OTHER = "other"


class QuotePolicy(enum.StrEnum):
    """Who may quote a post without asking (``interactionPolicy.canQuote`` of FEP-044f); the author always may."""

    PUBLIC = "public"
    FOLLOWERS = "followers"
    NOBODY = "nobody"


class QuoteState(enum.StrEnum):
    """What became of a quote; only an accepted one is shown with what it quotes."""

    PENDING = "pending"  # asked for, or a stamp that nobody has looked at yet
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Mention:
    uri: str
    name: str  # as it was written, ``@ada@learn.uni.example``


@dataclass(frozen=True, slots=True)
class Emoji:
    """A picture that stands for ``:shortcode:`` in the texts of one post or profile."""

    shortcode: str
    url: str
    media_type: str = ""
    still_url: str = ""  # the same standing still, of ours that move


@dataclass(frozen=True, slots=True)
class Attachment:
    url: str
    media_type: str = ""  # '' where unknown
    alt: str = ""
    width: int | None = None
    height: int | None = None
    blurhash: str = ""
    preview_url: str = ""
    focus: tuple[float, float] | None = None  # what must stay visible: x and y from -1 to 1, (0, 0) is the middle
    duration: float | None = None  # seconds


@dataclass(frozen=True, slots=True)
class PollOption:
    name: str
    votes: int = 0


@dataclass(frozen=True, slots=True)
class Poll:
    options: tuple[PollOption, ...]
    multiple: bool = False
    closes_at: int | None = None
    closed_at: int | None = None
    voters: int | None = None


@dataclass(frozen=True, slots=True)
class EventFacts:
    """When and where; the words are those of the post."""

    start_at: int | None = None
    end_at: int | None = None
    timezone: str = ""
    place: str = ""  # name and postal address on one line
    latitude: float | None = None
    longitude: float | None = None
    online_url: str = ""
    status: str = ""  # confirmed, tentative, cancelled; '' where unknown
    join_mode: str = ""  # free, restricted, external, invite; '' where unknown
    capacity: int | None = None
    participants: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A page that a post is about: the card below it."""

    url: str
    title: str = ""


class RemotePost(NamedTuple):
    """A post of another server, read: texts clean and cut to size, addresses checked, what is unknown empty."""

    uri: str
    kind: PostKind
    type: str  # as it was sent
    author_uri: str
    visibility: Visibility
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    name: str = ""
    summary_html: str = ""
    content_html: str = ""
    language: str = ""
    content_map: Mapping[str, str] = MappingProxyType({})
    url: str = ""
    in_reply_to: str = ""
    context: str = ""
    conversation: str = ""
    audience: str = ""  # the Group that it belongs to
    published_at: int | None = None
    updated_at: int | None = None
    sensitive: bool = False
    mentions: tuple[Mention, ...] = ()
    hashtags: tuple[str, ...] = ()  # without the number sign, as written
    emojis: tuple[Emoji, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    poll: Poll | None = None
    event: EventFacts | None = None
    quote: str = ""
    quote_authorization: str = ""  # the stamp of the quoted author (FEP-044f)
    quote_policy: QuotePolicy | None = None  # None where the post says nothing of it
    link: Link | None = None
    replies: str = ""
    accepted_answer: str = ""  # of a question: the answer that helped
    is_vote: bool = False  # a ballot: ``name`` is the option, ``in_reply_to`` the poll
    main_entity: dict[str, Any] | None = None
    document: dict[str, Any] | None = None  # as it came

    def details(self) -> dict[str, Any]:
        """What pages and client apps show beyond the columns of a post, as JSON; only what is there."""
        facts: dict[str, Any] = {
            "mentions": list(map(asdict, self.mentions)),
            "hashtags": list(self.hashtags),
            "emojis": list(map(asdict, self.emojis)),
            "attachments": list(map(asdict, self.attachments)),
            "content_map": dict(self.content_map),
            "poll": asdict(self.poll) if self.poll else None,
            "event": asdict(self.event) if self.event else None,
            "link": asdict(self.link) if self.link else None,
            "quote": self.quote,
            "quote_authorization": self.quote_authorization if self.quote else "",
            "quote_policy": self.quote_policy.value if self.quote_policy else "",
            "conversation": self.conversation,
            "replies": self.replies,
        }
        return {name: fact for name, fact in facts.items() if fact}


@dataclass(frozen=True, slots=True)
class OwnPost:
    """One of our posts, ready to be written as an ActivityPub object."""

    uri: str
    author_uri: str
    visibility: Visibility
    published_at: int
    content_html: str = ""
    kind: PostKind = PostKind.NOTE
    name: str = ""
    summary: str = ""
    language: str = ""
    url: str = ""
    source: str = ""  # Markdown that ``content_html`` was made of
    in_reply_to: str = ""
    context: str = ""
    conversation: str = ""  # echoed from the parent, where it has one
    audience: str = ""
    updated_at: int | None = None
    sensitive: bool = False
    mentions: tuple[Mention, ...] = ()
    hashtags: tuple[str, ...] = ()  # without the number sign
    attachments: tuple[Attachment, ...] = ()
    content_map: Mapping[str, str] = field(default_factory=dict)  # the same in other languages: tag -> HTML
    emojis: tuple[Emoji, ...] = ()
    poll: Poll | None = None
    quote: str = ""
    quote_authorization: str = ""
    quote_policy: QuotePolicy = QuotePolicy.PUBLIC
    link: Link | None = None
    accepted_answer: str = ""
    main_entity: dict[str, Any] | None = None


def first_picture(details: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The first attachment that is a picture, of what ``RemotePost.details`` and our own objects keep.

    >>> first_picture({"attachments": [{"media_type": "audio/ogg"}, {"media_type": "image/png", "url": "u"}]})
    {'media_type': 'image/png', 'url': 'u'}
    """
    attached = (details or {}).get("attachments", ())
    return next((each for each in attached if (each.get("media_type") or "").startswith("image/")), None)
