"""What the pages of the calendar show."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from web.design.lists import Paging
from web.design.page import Page
from web.design.parts import Field
from web.events.views import Tab


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarItem:
    """One time of an event on one day; ``time`` as ``18:00``, '' where it goes on from the day before."""

    path: str
    name: str
    time: str = ""
    cancelled: bool = False
    mine: bool = False
    place: str = ""
    zone: str = ""  # where the hour is not that of the node's own zone
    is_course: bool = False
    ends: bool = False  # the last day of a course that runs on


class Standing(NamedTuple):
    """What may be shown on a day: its ``time``, whether it is the reader's own, and what draws it."""

    time: str
    mine: bool
    draw: Callable[[], CalendarItem]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """``date`` as ``2026-05-07``; ``outside`` of the month that is shown. ``more``: as many stand under ``path``."""

    date: str
    number: int
    items: tuple[CalendarItem, ...] = ()
    more: int = 0
    path: str = ""
    outside: bool = False
    today: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView:
    """``/calendar``: ``form`` is month, week or agenda.

    ``days`` are those of whole weeks, Monday first, or of the agenda those on which something stands.
    """

    template: ClassVar[str] = "events/calendar.html"

    page: Page
    form: str
    mine: bool
    shown: str  # ``2026-05``, or the first day
    first_day: str
    last_day: str
    days: tuple[CalendarDay, ...]
    paging: Paging = field(default_factory=Paging)
    forms: tuple[Tab, ...]
    scopes: tuple[Tab, ...] = ()
    earlier: str
    later: str
    now: str
    signed_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRow:
    """``of``: the community whose events it shows, '' for one's own; ``is_idle`` after one has left that."""

    id: int
    label: str
    of: str = ""
    is_idle: bool = False
    created_at: int
    used_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressesView:
    """``/calendar/addresses``; ``fresh`` is the address that was just made, which is shown this once."""

    template: ClassVar[str] = "events/addresses.html"

    page: Page
    csrf: str
    rows: tuple[AddressRow, ...] = ()
    fresh: str = ""
    label: Field
    of: Field = field(default_factory=Field)
    communities: tuple[tuple[str, str], ...] = ()  # (id, name)
    public_address: str
