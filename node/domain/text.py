"""Text in many languages: language maps, choosing among them, and plain text from whatever arrives.

A language map is a JSON object of BCP 47 tags to texts, ``{"en": "Casting", "de": "Gießen"}``.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from node.errors import Malformed
from node.sentences import Sentence

LanguageMap = dict[str, str]

UNKNOWN_LANGUAGE = "und"  # BCP 47: the language is not known
MAX_NESTING = 64

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_MARKUP = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|code|div|em|h[1-6]|hr|i|img|li|ol|p|pre|span|strong|sub|sup|table|t[dhr]|u|ul)\b[^<>]*>"
    r"|&(?:amp|lt|gt|quot|apos|nbsp|[a-z]{1,8}(?:uml|acute|grave)|#\d{1,6}|#x[0-9a-f]{1,5});",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:br|hr)\b[^<>]*>|</(?:div|h[1-6]|li|tr)>", re.IGNORECASE)
_PARAGRAPH = re.compile(r"</(?:blockquote|ol|p|pre|table|ul)>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style)\b[^<>]*>[^<]*</\1>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>")
_SPACES = re.compile("  +")  # two stand in it as letters, so it looks at nothing else
_LINES = re.compile(r" ?\n ?(?:\n ?)+")


# -- languages ------------------------------------------------------------------------------------------------------


def primary(tag: str) -> str:
    """The language without script, region and the rest: ``de`` for ``de-AT``."""
    return tag.partition("-")[0].lower()


def closest(wanted: Iterable[str], available: Iterable[str]) -> str | None:
    """The available tag that fits the wishes best: lookup of RFC 4647 section 3.4, then the same language elsewhere.

    >>> closest(["de-AT", "en"], ["en", "de"]), closest(["pt"], ["pt-BR"]), closest(["fr"], ["en"])
    ('de', 'pt-BR', None)
    """
    tags = {tag.lower(): tag for tag in available}
    for wish in wanted:
        parts = wish.lower().split("-")
        exact = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
        found = next((tags[each] for each in exact if each in tags), None)
        found = found or next((tags[each] for each in sorted(tags) if primary(each) == parts[0]), None)
        if found:
            return found
    return None


def language_of(texts: Mapping[str, str], languages: Sequence[str], default: str | None = None) -> str | None:
    """Which language of the map to show: the best of those wished for, the default, English, the first by name."""
    if len(texts) < 2:
        return next(iter(texts), None)
    wishes = (*languages, *([default] if default else []), "en")
    return closest(wishes, texts) or min(texts)


def pick(texts: Mapping[str, str], languages: Sequence[str], default: str | None = None) -> str:
    """The text to show to somebody who reads ``languages``; empty only where the map is."""
    language = language_of(texts, languages, default)
    return texts[language] if language else ""


def by_two_letters(texts: Mapping[str, str]) -> LanguageMap:
    """The map with two-letter tags only, for formats that know no others; the plainest tag of a language wins.

    >>> by_two_letters({"en-US": "colour?", "en": "colour", "tlh": "nguv"})
    {'en': 'colour'}
    """
    chosen: LanguageMap = {}
    for tag in sorted(texts, key=len):
        if len(primary(tag)) == 2:
            chosen.setdefault(primary(tag), texts[tag])
    return {primary(tag): chosen[primary(tag)] for tag in texts if primary(tag) in chosen}


# -- plain text -----------------------------------------------------------------------------------------------------


def has_markup(text: str) -> bool:
    """Whether a text that claims nothing is HTML: it holds a tag that HTML knows, or a character reference."""
    return _MARKUP.search(text) is not None


def plain(markup: str) -> str:
    r"""What a reader would see of a piece of HTML, as plain text with paragraphs. Linear in its length, never fails.

    The result is text, not safe markup: whoever shows it escapes it.

    >>> plain("<p>Casting &amp; moulding</p><p>Level&nbsp;<b>1</b></p>")
    'Casting & moulding\n\nLevel 1'
    """
    if not markup:
        return ""
    text = _HIDDEN.sub("", markup.replace("\r", ""))
    text = _PARAGRAPH.sub("\n\n", _BREAK.sub("\n", text))
    text = html.unescape(_TAG.sub("", text)).replace("\t", " ").replace("\u00a0", " ")
    text = _SPACES.sub(" ", text)
    return clean((_LINES.sub("\n\n", text) if "\n" in text else text).strip())


def folded(text: str) -> str:
    """In small letters, without marks on them: what is compared, never what is shown.

    >>> folded("Ada LOVELACE, Gießen-Łódź")
    'ada lovelace, giessen-łodz'
    """
    small = text.casefold()
    if small.isascii():
        return small
    return "".join(letter for letter in unicodedata.normalize("NFKD", small) if not unicodedata.combining(letter))


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters on one line, cut between words, with an ellipsis where something is missing."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut).rstrip(" ,;:.-") + "…"


def paragraphs(text: str) -> str:
    """Plain text as HTML: escaped, one ``p`` for each paragraph, line breaks kept."""
    parts = (part.strip("\n") for part in re.split(r"\n[ \t]*\n\s*", text.replace("\r\n", "\n")))
    return "".join(f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part.strip())


def hashtag(words: str) -> str | None:
    """The words as the name of a hashtag without ``#``; None where too little is left of them.

    >>> hashtag("phase diagrams"), hashtag("C++"), hashtag("2026")
    ('PhaseDiagrams', None, None)
    """
    parts = re.findall(r"\w+", unicodedata.normalize("NFC", words))
    name = "".join(part[:1].upper() + part[1:] for part in parts) if len(parts) > 1 else "".join(parts)
    return name if 2 <= len(name) <= 100 and not name.replace("_", "").isdecimal() else None


def clean(text: str) -> str:
    """The text without characters that no database, XML or client takes: NUL, most controls, surrogates."""
    return _UNSAFE.sub("", text) if _UNSAFE.search(text) else text


def clean_json(value: Any, *, depth: int = MAX_NESTING) -> Any:
    """A JSON value with every text and key cleaned; :class:`Malformed` where it is nested deeper than 64 levels."""
    if isinstance(value, str):
        return clean(value)
    if depth < 0:
        raise Malformed(Sentence("This is nested more than {n} levels deep.", n=MAX_NESTING))
    if isinstance(value, dict):
        return {clean(key): clean_json(each, depth=depth - 1) for key, each in value.items()}
    if isinstance(value, list):
        return [clean_json(each, depth=depth - 1) for each in value]
    return value
