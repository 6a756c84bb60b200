"""Rich text that is safe to show: strangers' HTML cleaned, plain fields kept plain.

One allow list (security rules HTM1 to HTM5, HTM12), applied by nh3 before anything is stored. Text that is too long
or nests too deeply for the parser is shown as plain text instead. Nothing here raises, and nothing takes more than
linear time; a long article costs some milliseconds, in which nh3 lets other threads run. nh3 (2 MiB) loads with the
first text that has markup.
"""

import html
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from node import log
from node.domain.text import clean as without_controls
from node.domain.text import paragraphs, plain
from node.text.markup_depth import nests_deeper_than

if TYPE_CHECKING:
    import nh3

MAX_POST_BYTES = 64 * 1024
MAX_ARTICLE_BYTES = 256 * 1024
MAX_DEPTH = 100

#: A shorter list here, or below, needs a migration that cleans what is stored (docs/adr/0005).
TAGS = frozenset(
    {"p", "br", "a", "b", "strong", "i", "em", "u", "s", "del", "code", "pre", "blockquote", "ul", "ol", "li"}
    | {"h2", "h3", "h4", "ruby", "rt", "rp", "span"}
)
ATTRIBUTES = {
    "*": frozenset({"lang", "dir"}),
    "a": frozenset({"href", "class"}),
    "p": frozenset({"class"}),
    "span": frozenset({"class"}),
    "ol": frozenset({"start", "reversed"}),
    "li": frozenset({"value"}),
}
URL_SCHEMES = frozenset({"http", "https", "mailto"})
REL = "nofollow noopener noreferrer ugc"
#: What stands for a quote where none can be shown: apps that show quotes leave it out.
QUOTE_CLASS = "quote-inline"
CLASS_NAMES = frozenset({"mention", "hashtag", "ellipsis", "invisible", QUOTE_CLASS})
CLASS_PREFIXES = ("h-", "p-", "u-", "dt-", "e-")  # microformats

_MAX_HREF = 2048
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}\Z")
_NUMBER = re.compile(r"-?[0-9]{1,6}\Z")
_DIRECTIONS = frozenset({"ltr", "rtl", "auto"})
_PLAIN_TAG = re.compile(r"<(?=[A-Za-z/!?])[^<>]*>")
_PLAIN_START = re.compile(r"<(?=[A-Za-z/!?])")
_LINE = re.compile(r"[\s\u2028\u2029]+")
_PASSES = 8


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The value as it may stay; None takes the attribute away."""
    if tag == "p" and name == "class":
        return QUOTE_CLASS if QUOTE_CLASS in value.split() else None
    check = _CHECKS.get(name)
    return check(value) if check else value


def _class(value: str) -> str | None:
    kept = [word for word in value.split() if word in CLASS_NAMES or word.startswith(CLASS_PREFIXES)]
    return " ".join(kept) or None


def _href(value: str) -> str | None:
    return value if len(value) <= _MAX_HREF else None


def _language(value: str) -> str | None:
    return value if _LANGUAGE.match(value) else None


def _number(value: str) -> str | None:
    return value if _NUMBER.match(value) else None


def _direction(value: str) -> str | None:
    return value.lower() if value.lower() in _DIRECTIONS else None


_CHECKS: dict[str, Callable[[str], str | None]] = {
    "class": _class,
    "href": _href,
    "lang": _language,
    "dir": _direction,
    "start": _number,
    "value": _number,
    "reversed": lambda _: "",
}


@cache
def _cleaner() -> "nh3.Cleaner":
    import nh3  # late: see the module

    return nh3.Cleaner(
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_attribute,
        url_schemes=set(URL_SCHEMES),
        url_relative="deny",  # a path of theirs would lead to a page of ours
        link_rel=REL,
        strip_comments=True,
    )


def clean(markup: str, *, max_bytes: int = MAX_POST_BYTES) -> str:
    """The markup with everything active gone, as HTML that may stand in a page.

    Longer than ``max_bytes`` of UTF-8, nested deeper than ``MAX_DEPTH``, or what the cleaner itself fails at (HTM4):
    its words only, as paragraphs, cut.
    """
    text = without_controls(markup)
    if "<" not in text and "&" not in text:
        return cut(text, max_bytes).replace(">", "&gt;")
    if not is_longer(text, max_bytes) and not nests_deeper_than(MAX_DEPTH, text):
        try:
            return _cleaner().clean(text)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 (a panic in Rust arrives as an error that is no Exception)
            log.event("text.not_cleaned", level=log.WARNING, error=error)
    return as_paragraphs(plain(cut(text, max_bytes)))


def clean_loose(markup: str, *, max_bytes: int = MAX_POST_BYTES) -> str:
    """The same for fields in which some peers send plain text with line breaks (PeerTube's ``summary``)."""
    if "<" not in markup and "\n" in markup.strip():
        return clean(as_paragraphs(html.unescape(cut(markup, max_bytes))), max_bytes=2 * max_bytes)
    return clean(markup, max_bytes=max_bytes)


def as_paragraphs(text: str) -> str:
    """Plain text as HTML: escaped, line breaks and paragraphs kept."""
    return paragraphs(without_controls(text))


def clean_plain_field(text: str, max_chars: int | None = None) -> str:
    """A name, title or option: one line that holds nothing an HTML parser would read as a tag.

    Client apps insert such fields as HTML. ``a < b`` stays.

    >>> clean_plain_field("a < b <b>c</b> <<i>script>d"), clean_plain_field("I <3 you <img src=x")
    ('a < b c d', 'I <3 you < img src=x')
    """
    line = _LINE.sub(" ", without_controls(text)).strip()
    if "<" in line:
        for _ in range(_PASSES):
            line, found = _PLAIN_TAG.subn("", line)
            if not found:
                break
        line = _PLAIN_START.sub("< ", _LINE.sub(" ", line)).strip()
    return line if max_chars is None else line[:max_chars].rstrip()


def is_longer(text: str, max_bytes: int) -> bool:
    """Whether the text takes more than ``max_bytes`` in UTF-8."""
    return len(text) * 4 > max_bytes and len(text.encode("utf-8", "replace")) > max_bytes


def cut(text: str, max_bytes: int) -> str:
    """At most ``max_bytes`` of UTF-8, cut at the border of a character."""
    if not is_longer(text, max_bytes):
        return text
    return text.encode("utf-8", "replace")[:max_bytes].decode("utf-8", "ignore")
