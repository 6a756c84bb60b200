"""The shape of a learning resource record: a JSON object, as ``schemas/data/resource.schema.json`` defines it.

A record holds what a resource is (LRMI and AMB complete). The node keeps ``visibility``, ``community`` (URI of the one
whose members read it), ``version``, ``digest``, ``created`` and ``updated`` in it; who owns it and where a copy came
from stand beside the record, not in it.
"""

from typing import Any, NotRequired, TypedDict

Texts = dict[str, str]
Extensions = dict[str, Any]


class Concept(TypedDict, total=False):
    """A term: an IRI, or a label alone where nobody gave it one."""

    id: str
    type: str
    prefLabel: Texts
    inScheme: str
    notation: str
    extensions: Extensions


class Agent(TypedDict):
    """A person, an organisation, or (as funder) a funding scheme. An affiliation has the same shape."""

    type: str
    name: str
    id: NotRequired[str]
    url: NotRequired[str]
    honorificPrefix: NotRequired[str]
    affiliation: NotRequired["Agent"]
    extensions: NotRequired[Extensions]


class Image(TypedDict):
    """A picture; ``name`` is the text that stands for it."""

    contentUrl: str
    name: NotRequired[Texts]
    encodingFormat: NotRequired[str]
    width: NotRequired[int]
    height: NotRequired[int]
    extensions: NotRequired[Extensions]


class Media(TypedDict, total=False):
    """A file (``contentUrl``) or a player (``embedUrl``); sizes and bit rates are digits in a text, as in AMB.

    ``type`` is there for trailers only, ``id`` instead of the addresses for captions only.
    """

    id: str
    type: str
    contentUrl: str
    embedUrl: str
    name: str
    inLanguage: str
    encodingFormat: str
    contentSize: str
    bitrate: str
    sha256: str
    extensions: Extensions


class Provider(TypedDict):
    """Who offers a page or an original."""

    id: str
    type: NotRequired[str]
    name: NotRequired[str]
    extensions: NotRequired[Extensions]


class StepWords(TypedDict, total=False):
    """What one does in a step of a pathway (``node.domain.pathways``)."""

    key: str
    action: str
    optional: bool
    timeRequired: str
    alternatives: list[str]


class Reference(TypedDict, total=False):
    """Another resource: by its IRI, its name, or both; in a collection with who put it there, when and why.

    As the step of a pathway with what one does there; one without IRI is told in words alone.
    """

    id: str
    type: list[str]
    name: str
    creator: list[Agent]
    license: str
    provider: Provider
    note: Texts
    addedBy: Agent
    added: str
    step: StepWords
    extensions: Extensions


class Page(TypedDict):
    """A page that describes the resource, here or elsewhere."""

    id: str
    type: NotRequired[str]
    provider: NotRequired[Provider]
    dateCreated: NotRequired[str]
    dateModified: NotRequired[str]
    extensions: NotRequired[Extensions]


class Accessibility(TypedDict, total=False):
    """The accessibility terms of schema.org."""

    accessMode: list[str]
    accessModeSufficient: list[str]
    accessibilityFeature: list[str]
    accessibilityHazard: list[str]
    accessibilitySummary: str


class Section(TypedDict):
    """A section of a syllabus; ``timeRequired`` is an ISO 8601 duration."""

    name: Texts
    description: NotRequired[Texts]
    timeRequired: NotRequired[str]
    hasPart: NotRequired[list[Reference]]
    extensions: NotRequired[Extensions]


class Credits(TypedDict):
    """What a course counts for, in credits of a kind such as ECTS."""

    value: float
    creditType: NotRequired[str]
    extensions: NotRequired[Extensions]


class Schedule(TypedDict, total=False):
    """When it takes place again: ``repeatFrequency`` an ISO 8601 duration, ``byDay`` names of days, times ``HH:MM``."""

    repeatFrequency: str
    repeatCount: int
    byDay: list[str]
    startTime: str
    endTime: str
    scheduleTimezone: str
    extensions: Extensions


class Address(TypedDict, total=False):
    """A postal address, in the terms of schema.org."""

    streetAddress: str
    postalCode: str
    addressLocality: str
    addressRegion: str
    addressCountry: str
    extensions: Extensions


class Location(TypedDict):
    """A ``Place`` or a ``VirtualLocation``; at least a name, an address or a web address tells which."""

    type: str
    name: NotRequired[str]
    url: NotRequired[str]
    address: NotRequired[Address]
    extensions: NotRequired[Extensions]


