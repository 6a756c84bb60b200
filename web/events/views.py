"""What the pages of events show."""

from dataclasses import dataclass, field
from typing import ClassVar

from web.design.lists import Paging
from web.design.page import Page
from web.design.parts import ActorCard, Field, Image, Link, Origin, Prose, Text
from web.design.posts import Reply
from web.events.picture import PictureFields


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A span of time in the event's own zone; ``ends_at`` 0 where nobody said."""

    starts_at: int
    ends_at: int = 0
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    """One time of a series. ``change_path``: where organisers change it; ``place`` where it is another than usual.

    ``path``: its own page, once there is one; ``answer``: the reader's state then; ``answer_path`` where she may answer
    it alone.
    """

    when: When
    cancelled: bool = False
    moved: bool = False
    place: str = ""
    change_path: str = ""
    path: str = ""
    answer: str = ""
    answer_path: str = ""
    going: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCard:
    """An event in a list. ``answer`` is the reader's own state (domain.events.AnswerState), '' without one."""

    path: str
    name: Text
    when: When
    place: str = ""
    online: bool = False
    cancelled: bool = False
    repeats: bool = False
    answer: str = ""
    going: int = 0
    remaining: int = -1  # -1: as many as like
    origin: Origin | None = None
    picture: Image | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    label: str
    path: str
    selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsView:
    """``/events``: what comes, what was, what is one's own. ``tabs``: keys ``coming``, ``mine``, ``past``."""

    template: ClassVar[str] = "events/list.html"

    page: Page
    tab: str = "coming"
    query: str = ""
    cards: tuple[EventCard, ...] = ()
    paging: Paging
    may_publish: bool = False
    calendar_path: str = "/calendar.ics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """How a series repeats; ``first``: when it began, where that is not the time that is shown."""

    frequency: str
    interval: int = 1
    count: int = 0
    until: str = ""
    first: When | None = None
    coming: tuple[TimeRow, ...] = ()  # its next times


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """Where an event is held."""

    place: str = ""
    accessibility: str = ""
    map_url: str = ""
    online_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """How many come; ``capacity`` 0 and ``remaining`` -1: as many as like."""

    capacity: int = 0
    remaining: int = -1
    going: int = 0
    waiting: int = 0
    interested: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAnswer:
    """What the reader answered (``domain.events.AnswerState``), '' for nothing yet, and what she may answer now."""

    state: str = ""
    of_series: bool = False  # it is that for the series
    place_in_line: int = 0
    note: str = ""
    companions: int = 0
    max_companions: int = 10
    may_answer: bool = False
    may_attend: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """``/e/ID-slug``. ``csrf`` is empty for readers who are not signed in."""

    template: ClassVar[str] = "events/event.html"

    page: Page
    path: str
    name: Text
    picture: Image | None = None
    when: When
    repeats: Repeats | None = None  # of a series
    series_path: str = ""  # of which this is one date
    change_path: str = ""  # where organisers change this one date
    venue: Venue
    status: str = "scheduled"
    is_over: bool = False
    join_mode: str = "free"
    external_url: str = ""
    seats: Seats
    description: Prose | None = None
    others: tuple[Prose, ...] = ()  # the description in other languages
    speakers: tuple[Link, ...] = ()
    materials: tuple[Link, ...] = ()
    recording: str = ""
    keywords: tuple[str, ...] = ()
    publisher: ActorCard
    community: Link | None = None
    origin: Origin | None = None
    visibility: str = "public"
    own: OwnAnswer
    is_organiser: bool = False
    requests: int = 0
    csrf: str = ""
    address: str = ""
    replies: tuple[Reply, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFormView:
    """``/events/new`` and ``/e/ID-slug/edit``; ``fields`` by name, every name of ``record_fields.NAMES`` is there."""

    template: ClassVar[str] = "events/form.html"

    page: Page
    action: str
    csrf: str
    is_new: bool
    fields: dict[str, Field]
    picture: PictureFields | None  # None where another node chooses it
    timezones: tuple[str, ...]
    languages: tuple[str, ...]
    communities: tuple[Option, ...] = ()
    may_speak_for_house: bool = False
    house: str = ""
    cancel_path: str = "/events"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDateView:
    """``/e/ID-slug/dates/DAY``: one time of a series is moved, held elsewhere, or cancelled, by organisers."""

    template: ClassVar[str] = "events/date.html"

    page: Page
    action: str
    csrf: str
    event: Link
    usual: When  # as the series has it
    fields: dict[str, Field]  # start, end, place, online
    cancelled: bool = False
    differs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """An answer as the organisers see it."""

    id: int
    person: ActorCard
    state: str
    note: str = ""
    companions: int = 0
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganiserRow:
    id: int
    person: ActorCard


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersView:
    """``/e/ID-slug/answers``: for organisers only."""

    template: ClassVar[str] = "events/answers.html"

    page: Page
    path: str
    csrf: str
    name: str
    rows: tuple[AnswerRow, ...] = ()
    going: int = 0
    waiting: int = 0
    capacity: int = 0
    has_begun: bool = False
    whole_path: str = ""  # of one date: the answers to its series
    organisers: tuple[OrganiserRow, ...] = ()
    organiser: Field | None = None  # where somebody may be chosen: at the home of the event
    paging: Paging
    invite: Field
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRow:
    name: str
    outcome: str  # created, changed, unchanged, refused
    path: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventImportView:
    template: ClassVar[str] = "events/import.html"

    page: Page
    csrf: str
    rows: tuple[ImportedRow, ...] = ()
    error: str = ""
    address: Field = field(default_factory=Field)
    timezone: Field
    timezones: tuple[str, ...]
