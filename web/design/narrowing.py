"""Narrowing a list: facets to choose from, filters that are on, orders, and the addresses that each of them leads to.

All lists that people search share it. What is chosen stands in the query of the address, as in the learning API.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from node.store.search.counts import Option
from node.store.search.wishes import spelled
from web.design.lists import Chip, FacetGroup, FacetOption, SortOption

_MAX_OPTIONS = 12
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A list at ``base`` as it was asked for.

    ``parameters``: name in addresses -> facet; ``headings``: name -> what it is called; ``label``: what a value of a
    facet is called.
    """

    base: str
    asked: Pairs
    parameters: Mapping[str, str]
    headings: Mapping[str, str]
    label: Callable[[str, Option], str]

    def path(self, pairs: Pairs) -> str:
        """The list, asked for like this."""
        return f"{self.base}?{urlencode(list(pairs))}" if pairs else self.base

    def groups(self, facets: Mapping[str, Sequence[Option]]) -> tuple[FacetGroup, ...]:
        """Those facets in which there is something to choose."""
        groups = []
        for name, heading in self.headings.items():
            facet = self.parameters[name]
            options = [self._option(name, facet, option) for option in facets.get(facet, ())[:_MAX_OPTIONS]]
            if len(options) > 1 or any(option.selected for option in options):
                groups.append(FacetGroup(key=name, label=heading, options=tuple(options)))
        return tuple(groups)

    def _option(self, name: str, facet: str, option: Option) -> FacetOption:
        same = [pair for pair in self.asked if pair[0] == name and spelled(facet, pair[1]) == option.value]
        pairs = self.without(*same) if same else [*self.asked, (name, option.value)]
        return FacetOption(
            label=self.label(facet, option), count=option.count, path=self.path(pairs), selected=bool(same)
        )

    def without(self, *dropped: tuple[str, str]) -> Pairs:
        """What was asked for, but for these."""
        return [pair for pair in self.asked if pair not in dropped]

    def chips(
        self, facets: Mapping[str, Sequence[Option]], others: Mapping[str, Mapping[str, str]]
    ) -> tuple[Chip, ...]:
        """The filters that are on; ``others``: name -> value -> what it is called, of filters that are no facets."""
        chips = []
        for name, value in self.asked:
            if name in others:
                label, heading = others[name].get(value, value), self.headings.get(name, "")
            elif name in self.parameters:
                facet = self.parameters[name]
                counted = {option.value: option for option in facets.get(facet, ())}
                option = counted.get(spelled(facet, value), Option(spelled(facet, value), 0))
                label, heading = self.label(facet, option), self.headings.get(name, name.capitalize())
            else:
                continue
            chips.append(Chip(facet=heading, label=label, remove_path=self.path(self.without((name, value)))))
        return tuple(chips)

    def sorts(self, labels: Mapping[str, str], present: str) -> tuple[SortOption, ...]:
        """The orders: value -> what it is called, and the one that the list has."""
        rest = [pair for pair in self.asked if pair[0] != "sort"]
        return tuple(
            SortOption(label=label, path=self.path([*rest, ("sort", value)]), selected=value == present)
            for value, label in labels.items()
        )
