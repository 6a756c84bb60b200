"""The few sentences of a resource that software without knowledge of records shows: HTML, in the record's languages.

Everything essential is said here (title, kind, effort, level, provider, licence, link), because other software keeps
unknown properties at best as stored JSON. The words exist in English and German; other languages get the English.
"""

import html
import re
from collections.abc import Iterator, Mapping

from federation.mapping.concepts import shipped
from node.domain.licences import NOT_STATED, describe
from node.domain.records import ResourceRecord
from node.domain.resources import description, kind_of, title
from node.domain.text import language_of, paragraphs, primary, shorten

SUMMARY_LENGTH = 400
PREVIEW_LENGTH = 200
MAX_DESCRIPTION = 60_000  # characters; the whole Article stays far below the 1 MiB that an inbox takes

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "article": "Article", "video": "Video", "audio": "Audio", "slides": "Slides", "worksheet": "Worksheet",
        "dataset": "Data set", "software": "Software", "assessment": "Assessment", "tutorial": "Tutorial",
        "link": "Web page", "file": "File", "package": "Learning package", "level": "Level", "open": "Open",
        "by": "Published by", "Y": "years", "M": "months", "W": "weeks", "D": "days",
        "Y1": "year", "M1": "month", "W1": "week", "D1": "day",
    },
    "de": {
        "article": "Artikel", "video": "Video", "audio": "Audio", "slides": "Folien", "worksheet": "Arbeitsblatt",
        "dataset": "Datensatz", "software": "Software", "assessment": "Lernkontrolle", "tutorial": "Anleitung",
        "link": "Webseite", "file": "Datei", "package": "Lernpaket", "level": "Stufe", "open": "Öffnen",
        "by": "Herausgegeben von", "Y": "Jahre", "M": "Monate", "W": "Wochen", "D": "Tage",
        "Y1": "Jahr", "M1": "Monat", "W1": "Woche", "D1": "Tag",
    },
}  # fmt: skip
_PARTS = re.compile(r"(\d+)([YMWD])", re.ASCII)
_TIME = re.compile(r"(\d+)([HM])", re.ASCII)


def summary_html(record: ResourceRecord, language: str) -> str:
    """One or two short paragraphs: what it is about, and its facts."""
    text = shorten(description(record, (language,)), SUMMARY_LENGTH)
    return "".join(f"<p>{html.escape(part)}</p>" for part in (text, _facts(record, language)) if part)


def article_html(record: ResourceRecord, language: str, page_url: str) -> str:
    """Title, description, facts and link: enough to decide whether to open it."""
    text = description(record, (language,))[:MAX_DESCRIPTION]
    return (
        f"<p><strong>{html.escape(title(record, (language,)))}</strong></p>{paragraphs(text)}"
        f"<p>{html.escape(_facts(record, language))}</p><p>{_link(page_url, page_url)}</p>"
    )


def preview_html(record: ResourceRecord, language: str, page_url: str) -> str:
    """One line for clients that want a short Note (FEP-b2b8)."""
    text = shorten(description(record, (language,)), PREVIEW_LENGTH)
    middle = f": {html.escape(text)}" if text else ""
    name = html.escape(title(record, (language,)))
    return f"<p><strong>{name}</strong>{middle} {_link(page_url, _words(language)['open'])}</p>"


def in_words(duration: str, language: str) -> str:
    """An ISO 8601 duration as people write it; seconds are left out unless there is nothing else.

    >>> in_words("PT90M", "en"), in_words("P1DT2H", "de"), in_words("P6W", "en")
    ('1 h 30 min', '1 Tag 2 h', '6 weeks')
    """
    words = _words(language)
    date, _, time = duration.removeprefix("P").partition("T")
    parts = [f"{int(count)} {words[unit + '1' if int(count) == 1 else unit]}" for count, unit in _PARTS.findall(date)]
    minutes = sum(int(count) * (60 if unit == "H" else 1) for count, unit in _TIME.findall(time))
    parts += [f"{minutes // 60} h"] if minutes >= 60 else []
    parts += [f"{minutes % 60} min"] if minutes % 60 else []
    return " ".join(parts) or time.removesuffix("S") + " s"


def _facts(record: ResourceRecord, language: str) -> str:
    return " · ".join(_each_fact(record, language))


def _each_fact(record: ResourceRecord, language: str) -> Iterator[str]:
    words = _words(language)
    yield words[kind_of(record)]
    effort = record.get("timeRequired") or record.get("duration")
    if effort:
        yield in_words(effort, language)
    level = _level(record, language)
    if level:
        yield f"{words['level']}: {level}"
    publishers = [each["name"] for each in record.get("publisher", [])[:2]]
    if publishers:
        yield f"{words['by']} {', '.join(publishers)}"
    if record["license"] != NOT_STATED:
        yield describe(record["license"]).short


def _level(record: ResourceRecord, language: str) -> str:
    for concept in record.get("educationalLevel", []):
        labels = concept.get("prefLabel", {})
        if tag := language_of(labels, (language,)):
            return labels[tag]
        if label := shipped().label(concept.get("id", ""), (language,)):
            return label
    return ""


def _link(url: str, label: str) -> str:
    return f'<a href="{html.escape(url)}">{html.escape(label)}</a>'


def _words(language: str) -> Mapping[str, str]:
    return _WORDS.get(primary(language), _WORDS["en"])
