"""What only courses say: provider, syllabus, and each of its dates with place, teachers, places and the way in."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from node.domain.courses import KIND, Mode
from node.domain.numbers import number_in
from node.domain.records import Instance, ResourceRecord
from node.domain.text import pick
from node.sentences import Sentence, sentences
from schemas.formats import is_date, is_web_url
from web.design.parts import Field
from web.library.form import MAX_BLOCKS, Form, Parts, Section, Values

MODES = sentences({"online": "Online", "onsite": "On site", "blended": "Online and on site"})
WAYS = sentences(
    {
        Mode.OPEN.value: "Everybody can enrol",
        Mode.REQUEST.value: "Whoever asks waits for a yes",
        Mode.INVITE.value: "By invitation",
        Mode.EXTERNAL.value: "Elsewhere, at an address",
        Mode.CLOSED.value: "Nobody can enrol",
    }
)
_DATES = ("start", "end", "until")
_FIELDS = ("name", "mode", "way", *_DATES, "url", "capacity", "hours", "place", "room", "teachers", "price")
_TYPED = tuple(name for name in _FIELDS if name not in {"mode", "way"})
#: The mark of a date that is not in the record yet.
NEW = "new"


@dataclass(frozen=True, slots=True)
class Run:
    """One date of a course in the form; ``mark`` is its id, or ``new``."""

    number: int
    mark: str
    fields: Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Course:
    code: Field
    provider: Field
    hours: Field
    before: Field
    syllabus: Field
    runs: tuple[Run, ...]
    added: int | None  # the number of the one that was asked for just now
    may_add: bool
    modes: tuple[tuple[str, str], ...]
    ways: tuple[tuple[str, str], ...]


# -- from the record ------------------------------------------------------------------------------------------------


def show(record: ResourceRecord) -> Values:
    language = record["defaultLanguage"]
    fields = {
        "course-code": record.get("courseCode", ""),
        "course-provider": record["provider"]["name"] if "provider" in record else "",
        "course-hours": _hours_shown(record.get("workload", "")),
        "course-before": "\n".join(
            pick(each.get("prefLabel", {}), (language,)) for each in record.get("coursePrerequisites", ())
        ),
        "course-syllabus": "\n".join(pick(each["name"], (language,)) for each in record.get("syllabus", ())),
    }
    for number, instance in enumerate(record.get("hasCourseInstance", ())[:MAX_BLOCKS]):
        told = {"": instance["id"], **_run_shown(instance, language)}
        fields |= {f"run-{number}{'-' if name else ''}{name}": value for name, value in told.items()}
    return fields


def _run_shown(instance: Instance, language: str) -> dict[str, str]:
    enrolment = cast(Mapping[str, str], instance["enrolment"])  # its keys are named below
    places = [each for each in instance.get("location", ()) if each["type"] == "Place"]
    rooms = [each for each in instance.get("location", ()) if each["type"] != "Place"]
    prices = [each["price"] for each in instance.get("offers", ())]
    return {
        "name": pick(instance["name"], (language,)) if "name" in instance else "",
        "mode": next((mode for mode in instance.get("courseMode", ()) if mode in MODES), "online"),
        "way": enrolment["mode"],
        "start": instance.get("startDate", "")[:10],
        "end": instance.get("endDate", "")[:10],
        "until": enrolment.get("until", "")[:10],
        "url": enrolment.get("url", ""),
        "capacity": str(instance.get("capacity", "")),
        "hours": _hours_shown(instance.get("courseWorkload", "")),
        "place": places[0].get("name", "") if places else "",
        "room": rooms[0].get("url", "") if rooms else "",
        "teachers": "\n".join(agent["name"] for agent in instance.get("instructor", ())),
        "price": f"{prices[0]:g}" if prices else "",
    }


def _hours_shown(duration: str) -> str:
    """Whole hours of a week; what is no such thing stays out of the form and in the record."""
    hours = duration.removeprefix("PT").removesuffix("H")
    return hours if number_in(hours) is not None and duration == f"PT{hours}H" else ""


# -- to the record --------------------------------------------------------------------------------------------------


def read(form: Form) -> tuple[Parts, Mapping[str, str]]:
    language, wrong = form.text("language-0") or "en", dict[str, str]()
    base: Any = form.base or {}
    parts: Parts = {"courseCode": form.text("course-code") or None}
    provider = form.text("course-provider")
    if provider != base.get("provider", {}).get("name", ""):
        parts["provider"] = {"type": "Organization", "name": provider} if provider else None
    parts["workload"] = _hours(form, "course-hours", base.get("workload"), wrong)
    parts["coursePrerequisites"] = _named(form, "course-before", "coursePrerequisites", "prefLabel", language)
    parts["syllabus"] = _named(form, "course-syllabus", "syllabus", "name", language)
    before = {each["id"]: each for each in form.kept("hasCourseInstance")}
    runs = [_run(form, number, before, language, wrong) for number in form.blocks("run")]
    beyond = form.kept("hasCourseInstance")[MAX_BLOCKS:]
    parts["hasCourseInstance"] = [*(each for each in runs if each is not None), *beyond]
    return parts, wrong


def _named(form: Form, field: str, key: str, word: str, language: str) -> list[Any]:
    """Lines as parts with a name; a line that was there before keeps what else is known of it."""
    before = {pick(each.get(word, {}), (language,)): each for each in form.kept(key)}
    lines = filter(None, map(str.strip, form.text(field).splitlines()))
    return [before.get(line, {word: {language: line[:300]}}) for line in lines]


def _run(form: Form, number: int, before: Mapping[str, Any], language: str, wrong: dict[str, str]) -> Any:
    mark = form.text(f"run-{number}")
    told = {name: form.text(f"run-{number}-{name}") for name in _FIELDS}
    if f"run-{number}-drop" in form.values or (mark == NEW and not any(told[name] for name in _TYPED)):
        return None
    old: dict[str, Any] = dict(before.get(mark, {}))
    for name in _DATES:
        if told[name] and not is_date(told[name]):
            wrong[f"run-{number}-{name}"] = Sentence("A date is expected, such as 2026-09-07.")
    for name in ("url", "room"):
        if told[name] and not is_web_url(told[name]):
            wrong[f"run-{number}-{name}"] = Sentence("A web address is expected.")
    if told["way"] == Mode.EXTERNAL and not told["url"]:
        wrong[f"run-{number}-url"] = Sentence("Where does one enrol?")
    if told["start"] and told["end"] and told["end"] < told["start"]:
        wrong[f"run-{number}-end"] = Sentence("The end lies before the start.")
    parts: dict[str, Any] = {
        "id": mark if mark in before else _new_id(form),
        "name": {**old.get("name", {}), language: told["name"]} if told["name"] else None,
        "courseMode": [told["mode"] if told["mode"] in MODES else "online", *_timing(old)],
        "startDate": _same(old, "startDate", told["start"]),
        "endDate": _same(old, "endDate", told["end"]),
        "courseWorkload": _hours(form, f"run-{number}-hours", old.get("courseWorkload"), wrong),
        "capacity": _number(told["capacity"], f"run-{number}-capacity", wrong),
        "instructor": _teachers(old, told["teachers"]),
        "location": _places(old, told["place"], told["room"]),
        "offers": _offers(old, told["price"], f"run-{number}-price", wrong),
        "enrolment": _enrolment(old, told),
    }
    made = {**old, **parts}
    return {key: value for key, value in made.items() if value not in (None, [], {}, "")}


def _new_id(form: Form) -> str | None:
    """Never one that a date had before: whoever enrolled there must not be found in another.

    None for a new course, whose dates get theirs when it is published.
    """
    if form.base is None or form.is_new:
        return None
    record_id = form.base["id"]
    return f"{record_id}{'-' if '#' in record_id else '#'}date-{secrets.token_hex(4)}"


def _timing(old: Mapping[str, Any]) -> list[str]:
    return [mode for mode in old.get("courseMode", ()) if mode not in MODES]


def _same(old: Mapping[str, Any], key: str, typed: str) -> str | None:
    """What was an instant stays one, where its day was not changed."""
    return old[key] if old.get(key, "")[:10] == typed and typed else typed or None


def _hours(form: Form, name: str, before: str | None, wrong: dict[str, str]) -> str | None:
    typed = form.text(name)
    if not typed:
        return before if before and not _hours_shown(before) else None
    number = _number(typed, name, wrong)
    return f"PT{number}H" if number is not None else None


def _number(typed: str, name: str, wrong: dict[str, str]) -> int | None:
    if not typed:
        return None
    number = number_in(typed, digits=6)
    if not number:
        wrong[name] = Sentence("A whole number is expected.")
        return None
    return number


def _teachers(old: Mapping[str, Any], typed: str) -> list[Any]:
    before = {agent["name"]: agent for agent in old.get("instructor", ())}
    names = filter(None, map(str.strip, typed.splitlines()))
    return [before.get(name, {"type": "Person", "name": name[:300]}) for name in names]


def _places(old: Mapping[str, Any], place: str, room: str) -> list[Any]:
    known: Sequence[Any] = old.get("location", ())
    first: dict[str, Any] = next((each for each in known if each["type"] == "Place"), {})
    online: dict[str, Any] = next((each for each in known if each["type"] != "Place"), {})
    rest = [each for each in known if each not in (first, online)]
    made = [{**first, "type": "Place", "name": place[:300]}] if place else []
    made += [{**online, "type": "VirtualLocation", "url": room}] if room else []
    return [*made, *rest]


def _offers(old: Mapping[str, Any], typed: str, name: str, wrong: dict[str, str]) -> list[Any]:
    if not typed:
        return []
    try:
        price = float(typed.replace(",", "."))
    except ValueError:
        price = -1.0
    if not 0 <= price < 1e9:
        wrong[name] = Sentence("A price in euros is expected, such as 120 or 0.")
        return []
    first = old["offers"][0] if old.get("offers") else {"priceCurrency": "EUR"}
    return [{**first, "price": int(price) if price.is_integer() else price, "category": "Paid" if price else "Free"}]


def _enrolment(old: Mapping[str, Any], told: Mapping[str, str]) -> dict[str, str]:
    before = old.get("enrolment", {})
    way = told["way"] if told["way"] in WAYS else Mode.CLOSED.value
    until = _same(before, "until", told["until"])
    return {
        "mode": way,
        **({"url": told["url"]} if told["url"] else {}),
        **({"from": before["from"]} if "from" in before else {}),
        **({"until": until} if until else {}),
    }


# -- what the template shows ----------------------------------------------------------------------------------------


def data(form: Form) -> Course:
    def field(name: str, default: str = "") -> Field:
        return Field(value=form.values.get(name, default), error=form.error(name))

    numbers = form.blocks("run") or [0]
    usual = {"mode": "online", "way": Mode.OPEN.value}
    return Course(
        code=field("course-code"),
        provider=field("course-provider", form.owner_name),
        hours=field("course-hours"),
        before=field("course-before"),
        syllabus=field("course-syllabus"),
        runs=tuple(
            Run(
                number,
                form.text(f"run-{number}") or NEW,
                {name: field(f"run-{number}-{name}", usual.get(name, "")) for name in _FIELDS},
            )
            for number in numbers
        ),
        added=numbers[-1] if form.text("do") == "date" else None,
        may_add=len(numbers) < MAX_BLOCKS,
        modes=tuple(MODES.items()),
        ways=tuple(WAYS.items()),
    )


SECTION = Section(
    "course", Sentence("The course and its dates"), "library/sections/course.html", show, read, data, frozenset({KIND})
)
