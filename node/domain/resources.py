"""What a learning resource record means: its title, kind, version and digest, facets, search text, and its rules."""

import enum
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

from node.clock import to_rfc3339
from node.domain.canonical import sha256_of
from node.domain.courses import broken_course_rules
from node.domain.licences import INTERNAL_TERMS, NOT_STATED, describe
from node.domain.pathways import KIND as PATHWAY
from node.domain.pathways import LIST, broken_pathway_rules
from node.domain.records import AGENT_LISTS, CONCEPT_LISTS, CONCEPTS, KEPT_BY_NODE, Concept, ResourceRecord
from node.domain.text import UNKNOWN_LANGUAGE, closest, language_of, pick, primary
from node.domain.vocabularies import HCRT, concept_key
from node.errors import Problem

KINDS = (
    "article", "video", "audio", "slides", "worksheet", "dataset", "software", "assessment", "tutorial", "course",
    "collection", "pathway", "link", "file", "package",
)  # fmt: skip
_LISTS = frozenset({PATHWAY, "collection"})
MAX_EXTENSIONS_BYTES = 16 * 1024
MAX_FACET_LENGTH = 255
_INTERNAL_AT_MOST = frozenset({"private", "community", "organisation", "partners"})


class Grade(enum.StrEnum):
    """How far a record from elsewhere can be used."""

    CLEAN = "clean"
    WARNINGS = "warnings"  # kept and shown, parts were dropped, not exported to strict profiles
    REJECTED = "rejected"  # not safe, or without identity


# -- reading --------------------------------------------------------------------------------------------------------


def title(record: ResourceRecord, languages: Sequence[str] = ()) -> str:
    """The name to show to somebody who reads ``languages``, best first."""
    return pick(record["name"], languages, record["defaultLanguage"])


def title_language(record: ResourceRecord, languages: Sequence[str] = ()) -> str:
    """The language in which :func:`title` answers."""
    return language_of(record["name"], languages, record["defaultLanguage"]) or record["defaultLanguage"]


def description(record: ResourceRecord, languages: Sequence[str] = ()) -> str:
    """The description to show, plain text with paragraphs; empty where there is none."""
    return pick(record.get("description", {}), languages, record["defaultLanguage"])


def is_list(record: Mapping[str, Any]) -> bool:
    """Whether it leads through other things, in an order that counts: a pathway, or a collection."""
    return record.get("kind") in _LISTS


def entries_of(record: ResourceRecord) -> tuple[tuple[str, str], ...]:
    """What a pathway or collection consists of, in its order: name, and address where it has one."""
    if kind_of(record) not in _LISTS:
        return ()
    return tuple((each.get("name") or each.get("id", ""), each.get("id", "")) for each in record.get("hasPart", ()))


def languages_of(record: ResourceRecord) -> tuple[str, ...]:
    """The languages in which the record itself is told, its default language first."""
    rest = {*record["name"], *record.get("description", {})} - {record["defaultLanguage"]}
    return (record["defaultLanguage"], *sorted(rest))


def kind_of(record: ResourceRecord) -> str:
    """One of :data:`KINDS`: as the record says, else by resource type, schema.org type and file, else a link."""
    if "kind" in record:
        return record["kind"]
    keys = [concept_key(each.get("id", "")) for each in record.get("learningResourceType", ())]
    terms = [key.removeprefix(HCRT) for key in keys if key.startswith(HCRT)]
    formats = [each.get("encodingFormat", "") for each in record.get("encoding", ())]
    return (
        next((_KIND_BY_TYPE[each] for each in record["type"] if each in _KIND_BY_TYPE), None)
        or next((_KIND_BY_HCRT[each] for each in terms if each in _KIND_BY_HCRT), None)
        or next((kind for each in formats if (kind := _kind_of_file(each))), None)
        or ("file" if any("contentUrl" in each for each in record.get("encoding", ())) else "link")
    )


