"""The addresses, mentions and hashtags of a text as people type it, and how long such a text is."""

import functools
import re

MAX_MARKDOWN = 16_384  # characters; what is longer is shown as it was typed

_LENGTH_OF_URL = 23  # characters of any address, as client apps count
#: Few texts are longer, and the words of one take sixty times as much memory as its characters.
_REMEMBERED_LENGTH = 4_096
#: Each begins with its sign, and only then looks at what stands before it: so the search skips from sign to sign.
_WORD = re.compile(
    r"https?://[^\s<>\"']+"
    r"|@(?<![\w/@#.]@)(?P<user>[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)(?:@(?P<host>[A-Za-z0-9][A-Za-z0-9.:-]*[A-Za-z0-9]))?"
    r"|#(?<![\w/@#&]#)(?P<tag>\w*[^\W\d_]\w*)"
)


def words_in(text: str) -> tuple[re.Match[str], ...]:
    """Addresses, mentions and hashtags; who writes a post asks for them five times in a row."""
    return _remembered(text) if len(text) <= _REMEMBERED_LENGTH else _words_in(text)


def _words_in(text: str) -> tuple[re.Match[str], ...]:
    return tuple(_WORD.finditer(text))


_remembered = functools.lru_cache(maxsize=64)(_words_in)  # posts that wait for one commit do not push each other out


def length_of(text: str) -> int:
    """Characters as client apps count them: an address as 23, a mention without its host.

    >>> length_of("https://learn.uni.example/a/very/long/path by @ada@learn.uni.example")
    31
    """
    hidden = (
        len(found[0]) - (1 + len(found["user"]) if found["user"] else _LENGTH_OF_URL)
        for found in words_in(text)
        if not found["tag"]
    )
    return len(text) - sum(hidden)


def handles_in(text: str) -> tuple[str, ...]:
    """Who is mentioned, as ``user`` or ``user@host`` in lower case, each once.

    >>> handles_in("Thanks @Ada and @ben@learn.uni.example! mail: c@d.example")
    ('ada', 'ben@learn.uni.example')
    """
    return tuple(dict.fromkeys(handle_of(found) for found in words_in(text) if found["user"]))


def hashtags_in(text: str) -> tuple[str, ...]:
    """The hashtags without their sign, each once whatever its case, as first written.

    >>> hashtags_in("#Casting, #casting and #2026 https://a.example/#top")
    ('Casting',)
    """
    found = {found["tag"].casefold(): found["tag"] for found in reversed(words_in(text)) if found["tag"]}
    return tuple(found[name] for name in reversed(found))


def handle_of(found: re.Match[str]) -> str:
    """The handle of a mention among ``words_in``, in lower case."""
    return (f"{found['user']}@{found['host']}" if found["host"] else found["user"]).lower()
