"""When something is, in the words of a language: weekday, day and time as the CLDR has them (Babel)."""

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from node.domain.zones import moment, zone_of

if TYPE_CHECKING:
    import datetime as dt

    from babel import Locale

#: English is that of Great Britain: the day before the month, 24 hours.
_ENGLISH = "en_GB"


@functools.lru_cache(64)
def locale_of(tag: str) -> "Locale":
    """How the language of a tag (BCP 47) writes dates; British English where nobody knows it."""
    from babel import Locale, UnknownLocaleError  # late: it takes 3 MiB

    if tag.partition("-")[0].lower() in {"en", "und", ""}:
        return Locale.parse(_ENGLISH)
    try:
        return Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale.parse(_ENGLISH)


def day_line(day: "dt.date", language: str) -> str:
    """A day with its weekday, short.

    >>> import datetime
    >>> day_line(datetime.date(2026, 5, 7), "en"), day_line(datetime.date(2026, 5, 7), "de-AT")
    ('Thu, 7 May 2026', 'Do., 7. Mai 2026')
    """
    from babel.dates import format_skeleton  # late: see above

    return str(format_skeleton("yMMMEd", day, locale=locale_of(language)))


def when_line(facts: Mapping[str, Any], language: str) -> str:
    """Date and time in the event's own zone, with its name; ``facts`` as ``EventFacts`` has them. Empty without any.

    >>> when_line({"start_at": 1_778_169_600_000, "timezone": "Europe/Berlin"}, "en")
    'Thu, 7 May 2026, 18:00 (Europe/Berlin)'
    """
    if not facts.get("start_at"):
        return ""
    name = facts.get("timezone") or "UTC"
    zone = zone_of(name)
    if zone is None:
        zone, name = ZoneInfo("UTC"), "UTC"
    start = moment(facts["start_at"], zone)
    begins = f"{day_line(start.date(), language)}, {start:%H:%M}"
    if not facts.get("end_at"):
        return f"{begins} ({name})"
    end = moment(facts["end_at"], zone)
    if end.date() == start.date():
        return f"{begins}\N{EN DASH}{end:%H:%M} ({name})"
    return f"{begins} \N{EN DASH} {day_line(end.date(), language)}, {end:%H:%M} ({name})"
