"""What stands around a list: facets, the filters that are on, its order, and where it goes on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetOption:
    """One value of a facet. ``path`` leads to the list with the value added, or taken away where it is selected."""

    label: str
    count: int
    path: str
    selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetGroup:
    """A facet: ``key`` is its name in addresses (``kind``, ``topic``, ``language``, ...), ``label`` its heading.

    Labels are given by the caller in the language of the page. ``more_path`` shows the rest where options were cut.
    """

    key: str
    label: str
    options: tuple[FacetOption, ...]
    more_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is on: which facet, which value, and where it is off."""

    facet: str
    label: str
    remove_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SortOption:
    """One way to order or narrow a list."""

    label: str
    path: str
    selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Where a list goes on. Cursors only go forward; ``first_path`` is there on all pages but the first."""

    next_path: str = ""
    first_path: str = ""
