"""Pages full of plausible content: a university, a hospital and a city museum, in English and German.

Names and texts are invented. The German ones are long on purpose: what holds them holds most languages.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from node.clock import DAY, HOUR, MINUTE
from node.domain.moderation import DomainPolicy, Sanction
from node.store.rules import Rule
from tests.web import sample_account, sample_courses, sample_library, sample_network, sample_search, sample_threads
from tests.web.sample_communities import views as community_views
from tests.web.sample_events import views as event_views
from web.admin import views as admin
from web.admin.house import HouseView
from web.pages.about import AboutView
from web.pages.licences import licence_in_words
from web.pages.parts import (
    Accessibility,
    ActorCard,
    Agent,
    Attachment,
    Chip,
    Concept,
    ExportGap,
    FacetGroup,
    FacetOption,
    Field,
    File,
    Fragment,
    Happening,
    Link,
    OrganisationCard,
    Origin,
    Paging,
    Poll,
    PollOption,
    PostCard,
    ProfileField,
    Prose,
    Reference,
    Reply,
    ResourceCard,
    SafeHtml,
    SortOption,
    Text,
)
from web.pages.views import (
    Accent,
    ActorView,
    Alternate,
    CatalogueView,
    Counts,
    ErrorView,
    FollowView,
    HomeView,
    Notice,
    Page,
    PostView,
    ResourceView,
    SetupDoneView,
    SetupView,
    SignInView,
    Site,
    Social,
    TagView,
    View,
    Viewer,
)

NOW = 1_793_000_000_000
DIGEST = "5d1ec33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45"

MUSEUM = Origin(organisation="City Museum Aldingen", host="learn.museum.example", path="/@museum@learn.museum.example")
UNIVERSITY = Origin(
    organisation="Hochschule für Angewandte Wissenschaften Nordheim-Weserbergland",
    host="lernen.hochschule-nordheim-weserbergland.example",
    path="/@hs@lernen.hochschule-nordheim-weserbergland.example",
)


def site(accent: Accent = "moss") -> Site:
    return Site(
        name="St. Brigid Teaching Hospital",
        host="learn.hospital.example",
        base_url="https://learn.hospital.example",
        handle="@brigid@learn.hospital.example",
        software="Rhizome 0.1.0",
        tagline="What we learn about caring for people, we pass on: to colleagues here, and to every house that asks.",
        accent=accent,
        footer=(Link(label="Imprint", href="/about/imprint"), Link(label="Privacy", href="/about/privacy")),
        source_url="https://code.example/rhizome",
        development=True,
    )


def page(path: str = "/", **changes: object) -> Page:
    plain = Page(site=site(), path=path, now_at=NOW)
    return replace(plain, **changes)  # type: ignore[arg-type]  # tests name fields freely


ADMIN = Viewer(name="Maeve Brennan", path="/@maeve", csrf="c" * 43, is_admin=True)


def cards() -> tuple[ResourceCard, ...]:
    """Six of our own, long and short, in two languages."""
    return (
        ResourceCard(
            path="/r/dementia-friendly-wards",
            name=Text(value="Dementia-friendly wards: what a corridor can do", language="en"),
            kind="video",
            summary=Text(
                value="A walk through two wards, before and after. Light, colour, signs and places to sit, with "
                "the checklist that the nursing team now uses.",
                language="en",
            ),
            languages=("en",),
            creators=("Orla Daly", "Kwame Mensah", "Ward 4 team"),
            level="Advanced training",
            time_required="PT25M",
            licence="CC BY 4.0",
            published_at=NOW - 2 * DAY,
        ),
        ResourceCard(
            path="/r/sturzpraevention",
            name=Text(
                value="Sturzpräventionsmaßnahmen in der Langzeitpflege: Risikoeinschätzung und Bewegungsförderung",
                language="de",
            ),
            kind="worksheet",
            summary=Text(
                value="Arbeitsblatt mit Einschätzungsbogen, Übungsplan und Gesprächsleitfaden für Angehörige.",
                language="de",
            ),
            languages=("de",),
            creators=("Dr. Annegret Schmidt-Vollmer",),
            level="Weiterbildung",
            time_required="PT1H30M",
            licence="CC BY-SA 4.0",
            published_at=NOW - 5 * DAY,
        ),
        ResourceCard(
            path="/r/hand-hygiene",
            name=Text(value="Hand hygiene in 40 questions", language="en"),
            kind="assessment",
            summary=Text(value="Check yourself before an audit does. Feedback after each answer.", language="en"),
            languages=("en", "ga", "pl"),
            creators=("Infection control",),
            level="All staff",
            time_required="PT20M",
            licence="CC0 1.0",
            published_at=NOW - 9 * DAY,
        ),
        ResourceCard(
            path="/r/handover-podcast",
            name=Text(value="Handover at six: listening to night shifts", language="en"),
            kind="audio",
            languages=("en",),
            creators=("Samira Haddad",),
            time_required="PT43M",
            licence="CC BY-NC 4.0",
            published_at=NOW - 20 * DAY,
        ),
        ResourceCard(
            path="/r/wound-care",
            name=Text(value="Wound care for community nurses", language="en"),
            kind="course",
            summary=Text(value="Six weeks, one evening each, with two visits on the ward.", language="en"),
            languages=("en",),
            creators=("School of Nursing",),
            level="Bachelor",
            time_required="P6W",
            licence="CC BY 4.0",
            published_at=NOW - 33 * DAY,
        ),
        ResourceCard(
            path="/r/pain-scale-data",
            name=Text(value="Pain scores of 1,200 day cases (anonymised)", language="en"),
            kind="dataset",
            summary=Text(value="For teaching statistics with numbers that mean something.", language="en"),
            languages=("en",),
            creators=("Anaesthesia research group",),
            licence="CC BY 4.0",
            published_at=NOW - 60 * DAY,
        ),
    )


def network_cards() -> tuple[ResourceCard, ...]:
    return (
        ResourceCard(
            path="/r/museum/touch-tour",
            name=Text(value="A touch tour for visitors who cannot see the pictures", language="en"),
            kind="tutorial",
            summary=Text(value="How we plan, brief and lead a tour by hand. With a script to adapt.", language="en"),
            languages=("en", "de"),
            creators=("Iris Vogel",),
            time_required="PT35M",
            licence="CC BY 4.0",
            origin=replace(MUSEUM, url="https://learn.museum.example/r/touch-tour", fetched_at=NOW - HOUR),
            published_at=NOW - DAY,
        ),
        ResourceCard(
            path="/r/hs/pflegewissenschaft",
            name=Text(
                value="Grundlagen der Pflegewissenschaft: Wissenschaftstheorie und Forschungsmethoden", language="de"
            ),
            kind="slides",
            summary=Text(value="Vorlesungsfolien des ersten Semesters mit Literaturhinweisen.", language="de"),
            languages=("de",),
            creators=("Prof. Dr. Hannelore Winterfeldt-Oberländer",),
            level="Bachelor",
            licence="CC BY-SA 4.0",
            origin=UNIVERSITY,
            published_at=NOW - 3 * DAY,
        ),
        ResourceCard(
            path="/r/museum/colour-light",
            name=Text(value="Colour, light and the ageing eye", language="en"),
            kind="article",
            summary=Text(
                value="Why labels fail at 70, and what contrast, size and distance do about it.", language="en"
            ),
            languages=("en",),
            creators=("Iris Vogel", "Tomasz Nowak"),
            time_required="PT12M",
            licence="CC BY 4.0",
            origin=MUSEUM,
            published_at=NOW - 6 * DAY,
        ),
    )


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


ORLA = ActorCard(
    path="/@orla",
    name="Orla Daly",
    handle="@orla@learn.hospital.example",
    summary="Nurse and educator on Ward 4. Ask me about dementia care, corridors and tea.",
)
IRIS = ActorCard(
    path="/@iris@learn.museum.example",
    name="Iris Vogel",
    handle="@iris@learn.museum.example",
    summary="Kuratorin für Vermittlung und Barrierefreiheit.",
    origin=MUSEUM,
)
COMMUNITY = ActorCard(
    path="/@dementia_friendly",
    name="Dementia-friendly places",
    handle="@dementia_friendly@learn.museum.example",
    kind="group",
    summary="Three houses, one question: how can a place help people who forget?",
    members=87,
    origin=MUSEUM,
)
HOSPITAL = ActorCard(
    path="/@brigid",
    name="St. Brigid Teaching Hospital",
    handle="@brigid@learn.hospital.example",
    kind="organization",
)


def post_cards() -> tuple[PostCard, ...]:
    return (
        PostCard(
            path="/@orla/tape-on-the-floor",
            author=ORLA,
            content=Prose(
                value=SafeHtml(
                    "<p>We took the black tape off the floor of the corridor. Nobody stops in front of it any more: "
                    'it had looked like a step. <a href="https://learn.hospital.example/tags/dementia" '
                    'class="mention hashtag" rel="tag">#<span>dementia</span></a></p>'
                ),
                language="en",
            ),
            published_at=NOW - 3 * HOUR,
            about=Link(label="Dementia-friendly wards", href="/r/dementia-friendly-wards"),
            replies=4,
            shares=12,
            likes=31,
        ),
        PostCard(
            path="/@iris/fuehrung",
            author=IRIS,
            content=Prose(
                value=SafeHtml(
                    "<p>Unsere Fortbildungsveranstaltung „Barrierefreiheitsbeauftragte im Museum“ ist ausgebucht. "
                    "Die Unterlagen stehen ab morgen für alle zur Verfügung.</p>"
                ),
                language="de",
            ),
            published_at=NOW - 26 * HOUR,
            edited_at=NOW - 25 * HOUR,
            form="event",
            title=Text(value="Barrierefreiheit im Museum: ein Werkstattgespräch", language="de"),
            happening=Happening(
                starts_at=NOW + 6 * DAY,
                ends_at=NOW + 6 * DAY + 2 * HOUR,
                place="Großer Vortragssaal, Museumsinsel 3",
                url="https://learn.museum.example/e/werkstatt",
            ),
            url="https://learn.museum.example/@iris/fuehrung",
        ),
    )


def replies() -> tuple[Reply, ...]:
    first, second = post_cards()
    deep = replace(
        first, content=Prose(value="Same here, with the black mat\nin front of the lift."), author=IRIS, about=None
    )
    return (
        Reply(post=replace(first, about=None, replies=2, shares=0, likes=3), depth=0),
        Reply(post=replace(deep, likes=0, shares=0, replies=0), depth=1),
        Reply(post=replace(deep, likes=0, shares=0, replies=0, warning="mentions a fall"), depth=2),
        Reply(post=replace(second, gone=True), depth=2),
        Reply(post=replace(deep, likes=0, shares=0, replies=0), depth=9),
    )


def poll_post() -> PostCard:
    return PostCard(
        path="/@orla/poll",
        author=ORLA,
        content=Prose(value="Which corridor should we do next?"),
        form="poll",
        published_at=NOW - 10 * MINUTE,
        poll=Poll(
            options=(
                PollOption(label="Ward 2", votes=18),
                PollOption(label="Notaufnahmewartebereich", votes=7),
                PollOption(label="The way to the garden", votes=31),
            ),
            voters=56,
            closes_at=NOW + 2 * DAY,
        ),
        visibility="followers",
    )


def media_post() -> PostCard:
    return PostCard(
        path="/@iris/hands",
        author=replace(IRIS, name="I. Vogel"),
        content=Prose(value="Hands on."),
        published_at=NOW - 50 * DAY,
        shared_by=HOSPITAL,
        attachments=(
            Attachment(url="/sample/picture.svg", media_type="image/png", alt="Two hands on a bronze head"),
            Attachment(url="/sample/audio", media_type="audio/mpeg", alt="The sound of the room"),
            Attachment(url="https://learn.museum.example/f/plan", media_type="application/pdf", alt="Tour plan"),
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


def resource() -> ResourceView:
    """A resource of our own with a full record."""
    return ResourceView(
        page=page(
            "/r/dementia-friendly-wards",
            title="Dementia-friendly wards: what a corridor can do",
            title_language="en",
            description="A walk through two wards, before and after.",
            section="/catalogue",
            breadcrumbs=(
                Link(label="Front page", href="/"),
                Link(label="Catalogue", href="/catalogue"),
                Link(label="Videos", href="/catalogue?kind=video"),
            ),
            alternates=(Alternate(media_type="application/activity+json", href="/ap/o/01JRES"),),
            social=Social(kind="article", creator="@brigid@learn.hospital.example", published_at=NOW, updated_at=NOW),
            json_ld={"@context": "https://schema.org", "@type": "LearningResource", "name": "Wards & corridors"},
        ),
        iri="https://learn.hospital.example/ap/o/01JRES",
        names=(
            Text(value="Dementia-friendly wards: what a corridor can do", language="en"),
            Text(value="Demenzsensible Stationen: was ein Flur bewirken kann", language="de"),
        ),
        kind="video",
        version=7,
        digest=DIGEST,
        updated_at=NOW - 2 * DAY,
        descriptions=(
            Prose(
                value=SafeHtml(
                    "<p>Two wards, filmed before and after they were changed for people who live with dementia. "
                    "The nurses who planned it tell what they tried, what it cost and what they would leave out."
                    "</p><h2>In this video</h2><ul><li>why black floor mats look like holes</li><li>light without "
                    "shadows, signs at the height of the eye</li><li>places to sit that invite a pause</li></ul>"
                ),
                language="en",
            ),
            Prose(value="Zwei Stationen vor und nach dem Umbau, erzählt von den Pflegenden.", language="de"),
        ),
        creators=(
            Agent(name="Orla Daly", href="/@orla", affiliation="Ward 4"),
            Agent(name="Kwame Mensah", href="https://orcid.org/0000-0000-0000-0000"),
        ),
        contributors=(Agent(name="Patients’ council"),),
        publishers=(Agent(name="St. Brigid Teaching Hospital", href="/@brigid"),),
        funders=(Agent(name="Foundation for Better Wards"),),
        licence=licence_in_words("https://creativecommons.org/licenses/by-sa/4.0/"),
        free=True,
        access="Open without an account",
        types=(Concept(label=Text(value="Video", language="en"), path="/catalogue?type=video"),),
        topics=(
            Concept(label=Text(value="Dementia care", language="en"), path="/catalogue?topic=dementia"),
            Concept(label=Text(value="Gesundheits- und Krankenpflege", language="de"), path="/catalogue?topic=care"),
        ),
        levels=(Concept(label=Text(value="Advanced training", language="en"), path="/catalogue?level=c"),),
        audiences=(Concept(label=Text(value="Professionals", language="en")),),
        teaches=(
            Concept(label=Text(value="See a ward with the eyes of somebody who is disoriented", language="en")),
            Concept(label=Text(value="Choose three changes that cost nothing", language="en")),
        ),
        requires=(Concept(label=Text(value="Basics of dementia care", language="en"), path="/catalogue?t=basics"),),
        keywords=(Link(label="wayfinding", href="/catalogue?k=way"), Link(label="light", href="/catalogue?k=light")),
        languages=("en", "de"),
        time_required="PT40M",
        duration="PT25M",
        created="2026-08",
        published="2026-09-14",
        modified="2026-10-20T08:00:00+02:00",
        accessibility=Accessibility(
            modes=("visual", "auditory"),
            features=("captions", "transcript", "audioDescription"),
            hazards=("noFlashingHazard",),
            summary="Captions in English and German; the transcript describes every plan that is shown.",
        ),
        files=(
            File(
                url="https://media.hospital.example/ward.mp4",
                name="The video",
                media_type="video/mp4",
                size_bytes=734_003_200,
                language="en",
            ),
            File(
                url="/media/checklist.pdf",
                name="Checkliste_demenzsensible_Stationsgestaltung_Endfassung_2026.pdf",
                media_type="application/pdf",
                size_bytes=240_100,
                language="de",
            ),
            File(url="https://hospital.example/wards", name="Project page"),
        ),
        based_on=(
            Reference(
                label=Text(value="Farbe, Licht und das alternde Auge", language="de"),
                href="/r/museum/colour-light",
                host=MUSEUM.host,
            ),
        ),
        part_of=(Reference(label=Text(value="Dementia-friendly places", language="en"), href="/r/series"),),
        previous=Reference(label=Text(value="Version 6"), href="/r/dementia-friendly-wards?version=6"),
        gaps=(ExportGap(profile="AMB", fields=("about",)),),
        formats=(
            Alternate(media_type="application/ld+json", href="/r/dementia-friendly-wards.jsonld", title="JSON-LD"),
            Alternate(media_type="application/activity+json", href="/ap/o/01JRES", title="ActivityPub"),
        ),
        attribution="“Dementia-friendly wards” by Orla Daly and Kwame Mensah, St. Brigid Teaching Hospital, "
        "CC BY-SA 4.0, https://learn.hospital.example/r/dementia-friendly-wards",
        address="https://learn.hospital.example/r/dementia-friendly-wards",
        publisher_handle="@brigid@learn.hospital.example",
        replies=replies(),
        reply_total=5,
        opinions=sample_library.opinions(NOW),
        branches=cards()[:2],
        credits=("“Farbe, Licht und das alternde Auge” by Kim, https://learn.museum.example/r/1, CC BY 4.0",),
        edit_path="/r/dementia-friendly-wards/edit",
        history_path="/r/dementia-friendly-wards/versions",
        reuse_path="/resources/new?from=dementia-friendly-wards",
        withdraw_path="/r/dementia-friendly-wards/withdraw",
    )


def remote_resource() -> ResourceView:
    """A copy from elsewhere, with a German title that does not want to fit."""
    return replace(
        resource(),
        page=page("/r/hs/pflege", title="Grundlagen der Pflegewissenschaft", section="/catalogue"),
        names=(
            Text(
                value="Pflegewissenschaftliche Forschungsmethoden und Wissenschaftstheorie für Berufseinsteigerinnen",
                language="de",
            ),
        ),
        kind="slides",
        origin=replace(
            UNIVERSITY, url="https://lernen.hochschule-nordheim-weserbergland.example/r/x", fetched_at=NOW - 3 * HOUR
        ),
        licence=licence_in_words("https://creativecommons.org/licenses/by-nc-nd/4.0/"),
        visibility="partners",
        warnings=("The record names no level.",),
        replies=(),
        reply_total=0,
    )


def bare_resource() -> ResourceView:
    """The least that a record may hold."""
    return ResourceView(
        page=page("/r/bare", title="Notes", section="/catalogue"),
        iri="https://learn.hospital.example/ap/o/1",
        names=(Text(value="Notes"),),
        kind="mystery",
        version=1,
        digest=DIGEST,
        updated_at=NOW,
    )


def collection_page() -> ResourceView:
    """A collection, as a curator of it sees it."""
    return replace(
        bare_resource(),
        page=page("/r/list", title="Signs", viewer=ADMIN),
        kind="collection",
        collection=sample_library.collection_part(),
        opinions=sample_library.opinions(NOW),
        collect_path="/r/list/collect",
    )


def person() -> ActorView:
    return ActorView(
        page=page("/@orla", title="Orla Daly", noindex=True),
        kind="person",
        name="Orla Daly",
        handle="@orla@learn.hospital.example",
        bio=Prose(
            value=SafeHtml("<p>Nurse and educator on Ward 4. Ask me about dementia care, corridors and tea.</p>"),
            language="en",
        ),
        fields=(
            ProfileField(name="Pronouns", value="she/her"),
            ProfileField(
                name="Homepage",
                value=SafeHtml('<a href="https://orla.example" rel="me nofollow noopener noreferrer">orla.example</a>'),
                verified=True,
            ),
        ),
        joined_at=NOW - 400 * DAY,
        followers=214,
        following=97,
        post_total=318,
        resources=cards()[:2],
        resources_path="/catalogue?creator=orla",
        posts=(*post_cards(), poll_post()),
        paging=Paging(next_path="/@orla?before=1"),
    )


def community() -> ActorView:
    return replace(
        person(),
        page=page("/@dementia_friendly@learn.museum.example", title="Dementia-friendly places"),
        kind="group",
        name="Dementia-friendly places",
        handle=COMMUNITY.handle,
        origin=MUSEUM,
        url="https://learn.museum.example/@dementia_friendly",
        moderators=(IRIS, ORLA),
        fields=(),
        resources=(),
        posts=(),
        paging=Paging(),
        moved_to=Link(label="@places@new.example", href="https://new.example/@places"),
    )


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


def post_page() -> PostView:
    first, second = post_cards()
    return PostView(
        page=page("/@orla/tape-on-the-floor", title="Orla Daly: We took the black tape off the floor"),
        post=first,
        address="https://learn.hospital.example/@orla/tape-on-the-floor",
        ancestors=(second,),
        missing_parent="https://gone.example/notes/1",
        replies=replies(),
    )


def setup() -> SetupView:
    return SetupView(page=page("/setup", title="Welcome", quiet=True), action="/setup", csrf="c" * 43, ticket="t" * 43)


def setup_wrong() -> SetupView:
    return replace(
        setup(),
        user_name=Field(value="Maeve B", error="Use small letters, digits and underscores only."),
        email=Field(value="maeve@hospital.example"),
        password_error="This password has 7 characters; it needs at least 12.",
    )


def setup_done() -> SetupDoneView:
    return SetupDoneView(
        page=page("/setup", title="All set", quiet=True),
        handle="@maeve@learn.hospital.example",
        steps=(
            Link(label="Sign in and look at the node’s health", href="/sign-in"),
            Link(label="Look at your front page", href="/"),
        ),
    )


def sign_in() -> SignInView:
    return SignInView(
        page=page("/sign-in", title="Sign in", quiet=True, noindex=True), action="/sign-in", csrf="c" * 43
    )


def sign_in_wrong() -> SignInView:
    return replace(
        sign_in(),
        login="maeve",
        error="User name or password is not right.",
        reason="Please confirm that it is you before you change how the node treats others.",
    )


def follow_here() -> FollowView:
    """A member is about to follow an organisation."""
    return FollowView(
        page=page("/follow", title=f"Follow {HOSPITAL.name}", noindex=True, viewer=ADMIN),
        action="/follow",
        csrf="c" * 43,
        uri="https://learn.hospital.example/ap/a/1",
        actor=HOSPITAL,
        is_member=True,
        handle=Field(),
    )


def follow_asked() -> FollowView:
    return replace(follow_here(), state="pending")


def follow_unknown() -> FollowView:
    return replace(follow_here(), actor=None, error="No account was found under this handle or address.")


def follow_from_elsewhere() -> FollowView:
    """A stranger gives her handle, and it is wrong."""
    return replace(
        follow_here(),
        page=page("/follow", title=f"Follow {ORLA.name}", noindex=True),
        actor=ORLA,
        is_member=False,
        handle=Field(value="maeve", error="This is not a handle of the form @name@server.example."),
    )


def error() -> ErrorView:
    return ErrorView(
        page=page("/r/lost", title="Not found", noindex=True),
        status=404,
        message="There is nothing here, or nothing that you may see.",
        request_id="01JRES-7f3a2b",
        actions=(Link(label="Search the catalogue", href="/catalogue"),),
    )


def admin_page(path: str, title: str) -> Page:
    return page(path, title=title, section="/admin", viewer=ADMIN, noindex=True)


def overview() -> admin.OverviewView:
    return admin.OverviewView(
        page=replace(admin_page("/admin", "Administration"), notice=Notice(text="The message was put back in line.")),
        peers=48,
        peers_failing=3,
        waiting=1204,
        oldest_at=NOW - 7 * MINUTE,
        parked=2,
        policies=4,
        users=418,
        own_resources=132,
        network_resources=1426,
        database_bytes=734_003_200,
        media_bytes=12_400_000_000,
        started_at=NOW - 3 * DAY,
        checks=(
            admin.Check(name="Database", ok=True, sentence="writable, schema current"),
            admin.Check(name="Disk", ok=True, sentence="41 GB free"),
            admin.Check(name="Backup", ok=False, sentence="there is no verified backup yet"),
        ),
    )


def peers() -> admin.PeersView:
    return admin.PeersView(
        page=admin_page("/admin/peers", "Peers"),
        total=48,
        filters=(Link(label="All (48)", href="/admin/peers"), Link(label="Failing (3)", href="/admin/peers?failing=1")),
        peers=(
            admin.PeerRow(
                host=UNIVERSITY.host,
                name=UNIVERSITY.organisation,
                path=UNIVERSITY.path,
                software="Rhizome 0.1.0",
                circuit="open",
                last_success_at=NOW - 9 * HOUR,
                last_failure_at=NOW - 4 * MINUTE,
                next_probe_at=NOW + 26 * MINUTE,
                failures=11,
                error="connection refused after 5 s <b>",
                queued=318,
                oldest_at=NOW - 9 * HOUR,
                followers=4,
                following=2,
                catalogue="12 revisions behind",
            ),
            admin.PeerRow(
                host="learn.museum.example",
                name=MUSEUM.organisation,
                path=MUSEUM.path,
                software="Rhizome 0.1.0",
                last_success_at=NOW - 40_000,
                followers=31,
                following=1,
                catalogue="in step",
            ),
            admin.PeerRow(
                host="social.example", software="Mastodon 4.6.0", effect=DomainPolicy.LIMIT, circuit="probing"
            ),
        ),
        paging=Paging(next_path="/admin/peers?after=social.example"),
    )


def queue() -> admin.QueueView:
    return admin.QueueView(
        page=admin_page("/admin/queue", "Queue"),
        csrf="c" * 43,
        queues=(
            admin.QueueRow(kind="inbox", waiting=12, running=4, oldest_at=NOW - 3_000),
            admin.QueueRow(kind="deliver", waiting=1187, running=32, retrying=318, oldest_at=NOW - 9 * HOUR),
            admin.QueueRow(kind="fetch"),
        ),
        parked=(
            admin.ParkedMessage(
                id="116230",
                kind="inbox",
                host="odd.example",
                subject="Create Note https://odd.example/notes/9f2",
                error="object.content: expected text, found a list",
                attempts=5,
                parked_at=NOW - 2 * HOUR,
                request_id="01JRES-7f3a2b",
                retry_path="/admin/queue/116230/retry",
                discard_path="/admin/queue/116230/discard",
                body='{"type": "Create", "object": {"content": ["<script>alert(1)</script>"]}}',
            ),
        ),
        parked_total=2,
    )


def policies() -> admin.PoliciesView:
    return admin.PoliciesView(
        page=admin_page("/admin/policies", "Domain policies"),
        csrf="c" * 43,
        preview_path="/admin/policies",
        set_path="/admin/policies/set",
        domain=Field(value="spam.example"),
        preview=admin.PolicyPreview(
            domain="spam.example",
            effect=DomainPolicy.BLOCK,
            hosts=3,
            followers=2,
            following=1,
            posts=1840,
            deliveries=6,
        ),
        policies=(
            admin.PolicyRow(
                domain="werbeanzeigenverteilungsgesellschaft.example",
                effect=DomainPolicy.BLOCK,
                remove_path="/admin/policies/1/remove",
                reason="Sends advertisements as replies to every course announcement.",
                by="@maeve",
                set_at=NOW - 20 * DAY,
            ),
            admin.PolicyRow(
                domain="pictures.example", effect=DomainPolicy.MEDIA_FREE, remove_path="/admin/policies/2/remove"
            ),
        ),
    )


def house() -> HouseView:
    return HouseView(
        page=admin_page("/admin/house", "Rules and texts"),
        csrf="c" * 43,
        rules=(
            Rule(1, "Be kind, also where you disagree.", "Criticise what was said, not who said it."),
            Rule(2, "Materialübersichtsverantwortliche nennen ihre Quellen.", ""),
        ),
        texts={"about": "We teach *nursing*.", "privacy-policy": "", "terms-of-service": ""},
    )


def about() -> AboutView:
    return AboutView(
        page=page("/about", title="About this node"),
        text=Prose(value=SafeHtml("<p>We teach <em>nursing</em>.</p>")),
        updated_at=NOW - 20 * DAY,
        rules=(Rule(1, "Be kind.", "Criticise what was said."), Rule(2, "Name your sources.", "")),
        more=(Link(label="Privacy policy", href="/privacy-policy"),),
        contact="office@learn.example",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryView:
    """Every component once, for looking at."""

    template: ClassVar[str] = "gallery.html"

    page: Page
    sentence: str
    icons: tuple[str, ...]
    cards: tuple[ResourceCard, ...]
    chips: tuple[Chip, ...]
    facets: tuple[FacetGroup, ...]
    paging: Paging
    actors: tuple[ActorCard, ...]
    posts: tuple[PostCard, ...]
    replies: tuple[Reply, ...]
    plain: Field
    wrong: Field


def gallery() -> GalleryView:
    return GalleryView(
        page=page("/gallery", title="Components"),
        sentence="Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
        icons=("video", "course", "network", "mark"),
        cards=(*cards()[:2], *network_cards()[:2]),
        chips=chips(),
        facets=facets()[:2],
        paging=Paging(next_path="/gallery", first_path="/gallery"),
        actors=(ORLA, IRIS, COMMUNITY, HOSPITAL),
        posts=(*post_cards(), poll_post(), media_post()),
        replies=replies(),
        plain=Field(value="social.example"),
        wrong=Field(value="Maeve B", error="Use small letters, digits and underscores only."),
    )


PERSON = admin.PersonRow(
    id="31",
    path="/admin/people/31",
    handle="@ein_sehr_langer_benutzername@rechtsschutzversicherungsgesellschaften.example",
    name="Mallory <b>",
    decisions=(admin.Decision(kind=Sanction.SILENCED, reason="Werbung in jedem Faden", since=NOW - 3 * DAY),),
)
REPORT = admin.ReportRow(
    path="/admin/reports/7",
    number="7",
    target=PERSON.handle,
    reporter="social.example",
    comment="Verkauft Unterlagen, die frei sind. <script>",
    category="spam",
    posts=2,
    at=NOW - HOUR,
)


def people() -> admin.PeopleView:
    return admin.PeopleView(
        page=admin_page("/admin/people", "People"),
        people=(PERSON, admin.PersonRow(id="1", path="/admin/people/1", handle="@maeve@x.example", role="admin")),
        filters=(Link(label="All", href="/admin/people"), Link(label="Suspended", href="/admin/people?show=suspended")),
        paging=Paging(next_path="/admin/people?before=1"),
    )


def nobody() -> admin.PeopleView:
    return admin.PeopleView(page=admin_page("/admin/people", "People"), query="xyz")


def decided_person() -> admin.PersonView:
    return admin.PersonView(
        page=admin_page("/admin/people/31", "Mallory"),
        csrf="c" * 43,
        person=replace(PERSON, role="member", email="mallory@example.org", local=True),
        sanction_path="/admin/people/31/sanctions",
        role_path="/admin/people/31/role",
        reset_path="/admin/people/31/reset",
        link=f"https://learn.hospital.example/reset?ticket={'x' * 43}",
        profile_path="/@mallory",
        roles=("member", "moderator", "admin"),
        posts=1204,
        open_reports=2,
        reports_path="/admin/reports?about=31",
    )


def reports() -> admin.ReportsView:
    return admin.ReportsView(page=admin_page("/admin/reports", "Reports"), reports=(REPORT,), total=1)


def no_reports() -> admin.ReportsView:
    return admin.ReportsView(page=admin_page("/admin/reports", "Reports"), is_open=False)


def report() -> admin.ReportView:
    return admin.ReportView(
        page=admin_page("/admin/reports/7", "Report"),
        csrf="c" * 43,
        report=REPORT,
        is_open=True,
        state_path="/admin/reports/7/state",
        note_path="/admin/reports/7/notes",
        person=PERSON,
        posts=(
            admin.ReportedPost(
                text="Kauft jetzt! " * 20,
                path="/@mallory/p8",
                at=NOW - 2 * HOUR,
                has_media=True,
                remove_path="/admin/reports/7/posts/8/remove",
            ),
            admin.ReportedPost(text=""),
        ),
        notes=(admin.ReportNote(author="@maeve@x.example", text="Schon das dritte Mal.", at=NOW - HOUR),),
    )


def audit() -> admin.AuditView:
    return admin.AuditView(
        page=admin_page("/admin/audit", "Log"),
        rows=(
            admin.AuditRow(
                at=NOW - DAY,
                by="https://x.example/ap/a/1",
                action="suspended.impose",
                target="https://social.example/users/mallory",
                change='{"after": {"reason": "spam", "follows_ended": 3}}',
            ),
            admin.AuditRow(at=NOW, by="", action="policy.set", target="spam.example"),
        ),
    )


def block_list() -> admin.BlockListView:
    return admin.BlockListView(
        page=admin_page("/admin/policies/import", "Take over a list"),
        csrf="c" * 43,
        import_path="/admin/policies/import",
        text="spam.example\nno domain",
        domains=(admin.ListedDomain(domain="spam.example", effect=DomainPolicy.BLOCK, reason="Spam", follows=3),),
        problems=('Line 2: "no domain" is no domain.',),
        unchanged=4,
    )


def all_views() -> dict[str, View]:
    """Every page by a short name."""
    views = (
        home,
        empty_home,
        catalogue,
        empty_catalogue,
        resource,
        remote_resource,
        bare_resource,
        collection_page,
        person,
        community,
        tag,
        empty_tag,
        post_page,
        setup,
        setup_wrong,
        setup_done,
        sign_in,
        sign_in_wrong,
        follow_here,
        follow_asked,
        follow_unknown,
        follow_from_elsewhere,
        error,
        overview,
        peers,
        queue,
        policies,
        house,
        about,
        gallery,
        people,
        nobody,
        decided_person,
        reports,
        no_reports,
        report,
        audit,
        block_list,
    )
    more = (
        sample_account.account_views()
        | sample_courses.course_views()
        | sample_search.search_views()
        | sample_network.views(page(), ADMIN)
        | sample_library.all_views(page(viewer=ADMIN))
        | sample_threads.thread_views()
    )
    more |= event_views(page(), ADMIN)
    more |= community_views(page, ADMIN)
    return {view.__name__: view() for view in views} | more
