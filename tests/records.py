"""Records for tests: one small, one full, and a hypothesis strategy for everything that the schema allows."""

from typing import Any

from hypothesis import strategies as st

from node.domain.licences import NOT_STATED
from node.domain.resources import KINDS

CC_BY = "https://creativecommons.org/licenses/by/4.0/"


def loosely(function: Any) -> Any:
    """The same function for tests that look into its result without asking first whether there is one."""
    return function


def record(**parts: Any) -> Any:
    """A small valid record with these parts instead."""
    return {
        "id": "https://learn.uni.example/r/casting#resource",
        "name": {"en": "Casting basics"},
        "defaultLanguage": "en",
        "type": ["LearningResource"],
        "inLanguage": ["en"],
        "license": CC_BY,
        **parts,
    }


def full_record() -> Any:
    """A record that uses every key."""
    concept = {"id": "https://w3id.org/kim/hcrt/video", "prefLabel": {"de": "Video", "en": "Video"}}
    agent = {
        "type": "Person",
        "name": "Ada Example",
        "id": "https://orcid.org/0000-0000-0000-0000",
        "url": "https://ada.example/",
        "honorificPrefix": "Dr.",
        "affiliation": {"type": "Organization", "name": "Example University", "id": "https://ror.org/00example"},
        "extensions": {"jobTitle": "Lecturer"},
    }
    reference = {
        "id": "https://lib.city.example/r/1",
        "type": ["LearningResource", "Book"],
        "name": "Metals",
        "creator": [{"type": "Organization", "name": "City Library"}],
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "provider": {"id": "https://lib.city.example/", "type": "Service", "name": "City Library"},
    }
    media = {
        "contentUrl": "https://learn.uni.example/media/pd.mp4",
        "embedUrl": "https://learn.uni.example/embed/pd",
        "name": "Lesson",
        "inLanguage": "en",
        "encodingFormat": "video/mp4",
        "contentSize": "73400320",
        "bitrate": "831",
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }
    return record(
        url="https://learn.uni.example/media/",
        name={"en": "Reading a phase diagram", "de": "Ein Phasendiagramm lesen"},
        description={"en": "A <b> tag & two\n\nparagraphs.", "de": "Übungen"},
        descriptionFormat="text/plain",
        type=["LearningResource", "VideoObject"],
        kind="video",
        keywords=["phase diagrams", "a, b; c"],
        isAccessibleForFree=True,
        dateCreated="2026-02-20",
        datePublished="2026-03-01T09:00:00+01:00",
        dateModified="2026-03-02",
        timeRequired="PT25M",
        duration="PT24M30S",
        previousVersion="https://learn.uni.example/r/casting?v=1",
        creator=[agent],
        contributor=[{"type": "Organization", "name": "Studio"}],
        publisher=[{"type": "Organization", "name": "Example University", "id": "https://learn.uni.example/ap/a/uni"}],
        funder=[{"type": "FundingScheme", "name": "Erasmus+", "url": "https://funder.example/"}],
        image=[
            {
                "contentUrl": "https://learn.uni.example/media/pd.jpg",
                "name": {"en": "Binary eutectic diagram", "de": "Diagramm"},
                "encodingFormat": "image/jpeg",
                "width": 1280,
                "height": 720,
            }
        ],
        encoding=[media, {"contentUrl": "https://learn.uni.example/media/pd.pdf"}],
        trailer=[{"type": "AudioObject", "embedUrl": "https://learn.uni.example/embed/t"}],
        caption=[{"id": "https://learn.uni.example/media/pd.vtt", "inLanguage": "en", "encodingFormat": "text/vtt"}],
        isBasedOn=[reference, {"name": "Without address"}],
        isPartOf=[{"id": "https://learn.uni.example/r/course"}],
        hasPart=[{"id": "https://learn.uni.example/r/part", "name": "Part"}],
        mainEntityOfPage=[
            {
                "id": "https://cat.example/1",
                "type": "WebContent",
                "dateCreated": "2026-01-01",
                "provider": {"id": "https://cat.example/"},
            }
        ],
        accessibility={
            "accessMode": ["visual", "auditory"],
            "accessibilityFeature": ["captions"],
            "accessibilitySummary": "Fine",
        },
        extensions={
            "typicalAgeRange": "18-",
            "version": "1.2",
            "@context": ["https://schema.org"],
            "author": "kept",
            "x": None,
        },
        **{
            key: [
                concept,
                {"prefLabel": {"en": "a label alone"}},
                {"id": "https://example.org/c", "type": "Concept", "inScheme": "https://example.org/", "notation": "6"},
            ]
            for key in (
                "learningResourceType",
                "about",
                "educationalLevel",
                "audience",
                "educationalUse",
                "teaches",
                "assesses",
                "competencyRequired",
                "learningForm",
            )
        },
        interactivityType={"id": "http://purl.org/dcx/lrmi-vocabs/interactivityType/active", "type": "Concept"},
        conditionsOfAccess={"id": "http://w3id.org/kim/conditionsOfAccess/no_login"},
        visibility="public",
    )


