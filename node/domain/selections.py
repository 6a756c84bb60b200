"""Selections of resources: words and facet values, as an address of the catalogue says them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from node.domain.search import MAX_QUERY

#: Facets by their parameter; ``host`` is the host that something is at home on.
FACETS: Mapping[str, str] = {
    **{name: name for name in ("kind", "topic", "language", "level", "licence", "audience", "type", "keyword")},
    "host": "origin",
}
MAX_VALUES, MAX_LENGTH = 20, 255
_ORIGINS = frozenset({"local", "remote"})


@dataclass(frozen=True, slots=True)
class Selection:
    """``filters``: facet -> values, one of each facet's must hold. ``origin``: local, remote or empty."""

    words: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    origin: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing is said that a resource could fail."""
        return not self.words and not self.filters


def of_pairs(pairs: Iterable[tuple[str, str]]) -> Selection:
    """Read names and values of an address; what is no part of a selection is left out.

    >>> of_pairs([("q", "wound care"), ("kind", "video"), ("kind", "audio"), ("page", "2")])
    Selection(words='wound care', filters={'kind': ('video', 'audio')}, origin='')
    """
    words, origin, filters = "", "", dict[str, tuple[str, ...]]()
    for name, said in pairs:
        value = said.strip()
        if name == "q":
            words = value[:MAX_QUERY]
        elif name == "origin" and value in _ORIGINS:
            origin = value
        elif name in FACETS and 0 < len(value) <= MAX_LENGTH:
            known = filters.get(FACETS[name], ())
            filters[FACETS[name]] = known if value in known else (*known, value)[:MAX_VALUES]
    return Selection(words, filters, origin)


def of_query(query: str) -> Selection:
    """Read the query of an address."""
    return of_pairs(parse_qsl(query))


def of_address(address: str) -> Selection:
    """Read what stands after the ``?`` of an address, or a query alone."""
    return of_query(address.strip().rpartition("?")[2].partition("#")[0])


def query_of(selection: Selection) -> str:
    """The query that :func:`of_query` reads.

    >>> query_of(Selection("wound care", {"kind": ("video",)}, "local"))
    'q=wound+care&kind=video&origin=local'
    """
    names = {facet: name for name, facet in FACETS.items()}
    pairs = [("q", selection.words)] if selection.words else []
    pairs += [(names[facet], value) for facet, values in selection.filters.items() for value in values]
    return urlencode([*pairs, *([("origin", selection.origin)] if selection.origin else [])])
