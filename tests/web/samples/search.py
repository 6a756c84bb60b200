"""Sample pages of the search over everything."""

from tests.web.samples import frame
from tests.web.samples.catalogue import catalogue
from web.design.lists import FacetGroup, FacetOption, Paging
from web.design.page import View
from web.design.parts import Link, Origin, Text
from web.events.views import When
from web.search.views import ResultCard, SearchView

NOW = 1_793_000_000_000
LONG = "Demenzsensible Raumgestaltung: Orientierungshilfen in Aufenthaltsbereichen und Krankenhausfluren"
HOST = "learn.hochschule-nordheim-weserbergland.example"


def search() -> SearchView:
    away = Origin(organisation="Hochschule Nordheim-Weserbergland", host=HOST, path=f"/@hochschule@{HOST}")
    results = (
        ResultCard(
            kind="course",
            path="/r/raumgestaltung",
            title=Text(value=LONG, language="de"),
            summary=Text(value="Ein Kurs über sechs Wochen mit Besuchen auf drei Stationen."),
            facts=("starts 9 November 2026 · online and on site · 4 h a week", "CC BY 4.0"),
            published_at=NOW,
            author="Dr. Ines Brandt",
            origin=away,
        ),
        ResultCard(
            kind="question",
            path="/c/raum/t/7-welche-farben",
            title=Text(value="Welche Farben für Türen?", language="de"),
            published_at=NOW,
            author="Omar",
            community=Link(label="Demenzfreundliche Orte", href="/c/raum"),
            visibility="community",
        ),
        ResultCard(
            kind="event",
            path="/e/8-workshop",
            title=Text(value="Workshop"),
            when=When(starts_at=NOW, timezone="Europe/Berlin"),
            origin=away,
        ),
        ResultCard(
            kind="person", path="/@ines", title=Text(value="Ines Brandt"), facts=(f"@ines.brandt-mueller@{HOST}",)
        ),
        ResultCard(kind="community", path="/c/raum", title=Text(value="Demenzfreundliche Orte", language="de")),
    )
    kinds = tuple(
        FacetOption(label=label, count=count, path=f"/search?kind={label}", selected=label == "Course")
        for label, count in (("Course", 14), ("Event", 3), ("Question", 1_204))
    )
    since = FacetOption(label="This week", count=0, path="/search?since=week")
    return SearchView(
        page=frame.page("/search", title="Search", section="/search", noindex=True),
        search_path="/search",
        query="demenz",
        kept=(("kind", "course"),),
        total=500,
        is_exact=False,
        results=results,
        facets=(
            FacetGroup(key="kind", label="What", options=kinds),
            FacetGroup(key="since", label="Published", options=(since,)),
        ),
        chips=catalogue().chips,
        sorts=catalogue().sorts,
        paging=Paging(next_path="/search?cursor=x"),
        clear_path="/search?q=demenz",
    )


def search_meant() -> SearchView:
    page = frame.page("/search", title="Search", section="/search", noindex=True)
    card = ResultCard(kind="link", path="/r/x", title=Text(value="Phasendiagramme verstehen", language="de"))
    return SearchView(
        page=page,
        search_path="/search",
        query="phasendiagrame",
        total=1,
        suggestion="phasendiagramme",
        suggestion_path="/search?q=phasendiagramme",
        results=(card,),
    )


def search_empty() -> SearchView:
    page = frame.page("/search", title="Search", section="/search", noindex=True)
    return SearchView(page=page, search_path="/search", query="zeppelin", clear_path="/search?q=zeppelin")


def views() -> dict[str, View]:
    views = (search, search_meant, search_empty)
    return {view.__name__: view() for view in views}