def course_record(**parts: Any) -> Any:
    """A course that uses every key that only courses have."""
    section = {
        "name": {"en": "Unit 1: Sand and moulds", "de": "Teil 1: Sand und Formen"},
        "description": {"en": "Why sand holds."},
        "timeRequired": "PT4H",
        "hasPart": [{"id": "https://learn.uni.example/r/sand", "name": "Sand"}],
        "extensions": {"position": 1},
    }
    address = {
        "streetAddress": "Breite Str. 30",
        "postalCode": "10178",
        "addressLocality": "Berlin",
        "addressRegion": "Berlin",
        "addressCountry": "DE",
    }
    instance = {
        "id": "https://learn.uni.example/r/casting#autumn",
        "name": {"en": "Autumn 2026"},
        "status": "scheduled",
        "courseMode": ["blended", "synchronous"],
        "startDate": "2026-09-07",
        "endDate": "2026-10-16",
        "courseSchedule": {
            "repeatFrequency": "P1W",
            "repeatCount": 6,
            "byDay": ["Monday", "Thursday"],
            "startTime": "18:00",
            "endTime": "20:00",
            "scheduleTimezone": "Europe/Berlin",
        },
        "courseWorkload": "PT4H",
        "inLanguage": ["en"],
        "instructor": [{"type": "Person", "name": "Ada Example", "id": "https://learn.uni.example/ap/a/ada"}],
        "location": [
            {"type": "Place", "name": "City Library", "address": address},
            {"type": "VirtualLocation", "url": "https://meet.uni.example/casting"},
        ],
        "capacity": 20,
        "enrolment": {"mode": "open", "from": "2026-06-01", "until": "2026-09-01"},
        "offers": [{"price": 0, "priceCurrency": "EUR", "category": "Free"}],
        "extensions": {"doorTime": "17:30"},
    }
    elsewhere = {
        "id": "https://learn.uni.example/r/casting#any-time",
        "courseMode": ["online", "asynchronous"],
        "enrolment": {"mode": "external", "url": "https://lms.uni.example/casting"},
    }
    return record(
        type=["LearningResource", "Course"],
        kind="course",
        isAccessibleForFree=True,
        courseCode="MAT101",
        provider={"type": "Organization", "name": "Example University", "id": "https://learn.uni.example/ap/a/uni"},
        syllabus=[section, {"name": {"en": "Unit 2"}}],
        coursePrerequisites=[{"prefLabel": {"en": "school chemistry"}}],
        educationalCredentialAwarded=[{"name": "Caster’s badge"}],
        numberOfCredits={"value": 3, "creditType": "ECTS"},
        workload="PT4H",
        availableLanguages=["en", "de"],
        hasCourseInstance=[instance, elsewhere],
        **parts,
    )


def pathway_record(**parts: Any) -> dict[str, Any]:
    """A pathway with a step of every form: to use elsewhere, with what survives the loss of its host; in words."""
    film: dict[str, Any] = {
        "id": "https://lib.city.example/ap/o/77",
        "name": "Casting basics",
        "license": CC_BY,
        "provider": {"id": "https://lib.city.example/ap/a/lib", "name": "City Library"},
        "note": {"en": "Watch the first half", "de": "Die erste Hälfte genügt"},
        "step": {
            "key": "1",
            "action": "use",
            "timeRequired": "PT25M",
            "alternatives": ["https://other.example/ap/o/9"],
        },
    }
    steps: list[dict[str, Any]] = [
        film,
        {"id": "https://far.example/ap/o/3", "name": "Open workshop", "step": {"key": "2", "action": "attend"}},
        {"name": "Talk to a founder", "step": {"key": "3", "action": "meet", "optional": True}},
    ]
    made = {"type": ["LearningResource", "ItemList"], "kind": "pathway", "hasPart": steps, **parts}
    return record(**{"name": {"en": "From atoms to alloys"}, **made})


# -- everything that the schema allows ------------------------------------------------------------------------------

