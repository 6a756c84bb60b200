"""How values are told to people: times, sizes, durations, kinds, languages, accessibility terms."""

import functools
import re
import zlib
from datetime import date

from markupsafe import Markup, escape

from node.clock import DAY, HOUR, MINUTE, from_rfc3339, to_rfc3339
from node.domain.zones import local_text
from node.sentences import Sentence
from web.design.languages import LANGUAGES
from web.design.terms import KINDS, MEDIA, MEDIA_FAMILIES, TERMS, WORK
from web.language import Language

"""Kinds of resources with their names; the names of the kinds are those of their icons, too."""
"""Terms of vocabularies in plain words; what is not here is shown as it is."""

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$", re.ASCII)
_DURATION = re.compile(
    r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,4})D)?"
    r"(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,4})(?:\.\d{1,6})?S)?)?$",
    re.ASCII,
)
_UNITS = (
    Sentence("{n} year", "{n} years", n=1),
    Sentence("{n} month", "{n} months", n=1),
    Sentence("{n} week", "{n} weeks", n=1),
    Sentence("{n} day", "{n} days", n=1),
    Sentence("{n} h", n=1),
    Sentence("{n} min", n=1),
    Sentence("{n} s", n=1),
)
_MINUTES = 5  # among these
_AGES = (
    (DAY, Sentence("{n} day ago", "{n} days ago", n=1)),
    (HOUR, Sentence("{n} hour ago", "{n} hours ago", n=1)),
    (MINUTE, Sentence("{n} minute ago", "{n} minutes ago", n=1)),
    (1, Sentence("just now")),
)
_TINTS = 6
_YEAR, _MONTH = 4, 7  # characters of an ISO 8601 date


