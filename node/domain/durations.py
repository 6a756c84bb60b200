"""ISO 8601 durations as people write them, in English and German."""

import re
from collections.abc import Mapping

from node.domain.text import primary

_UNITS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "Y": "years", "M": "months", "W": "weeks", "D": "days", "Y1": "year", "M1": "month", "W1": "week", "D1": "day",
    },
    "de": {
        "Y": "Jahre", "M": "Monate", "W": "Wochen", "D": "Tage", "Y1": "Jahr", "M1": "Monat", "W1": "Woche",
        "D1": "Tag",
    },
}  # fmt: skip
_PARTS = re.compile(r"(\d+)([YMWD])", re.ASCII)
_TIME = re.compile(r"(\d+)([HM])", re.ASCII)


def in_words(duration: str, language: str) -> str:
    """An ISO 8601 duration as people write it; seconds are left out unless there is nothing else.

    >>> in_words("PT90M", "en"), in_words("P1DT2H", "de"), in_words("P6W", "en")
    ('1 h 30 min', '1 Tag 2 h', '6 weeks')
    """
    words = _UNITS.get(primary(language), _UNITS["en"])
    date, _, time = duration.removeprefix("P").partition("T")
    parts = [f"{int(count)} {words[unit + '1' if int(count) == 1 else unit]}" for count, unit in _PARTS.findall(date)]
    minutes = sum(int(count) * (60 if unit == "H" else 1) for count, unit in _TIME.findall(time))
    parts += [f"{minutes // 60} h"] if minutes >= 60 else []
    parts += [f"{minutes % 60} min"] if minutes % 60 else []
    return " ".join(parts) or time.removesuffix("S") + " s"