_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufeff"), min_size=1, max_size=30
)
_TAGS = st.sampled_from(["en", "de", "de-AT", "zh-Hant", "fr", "und", "tlh"])
_IRIS = st.one_of(
    st.from_regex(r"https://[a-z]{1,8}\.example/[a-z0-9/]{0,12}(#[a-z]{1,4})?", fullmatch=True),
    st.sampled_from(["urn:isbn:9783161484100", "http://w3id.org/kim/schulfaecher/s1009", "https://example.org/übung"]),
)
_URLS = st.from_regex(r"https?://[a-z]{1,8}\.example/[a-z0-9/]{0,12}", fullmatch=True)
_DAYS = st.sampled_from(["2026-03-01", "2026-03-01T09:00:00Z", "2026-03-01T09:00:00.5+02:00"])
_DURATIONS = st.sampled_from(["PT25M", "P6W", "P1DT12H", "PT1H0M30.5S"])
_TYPES = st.lists(
    st.sampled_from(["LearningResource", "VideoObject", "Course", "3DModel", "Quiz"]),
    min_size=1,
    max_size=3,
    unique=True,
)
# Names that could be mistaken for ours, besides any others.
_OURS = "id type name url license author image extensions nameMap prefLabel @id @context @value rz:kind schema:name"
_KEYS = st.sampled_from([*_OURS.split(), "typicalAgeRange", "educationalRole", "isbn"]) | _TEXT
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=6,
)


_EXTENSIONS = st.dictionaries(_KEYS, _JSON, min_size=1, max_size=4)


def _maps(values: st.SearchStrategy[str] = _TEXT, least: int = 1) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(_TAGS, values, min_size=least, max_size=3)


def _object(required: dict[str, Any] | None = None, /, **optional: Any) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(required or {}, optional={**optional, "extensions": _EXTENSIONS})


_CONCEPTS = _object(
    {"id": _IRIS}, type=st.just("Concept"), prefLabel=_maps(least=0), inScheme=_IRIS, notation=_TEXT
) | _object({"prefLabel": _maps()}, inScheme=_IRIS)
_AFFILIATIONS = _object({"type": st.just("Organization"), "name": _TEXT}, id=_IRIS, url=_URLS)


def _agents(*types: str) -> st.SearchStrategy[Any]:
    required = {"type": st.sampled_from(types), "name": _TEXT}
    more = {"honorificPrefix": _TEXT, "affiliation": _AFFILIATIONS} if "FundingScheme" not in types else {}
    return _object(required, id=_IRIS, url=_URLS, **more)


_FILE = {
    "embedUrl": _URLS,
    "name": _TEXT,
    "inLanguage": _TAGS,
    "encodingFormat": st.just("video/mp4"),
    "contentSize": st.just("12"),
    "bitrate": st.just("0831"),
    "sha256": st.just("aB" * 32),
}
_PROVIDERS = _object({"id": _IRIS}, type=_TEXT, name=_TEXT)
_REFERENCE: dict[str, Any] = {
    "type": _TYPES,
    "creator": st.lists(_agents("Person", "Organization"), max_size=2),
    "license": _IRIS,
    "provider": _PROVIDERS,
}


def _few(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, max_size=2)


_OPTIONAL: dict[str, Any] = {
    "url": _URLS,
    "description": _maps(),
    "kind": st.sampled_from(KINDS),
    **{
        key: _few(_CONCEPTS)
        for key in (
            "learningResourceType",
            "about",
            "educationalLevel",
            "audience",
            "educationalUse",
            "teaches",
            "assesses",
            "competencyRequired",
            "learningForm",
        )
    },
    "interactivityType": _CONCEPTS,
    "conditionsOfAccess": _CONCEPTS,
    "keywords": _few(_TEXT),
    "isAccessibleForFree": st.booleans(),
    "creator": _few(_agents("Person", "Organization")),
    "contributor": _few(_agents("Person", "Organization")),
    "publisher": _few(_agents("Person", "Organization")),
    "funder": _few(_agents("Person", "Organization", "FundingScheme")),
    "dateCreated": _DAYS,
    "datePublished": _DAYS,
    "dateModified": _DAYS,
    "timeRequired": _DURATIONS,
    "duration": _DURATIONS,
    "image": _few(
        _object(
            {"contentUrl": _URLS},
            name=_maps(),
            encodingFormat=st.just("image/png"),
            width=st.integers(1, 9),
            height=st.integers(1, 9),
        )
    ),
    "trailer": _few(_object({"type": st.sampled_from(["VideoObject", "AudioObject"]), "contentUrl": _URLS}, **_FILE)),
    "caption": _few(_object({"id": _URLS}, inLanguage=_TAGS, encodingFormat=st.just("text/vtt"))),
    "encoding": _few(_object({"contentUrl": _URLS}, **_FILE)),
    "isBasedOn": _few(_object({"id": _IRIS}, name=_TEXT, **_REFERENCE) | _object({"name": _TEXT}, **_REFERENCE)),
    "isPartOf": _few(_object({"id": _IRIS}, name=_TEXT)),
    "hasPart": _few(_object({"id": _IRIS}, name=_TEXT, type=_TYPES)),
    "mainEntityOfPage": _few(
        _object({"id": _IRIS}, type=st.just("WebContent"), provider=_PROVIDERS, dateCreated=_DAYS, dateModified=_DAYS)
    ),
    "accessibility": st.fixed_dictionaries(
        {"accessMode": _few(_TEXT)},
        optional={
            "accessModeSufficient": _few(_TEXT),
            "accessibilityHazard": _few(_TEXT),
            "accessibilitySummary": _TEXT,
        },
    ),
    "extensions": _EXTENSIONS,
    "previousVersion": _IRIS,
}


