"""Learning resources as ActivityPub: an Article that every server shows, the whole record inside ``mainEntity``.

Federation reference 4.2 and 4.4. Mastodon shows name, summary, first pictures and link of an Article; Lemmy name,
content and first attachment; the rest of the record is for other Rhizome nodes and for readers of linked data.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

from federation.mapping.addressing import Addresses, address_for, read_addresses, visibility_of
from federation.mapping.digest import article_digest
from federation.mapping.entity import to_entity
from federation.mapping.entity_reader import read_entity
from federation.mapping.reading import Reading, graded, rejected
from federation.mapping.resource_text import article_html, preview_html, summary_html
from federation.mapping.schema_values import RESOURCE_TYPES, normalised, texts_of
from federation.vocab import PUBLIC
from node.clock import day_at, from_rfc3339, to_rfc3339
from node.domain.records import Image, ResourceRecord
from node.domain.resources import digest_of, is_list, languages_of, title
from node.domain.text import hashtag, language_of, pick
from node.domain.uris import origin_of
from node.domain.visibility import LEVELS, Visibility
from node.errors import Problem
from schemas import shown
from schemas.formats import is_language_tag

__all__ = ["RESOURCE_TYPES", "Envelope", "Reading", "article_digest", "build_article", "read_article"]

MAX_IMAGES = 4  # Mastodon keeps no more
MAX_HASHTAGS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What stands around a record when it is published: addresses, instants (milliseconds), revision, visibility.

    ``updated_at`` is None or 0 until the first change. ``context_uri`` is made from ``uri`` where nobody gives one.
    ``named``: actors whose works it is based on, who so hear of it; ``group``: the community whose members read it.
    """

    uri: str
    actor_uri: str
    followers_uri: str
    page_url: str
    published_at: int
    updated_at: int | None = None
    revision: int = 1
    visibility: Visibility = Visibility.PUBLIC
    context_uri: str = ""
    named: tuple[str, ...] = ()
    group: str = ""

    @property
    def addresses(self) -> Addresses:
        """For whom it is; what is not for everybody is addressed to nobody by name."""
        named = self.named if self.visibility.is_open else ()
        return address_for(self.visibility, followers=self.followers_uri, mentions=named, group=self.group)

    @property
    def context(self) -> str:
        return self.context_uri or self.uri.replace("/ap/o/", "/ap/c/")

    @property
    def day(self) -> dt.date:
        """When this version was published, in UTC: what lies before it is not announced."""
        return day_at(self.updated_at or self.published_at)

    @property
    def tags_url(self) -> str:
        """Where the pages of our hashtags are."""
        return f"{origin_of(self.page_url)}/tags/"


def build_article(record: ResourceRecord, envelope: Envelope) -> dict[str, Any]:
    """The Article of a record, without ``@context``: that belongs to the outermost document."""
    language = record["defaultLanguage"]
    published = to_rfc3339(envelope.published_at)
    article: dict[str, Any] = {
        "id": envelope.uri,
        "type": "Article",
        "attributedTo": envelope.actor_uri,
        "to": list(envelope.addresses.to),
        "cc": list(envelope.addresses.cc),
        **({"audience": envelope.group} if envelope.group else {}),
        "name": title(record),
        **({"nameMap": _default_first(record)} if len(record["name"]) > 1 else {}),
        "summary": summary_html(record, language, envelope.day),
        "content": article_html(record, language, envelope.page_url, envelope.day),
        "contentMap": {tag: article_html(record, tag, envelope.page_url, envelope.day) for tag in languages_of(record)},
        "mediaType": "text/html",
        "url": envelope.page_url,
        "published": published,
        **({"updated": to_rfc3339(envelope.updated_at)} if envelope.updated_at else {}),
        "tag": _hashtags(record, envelope.tags_url),
        "attachment": [_picture(each, language) for each in record.get("image", [])[:MAX_IMAGES]],
        "preview": {
            "type": "Note",
            "attributedTo": envelope.actor_uri,
            "content": preview_html(record, language, envelope.page_url),
            "published": published,
        },
        "interactionPolicy": {"canQuote": {"automaticApproval": [PUBLIC]}},
        "context": envelope.context,
        "replies": f"{envelope.uri}/replies",
        **({"steps": f"{envelope.uri}/items"} if is_list(record) else {}),
        "mainEntity": to_entity(record),
    }
    return {**article, "revision": envelope.revision, "digest": article_digest(article)}


