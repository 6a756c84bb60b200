"""Pages full of plausible content: a university, a hospital and a city museum, in English and German.

A module for each noun has ``views()``: its pages by short names. Names and texts are invented. The German ones are long
on purpose: what holds them holds most languages.
"""

from tests.web.samples import (
    account,
    administration,
    catalogue,
    communities,
    courses,
    entering,
    events,
    front,
    gallery,
    library,
    member,
    network,
    people,
    posts,
    resources,
    search,
    threads,
)
from web.design.page import View

NOUNS = (
    front,
    entering,
    catalogue,
    resources,
    library,
    courses,
    people,
    posts,
    communities,
    threads,
    events,
    search,
    member,
    network,
    account,
    administration,
    gallery,
)


def all_views() -> dict[str, View]:
    """Every page by a short name."""
    found: dict[str, View] = {}
    for noun in NOUNS:
        pages = noun.views()
        assert not found.keys() & pages.keys(), f"two pages of one name in {noun.__name__}"
        found |= pages
    return found