_MODES = st.lists(st.sampled_from(["online", "onsite", "blended", "asynchronous"]), min_size=1, max_size=2, unique=True)
_ENROLMENTS = st.fixed_dictionaries(
    {"mode": st.sampled_from(["open", "request", "invite", "closed"])},
    optional={"from": st.just("2026-01-01"), "until": st.just("2026-09-01T12:00:00Z")},
) | st.fixed_dictionaries({"mode": st.just("external"), "url": _URLS})
_INSTANCE: dict[str, Any] = {
    "name": _maps(),
    "status": st.sampled_from(["scheduled", "cancelled"]),
    "startDate": st.just("2026-03-01"),
    "endDate": _DAYS,
    "courseSchedule": _object({"repeatFrequency": _DURATIONS}, byDay=st.just(["Monday"]), startTime=st.just("09:30")),
    "courseWorkload": _DURATIONS,
    "inLanguage": st.lists(_TAGS, max_size=2, unique=True),
    "instructor": _few(_agents("Person", "Organization")),
    "location": _few(
        _object({"type": st.sampled_from(["Place", "VirtualLocation"]), "name": _TEXT}, url=_URLS)
        | _object({"type": st.just("Place"), "address": _object({"streetAddress": _TEXT}, postalCode=_TEXT)})
    ),
    "capacity": st.integers(1, 9),
    "offers": _few(
        _object({"price": st.integers(0, 99)}, priceCurrency=st.just("EUR"), category=st.just("Free"), url=_URLS)
    ),
}
_COURSE: dict[str, Any] = {
    "courseCode": _TEXT,
    "provider": _agents("Person", "Organization"),
    "syllabus": _few(_object({"name": _maps()}, description=_maps(), timeRequired=_DURATIONS)),
    "coursePrerequisites": _few(_CONCEPTS),
    "educationalCredentialAwarded": _few(_object({"id": _IRIS}, name=_TEXT)),
    "numberOfCredits": _object({"value": st.integers(0, 9)}, creditType=_TEXT),
    "workload": _DURATIONS,
    "availableLanguages": st.lists(_TAGS, max_size=2, unique=True),
    "hasCourseInstance": st.lists(
        _object({"id": _IRIS, "courseMode": _MODES, "enrolment": _ENROLMENTS}, **_INSTANCE),
        max_size=2,
        unique_by=lambda instance: instance["id"],
    ),
}


@st.composite
def records(draw: st.DrawFn) -> Any:
    """Any record that the schema and the rules allow."""
    names, types, rest = draw(_maps()), draw(_TYPES), draw(st.fixed_dictionaries({}, optional=_OPTIONAL))
    parts = [part["id"] for part in rest.get("hasPart", [])]
    return {
        "id": draw(_IRIS.filter(lambda iri: iri not in parts)),
        "name": names,
        "defaultLanguage": draw(st.sampled_from(sorted(names))),
        "type": [*dict.fromkeys([*types, "LearningResource"])],
        "inLanguage": draw(st.lists(_TAGS, min_size=1, max_size=3, unique=True)),
        "license": draw(_IRIS | st.just(NOT_STATED)),
        **rest,
        **(draw(st.fixed_dictionaries({}, optional=_COURSE)) if "Course" in types else {}),
    }