def read_article(document: Mapping[str, Any]) -> Reading:
    """The record inside an Article, ours or another implementation's, in its grade.

    Version, instants and visibility come from the envelope; the record's digest is computed, never believed.
    Rejected where there is no ``mainEntity`` that describes a learning resource; the caller keeps the raw document.
    """
    entity = document.get("mainEntity")
    identifier = document.get("id") if isinstance(document.get("id"), str) else None
    if not isinstance(entity, dict):
        return rejected(Problem("$.mainEntity", "an object", shown(entity)), identifier=identifier)
    candidate, warnings = read_entity(entity, language=_language(document))
    if not RESOURCE_TYPES.intersection(texts_of(normalised(entity).get("type"))):
        found = shown(entity.get("type", entity.get("@type")))
        return rejected(Problem("$.mainEntity.type", "a kind of learning resource", found), identifier=identifier)
    if "id" not in candidate and identifier:
        candidate["id"] = identifier
        warnings.append(Problem("$.mainEntity.id", "an IRI", "nothing; the Article's own was taken"))
    if "name" not in candidate and isinstance(document.get("name"), str):
        candidate["name"] = {_language(document) or "und": document["name"]}
    reading = graded(candidate, warnings)
    return reading if reading.record is None else _with_envelope(reading, document)


def _with_envelope(reading: Reading, document: Mapping[str, Any]) -> Reading:
    record = cast(dict[str, Any], reading.record)
    created, updated = (_instant(document.get(key)) for key in ("published", "updated"))
    revision = document.get("revision")
    is_count = type(revision) is int and 0 < revision < 2**53  # not True, which is an int too
    addresses = read_addresses(texts_of(document.get("to")), texts_of(document.get("cc")))
    author, group = (_first(document.get(key)) for key in ("attributedTo", "audience"))
    record["visibility"] = str(_level(visibility_of(addresses, author=author, group=group)))
    if record["visibility"] == Visibility.COMMUNITY:
        record["community"] = group
    record["version"] = revision if is_count else 1
    if created:
        record["created"] = created
    if updated or created:
        record["updated"] = updated or created
    record["digest"] = digest_of(cast(ResourceRecord, record))
    return reading


def _level(said: Visibility) -> Visibility:
    """One of the levels of records; what comes to somebody by name is as narrow as there is."""
    return Visibility.PUBLIC if said.is_open else said if said in LEVELS else Visibility.PRIVATE


def _first(value: Any) -> str:
    return next(iter(texts_of(value)), "")


def _instant(value: Any) -> str | None:
    at = from_rfc3339(value) if isinstance(value, str) else None
    return None if at is None else to_rfc3339(at)


def _language(document: Mapping[str, Any]) -> str | None:
    """The language of the Article: the first of its ``contentMap``, as Mastodon reads it too."""
    texts = document.get("contentMap")
    return next(filter(is_language_tag, texts), None) if isinstance(texts, dict) else None


def _default_first(record: ResourceRecord) -> dict[str, str]:
    return {tag: record["name"][tag] for tag in languages_of(record) if tag in record["name"]}


def _hashtags(record: ResourceRecord, tags_url: str) -> list[dict[str, str]]:
    """Keywords and topics as hashtags, each once, at most 16."""
    language = record["defaultLanguage"]
    topics = (each.get("prefLabel", {}) for each in record.get("about", []))
    phrases = [*record.get("keywords", []), *(labels[tag] for labels in topics if (tag := _shown(labels, language)))]
    names: dict[str, str] = {}
    for name in filter(None, map(hashtag, phrases)):
        names.setdefault(name.casefold(), name)
    return [
        {"type": "Hashtag", "name": f"#{name}", "href": f"{tags_url}{quote(name)}"}
        for name in list(names.values())[:MAX_HASHTAGS]
    ]


def _shown(labels: Mapping[str, str], language: str) -> str | None:
    return language_of(labels, (language,))


def _picture(image: Image, language: str) -> dict[str, Any]:
    loose = cast(dict[str, Any], image)
    return {
        "type": "Image",
        **({"mediaType": image["encodingFormat"]} if "encodingFormat" in image else {}),
        "url": image["contentUrl"],
        **({"name": pick(image["name"], (), language)} if "name" in image else {}),
        **{key: loose[key] for key in ("width", "height") if key in loose},
    }
