"""The catalogue and what carries a tag."""

from dataclasses import replace

from tests.web.samples.frame import MUSEUM, UNIVERSITY, page
from tests.web.samples.posts import post_cards
from tests.web.samples.resources import cards, network_cards
from web.design.lists import Chip, FacetGroup, FacetOption, Paging, SortOption
from web.design.page import View
from web.design.parts import Link
from web.design.resources import Fragment
from web.library.views import CatalogueView
from web.pages.views import TagView


def facets() -> tuple[FacetGroup, ...]:
    def options(*rows: tuple[str, int]) -> tuple[FacetOption, ...]:
        return tuple(FacetOption(label=label, count=count, path=f"/catalogue?f={count}") for label, count in rows)

    chosen = FacetOption(label="Video", count=96, path="/catalogue", selected=True)
    return (
        FacetGroup(
            key="kind",
            label="Kind",
            options=(chosen, *options(("Worksheet", 71), ("Article", 66), ("Course", 14))),
            more_path="/catalogue?all=kind",
        ),
        FacetGroup(
            key="topic",
            label="Topic",
            options=options(
                ("Dementia care", 41), ("Gesundheits- und Krankenpflegewissenschaft", 38), ("Museum education", 22)
            ),
        ),
        FacetGroup(key="language", label="Language", options=options(("English", 204), ("German", 133), ("Irish", 8))),
        FacetGroup(key="level", label="Level", options=options(("Bachelor", 60), ("Advanced training", 57))),
        FacetGroup(key="licence", label="Licence", options=options(("CC BY", 188), ("CC BY-SA", 90), ("CC0", 12))),
        FacetGroup(
            key="origin",
            label="From",
            options=options((UNIVERSITY.organisation, 240), ("St. Brigid Teaching Hospital", 132)),
        ),
    )


def chips() -> tuple[Chip, ...]:
    return (
        Chip(facet="Kind", label="Video", remove_path="/catalogue?q=corridor&from=museum"),
        Chip(facet="From", label=MUSEUM.organisation, remove_path="/catalogue?q=corridor&kind=video"),
    )


def catalogue() -> CatalogueView:
    found = replace(
        cards()[0],
        excerpt=(
            Fragment(text="… a walk through two wards: the "),
            Fragment(text="corridor", hit=True),
            Fragment(text=" before and after, the light, the colour, and places to sit …"),
        ),
    )
    return CatalogueView(
        page=page(
            "/catalogue", title="Catalogue", section="/catalogue", breadcrumbs=(Link(label="Front page", href="/"),)
        ),
        search_path="/catalogue",
        query="corridor",
        kept=(("kind", "video"), ("origin", "learn.museum.example")),
        total=1247,
        cards=(found, *network_cards(), *cards()[1:4]),
        facets=facets(),
        chips=chips(),
        sorts=(
            SortOption(label="Best match", path="/catalogue?sort=match", selected=True),
            SortOption(label="Newest", path="/catalogue?sort=newest"),
            SortOption(label="Title", path="/catalogue?sort=title"),
        ),
        paging=Paging(next_path="/catalogue?after=abc", first_path="/catalogue"),
        clear_path="/catalogue?q=corridor",
    )


def empty_catalogue() -> CatalogueView:
    return replace(catalogue(), total=0, cards=(), query="Donaudampfschifffahrtsgesellschaft", paging=Paging())


def tag() -> TagView:
    name = "Rechtsschutzversicherungsgesellschaften"
    return TagView(
        page=page(f"/tags/{name}", title=f"#{name}"),
        name=name,
        resources=cards()[:2],
        resources_path=f"/resources?keyword={name}",
        posts=post_cards(),
        paging=Paging(next_path=f"/tags/{name}?before=1"),
    )


def empty_tag() -> TagView:
    return TagView(page=page("/tags/nothing", title="#nothing"), name="nothing")


def views() -> dict[str, View]:
    every = (catalogue, empty_catalogue, tag, empty_tag)
    return {view.__name__: view() for view in every}