class Words:
    """Tells values in one language. Times come as ``<time>`` elements, so programs and screen readers know them."""

    def __init__(self, language: Language) -> None:
        self._language, self._say = language, language.say
        # A page tells the same few days in many places, and each costs Babel some 50 us.
        self._date = functools.lru_cache(1_024)(self._write_date)
        self._day_of_week = functools.lru_cache(1_024)(self._write_day_of_week)

    def day(self, value: int | str) -> Markup:
        """A day: from an instant (milliseconds, UTC) or an ISO 8601 date, which may be only a year or a month.

        >>> Words(Language()).day("2026-03")
        Markup('<time datetime="2026-03">March 2026</time>')
        """
        value = _written_day(value)
        return _element(value, self._date(value)) if _is_date(value) else escape(value)

    def days(self, first: int | str, last: int | str = "") -> Markup:
        r"""From one day to another (as for ``day``), months by their short names, what both have in common once.

        >>> str(Words(Language("de")).days("2026-12-01", "2026-12-07")).split("\N{EN DASH}")
        ['1.', '7. Dez. 2026']
        """
        from babel.dates import format_interval  # late: see web.language

        starts, ends = _written_day(first), _written_day(last or first)
        if not all(_is_date(each) and len(each) > _MONTH for each in (starts, ends)):
            return self.day(first) + _TO + self.day(last) if last else self.day(first)
        shown = format_interval(
            date.fromisoformat(starts), date.fromisoformat(ends), "yMMMd", locale=self._language.locale
        )
        return escape(shown)

    def time(self, at: int) -> Markup:
        """An instant with its minute, in UTC."""
        written = to_rfc3339(at)
        shown = self._say("{day}, {time} UTC", day=self._date(written[:10]), time=written[11:16])
        return _element(written, shown)

    def span(self, starts_at: int, ends_at: int = 0) -> Markup:
        """From one instant to another, the day told once where it is the same; without an end (0) just the start."""
        if not ends_at:
            return self.time(starts_at)
        starts, ends = to_rfc3339(starts_at), to_rfc3339(ends_at)
        if starts[:10] != ends[:10]:
            return self.time(starts_at) + _TO + self.time(ends_at)
        hours = _element(starts, starts[11:16]) + _TO + _element(ends, ends[11:16])
        return self._say("{day}, {time} UTC", day=self._date(starts[:10]), time=hours)

    def zoned(self, starts_at: int, ends_at: int, timezone: str) -> Markup:
        """A span of time where it happens, with the name of the zone; without an end (0) just the start."""
        first, last = local_text(starts_at, timezone), local_text(ends_at, timezone) if ends_at else ""
        when = self._minute(first, with_day=True)
        if last:
            when += _TO + self._minute(last, with_day=first[:10] != last[:10])
        # clocks.js adds the hour of readers whose clock shows another.
        return _ZONED + self._say("{when} ({zone})", when=when, zone=timezone) + _ZONED_END

    def _minute(self, written: str, *, with_day: bool) -> Markup:
        """An instant with its offset, to the minute, as it is written."""
        time = written[11:16]
        shown = self._say("{day}, {time}", day=self._day_of_week(written[:10]), time=time) if with_day else time
        return _element(written, shown)

    def ago(self, at: int, now_at: int) -> Markup:
        """How long ago something was, coarsely; what is older than 30 days is told by its day."""
        age = now_at - at
        if age >= 30 * DAY or age < -MINUTE:
            return self.day(at)
        unit, sentence = next((row for row in _AGES if age >= row[0]), _AGES[-1])
        shown = self._say(sentence, n=age // unit)
        return _element(to_rfc3339(at), shown)

    def duration(self, value: str) -> Markup:
        """An ISO 8601 duration in words; text that is none is shown as it is.

        >>> Words(Language()).duration("PT1H30M")
        Markup('<time datetime="PT1H30M">1 h 30 min</time>')
        >>> Words(Language()).duration("PT240M")
        Markup('<time datetime="PT240M">4 h</time>')
        """
        found = _DURATION.match(value)
        counts = [int(count or 0) for count in found.groups()] if found else []
        if found:
            more, counts[_MINUTES] = divmod(counts[_MINUTES], 60)
            counts[_MINUTES - 1] += more
        parts = [self._say(unit, n=count) for unit, count in zip(_UNITS, counts, strict=False) if count]
        if not parts:
            return escape(value)
        return _element(value, Markup(" ").join(parts))

    def size(self, count: int) -> str:
        r"""A size in bytes, to two digits.

        >>> Words(Language()).size(2_400_000)
        '2.4\xa0MB'
        """
        value, unit = float(count), "B"
        for unit in ("B", "kB", "MB", "GB", "TB"):
            if value < 1000 or unit == "TB":
                break
            value /= 1000
        shown = self._language.number(value, places=1 if value < 10 and unit != "B" else 0)
        return f"{shown}\N{NO-BREAK SPACE}{unit}"

    def work(self, value: str) -> Markup:
        """The name of a kind of work, which an older or newer version may have left."""
        name = WORK.get(value)
        return self._say(name) if name else escape(value)

    def kind(self, value: str) -> Markup:
        """The name of a kind; a kind that we do not know is just a resource."""
        return self._say(KINDS.get(value, Sentence("Resource")))

    def language_name(self, tag: str) -> Markup:
        """The name of a language tag's language, or the tag."""
        return escape(self._language.show(LANGUAGES.get(tag.partition("-")[0].lower(), tag)))

    def media(self, media_type: str) -> Markup:
        """What a media type is called; unknown ones by their family, then by their own name."""
        plain = media_type.partition(";")[0].strip().lower()
        name = MEDIA.get(plain) or MEDIA_FAMILIES.get(plain.partition("/")[0])
        return self._say(name) if name else escape(plain)

    def term(self, value: str) -> Markup:
        """A vocabulary's term in plain words (``TERMS``)."""
        return self._say(TERMS[value]) if value in TERMS else escape(value)

    def month(self, value: str) -> str:
        """A month (``2026-03``) with its year.

        >>> Words(Language("de")).month("2026-03")
        'März 2026'
        """
        from babel.dates import format_skeleton  # late: see web.language

        return format_skeleton("yMMMM", date.fromisoformat(f"{value}-01"), locale=self._language.locale)

    def weekday(self, number: int, *, short: bool = False) -> str:
        """The name of a day of the week; 0 is Monday.

        >>> Words(Language("de")).weekday(0), Words(Language()).weekday(6, short=True)
        ('Montag', 'Sun')
        """
        from babel.dates import get_day_names  # late: see web.language

        return str(get_day_names("abbreviated" if short else "wide", "stand-alone", self._language.locale)[number])

    def _write_day_of_week(self, value: str) -> str:
        """A day with its weekday."""
        from babel.dates import format_date  # late: see web.language

        return format_date(date.fromisoformat(value), "full", locale=self._language.locale)

    def _write_date(self, value: str) -> str:
        from babel.dates import format_date  # late: see web.language

        if len(value) == _YEAR:
            return value
        if len(value) == _MONTH:
            return self.month(value)
        return format_date(date.fromisoformat(value), "long", locale=self._language.locale)


_TO = Markup(" \N{EN DASH} ")
_ZONED, _ZONED_END = Markup("<span data-zoned>"), Markup("</span>")


def _element(written: str, shown: str) -> Markup:
    """A time as programs read it, and as people do."""
    return Markup(f'<time datetime="{escape(written)}">{escape(shown)}</time>')  # noqa: S704 (both are escaped)


def _written_day(value: int | str) -> str:
    """The ISO 8601 date of an instant; a date as it is."""
    if isinstance(value, int):
        return to_rfc3339(value)[:10]
    at = from_rfc3339(value) if "T" in value else None
    return value if at is None else to_rfc3339(at)[:10]


def _is_date(value: str) -> bool:
    """Whether the text is a day, month or year that there is."""
    if not _DATE.match(value):
        return False
    try:
        date.fromisoformat(f"{value}-01-01"[:10])
    except ValueError:
        return False
    return True


def initials(name: str) -> str:
    """One or two letters that stand for a name.

    >>> initials("Ada Lovelace"), initials("museum"), initials("")
    ('AL', 'M', '?')
    """
    letters = [word[0] for word in name.split() if word[0].isalnum()]
    return "".join(letters[:1] + letters[-1:] if len(letters) > 1 else letters).upper() or "?"


def tint(value: str) -> int:
    """A number from 1 to ``_TINTS`` that is always the same for the same text: which colour or drawing it gets."""
    return zlib.crc32(value.encode()) % _TINTS + 1
