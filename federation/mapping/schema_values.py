"""Values of schema.org objects as they are found in the wild, brought to one form each.

Small, total functions: what fits nothing stays as it is, for ``reading.graded`` to judge, or becomes None.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from schemas.formats import is_date_time, is_date_time_or_local, is_iri

_Json = dict[str, Any]

TRUTH = {
    "true": True, "yes": True, "http://schema.org/true": True, "https://schema.org/true": True,
    "false": False, "no": False, "http://schema.org/false": False, "https://schema.org/false": False,
}  # fmt: skip
RESOURCE_TYPES = frozenset(
    {
        "LearningResource", "3DModel", "Article", "Atlas", "Audiobook", "AudioObject", "Blog", "BlogPosting",
        "Book", "BookSeries", "Chapter", "Clip", "Collection", "Course", "CreativeWork", "DataDownload", "Dataset",
        "DigitalDocument", "Episode", "Game", "Guide", "HowTo", "ImageGallery", "ImageObject", "ItemList",
        "LegislationObject", "Manuscript", "Map", "MediaObject", "MobileApplication", "Movie", "MusicRecording",
        "NewsArticle", "Photograph", "PodcastEpisode", "PodcastSeries", "Poster", "PresentationDigitalDocument",
        "Quiz", "Report", "ScholarlyArticle", "SheetMusic", "SoftwareApplication", "SoftwareSourceCode",
        "SpreadsheetDigitalDocument", "TechArticle", "TextDigitalDocument", "Thesis", "VideoGame", "VideoObject",
        "VisualArtwork", "WebApplication", "WebContent", "WebPage",
    }
)  # fmt: skip
"""What a learning resource may be in words of schema.org; events, questions and offers are other things."""
_NAMESPACES = ("https://schema.org/", "http://schema.org/", "http://schema.org#", "schema:", "sdo:")
_VERBATIM = frozenset({"extensions", "prefLabel", "nameMap", "descriptionMap"})


def normalised(value: Mapping[str, Any]) -> _Json:
    """A JSON-LD node with its keys in their short form: ``id`` and ``type``, schema.org terms without their prefix.

    Typed values inside become plain ones; those with a language keep their form.
    """
    return {
        name: each if name in _VERBATIM else _types(each) if name == "type" else _normal(each)
        for key, each in value.items()
        if (name := _short(key))
    }


def _normal(value: Any) -> Any:
    if isinstance(value, list):
        return [_normal(each) for each in value]
    if not isinstance(value, dict):
        return value
    return value["@value"] if "@value" in value and "@language" not in value else normalised(value)


def _short(key: str) -> str:
    if key in {"@id", "@type"}:
        return key[1:]
    if key in {"@context", "@graph", "@reverse", "@included", "@nest"}:
        return ""
    return bare(key)


def bare(term: str) -> str:
    """A schema.org term without its namespace, in any of the usual spellings."""
    start = next((each for each in _NAMESPACES if term.startswith(each)), "")
    return term[len(start) :]


def _types(value: Any) -> Any:
    if isinstance(value, list):
        return [_types(each) for each in value]
    return bare(value) if isinstance(value, str) else value


def with_offset(value: Any) -> Any:
    """An instant that lacks its offset, read as UTC; anything else as it is.

    >>> with_offset("2019-07-03T10:00:00"), with_offset("2019-07-03")
    ('2019-07-03T10:00:00Z', '2019-07-03')
    """
    if isinstance(value, str) and is_date_time_or_local(value) and not is_date_time(value):
        return f"{value}Z"
    return value


def present(**parts: Any) -> _Json:
    return {key: value for key, value in parts.items() if value is not None}


def as_list(value: Any) -> Sequence[Any]:
    """JSON-LD's one-or-many: a list as it is, nothing for null, anything else as the only entry."""
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def first(value: Any) -> Any:
    return next(iter(as_list(value)), None)


def is_iri_text(value: Any) -> bool:
    return isinstance(value, str) and is_iri(value)


def extensions_of(rest: _Json) -> _Json | None:
    """What nobody has understood, and what stood under ``extensions`` before."""
    literal = rest.pop("extensions", None)
    found = {key: value for key, value in rest.items() if value is not None and not key.startswith("@")}
    return {**found, **(literal if isinstance(literal, dict) else {})} or None


def language_tag(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("identifier") or value.get("name")
    return value.replace("_", "-") if isinstance(value, str) and value.strip() else None


def texts_of(value: Any) -> list[str]:
    return list(dict.fromkeys(each for each in as_list(value) if isinstance(each, str)))


def resource_types(value: Any) -> list[str]:
    types = texts_of(value)
    return types if "LearningResource" in types else ["LearningResource", *types]


def agent_type(value: Any, default: str) -> str:
    types = texts_of(value)
    known = next((each for each in types if each in {"Person", "Organization", "FundingScheme"}), None)
    return known or ("Organization" if types else default)


def trailer_type(value: Any) -> str:
    return "AudioObject" if "AudioObject" in texts_of(value) else "VideoObject"


def provider(value: Any) -> _Json | None:
    if isinstance(value, str):
        return {"id": value} if is_iri(value) else None
    if not isinstance(value, dict):
        return None
    rest = dict(value)
    return present(
        id=rest.pop("id", None) or rest.pop("url", None),
        type=first(rest.pop("type", None)),
        name=rest.pop("name", None),
        extensions=extensions_of(rest),
    )


def digits(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def pixels(value: Any) -> Any:
    if isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, str):
        number = value.removesuffix("px").strip()
        return int(number) if number.isdecimal() and len(number) < 7 else None
    return value


def words(value: Any) -> list[str] | None:
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    return None if value is None else [each for each in as_list(value) if isinstance(each, str)]
