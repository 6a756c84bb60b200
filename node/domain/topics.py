"""What begins a thread in a community: its kinds, and how the kind of a post is guessed that does not say it.

People who write on our pages choose a kind; a post that comes from an app by mention, or from another server, is what
it looks like. A guess is never more than a filter on the page of the community: nothing is lost by a wrong one.
"""

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from node.domain.communities import TopicKind
from node.domain.posts import PostKind
from node.domain.slugs import slug_of
from node.domain.tags import key_of

#: A title as people type it; longer ones of other servers are kept.
MAX_TITLE = 300
_SHORT = 280  # characters that need no title
_LINK_WORDS = 30  # beside an address, and the address is what the post is about
_TO_WATCH = frozenset({PostKind.VIDEO, PostKind.AUDIO})
_ADDRESS = re.compile(r"https?://\S+")
_MENTION = re.compile(r"(?<![\w/@])@[A-Za-z0-9_.-]+(?:@[A-Za-z0-9.:-]+)?")
_TRAILING_TAGS = re.compile(r"(?:\s*#\w+)+\s*$")
#: How a question ends in the scripts of the world: Latin, Arabic, full width, Armenian, Greek, Ethiopic.
_ASKS = ("?", "\u061f", "\uff1f", "\u055e", "\u037e", "\u1367")
_CLOSING = "\"'\u201d\u201c\u2019\u00bb)]*_ "
_SENTENCES = re.compile(r"(?<=[.!?\u061f\uff1f\u3002])\s+")

#: Hashtags by which people say what they write.
_SAID: Mapping[str, TopicKind] = MappingProxyType(
    {
        "question": TopicKind.QUESTION,
        "frage": TopicKind.QUESTION,
        "announcement": TopicKind.ANNOUNCEMENT,
        "ankündigung": TopicKind.ANNOUNCEMENT,
        "discussion": TopicKind.DISCUSSION,
        "diskussion": TopicKind.DISCUSSION,
        "resource": TopicKind.RESOURCE,
        "material": TopicKind.RESOURCE,
    }
)


def guess_kind(
    *,
    title: str,
    text: str,
    post: PostKind | str = PostKind.NOTE,
    hashtags: Collection[str] = (),
    link: str = "",
    entity: Mapping[str, Any] | None = None,
    governs: bool = False,
) -> TopicKind:
    """What a post looks like. ``title`` and ``text`` are plain; ``link`` the page that it is about, if it says so.

    ``entity``: its ``mainEntity``, in which our own nodes say what it is; ``governs``: whether its author may announce.

    >>> guess_kind(title="", text="Why do castings crack?"), guess_kind(title="", text="https://x.example worth a look")
    (<TopicKind.QUESTION: 'question'>, <TopicKind.RESOURCE: 'resource'>)
    >>> guess_kind(title="How we cool our moulds", text="We tried sand first.")
    <TopicKind.DISCUSSION: 'discussion'>
    """
    if post == PostKind.EVENT:
        return TopicKind.EVENT
    if post == "resource":
        return TopicKind.RESOURCE
    said = kind_in_entity(entity) or next((_SAID[key] for tag in hashtags if (key := key_of(tag)) in _SAID), None)
    if said is not None and (said is not TopicKind.ANNOUNCEMENT or governs):
        return said
    words = _words(text)
    if asks(title) or (not title and asks(words)) or (title and asks(_SENTENCES.split(words)[-1])):
        return TopicKind.QUESTION
    if link or post in _TO_WATCH or _is_about_address(text):
        return TopicKind.RESOURCE
    if not title and len(words) <= _SHORT and post == PostKind.NOTE:
        return TopicKind.NOTE
    return TopicKind.DISCUSSION


def asks(text: str) -> bool:
    """Whether the first or the last sentence of a text is a question.

    >>> asks("Who knows this? Thanks!"), asks("We met. Why? So I left."), asks("كيف حالك؟")
    (True, False, True)
    """
    sentences = _SENTENCES.split(text.strip())
    return any(each.rstrip(_CLOSING).endswith(_ASKS) for each in (sentences[0], sentences[-1]))


def _words(text: str) -> str:
    """The text without mentions, addresses and the hashtags at its end."""
    bare = _MENTION.sub("", _ADDRESS.sub("", text)).strip()
    return _TRAILING_TAGS.sub("", bare).strip()


def _is_about_address(text: str) -> bool:
    """An address with a few words around it."""
    return len(_ADDRESS.findall(text)) == 1 and len(_words(text).split()) <= _LINK_WORDS


# -- how our nodes tell each other -----------------------------------------------------------------------------------

NAMESPACE = "https://w3id.org/rhizome#"


def entity_of(kind: TopicKind, title: str, answers: int = 0) -> dict[str, Any] | None:
    """The ``mainEntity`` of a topic; events and resources have their own.

    >>> entity_of(TopicKind.NOTE, "")
    {'type': 'DiscussionForumPosting', 'additionalType': 'https://w3id.org/rhizome#note'}
    """
    if kind is TopicKind.EVENT:
        return None
    if kind is TopicKind.QUESTION:
        return {"type": "Question", **({"name": title} if title else {}), "answerCount": answers}
    return {"type": "DiscussionForumPosting", "additionalType": f"{NAMESPACE}{kind.value}"}


def kind_in_entity(entity: Mapping[str, Any] | None) -> TopicKind | None:
    """The kind that a ``mainEntity`` names; None where it names none."""
    if not entity:
        return None
    types = entity.get("type", ())
    if "Question" in (types if isinstance(types, list) else [types]):
        return TopicKind.QUESTION
    named = str(entity.get("additionalType", "")).removeprefix(NAMESPACE)
    return next((kind for kind in TopicKind if kind.value == named), None)


def title_of(name: str, text: str) -> str:
    """What a thread is called: its title, else the first sentence of its text without mentions, cut.

    >>> title_of("", "@casting@museum.example Why do castings crack? They did not before.")
    'Why do castings crack?'
    """
    if name:
        return name
    words = " ".join(_words(text).split())
    first = _SENTENCES.split(words)[0] if words else ""
    return first if len(first) <= _CUT else first[:_CUT].rsplit(" ", 1)[0].rstrip(",;:") + "\u2026"


_CUT = 120


def topic_path(object_id: int, title: str, kind: TopicKind, *, community: str = "") -> str:
    """The page of a thread here; ``community`` is its name in addresses, empty for a question outside of any.

    >>> topic_path(7, "Why cracks?", TopicKind.QUESTION, community="metals")
    '/c/metals/t/7-why-cracks'
    """
    slug = f"{object_id}-{slug_of(title, otherwise=kind.value)}"
    return f"/c/{community}/t/{slug}" if community else f"/questions/{slug}"
