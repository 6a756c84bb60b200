"""One line about a course for software that knows no courses: when it starts, where, how much, until when one enrols.

Of the next instance, in English and German; other languages get the English.
"""

import datetime as dt
from collections.abc import Iterator, Mapping

from node.domain.courses import Door, Mode, day_of, door_of, next_instance
from node.domain.durations import in_words
from node.domain.records import Instance, ResourceRecord
from node.domain.text import primary

_EN_MONTHS = "January February March April May June July August September October November December"
_DE_MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
_MONTHS: Mapping[str, tuple[str, ...]] = {"en": tuple(_EN_MONTHS.split()), "de": tuple(_DE_MONTHS.split())}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "starts": "starts {day}", "runs": "runs until {day}", "since": "runs since {day}", "any": "start at any time",
        "online": "online", "onsite": "on site", "blended": "online and on site", "week": "{effort} a week",
        "until": "enrol until {day}", "from": "enrol from {day}", "request": "on request", "invite": "by invitation",
        "closed": "enrolment closed", "none": "no dates at present",
    },
    "de": {
        "starts": "beginnt am {day}", "runs": "läuft bis {day}", "since": "läuft seit {day}",
        "any": "Beginn jederzeit", "online": "online", "onsite": "vor Ort", "blended": "online und vor Ort",
        "week": "{effort} je Woche", "until": "Anmeldung bis {day}", "from": "Anmeldung ab {day}",
        "request": "auf Anfrage", "invite": "auf Einladung", "closed": "Anmeldung geschlossen",
        "none": "zurzeit keine Termine",
    },
}  # fmt: skip


def course_line(record: ResourceRecord, language: str, today: dt.date) -> str:
    """The next instance in one line; that there is none, where the course had some; empty where it never had any."""
    words, months = _words(language)
    instance = next_instance(record, today)
    if instance is None:
        return words["none"] if record.get("hasCourseInstance") else ""
    parts = [*_when(instance, words, months, today), *_where(instance, words)]
    if effort := instance.get("courseWorkload") or record.get("workload"):
        parts.append(words["week"].format(effort=in_words(effort, language)))
    parts += _enrolling(instance, words, months, today)
    return " · ".join(parts)


def month_in_words(day: dt.date, language: str) -> str:
    """A month as people write it.

    >>> month_in_words(dt.date(2026, 3, 1), "de")
    'März 2026'
    """
    return f"{_words(language)[1][day.month - 1]} {day.year}"


def _words(language: str) -> tuple[Mapping[str, str], tuple[str, ...]]:
    known = primary(language) if primary(language) in _WORDS else "en"
    return _WORDS[known], _MONTHS[known]


def _day(day: dt.date, months: tuple[str, ...]) -> str:
    point = "." if months is _MONTHS["de"] else ""
    return f"{day.day}{point} {months[day.month - 1]} {day.year}"


def _when(instance: Instance, words: Mapping[str, str], months: tuple[str, ...], today: dt.date) -> Iterator[str]:
    start, end = day_of(instance.get("startDate", "")), day_of(instance.get("endDate", ""))
    if start is not None and start >= today:
        yield words["starts"].format(day=_day(start, months))
    elif end is not None:
        yield words["runs"].format(day=_day(end, months))
    elif start is not None:
        yield words["since"].format(day=_day(start, months))
    else:
        yield words["any"]


def _where(instance: Instance, words: Mapping[str, str]) -> Iterator[str]:
    modes = set(instance.get("courseMode", ()))
    if "blended" in modes or {"online", "onsite"} <= modes:
        yield words["blended"]
    else:
        yield from (words[mode] for mode in ("online", "onsite") if mode in modes)


def _enrolling(instance: Instance, words: Mapping[str, str], months: tuple[str, ...], today: dt.date) -> Iterator[str]:
    enrolment, door = instance["enrolment"], door_of(instance, today)
    if door is Door.CLOSED:
        yield words["closed"]
        return
    if enrolment["mode"] in {Mode.REQUEST, Mode.INVITE}:
        yield words[enrolment["mode"]]
    begin, end = day_of(enrolment.get("from", "")), day_of(enrolment.get("until", ""))
    if door is Door.NOT_YET and begin is not None:
        yield words["from"].format(day=_day(begin, months))
    elif end is not None:
        yield words["until"].format(day=_day(end, months))
