"""The front page and what the house says of itself."""

from node.clock import DAY
from node.store.house.rules import Rule
from tests.web.samples.frame import COMMUNITY, IRIS, MUSEUM, NOW, ORLA, UNIVERSITY, page
from tests.web.samples.posts import post_cards
from tests.web.samples.resources import cards, network_cards
from web.design.lists import FacetOption
from web.design.page import Alternate, Social, View
from web.design.parts import Link, OrganisationCard, Prose, SafeHtml
from web.pages.about import AboutView
from web.pages.views import Counts, HomeView


def organisations() -> tuple[OrganisationCard, ...]:
    return (
        OrganisationCard(
            name=MUSEUM.organisation,
            host=MUSEUM.host,
            path=MUSEUM.path,
            catalogue_path="/catalogue?origin=learn.museum.example",
            resources=186,
        ),
        OrganisationCard(
            name=UNIVERSITY.organisation,
            host=UNIVERSITY.host,
            path=UNIVERSITY.path,
            catalogue_path="/catalogue?origin=hs",
            resources=1240,
        ),
    )


def home() -> HomeView:
    return HomeView(
        page=page(
            section="/",
            description="Learning resources of St. Brigid Teaching Hospital and its partners.",
            social=Social(creator="@brigid@learn.hospital.example"),
            alternates=(Alternate(media_type="application/activity+json", href="/ap/a/brigid"),),
            json_ld={"@context": "https://schema.org", "@type": "Organization", "name": "St. Brigid </script>"},
        ),
        search_path="/catalogue",
        counts=Counts(own=132, network=1426, organisations=2, people=418, communities=9),
        about=Prose(value="A teaching hospital since 1871.\nOpen to questions from everybody who cares for somebody."),
        own=cards(),
        own_path="/catalogue?origin=local",
        network=network_cards(),
        network_path="/catalogue?origin=remote",
        organisations=organisations(),
        kinds=(
            FacetOption(label="Videos", count=41, path="/catalogue?kind=video"),
            FacetOption(label="Courses", count=12, path="/catalogue?kind=course"),
            FacetOption(label="Worksheets", count=38, path="/catalogue?kind=worksheet"),
            FacetOption(label="Assessments", count=9, path="/catalogue?kind=assessment"),
        ),
        topics=(
            FacetOption(label="Dementia care", count=24, path="/catalogue?topic=dementia"),
            FacetOption(label="Krankenhaushygiene", count=19, path="/catalogue?topic=hygiene"),
            FacetOption(label="Communication", count=17, path="/catalogue?topic=communication"),
        ),
        people=(ORLA, IRIS),
        communities=(COMMUNITY,),
        posts=post_cards(),
    )


def empty_home() -> HomeView:
    return HomeView(page=page(), search_path="/catalogue")


def about() -> AboutView:
    return AboutView(
        page=page("/about", title="About this node"),
        text=Prose(value=SafeHtml("<p>We teach <em>nursing</em>.</p>")),
        updated_at=NOW - 20 * DAY,
        rules=(Rule(1, "Be kind.", "Criticise what was said."), Rule(2, "Name your sources.", "")),
        more=(Link(label="Privacy policy", href="/privacy-policy"),),
        contact="office@learn.example",
    )


def views() -> dict[str, View]:
    every = (home, empty_home, about)
    return {view.__name__: view() for view in every}