_KIND_BY_TYPE: Mapping[str, str] = {
    "VideoObject": "video", "Movie": "video", "Clip": "video", "Episode": "video", "TVEpisode": "video",
    "AudioObject": "audio", "PodcastEpisode": "audio", "Audiobook": "audio", "MusicRecording": "audio",
    "RadioEpisode": "audio", "PresentationDigitalDocument": "slides", "SpreadsheetDigitalDocument": "dataset",
    "Dataset": "dataset", "DataDownload": "dataset", "SoftwareApplication": "software", "WebApplication": "software",
    "MobileApplication": "software", "SoftwareSourceCode": "software", "VideoGame": "software", "Quiz": "assessment",
    "Course": "course", "HowTo": "tutorial", "Guide": "tutorial", "Article": "article",
    "ScholarlyArticle": "article", "NewsArticle": "article", "TechArticle": "article", "BlogPosting": "article",
    "Report": "article", "Collection": "collection", LIST: PATHWAY,
}  # fmt: skip
_KIND_BY_HCRT: Mapping[str, str] = {
    "course": "course", "lesson_plan": "tutorial", "application": "software", "simulation": "software",
    "educational_game": "software", "assessment": "assessment", "questionnaire": "assessment",
    "drill_and_practice": "worksheet", "worksheet": "worksheet", "audio": "audio", "video": "video", "slide": "slides",
    "data": "dataset", "text": "article", "script": "article", "case_study": "article", "web_page": "link",
    "portal": "link", "index": "link", "image": "file", "diagram": "file", "map": "file", "sheet_music": "file",
    "textbook": "file",
}  # fmt: skip
_KIND_BY_MEDIA: Mapping[str, str] = {
    "video/": "video", "audio/": "audio", "text/html": "link", "text/csv": "dataset",
    "application/vnd.oasis.opendocument.presentation": "slides", "application/vnd.ms-powerpoint": "slides",
    "application/vnd.openxmlformats-officedocument.presentationml": "slides", "application/vnd.h5p": "package",
    "application/zip": "package", "application/x-zip-compressed": "package",
}  # fmt: skip


def _kind_of_file(media_type: str) -> str | None:
    return next((kind for start, kind in _KIND_BY_MEDIA.items() if media_type.startswith(start)), None)


# -- version and digest ---------------------------------------------------------------------------------------------


def content_of(record: ResourceRecord) -> ResourceRecord:
    """The record without what the node keeps about it: equal contents are the same resource in the same state."""
    return cast(ResourceRecord, {key: value for key, value in record.items() if key not in KEPT_BY_NODE})


def digest_of(record: ResourceRecord) -> str:
    """SHA-256 of the canonical form (RFC 8785) of the record's content, 64 hexadecimal digits."""
    return sha256_of(content_of(record))


def bump(record: ResourceRecord, previous: ResourceRecord | None = None, *, at: int) -> ResourceRecord:
    """The record as the next version of ``previous``, changed at this instant (milliseconds).

    Where the contents are equal the answer is ``previous`` itself: nothing has changed, no version is spent.
    """
    digest = digest_of(record)
    if previous is not None and previous.get("digest") == digest:
        return previous
    before = previous or content_of(record)
    now = to_rfc3339(at)
    kept = {
        "version": before.get("version", 0) + 1,
        "digest": digest,
        "created": before.get("created", now),
        "updated": now,
    }
    return cast(ResourceRecord, {**content_of(record), **kept})


# -- finding --------------------------------------------------------------------------------------------------------

FACETS = ("kind", "topic", "language", "level", "licence", "audience", "type")
_CONCEPT_FACETS = (
    ("topic", "about"),
    ("level", "educationalLevel"),
    ("audience", "audience"),
    ("type", "learningResourceType"),
)


def facets(record: ResourceRecord) -> Mapping[str, tuple[str, ...]]:
    """What the record counts under in each facet: concept and licence IRIs, languages, kinds. Labels are for pages.

    Topics without an IRI are not counted; a licence that was not stated is. Nothing is longer than 255 characters.
    """
    languages = (primary(each) for each in record["inLanguage"] if primary(each) != UNKNOWN_LANGUAGE)
    values: dict[str, list[str]] = {
        "kind": [kind_of(record)],
        "language": list(languages),
        "licence": [describe(record["license"]).iri],
    }
    for facet, key in _CONCEPT_FACETS:
        values[facet] = [concept_key(each["id"]) for each in _concepts(record, key) if "id" in each]
    return MappingProxyType({facet: _distinct(values[facet]) for facet in FACETS})


