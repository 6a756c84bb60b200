"""What a person wants to post, before it is a post; and what it may be at most."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from node.clock import DAY, MINUTE
from node.domain.communities import TopicKind
from node.domain.posts import QuotePolicy
from node.domain.visibility import Visibility, narrowest

MAX_POST = 5_000  # characters, as client apps count them
MAX_OPTIONS = 10
MAX_OPTION = 100  # characters
MIN_OPEN, MAX_OPEN = 5 * MINUTE, 30 * DAY  # how long a poll takes votes
#: A scheduled post is at least so far ahead.
MIN_AHEAD = 5 * MINUTE
MAX_SCHEDULED = 300  # of one person
MAX_PINNED = 5


@dataclass(frozen=True, slots=True)
class NewPoll:
    """A poll to be asked; ``open_for`` in milliseconds."""

    options: tuple[str, ...]
    open_for: int
    multiple: bool = False
    hides_totals: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A post to be. What is None is decided by what it answers and by the author's settings.

    ``text`` is plain text, or Markdown where ``is_markdown``; ``spoiler`` a warning in front of it. ``community_id``:
    the Group in which it begins a thread of the kind ``topic_kind`` with a ``title``; ``link``: the page that it is
    about; ``names_author``: it is addressed to whom it answers, although the text does not mention her;
    ``only_to``: the id of the one person whom its text may mention, where it holds words of others.
    """

    text: str = ""
    visibility: Visibility | None = None
    spoiler: str = ""
    sensitive: bool | None = None
    language: str | None = None
    in_reply_to_id: int | None = None
    media_ids: tuple[int, ...] = ()
    poll: NewPoll | None = None
    quoted_id: int | None = None
    quote_policy: QuotePolicy | None = None
    is_markdown: bool = False
    application: Mapping[str, Any] | None = None  # name and website of the app
    community_id: int | None = None
    topic_kind: TopicKind | None = None
    title: str = ""
    link: str = ""
    names_author: bool = False
    only_to: int | None = None


#: What only some may read, and what apps show alike: an answer that is meant for the same people stays with them.
_CLOSED = frozenset({Visibility.PARTNERS, Visibility.ORGANISATION, Visibility.COMMUNITY})


def visibility_of_reply(wanted: Visibility | None, default: Visibility, parent: Visibility | None) -> Visibility:
    """How widely a new post may be read: as wanted, else by default, an answer never more widely than its parent.

    Apps show all closed levels as ``private``; who answers a closed post "privately" means those who read the post.

    >>> visibility_of_reply(None, Visibility.PUBLIC, Visibility.FOLLOWERS)
    <Visibility.FOLLOWERS: 'followers'>
    >>> visibility_of_reply(Visibility.FOLLOWERS, Visibility.PUBLIC, Visibility.ORGANISATION)
    <Visibility.ORGANISATION: 'organisation'>
    """
    if parent is None:
        return wanted or default
    if wanted is None:
        return narrowest(default, parent)
    return parent if wanted is Visibility.FOLLOWERS and parent in _CLOSED else wanted
