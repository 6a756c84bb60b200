"""Pictures that stand for words: how they are called, and where texts use them.

Shortcodes are written between colons (``:owl:``), apart from letters and digits in front and behind, so that times and
addresses use none.
"""

import re
from collections.abc import Callable, Collection, Iterable

MAX_SHORTCODE, MAX_CATEGORY = 64, 60
_CODE = rf"[A-Za-z0-9_]{{2,{MAX_SHORTCODE}}}"
_SHORTCODE = re.compile(rf"{_CODE}\Z")
#: Begins with its sign, and only then looks at what stands before it: so the search skips from sign to sign.
_USED = re.compile(rf":(?<![^\W_]:)(?<!::)({_CODE}):(?![^\W_]|:)")
#: Pieces of clean HTML: a tag, whose attributes may hold any sign, or the text up to the next one.
_PIECE = re.compile(r"""<(?:[^"'<>]|"[^"]*"|'[^']*')*>|[^<]+|<""")


def is_shortcode(text: str) -> bool:
    """Whether an emoji of ours may be called so.

    >>> is_shortcode("owl_2"), is_shortcode("o"), is_shortcode("my owl"), is_shortcode(":owl:")
    (True, False, False, False)
    """
    return _SHORTCODE.match(text) is not None


def shortcodes_in(texts: Iterable[str]) -> tuple[str, ...]:
    """What may be shortcodes in these texts, each once.

    >>> shortcodes_in(["Hello :owl: :owl:", "at 10:30:15, b:no:c :owl_2:."])
    ('owl', 'owl_2')
    """
    return tuple(dict.fromkeys(code for text in texts for code in _USED.findall(text)))


def without(text: str, shortcodes: Collection[str]) -> str:
    """A name for a place that shows no pictures; as it was where nothing else would be left.

    >>> without("Ada :owl:", ["owl"]), without(":owl:", ["owl"]), without("Ada :no:", ["owl"])
    ('Ada', ':owl:', 'Ada :no:')
    """
    if not shortcodes or ":" not in text:
        return text
    return " ".join(_any_of(shortcodes).sub("", text).split()) or text


def replaced(html: str, shortcodes: Collection[str], shown: Callable[[str], str]) -> str:
    """Clean HTML with what ``shown`` makes (HTML too) in place of these shortcodes, never inside of a tag.

    >>> replaced('<a href="https://x.example/:owl:">:owl: :cat:</a>', ["owl"], str.upper)
    '<a href="https://x.example/:owl:">OWL :cat:</a>'
    """
    if not shortcodes or ":" not in html:
        return html

    wanted = _any_of(shortcodes)
    return "".join(
        piece if piece.startswith("<") else wanted.sub(lambda found: shown(found[1]), piece)
        for piece in _PIECE.findall(html)
    )


def _any_of(shortcodes: Collection[str]) -> re.Pattern[str]:
    """Those of other servers may hold other signs than ours."""
    return re.compile(f":({'|'.join(map(re.escape, shortcodes))}):")
