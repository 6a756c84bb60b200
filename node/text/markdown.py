"""Markdown as people here write it, and as PeerTube sends it, rendered to HTML that is safe to show.

Rendered first and cleaned after (security rule HTM1); text that was typed as it is needs no cleaning, as all markup of
it is made here. In posts, addresses, ``@mentions`` and ``#hashtags`` become
links as other servers make them. markdown-it takes 90 ms to load, so it is imported by the first text that needs it.
"""

import functools
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from node.domain.text import clean as without_controls
from node.domain.words import MAX_MARKDOWN, handle_of, words_in
from node.text.richtext import QUOTE_CLASS, REL, as_paragraphs, clean, is_longer

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_AFTER_URL = ".,;:!?'\")]}*_"
_SHOWN_URL = 30  # characters of an address after its scheme
_HEADINGS = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4"}
_CLEANED_HASHTAG, _HASHTAG = (f'class="mention hashtag" rel="{rel}"' for rel in (REL, f"tag {REL}"))
_MAX_BYTES = 8 * MAX_MARKDOWN
_LINE_END = re.compile(r"\r\n?")
_BETWEEN_PARAGRAPHS = re.compile(r"\n\s*\n")
_WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Words:
    """Where the mentions and hashtags of a post lead."""

    pages: Mapping[str, str] = field(default_factory=dict)  # handle without its first @, in lower case -> address
    tags: str = ""  # what stands before the name in a hashtag's address; '' leaves hashtags as text


def render_markdown(text: str, words: Words | None = None) -> str:
    """The text as safe HTML; with ``words``, mentions and hashtags are linked. Line breaks are kept."""
    if len(text) > MAX_MARKDOWN:
        return clean(as_paragraphs(text), max_bytes=_MAX_BYTES)
    rendered = _engine().render(text, {"words": words or Words()}).strip()
    return clean(rendered, max_bytes=_MAX_BYTES).replace(_CLEANED_HASHTAG, _HASHTAG)


def render_plain(text: str, words: Words) -> str:
    r"""Text as it was typed, as safe HTML: its lines and paragraphs, with addresses, mentions and hashtags linked.

    >>> render_plain("2 * 3 * 4\n\n# no heading", Words())
    '<p>2 * 3 * 4</p><p># no heading</p>'
    """
    parts = _BETWEEN_PARAGRAPHS.split(_LINE_END.sub("\n", without_controls(text)).strip())
    rendered = "".join(f"<p>{_markup(part.strip(), words)}</p>".replace("\n", "<br>") for part in parts if part.strip())
    return clean(as_paragraphs(text), max_bytes=_MAX_BYTES) if is_longer(rendered, _MAX_BYTES) else rendered


@functools.cache
def _engine() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    engine = MarkdownIt("commonmark", {"html": False, "breaks": True})
    engine.enable("strikethrough").disable("image")  # pictures are attachments
    engine.core.ruler.push("fediverse", _link_words)
    return engine


def _link_words(state: "StateCore") -> None:
    """Links in the text outside of links and code; headings one step down, below the title of the page."""
    words: Words = state.env["words"]
    for token in state.tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
        if token.children:
            token.children = list(_linked(token.children, words))


def _linked(tokens: "list[Token]", words: Words) -> "Iterator[Token]":
    inside_link = False
    for token in tokens:
        if token.type in {"link_open", "link_close"}:
            inside_link = token.type == "link_open"
        if (
            token.type == "text"
            and not inside_link
            and ("://" in token.content or "@" in token.content or "#" in token.content)
        ):
            yield _as_markup(token, _markup(token.content, words))
        else:
            yield token


def _as_markup(token: "Token", markup: str) -> "Token":
    return token.copy(type="html_inline", content=markup)


def _markup(text: str, words: Words) -> str:
    """The text escaped, its addresses, mentions and hashtags as links."""
    parts, position = [], 0
    for found in words_in(text):
        parts += [_escaped(text[position : found.start()]), _link(found, words)]
        position = found.end()
    return "".join([*parts, _escaped(text[position:])])


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _link(found: re.Match[str], words: Words) -> str:
    if found["user"]:
        page = words.pages.get(handle_of(found), "")
        return mention_link(page, found["user"]) if page.startswith(_WEB) else _escaped(found[0])
    if found["tag"]:
        return hashtag_link(words.tags + found["tag"], found["tag"]) if words.tags else _escaped(found[0])
    address = found[0].rstrip(_AFTER_URL)
    address += ")" * (address.count("(") > address.count(")") and found[0].startswith(address + ")"))
    return address_link(address) + _escaped(found[0][len(address) :])


def mention_link(page: str, username: str) -> str:
    """A mention as Mastodon writes it (h-card of microformats)."""
    link = f'<a href="{html.escape(page)}" class="u-url mention" rel="{REL}">@<span>{_escaped(username)}</span></a>'
    return f'<span class="h-card">{link}</span>'


def hashtag_link(page: str, name: str) -> str:
    """A hashtag as Mastodon writes it."""
    return f'<a href="{html.escape(page)}" {_HASHTAG}>#<span>{_escaped(name)}</span></a>'


def address_link(address: str, rel: str = REL) -> str:
    """An address as a link that shows its host and the beginning of its path; the rest is there for copying."""
    scheme, _, rest = address.partition("://")
    shown, hidden = rest[:_SHOWN_URL], rest[_SHOWN_URL:]
    kind = ' class="ellipsis"' if hidden else ""
    tail = f'<span class="invisible">{_escaped(hidden)}</span>' if hidden else ""
    head = f'<span class="invisible">{scheme}://</span><span{kind}>{_escaped(shown)}</span>'
    return f'<a href="{html.escape(address)}" rel="{rel}">{head}{tail}</a>'


def with_quoted(content: str, address: str) -> str:
    """A text with a paragraph in front that leads to what it quotes, for whom no quotes are shown; none where it names
    the address itself.

    >>> with_quoted("<p>look</p>", "")
    '<p>look</p>'
    """
    if not address or html.escape(address) in content:
        return content
    return f'<p class="{QUOTE_CLASS}">RE: {address_link(address)}</p>{content}'


def profile_link(address: str) -> str:
    """The value of a profile field that is an address, with the ``rel="me"`` that proves it from the other side."""
    return address_link(address, f"me {REL}")