# ``from`` is a word of Python, so this one cannot be written as a class.
Enrolment = TypedDict(
    "Enrolment", {"mode": str, "url": NotRequired[str], "from": NotRequired[str], "until": NotRequired[str]}
)


class Offer(TypedDict):
    """What it costs; ``category`` is ``Free``, ``Paid`` or ``Partially Free``."""

    price: float
    priceCurrency: NotRequired[str]
    category: NotRequired[str]
    url: NotRequired[str]
    extensions: NotRequired[Extensions]


class Instance(TypedDict):
    """A course as it is held once (schema.org CourseInstance); dates are days or instants."""

    id: str
    enrolment: Enrolment
    courseMode: NotRequired[list[str]]
    name: NotRequired[Texts]
    status: NotRequired[str]
    startDate: NotRequired[str]
    endDate: NotRequired[str]
    courseSchedule: NotRequired[Schedule]
    courseWorkload: NotRequired[str]
    inLanguage: NotRequired[list[str]]
    instructor: NotRequired[list[Agent]]
    location: NotRequired[list[Location]]
    capacity: NotRequired[int]
    offers: NotRequired[list[Offer]]
    extensions: NotRequired[Extensions]


class ResourceRecord(TypedDict):
    """A learning resource. ``license`` is an IRI also where nothing was stated (``node.domain.licences``)."""

    id: str
    name: Texts
    defaultLanguage: str
    type: list[str]
    inLanguage: list[str]
    license: str
    url: NotRequired[str]
    description: NotRequired[Texts]
    descriptionFormat: NotRequired[str]
    kind: NotRequired[str]
    learningResourceType: NotRequired[list[Concept]]
    about: NotRequired[list[Concept]]
    educationalLevel: NotRequired[list[Concept]]
    audience: NotRequired[list[Concept]]
    educationalUse: NotRequired[list[Concept]]
    teaches: NotRequired[list[Concept]]
    assesses: NotRequired[list[Concept]]
    competencyRequired: NotRequired[list[Concept]]
    learningForm: NotRequired[list[Concept]]
    interactivityType: NotRequired[Concept]
    conditionsOfAccess: NotRequired[Concept]
    keywords: NotRequired[list[str]]
    isAccessibleForFree: NotRequired[bool]
    creator: NotRequired[list[Agent]]
    contributor: NotRequired[list[Agent]]
    publisher: NotRequired[list[Agent]]
    funder: NotRequired[list[Agent]]
    dateCreated: NotRequired[str]
    datePublished: NotRequired[str]
    dateModified: NotRequired[str]
    timeRequired: NotRequired[str]
    duration: NotRequired[str]
    image: NotRequired[list[Image]]
    trailer: NotRequired[list[Media]]
    caption: NotRequired[list[Media]]
    encoding: NotRequired[list[Media]]
    isBasedOn: NotRequired[list[Reference]]
    isPartOf: NotRequired[list[Reference]]
    hasPart: NotRequired[list[Reference]]
    mainEntityOfPage: NotRequired[list[Page]]
    accessibility: NotRequired[Accessibility]
    courseCode: NotRequired[str]
    provider: NotRequired[Agent]
    syllabus: NotRequired[list[Section]]
    coursePrerequisites: NotRequired[list[Concept]]
    educationalCredentialAwarded: NotRequired[list[Reference]]
    numberOfCredits: NotRequired[Credits]
    workload: NotRequired[str]
    availableLanguages: NotRequired[list[str]]
    hasCourseInstance: NotRequired[list[Instance]]
    extensions: NotRequired[Extensions]
    previousVersion: NotRequired[str]
    visibility: NotRequired[str]
    community: NotRequired[str]
    version: NotRequired[int]
    digest: NotRequired[str]
    created: NotRequired[str]
    updated: NotRequired[str]


CONCEPT_LISTS = (
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
CONCEPTS = ("interactivityType", "conditionsOfAccess")
AGENT_LISTS = ("creator", "contributor", "publisher", "funder")
REFERENCE_LISTS = ("isBasedOn", "isPartOf", "hasPart")
ACCESSIBILITY_LISTS = ("accessMode", "accessModeSufficient", "accessibilityFeature", "accessibilityHazard")
#: What only courses say.
COURSE_KEYS = (
    "courseCode",
    "provider",
    "syllabus",
    "coursePrerequisites",
    "educationalCredentialAwarded",
    "numberOfCredits",
    "workload",
    "availableLanguages",
    "hasCourseInstance",
)
KEPT_BY_NODE = frozenset({"version", "digest", "created", "updated"})
