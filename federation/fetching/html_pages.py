"""HTML pages of others as text, read by a parser that builds no tree and runs nothing (HTM5).

Parsing takes up to a second for what its author has made for that: call it in a thread.
"""

import codecs
import re
from contextlib import suppress
from html.parser import HTMLParser

MAX_MARKUP = 512 * 1024  # bytes that are read of a page
_CHARSET = re.compile(r"charset=[\"']?([A-Za-z0-9_-]{2,40})", re.IGNORECASE)
#: Python knows codecs that are no charset of a page; some raise, one takes minutes (punycode).
_CHARSETS = re.compile(
    r"ascii|big5|big5hkscs|cp(?:125[0-8]|866|932|949)|euc_(?:jp|kr)|gb18030|gb2312|gbk|iso2022_jp|iso8859-\d+|"
    r"koi8-[ru]|mac-(?:cyrillic|roman)|shift_jis|tis-620|utf-16(?:-[bl]e)?|utf-8(?:-sig)?"
)


def decoded(body: bytes, content_type: str) -> str:
    """The beginning of a page in the charset that it names, else in UTF-8; never fails.

    >>> decoded("Ö".encode("latin-1"), "text/html; charset=ISO-8859-1")
    'Ö'
    """
    found = _CHARSET.search(content_type) or _CHARSET.search(body[:2048].decode("ascii", "replace"))
    return body[:MAX_MARKUP].decode(_codec(found[1]) if found else "utf-8", "replace")


def _codec(charset: str) -> str:
    try:
        name = codecs.lookup(charset).name
    except LookupError:
        return "utf-8"
    return name if _CHARSETS.fullmatch(name) else "utf-8"


def read_markup(reader: HTMLParser, markup: str) -> None:
    """What ``reader`` collects until the end, or until something that the parser cannot read."""
    with suppress(AssertionError):  # "<![" without a name
        reader.feed(markup)
