"""The one seam through which every sentence of the pages passes: ``_("...")`` in the interface's language.

English sentences are the keys, ``node/translations`` has the other languages; what one lacks is said in English.
Dates, numbers and the names of languages come from the CLDR by way of Babel, which loads with the first page.
"""

import functools
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import TYPE_CHECKING, Self

from markupsafe import Markup, escape
from markupsafe import _escape_inner as escaped  # type: ignore[attr-defined]  # ``escape`` without a Markup around it

from node.sentences import Sentence, sentences
from node.translations import SOURCE, catalogue, spoken

if TYPE_CHECKING:
    from babel import Locale

#: English is that of Great Britain: the day before the month.
_LOCALES = {"en": "en_GB"}


#: Languages that people choose and the CLDR names in no language.
_UNNAMED: Mapping[str, str] = sentences({"bfi": "British Sign Language", "gsg": "German Sign Language"})


class LanguageName(str):
    """The name of a language: English as a string, that of another language where a page shows it.

    >>> Language("de").show(LanguageName("fr", "French"))
    'Französisch'
    """

    __slots__ = ("tag",)

    tag: str

    def __new__(cls, tag: str, name: str) -> Self:
        made = super().__new__(cls, name)
        made.tag = tag
        return made


class Language:
    """Speaks one language: sentences and numbers."""

    def __init__(self, tag: str = SOURCE) -> None:
        self.tag = tag
        self._known = catalogue(tag)
        self._constant = functools.lru_cache(4_096)(lambda message: escape(self._found(message, "", {})))
        # Pages count the same small numbers again and again, and each costs Babel some 50 us.
        self._written = functools.lru_cache(4_096)(self._write)

    @functools.cached_property
    def locale(self) -> "Locale":
        """How the language writes dates, numbers and names."""
        from babel import Locale  # late: it loads with the first page

        return Locale.parse(_LOCALES.get(self.tag, self.tag))

    def say(self, message: str, plural: str = "", /, **values: object) -> Markup:
        """The sentence with its values in place; ``n`` chooses between ``message`` and ``plural``.

        Values are escaped unless they are markup already, integers get separators. ``message`` is a constant of ours
        or a :class:`Sentence`, which brings its own values, never text of somebody else.

        >>> Language().say("{n} person", "{n} people", n=1200)
        Markup('1,200 people')
        """
        if isinstance(message, Sentence):
            return self.say(message.message, message.plural, **{**message.values, **values})
        if not values:
            return self._constant(message)
        found = _parts(self._found(message, plural, values))
        parts = [literal if name is None else self._spelled(values[name]) for literal, name in found]
        return Markup("".join(parts))  # noqa: S704 (literals and values are escaped)

    def number(self, value: float, *, places: int | None = None) -> str:
        """A number as the language writes it (``1.234,5``), ``places`` behind its point where that is said."""
        return self._written(value, places)

    def _write(self, value: float, places: int | None) -> str:
        from babel.numbers import format_decimal  # late: see above

        pattern = None if places is None else f"#,##0.{'0' * places}".removesuffix(".")
        return format_decimal(value, pattern, locale=self.locale)

    def show(self, value: object) -> object:
        """What a template puts out: a Sentence or the name of a language in this language, anything else as it is."""
        if isinstance(value, Sentence):
            return self.say(value)
        if isinstance(value, LanguageName) and self.tag != SOURCE:
            return self.locale.languages.get(value.tag) or self.show(_UNNAMED.get(value.tag, str(value)))
        return value

    def put(self, value: object) -> str:
        """The same as it stands in HTML: escaped, unless it is markup.

        >>> Language().put("<b>"), Language().put(Markup("<b>")), Language("de").put(Sentence("Search"))
        ('&lt;b&gt;', Markup('<b>'), Markup('Suchen'))
        """
        if type(value) is str:
            return escaped(value)
        return value if type(value) is Markup else escape(self.show(value))

    def _spelled(self, value: object) -> str:
        """A value of a sentence as it stands in HTML."""
        return escaped(self.number(value)) if isinstance(value, int) else self.put(value)

    def _found(self, message: str, plural: str, values: dict[str, object]) -> str:
        if not plural:
            return self._known.gettext(message) if message else ""
        return self._known.ngettext(message, plural, values["n"])  # type: ignore[arg-type]  # an integer


@functools.lru_cache(4_096)  # sentences of ours, each said over and over
def _parts(message: str) -> Sequence[tuple[Markup, str | None]]:
    """The sentence in its order: escaped text, and the names of the values between.

    >>> _parts("{n} of {total}")
    [(Markup(''), 'n'), (Markup(' of '), None), (Markup(''), 'total')]
    """
    found: list[tuple[Markup, str | None]] = []
    for literal, name, form, conversion in Formatter().parse(message):
        if form or conversion:
            raise ValueError(f"values go into sentences by their names alone, not as in {message!r}")
        if literal:
            found.append((escape(literal), None))
        if name is not None:
            found.append((Markup(""), name))
    return found


def choose(accepted: str, default: str = SOURCE) -> str:
    """The interface language for an ``Accept-Language`` header (RFC 9110, section 12.5.4); else ``default``.

    >>> choose("fr;q=0.9, de-AT;q=0.5"), choose(""), choose("", "de")
    ('de', 'en', 'de')
    """
    ranges = sorted(map(_range, accepted[:500].split(",")), key=lambda pair: -pair[1])
    return next((tag for tag, weight in ranges if weight > 0 and tag in spoken()), default)


def _range(part: str) -> tuple[str, float]:
    tag, _, parameter = part.strip().partition(";")
    try:
        weight = float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        weight = 0.0
    return tag.split("-")[0].strip().lower(), weight
