"""What finds it: kind, form, topics, levels and audience from the vocabularies that ship with the node, own words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from federation.mapping.concepts import shipped
from node.domain.courses import KIND as COURSE
from node.domain.records import COURSE_KEYS, Concept, ResourceRecord
from node.domain.resources import KINDS, kind_of
from node.domain.text import UNKNOWN_LANGUAGE, pick
from node.domain.vocabularies import AUDIENCE_ROLE, EDUCATIONAL_LEVEL, HCRT, concept_key
from node.sentences import Sentence
from schemas.formats import is_duration, is_language_tag
from web.design.parts import Field
from web.library.form import Form, Parts, Section, Values

#: Key of the record -> heading, and the vocabulary that it is chosen from.
VOCABULARIES: Mapping[str, tuple[str, str]] = {
    "educationalLevel": (Sentence("Level"), EDUCATIONAL_LEVEL),
    "audience": (Sentence("Whom it is for"), AUDIENCE_ROLE),
    "learningResourceType": (Sentence("Form"), HCRT),
    "about": (Sentence("Topics"), "http://w3id.org/kim/schulfaecher/"),
}
#: schema.org types that a kind brings along; others of the record stay.
_TYPES: Mapping[str, str] = {
    "article": "Article", "video": "VideoObject", "audio": "AudioObject", "slides": "PresentationDigitalDocument",
    "dataset": "Dataset", "software": "SoftwareApplication", "assessment": "Quiz", "tutorial": "HowTo",
    "collection": "Collection", "pathway": "ItemList",
    "course": "Course",
}  # fmt: skip
_MINUTES = re.compile(
    r"(?:(\d{1,4}) ?(?:h|hours?|std|stunden?) ?)?(?:(\d{1,5}) ?(?:m|min|minutes?|minuten?)?)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Option:
    name: str
    label: str
    on: bool


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    heading: str
    options: tuple[Option, ...]
    chosen: int


@dataclass(frozen=True, slots=True)
class Terms:
    kinds: tuple[str, ...]
    kind: Field
    groups: tuple[Group, ...]
    keywords: Field
    languages: Field
    time: Field
    free: str


def show(record: ResourceRecord) -> Values:
    fields = {"kind": kind_of(record), "keywords": ", ".join(record.get("keywords", ()))}
    told = [tag for tag in record["inLanguage"] if tag != UNKNOWN_LANGUAGE]
    fields["content-languages"] = ", ".join(told)
    fields["time"] = _in_words(record.get("timeRequired", ""))
    free = record.get("isAccessibleForFree")
    fields["free"] = "" if free is None else "yes" if free else "no"
    for key in VOCABULARIES:
        for concept in _concepts(record, key):
            fields[_name(key, concept)] = "on"
    return fields


def read(form: Form) -> tuple[Parts, Mapping[str, str]]:
    parts: Parts = {}
    wrong: dict[str, str] = {}
    kind = form.text("kind")
    if kind not in KINDS:
        wrong["kind"] = Sentence("Choose what kind of thing it is.")
    else:
        parts |= {"kind": kind, "type": _types(form.base, kind)}
        parts |= {} if kind == COURSE else dict.fromkeys(COURSE_KEYS)
    keywords = [" ".join(word.split()) for word in re.split(r"[,;\n]", form.text("keywords"))]
    parts["keywords"] = list(dict.fromkeys(word for word in keywords if word))
    if any(len(word) > 100 for word in parts["keywords"]) or len(parts["keywords"]) > 50:
        wrong["keywords"] = Sentence("At most 50 keywords of 100 characters each.")
    languages = [tag for tag in re.split(r"[,;\s]+", form.text("content-languages")) if tag]
    if not all(map(is_language_tag, languages)):
        wrong["content-languages"] = Sentence("Language codes are expected, such as en or de.")
    own = [form.text(f"language-{number}") for number in form.blocks("language") if form.text(f"name-{number}")]
    parts["inLanguage"] = list(dict.fromkeys(languages or own)) or [UNKNOWN_LANGUAGE]
    time, parts["timeRequired"] = form.text("time"), None
    if time:
        parts["timeRequired"] = _duration(time)
        if parts["timeRequired"] is None:
            wrong["time"] = Sentence("Minutes are expected, or hours and minutes such as 1 h 30 min.")
    parts["isAccessibleForFree"] = {"yes": True, "no": False}.get(form.text("free"))
    return parts | {key: _chosen(form, key) for key in VOCABULARIES}, wrong


def data(form: Form) -> Terms:
    def field(name: str) -> Field:
        return Field(value=form.values.get(name, ""), error=form.error(name))

    return Terms(
        kinds=KINDS,
        kind=field("kind"),
        groups=tuple(_group(form, key) for key in VOCABULARIES),
        keywords=field("keywords"),
        languages=field("content-languages"),
        time=field("time"),
        free=form.text("free"),
    )


def _types(base: ResourceRecord | None, kind: str) -> list[str]:
    """The types of the record without those of another kind."""
    others = [each for each in (base["type"] if base else ()) if each not in _TYPES.values()]
    named = [_TYPES[kind]] if kind in _TYPES else []
    return list(dict.fromkeys(["LearningResource", *others, *named]))


# -- concepts -------------------------------------------------------------------------------------------------------


def _concepts(record: Mapping[str, Any], key: str) -> Sequence[Concept]:
    return cast("Sequence[Concept]", record.get(key, ()))


def _name(key: str, concept: Mapping[str, Any]) -> str:
    """The field that stands for a concept: by its IRI, one without by its label."""
    return f"{key}:{concept_key(concept['id']) if 'id' in concept else pick(concept.get('prefLabel', {}), ())}"


def _chosen(form: Form, key: str) -> list[Concept]:
    """The concepts that are ticked: those of the record as they are, those of the vocabulary with their labels."""
    before = {_name(key, concept): concept for concept in form.kept(key)}
    offered = {f"{key}:{concept_key(term.id)}": term for term in shipped().terms(VOCABULARIES[key][1])}
    found: list[Concept] = [each for name, each in before.items() if form.values.get(name)]
    for name, term in offered.items():
        if form.values.get(name) and name not in before:
            found.append({"id": term.id, "prefLabel": dict(term.labels), "inScheme": term.scheme})
    return found


def _group(form: Form, key: str) -> Group:
    heading, scheme = VOCABULARIES[key]
    labels = {f"{key}:{concept_key(term.id)}": term.label(form.languages) for term in shipped().terms(scheme)}
    for concept in form.kept(key):
        labels.setdefault(
            _name(key, concept), pick(concept.get("prefLabel", {}), form.languages) or concept.get("id", "")
        )
    options = tuple(Option(name, label, bool(form.values.get(name))) for name, label in labels.items())
    if key != "educationalLevel":
        options = tuple(sorted(options, key=lambda each: each.label.casefold()))
    return Group(key, heading, options, sum(each.on for each in options))


# -- time -----------------------------------------------------------------------------------------------------------


def _duration(text: str) -> str | None:
    """ISO 8601 for what people type; None for what is no time.

    >>> _duration("90"), _duration("1 h 30 min"), _duration("P6W"), _duration("soon")
    ('PT1H30M', 'PT1H30M', 'P6W', None)
    """
    if is_duration(text.upper()):
        return text.upper()
    found = _MINUTES.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    minutes = int(found[1] or 0) * 60 + int(found[2] or 0)
    hours, rest = divmod(minutes, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{rest}M" if rest else "") if minutes else None


def _in_words(duration: str) -> str:
    """What the field shows: hours and minutes, other durations as they are.

    >>> _in_words("PT1H30M"), _in_words("PT25M"), _in_words("P6W")
    ('1 h 30 min', '25 min', 'P6W')
    """
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?", duration)
    if not found or not any(found.groups()):
        return duration
    return " ".join(
        part for part in (f"{found[1]} h" if found[1] else "", f"{found[2]} min" if found[2] else "") if part
    )


SECTION = Section("terms", Sentence("What finds it"), "library/sections/terms.html", show, read, data)
