"""The one seam through which every sentence of the pages passes: ``_("...")`` in the interface's language.

English sentences are the keys, so a page is readable in its template. Another language is one more table in
``TABLES``: English sentence -> its own, with the same ``{names}``; what is missing falls back to English. A plural is
keyed by its singular and joined by ``|``: ``{"{n} resource": "{n} Ressource|{n} Ressourcen"}``.
"""

from collections.abc import Mapping

from markupsafe import Markup, escape

FALLBACK = "en"
TABLES: dict[str, Mapping[str, str]] = {FALLBACK: {}}
_SEPARATORS = {"en": ",", "de": "."}  # thousands; a no-break space elsewhere, as the SI brochure asks


class Language:
    """Speaks one language: sentences and numbers."""

    def __init__(self, tag: str = FALLBACK, table: Mapping[str, str] | None = None) -> None:
        self.tag = tag
        self._table = TABLES.get(tag, {}) if table is None else table
        self._separator = _SEPARATORS.get(tag, "\N{NO-BREAK SPACE}")

    def say(self, message: str, plural: str = "", /, **values: object) -> Markup:
        """The sentence with its values in place; ``n`` chooses between ``message`` and ``plural``.

        Values are escaped unless they are markup already, integers get separators. ``message`` is always a constant
        of ours, never text of somebody else.

        >>> Language().say("{n} person", "{n} people", n=1200)
        Markup('1,200 people')
        """
        sentence = self._sentence(message, plural, values.get("n"))
        said = escape(sentence)
        return said.format(**{name: self._shown(value) for name, value in values.items()}) if values else said

    def number(self, value: int) -> str:
        """An integer with separators between thousands."""
        return f"{value:,}".replace(",", self._separator)

    def _sentence(self, message: str, plural: str, n: object) -> str:
        one, _, many = self._table.get(message, f"{message}|{plural}" if plural else message).partition("|")
        return many if many and n != 1 else one

    def _shown(self, value: object) -> object:
        return self.number(value) if isinstance(value, int) else value


def choose(accepted: str) -> str:
    """The interface language for an ``Accept-Language`` header (RFC 9110, section 12.5.4); English where none fits.

    >>> choose("fr;q=0.9, en-GB;q=0.5"), choose("")
    ('en', 'en')
    """
    ranges = sorted(map(_range, accepted[:500].split(",")), key=lambda pair: -pair[1])
    return next((tag for tag, weight in ranges if weight > 0 and tag in TABLES), FALLBACK)


def _range(part: str) -> tuple[str, float]:
    tag, _, parameter = part.strip().partition(";")
    try:
        weight = float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        weight = 0.0
    return tag.split("-")[0].strip().lower(), weight
