"""How deeply a piece of HTML nests, counted in one pass before any parser builds a tree of it.

The cleaner's parser takes quadratic time in the depth of what it reads (32 KiB of ``<div>``: 0.1 s; of different
``<font>``: seconds). So the depth is bounded first, by reading tags as the HTML standard's tokenizer does
(section 13.2.5) and taking an element off only where its end tag follows in the right order. That never counts less
than a parser would nest; untidy markup counts for more than it is.
"""

import re

_TAG = re.compile(r"<(?:(!--)|[!?]|/([a-z][^\t\n\f\r />]*)|([a-z][^\t\n\f\r />]*)|/)", re.IGNORECASE)
_COMMENT_AT_ONCE = re.compile(r"-?>")
_COMMENT_END = re.compile(r"--!?>")
_SPACE = re.compile(r"[\t\n\f\r /]*")
_NAME = re.compile(r"=?[^\t\n\f\r />=]*[\t\n\f\r ]*")
_VALUE = re.compile(r"=[\t\n\f\r ]*")
_BARE = re.compile(r"[^\t\n\f\r >]*")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link", "meta", "param", "source"}
    | {"track", "wbr"}
)
_CLOSED_BY_THE_NEXT = frozenset({"p", "li", "dd", "dt", "option", "rp", "rt", "td", "th", "tr"})
_TEXT_ONLY = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
_OTHER_RULES = re.compile(r"<(?:svg|math|noscript|plaintext|template)\b", re.IGNORECASE)


def nests_deeper_than(limit: int, html: str) -> bool:
    """Whether a parser could nest elements more than ``limit`` deep. Linear in the length of ``html``."""
    if html.count("<") <= limit:
        return False
    if _OTHER_RULES.search(html):
        return True  # foreign content and raw text change what a tag is; few honest texts hold it
    open_elements: list[str] = []
    position = 0
    while (found := _TAG.search(html, position)) is not None:
        comment, end, start = found.groups()
        position = _after(html, found, comment is not None)
        if end is not None and open_elements and open_elements[-1] == end.lower():
            open_elements.pop()
        elif start is not None and (name := start.lower()) not in _VOID:
            position = _open(html, name, position, open_elements)
            if len(open_elements) > limit:
                return True
    return False


def _after(html: str, found: re.Match[str], is_comment: bool) -> int:
    """Where the tag or comment ends."""
    if is_comment:
        ends = _COMMENT_AT_ONCE.match(html, found.end()) or _COMMENT_END.search(html, found.end())
        return ends.end() if ends else len(html)
    if found.group(2) is None and found.group(3) is None:
        closed = html.find(">", found.end())
        return len(html) if closed < 0 else closed + 1
    return _end_of_tag(html, found.end())


def _end_of_tag(html: str, position: int) -> int:
    """Past the ``>`` that ends a tag: one inside a quoted value does not."""
    while True:
        position = _SPACE.match(html, position).end()  # type: ignore[union-attr]  # matches the empty text too
        if position >= len(html) or html[position] == ">":
            return position + 1
        position = _NAME.match(html, position).end()  # type: ignore[union-attr]  # the same
        if (equals := _VALUE.match(html, position)) is not None:
            position = _end_of_value(html, equals.end())


def _end_of_value(html: str, position: int) -> int:
    quote = html[position : position + 1]
    if quote in {'"', "'"}:
        closed = html.find(quote, position + 1)
        return len(html) if closed < 0 else closed + 1
    return _BARE.match(html, position).end()  # type: ignore[union-attr]  # matches the empty text too


def _open(html: str, name: str, position: int, open_elements: list[str]) -> int:
    """Put an element on; where it holds text only, go past its end instead."""
    if name in _TEXT_ONLY:
        ends = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(html, position)
        return ends.start() if ends else len(html)
    if not (name in _CLOSED_BY_THE_NEXT and open_elements and open_elements[-1] == name):
        open_elements.append(name)
    return position
