"""The few sentences of a resource that software without knowledge of records shows: HTML, in the record's languages.

Everything essential is said here (title, kind, effort, level, provider, licence, link), because other software keeps
unknown properties at best as stored JSON. The words exist in English and German; other languages get the English.
"""

import datetime as dt
import html
from collections.abc import Iterator, Mapping

from federation.mapping.concepts import shipped
from node.domain.course_lines import course_line
from node.domain.courses import is_course
from node.domain.durations import in_words
from node.domain.licences import NOT_STATED, describe
from node.domain.records import ResourceRecord
from node.domain.resources import description, entries_of, kind_of, title
from node.domain.text import language_of, pick, primary
from node.domain.uris import is_web_uri
from node.text.descriptions import as_html, is_markdown, summary

SUMMARY_LENGTH = 400
PREVIEW_LENGTH = 200
MAX_SECTIONS = 50
MAX_DESCRIPTION = 60_000  # characters; the whole Article stays far below the 1 MiB that an inbox takes

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "article": "Article", "video": "Video", "audio": "Audio", "slides": "Slides", "worksheet": "Worksheet",
        "dataset": "Data set", "software": "Software", "assessment": "Assessment", "tutorial": "Tutorial",
        "link": "Web page", "file": "File", "package": "Learning package", "level": "Level", "open": "Open",
        "by": "Published by", "course": "Course", "free": "free of charge",
        "collection": "Collection", "pathway": "Learning pathway",
    },
    "de": {
        "article": "Artikel", "video": "Video", "audio": "Audio", "slides": "Folien", "worksheet": "Arbeitsblatt",
        "dataset": "Datensatz", "software": "Software", "assessment": "Lernkontrolle", "tutorial": "Anleitung",
        "link": "Webseite", "file": "Datei", "package": "Lernpaket", "level": "Stufe", "open": "Öffnen",
        "by": "Herausgegeben von", "course": "Kurs", "free": "kostenlos", "collection": "Sammlung",
        "pathway": "Lernpfad",
    },
}  # fmt: skip


def summary_html(record: ResourceRecord, language: str, today: dt.date) -> str:
    """One to three short paragraphs: what it is about, when a course is held next, and its facts."""
    text = summary(record, (language,), SUMMARY_LENGTH)
    parts = (text, course_line(record, language, today), _facts(record, language))
    return "".join(f"<p>{html.escape(part)}</p>" for part in parts if part)


def article_html(record: ResourceRecord, language: str, page_url: str, today: dt.date) -> str:
    """Title, description, syllabus, facts and link: enough to decide whether to open it."""
    text = as_html(description(record, (language,))[:MAX_DESCRIPTION], markdown=is_markdown(record))
    lines = (course_line(record, language, today), _facts(record, language))
    return (
        f"<p><strong>{html.escape(title(record, (language,)))}</strong></p>{text}"
        f"{_syllabus(record, language)}{_steps(record)}"
        f"{''.join(f'<p>{html.escape(line)}</p>' for line in lines if line)}"
        f"<p>{_link(page_url, page_url)}</p>"
    )


def _syllabus(record: ResourceRecord, language: str) -> str:
    """The sections of a course as a list that every client draws."""
    names = [pick(each["name"], (language,), record["defaultLanguage"]) for each in record.get("syllabus", ())]
    items = "".join(f"<li>{html.escape(name)}</li>" for name in names[:MAX_SECTIONS])
    return f"<ol>{items}</ol>" if items else ""


def _steps(record: ResourceRecord) -> str:
    """What a pathway or collection leads through, in its order."""
    items = "".join(
        f"<li>{_link(address, name) if is_web_uri(address) else html.escape(name)}</li>"
        for name, address in entries_of(record)[:MAX_SECTIONS]
    )
    return f"<ol>{items}</ol>" if items else ""


def preview_html(record: ResourceRecord, language: str, page_url: str) -> str:
    """One line for clients that want a short Note (FEP-b2b8)."""
    text = summary(record, (language,), PREVIEW_LENGTH)
    middle = f": {html.escape(text)}" if text else ""
    name = html.escape(title(record, (language,)))
    return f"<p><strong>{name}</strong>{middle} {_link(page_url, _words(language)['open'])}</p>"


def _facts(record: ResourceRecord, language: str) -> str:
    return " · ".join(facts(record, language))


def facts(record: ResourceRecord, language: str, *, with_publisher: bool = True) -> Iterator[str]:
    """Kind, effort, level, publisher, whether a course is free, and licence, each as far as it is known."""
    words = _words(language)
    yield words[kind_of(record)]
    effort = record.get("timeRequired") or record.get("duration")
    if effort:
        yield in_words(effort, language)
    level = _level(record, language)
    if level:
        yield f"{words['level']}: {level}"
    publishers = [each["name"] for each in record.get("publisher", [])[:2]]
    if not publishers and "provider" in record:
        publishers = [record["provider"]["name"]]
    if publishers and with_publisher:
        yield f"{words['by']} {', '.join(publishers)}"
    if is_course(record) and record.get("isAccessibleForFree"):
        yield words["free"]
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
