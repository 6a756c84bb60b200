"""From a schema.org/LRMI object, ours or anybody's, to the record that it describes.

What :mod:`federation.mapping.entity` wrote comes back unchanged. Of everybody else's objects it takes what can be
told: strings or objects, one or many, the older names of properties, licences and vocabulary terms in words. What it
has no key for becomes an extension. It never fails: parts that fit nothing are left for ``reading.graded`` to drop.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from federation.mapping.concepts import shipped
from federation.mapping.course_reader import read_course
from federation.mapping.entity import is_marked
from federation.mapping.entity_parts import CONCEPT_KEYS, MEDIA_TYPES, OWN_KEYS, PLAIN_KEYS, SKOS_CONCEPT
from federation.mapping.pathway import kind_of_list, read_steps
from federation.mapping.schema_values import (
    TRUTH,
    agent_type,
    as_list,
    digits,
    extensions_of,
    first,
    is_iri_text,
    language_tag,
    normalised,
    pixels,
    present,
    provider,
    resource_types,
    texts_of,
    trailer_type,
    with_offset,
    words,
)
from node.domain.courses import COURSE
from node.domain.licences import iri_of
from node.domain.records import ACCESSIBILITY_LISTS, AGENT_LISTS, CONCEPTS, REFERENCE_LISTS
from node.domain.text import UNKNOWN_LANGUAGE, has_markup, plain
from node.domain.vocabularies import (
    AUDIENCE_ROLE,
    CONDITIONS_OF_ACCESS,
    EDUCATIONAL_LEVEL,
    EDUCATIONAL_USE,
    HCRT,
    INTERACTIVITY_TYPE,
    LEARNING_FORM,
)
from node.errors import Problem
from schemas.formats import is_iri, is_language_tag

_Json = dict[str, Any]

_SCHEMES: Mapping[str, str] = {
    "learningResourceType": HCRT,
    "educationalLevel": EDUCATIONAL_LEVEL,
    "audience": AUDIENCE_ROLE,
    "interactivityType": INTERACTIVITY_TYPE,
    "educationalUse": EDUCATIONAL_USE,
    "conditionsOfAccess": CONDITIONS_OF_ACCESS,
    "learningForm": LEARNING_FORM,
}
_ALIASES: Mapping[str, str] = {
    "name": "headline",
    "description": "abstract",
    "creator": "author",
    "publisher": "provider",
    "image": "thumbnailUrl",
}
_ALIGNED: Mapping[str, str] = {
    "educationalSubject": "about",
    "educationalLevel": "educationalLevel",
    "teaches": "teaches",
    "assesses": "assesses",
    "requires": "competencyRequired",
}
_AUDIENCES = frozenset({"Audience", "EducationalAudience", "PeopleAudience"})
_MEDIA_ALIASES = ("associatedMedia", "video", "audio")
_OWN_MEDIA = ("contentUrl", "embedUrl", "encodingFormat", "contentSize", "bitrate", "sha256")


def read_entity(entity: Mapping[str, Any], *, language: str | None = None) -> tuple[_Json, list[Problem]]:
    """A candidate record for ``reading.graded``, and what had to be understood rather than read.

    ``language`` is that of plain strings where the object itself does not say.
    """
    return _Reader(normalised(entity), language).read()


class _Reader:
    """Takes an object apart: every step removes what it has understood, the rest are extensions."""

    def __init__(self, entity: _Json, language: str | None) -> None:
        self.rest = dict(entity)
        self.marked = is_marked(entity)
        self.languages = [each for each in map(language_tag, as_list(self.rest.pop("inLanguage", None))) if each]
        told = (self.rest.get(OWN_KEYS["defaultLanguage"]), language, *self.languages, UNKNOWN_LANGUAGE)
        self.language = next(each for each in told if isinstance(each, str) and is_language_tag(each))
        self.warnings: list[Problem] = []

    def read(self) -> tuple[_Json, list[Problem]]:
        is_course = COURSE in texts_of(self.rest.get("type"))
        for key, alias in _ALIASES.items():
            if is_course and alias == "provider":
                continue  # courses have both
            if alias in self.rest and self.rest.get(key, self.rest[alias]) == self.rest[alias]:
                self.rest[key] = self.rest.pop(alias)
        types = self.rest.pop("type", None)
        record: _Json = {"id": self._identity(), "type": resource_types(types)}
        record["name"] = self.texts(self.rest, "name", "nameMap")
        record["description"] = self.texts(self.rest, "description", "descriptionMap")
        record |= {key: self.rest.pop(word, None) for key, word in OWN_KEYS.items()}
        record |= {key: self.rest.pop(key, None) for key in PLAIN_KEYS}
        record |= {"inLanguage": self.languages or None, "license": self._licence(self.rest)}
        if steps := read_steps(self.rest, self._reference):
            record["kind"] = record["kind"] or kind_of_list(types)
        for step in _STEPS:
            record |= step(self)
        record |= steps
        if is_course:
            record |= read_course(self, record["id"])
        self._tidy(record)
        record["extensions"] = extensions_of(self.rest)
        return {key: value for key, value in record.items() if value is not None}, self.warnings

    # -- identity and text

    def _identity(self) -> Any:
        given = self.rest.pop("id", None)
        named = [given, self.rest.get("url"), *as_list(self.rest.get("identifier"))]
        return next((each for each in named if isinstance(each, str) and is_iri(each)), given)

    def texts(self, owner: _Json, key: str, map_key: str) -> _Json | None:
        """A text of a part in all its languages; taken out of it."""
        value, given = owner.pop(key, None), owner.pop(map_key, None)
        if isinstance(given, dict) and given:
            return given
        found: _Json = {}
        for tag, text in self._tagged(value):
            found.setdefault(tag, text if self.marked or not has_markup(text) else plain(text))
        return found or None

    def _tagged(self, value: Any) -> Iterator[tuple[str, str]]:
        for each in as_list(value):
            if isinstance(each, str):
                yield self.language, each
            elif isinstance(each, dict) and isinstance(each.get("@value"), str):
                yield str(each.get("@language") or self.language), each["@value"]
            elif isinstance(each, dict):
                yield from ((tag, text) for tag, text in each.items() if is_language_tag(tag) and isinstance(text, str))

    def text(self, value: Any) -> str | None:
        return next((text for _, text in self._tagged(value) if text), None)

    def _licence(self, owner: _Json) -> str | None:
        """The licence as IRI; words that name none for certain stay as they were, as an extension."""
        given = as_list(owner.pop("license", None))
        for each in given:
            parts = [each.get("id"), each.get("url"), each.get("name")] if isinstance(each, dict) else [each]
            for part in parts:
                found = (
                    part if isinstance(part, str) and is_iri(part) else iri_of(part) if isinstance(part, str) else None
                )
                if found:
                    return found
        if given:
            owner["license"] = given[0]
            self._warn("$.license", "a licence that is known by this name, or its IRI", given[0])
        return None

    def _warn(self, path: str, expected: str, found: Any) -> None:
        self.warnings.append(Problem(path, expected, str(found)[:60]))

    # -- parts

    def concepts(self) -> _Json:
        aligned = self._alignments()
        record: _Json = {}
        for key, word in CONCEPT_KEYS.items():
            values = self.rest.pop(word, None)
            terms = [term for each in as_list(values) if (term := self.concept(each, key))]
            terms += aligned.get(key, [])
            if key in CONCEPTS:
                record[key] = terms[0] if terms else None
            elif values is not None or terms:
                record[key] = terms
        return record

    def _alignments(self) -> dict[str, list[_Json]]:
        """LRMI's older way to say what a resource teaches, assesses, requires or is about."""
        found: dict[str, list[_Json]] = {}
        unknown = []
        for each in as_list(self.rest.pop("educationalAlignment", None)):
            key = _ALIGNED.get(str(each.get("alignmentType"))) if isinstance(each, dict) else None
            term = self.concept(each, key) if key else None
            if key and term:
                found.setdefault(key, []).append(term)
            else:
                unknown.append(each)
        if unknown:
            self.rest["educationalAlignment"] = unknown
        return found

    def concept(self, value: Any, key: str) -> _Json | None:
        if isinstance(value, str):
            return self._named_concept(value, key)
        if not isinstance(value, dict):
            return None
        if "@value" in value:
            return self._named_concept(str(value["@value"]), key)
        rest = dict(value)
        if "educationalRole" in rest or _AUDIENCES.intersection(texts_of(rest.get("type"))):
            return self.concept(first(rest.get("educationalRole") or rest.get("audienceType")), key)
        types = as_list(rest.pop("type", None))
        labels, names = rest.pop("prefLabel", None), dict(self._tagged(rest.pop("name", None)))
        names = names or dict(self._tagged(rest.pop("targetName", None)))
        iri = next((each for each in (rest.pop("id", None), rest.pop("targetUrl", None)) if is_iri_text(each)), None)
        scheme = rest.pop("inDefinedTermSet", rest.pop("inScheme", None))
        scheme = scheme.get("id") if isinstance(scheme, dict) else scheme
        notation = rest.pop("termCode", rest.pop("notation", None))
        for spent in ("alignmentType", "educationalFramework"):
            rest.pop(spent, None)
        more = present(
            inScheme=scheme if is_iri_text(scheme) else None,
            notation=str(notation) if isinstance(notation, str | int) else None,
            extensions=extensions_of(rest),
        )
        if iri is None and not isinstance(labels, dict):
            named = self._named_concept(next(iter(names.values()), ""), key)
            return named and {**more, **named}
        return more | present(
            id=iri,
            type=SKOS_CONCEPT if SKOS_CONCEPT in types else None,
            prefLabel=labels if isinstance(labels, dict) else names or None,
        )

    def _named_concept(self, text: str, key: str) -> _Json | None:
        """A term that came as a bare string: its IRI, a word of the vocabulary that belongs here, or just a label."""
        if is_iri(text):
            return {"id": text}
        term = shipped().find_by_label(_SCHEMES[key], text) if key in _SCHEMES else None
        if term:
            return {"id": term.id, "prefLabel": dict(term.labels)}
        return {"prefLabel": {self.language: text}} if text.strip() else None

    def agents(self) -> _Json:
        return {key: self.agents_of(self.rest, key, _DEFAULT_AGENT[key]) for key in AGENT_LISTS}

    def agents_of(self, owner: _Json, key: str, default: str) -> list[_Json] | None:
        if owner.get(key) is None:
            owner.pop(key, None)
            return None
        found = (self.agent(each, default) for each in as_list(owner.pop(key)))
        return [each for each in found if each]

    def agent(self, value: Any, default: str) -> _Json | None:
        if isinstance(value, str):
            return present(type=default, name=value, id=value if is_iri(value) else None) if value.strip() else None
        if not isinstance(value, dict):
            return None
        rest = dict(value)
        kind = agent_type(rest.pop("type", None), default)
        name = self.text(rest.pop("name", None)) or " ".join(
            part for key in ("givenName", "familyName") if isinstance(part := rest.pop(key, None), str)
        )
        iri, url = rest.pop("id", None), rest.pop("url", None)
        affiliation = self.agent(first(rest.pop("affiliation", None)), "Organization")
        return present(
            type=kind,
            name=name or (iri if is_iri_text(iri) else None),
            id=iri if is_iri_text(iri) else None,
            url=self.text(url),
            honorificPrefix=self.text(rest.pop("honorificPrefix", None)),
            affiliation=affiliation,
            extensions=extensions_of(rest),
        )

    def media(self) -> _Json:
        record: _Json = {key: self._all_media(key) for key in MEDIA_TYPES}
        if record["encoding"] is None:
            record["encoding"] = self._other_media()
        if (values := self.rest.pop("image", None)) is not None:
            record["image"] = [image for each in as_list(values) if (image := self._image(each))]
        return record

    def _all_media(self, key: str) -> list[_Json] | None:
        values = self.rest.pop(key, None)
        return None if values is None else [part for each in as_list(values) if (part := self._one(each, key))]

    def _other_media(self) -> list[_Json] | None:
        """Files under older names: a list of its own, or the resource being itself the video."""
        for alias in _MEDIA_ALIASES:
            if alias in self.rest:
                return [part for each in as_list(self.rest.pop(alias)) if (part := self._one(each, "encoding"))]
        if "contentUrl" in self.rest or "embedUrl" in self.rest:
            part = self._one({key: self.rest.pop(key) for key in _OWN_MEDIA if key in self.rest}, "encoding")
            return [part] if part else None
        return None

    def _one(self, value: Any, key: str) -> _Json | None:
        if isinstance(value, str):
            return {"id" if key == "caption" else "contentUrl": value}
        if not isinstance(value, dict):
            return None
        rest = dict(value)
        kind, iri = rest.pop("type", None), rest.pop("id", None)
        if key == "caption" and iri is None:
            iri = rest.pop("contentUrl", None) or rest.pop("url", None)
        return present(
            id=iri if key == "caption" else None,
            type=trailer_type(kind) if key == "trailer" else None,
            **{name: first(rest.pop(name, None)) for name in ("contentUrl", "embedUrl", "encodingFormat", "sha256")},
            name=self.text(rest.pop("name", None)),
            inLanguage=language_tag(first(rest.pop("inLanguage", None))),
            contentSize=digits(rest.pop("contentSize", None)),
            bitrate=digits(rest.pop("bitrate", None)),
            extensions=extensions_of(rest),
        )

    def _image(self, value: Any) -> _Json | None:
        if isinstance(value, str):
            return {"contentUrl": value}
        if not isinstance(value, dict):
            return None
        rest = dict(value)
        rest.pop("type", None)
        iri = rest.pop("id", None)
        texts = rest.pop("nameMap", None)
        names = texts if isinstance(texts, dict) else dict(self._tagged(rest.get("name") or rest.pop("caption", None)))
        rest.pop("name", None)
        return present(
            contentUrl=rest.pop("contentUrl", None) or rest.pop("url", None) or iri,
            name=names or None,
            encodingFormat=rest.pop("encodingFormat", None),
            width=pixels(rest.pop("width", None)),
            height=pixels(rest.pop("height", None)),
            extensions=extensions_of(rest),
        )

    def references(self) -> _Json:
        record: _Json = {}
        for key in REFERENCE_LISTS:
            record[key] = self.references_of(self.rest, key)
        if (pages := self.rest.pop("mainEntityOfPage", None)) is not None:
            record["mainEntityOfPage"] = [page for each in as_list(pages) if (page := self._page(each))]
        return record

    def references_of(self, owner: _Json, key: str) -> list[_Json] | None:
        """Other resources that a part names; taken out of it."""
        values = owner.pop(key, None)
        return None if values is None else [part for each in as_list(values) if (part := self._reference(each))]

    def _reference(self, value: Any) -> _Json | None:
        if isinstance(value, str):
            return {"id" if is_iri(value) else "name": value} if value.strip() else None
        if not isinstance(value, dict):
            return None
        rest = dict(value)
        if "creator" not in rest and "author" in rest:
            rest["creator"] = rest.pop("author")
        iri = rest.pop("id", None)
        curator = self.agents_of(rest, "rz:addedBy", "Person")
        return present(
            id=iri if is_iri_text(iri) else rest.pop("url", None),
            note=rest.pop("rz:note", None),
            addedBy=curator[0] if curator else None,
            added=rest.pop("rz:added", None),
            type=texts_of(rest.pop("type", None)) or None,
            name=self.text(rest.pop("name", None)),
            creator=self.agents_of(rest, "creator", "Person"),
            license=self._licence(rest),
            provider=provider(rest.pop("provider", None)),
            extensions=extensions_of(rest),
        )

    def _page(self, value: Any) -> _Json | None:
        if isinstance(value, str):
            return {"id": value}
        if not isinstance(value, dict):
            return None
        rest = dict(value)
        return present(
            id=rest.pop("id", None) or rest.pop("url", None),
            type="WebContent" if rest.pop("type", None) == "WebContent" else None,
            provider=provider(rest.pop("provider", None)),
            dateCreated=self._instant("$.mainEntityOfPage.dateCreated", rest.pop("dateCreated", None)),
            dateModified=self._instant("$.mainEntityOfPage.dateModified", rest.pop("dateModified", None)),
            extensions=extensions_of(rest),
        )

    def accessibility(self) -> _Json:
        found: _Json = {key: words(self.rest.pop(key, None)) for key in ACCESSIBILITY_LISTS}
        found["accessibilitySummary"] = self.text(self.rest.pop("accessibilitySummary", None))
        return {"accessibility": present(**found) or None}

    # -- plain values

    def _tidy(self, record: _Json) -> None:
        if isinstance(record["keywords"], str):
            record["keywords"] = [
                word.strip() for word in record["keywords"].replace(";", ",").split(",") if word.strip()
            ]
        elif record["keywords"] is not None:
            texts = (each if isinstance(each, str) else self._keyword(each) for each in as_list(record["keywords"]))
            record["keywords"] = [each for each in texts if each]
        if isinstance(record["isAccessibleForFree"], str):
            record["isAccessibleForFree"] = TRUTH.get(record["isAccessibleForFree"].lower())
        for key in ("dateCreated", "datePublished", "dateModified"):
            record[key] = self._instant(f"$.{key}", record[key])
        record["url"] = self._address(record["url"])

    def _keyword(self, value: Any) -> str | None:
        return self.text(value.get("name")) if isinstance(value, dict) and "name" in value else self.text(value)

    def _instant(self, path: str, value: Any) -> Any:
        """Dates as they are; an instant without offset is read as UTC, with a warning."""
        fixed = with_offset(value)
        if fixed != value:
            self._warn(path, "an instant with its offset", value)
        return fixed

    def _address(self, value: Any) -> Any:
        only = first(value)
        return only.get("id") if isinstance(only, dict) else only


_STEPS: Sequence[Callable[[_Reader], _Json]] = (
    _Reader.concepts,
    _Reader.agents,
    _Reader.media,
    _Reader.references,
    _Reader.accessibility,
)
_DEFAULT_AGENT: Mapping[str, str] = {
    "creator": "Person",
    "contributor": "Person",
    "publisher": "Organization",
    "funder": "Organization",
}