def _distinct(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if len(value) <= MAX_FACET_LENGTH))


@dataclass(frozen=True, slots=True)
class SearchText:
    """What full-text search reads of a record in one language; earlier fields weigh more."""

    language: str
    title: str
    summary: str
    keywords: str


def search_text(record: ResourceRecord) -> tuple[SearchText, ...]:
    """One entry for each language of the record, its default language first.

    Keywords and names of people and organisations belong to no language; they stand with the default language.
    """
    return tuple(
        SearchText(
            language,
            record["name"].get(language, ""),
            record.get("description", {}).get(language, ""),
            " ".join(dict.fromkeys(_words(record, language, is_default=language == record["defaultLanguage"]))),
        )
        for language in languages_of(record)
    )


def _words(record: ResourceRecord, language: str, *, is_default: bool) -> Iterator[str]:
    if is_default:
        yield from record.get("keywords", ())
        yield from (agent["name"] for key in AGENT_LISTS for agent in cast(Any, record.get(key, ())))
    for key in (*CONCEPT_LISTS, *CONCEPTS):
        for concept in _concepts(record, key):
            labels = concept.get("prefLabel", {})
            tag = language_of(labels, (language,)) if is_default else closest((language,), labels)
            if tag:
                yield labels[tag]


def _concepts(record: ResourceRecord, key: str) -> Sequence[Concept]:
    value: Any = record.get(key, ())
    return cast(Sequence[Concept], [value] if isinstance(value, dict) else value)


# -- rules between fields -------------------------------------------------------------------------------------------


def broken_rules(record: ResourceRecord) -> tuple[Problem, ...]:
    """What no record may be, beyond its schema: default language without a name, internal terms in public, too big."""
    return tuple(problem for rule in _RULES for problem in rule(record))


def _has_default_name(record: ResourceRecord) -> Iterator[Problem]:
    language = record["defaultLanguage"]
    if language not in record["name"]:
        yield Problem("$.defaultLanguage", "one of the languages of $.name", f'"{language}"')


def _keeps_internal(record: ResourceRecord) -> Iterator[Problem]:
    visibility = record.get("visibility", "private")
    if record["license"] == INTERNAL_TERMS and visibility not in _INTERNAL_AT_MOST:
        yield Problem("$.visibility", '"partners" or narrower for internal terms', f'"{visibility}"')


def _names_its_community(record: ResourceRecord) -> Iterator[Problem]:
    is_named, is_for_one = "community" in record, record.get("visibility") == "community"
    if is_for_one and not is_named:
        yield Problem("$.community", "the community whose members may read it", "none")
    elif is_named and not is_for_one:
        yield Problem("$.community", 'nothing, unless visibility is "community"', f'"{record["community"]}"')


def _fits(record: ResourceRecord) -> Iterator[Problem]:
    size = sum(len(json.dumps(each, ensure_ascii=False).encode()) for each in _all_extensions(record))
    if size > MAX_EXTENSIONS_BYTES:
        yield Problem("$.extensions", f"at most {MAX_EXTENSIONS_BYTES} bytes in all", f"{size} bytes")


def _all_extensions(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, each in value.items():
            if key == "extensions":
                yield each
            else:
                yield from _all_extensions(each)
    elif isinstance(value, list):
        for each in value:
            yield from _all_extensions(each)


_RULES = (
    _has_default_name,
    _keeps_internal,
    _names_its_community,
    _fits,
    broken_course_rules,
    broken_pathway_rules,
)


def missing(record: ResourceRecord) -> tuple[str, ...]:
    """The keys that a good record has and this one lacks: shown to its author, never a reason to refuse it."""
    lacking = [key for key in ("description", "learningResourceType", "about") if not record.get(key)]
    if record["license"] == NOT_STATED:
        lacking.append("license")
    if all(primary(each) == UNKNOWN_LANGUAGE for each in record["inLanguage"]):
        lacking.append("inLanguage")
    return tuple(lacking)
