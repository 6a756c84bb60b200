"""Learning resources, as cards and as pages."""

from dataclasses import replace

from node.clock import DAY, HOUR
from tests.web.samples import library
from tests.web.samples.frame import ADMIN, DIGEST, MUSEUM, NOW, UNIVERSITY, page
from tests.web.samples.posts import replies
from web.design.licences import licence_in_words
from web.design.page import Alternate, Social, View
from web.design.parts import Link, Prose, SafeHtml, Text
from web.design.resources import Accessibility, Agent, Concept, ExportGap, File, Reference, ResourceCard
from web.pages.views import Actions, Facts, Outcomes, ResourceView, Talk


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
        licence=licence_in_words("https://creativecommons.org/licenses/by-sa/4.0/"),
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
        opinions=library.opinions(NOW),
        branches=cards()[:2],
        credits=("“Farbe, Licht und das alternde Auge” by Kim, https://learn.museum.example/r/1, CC BY 4.0",),
        facts=Facts(
            contributors=(Agent(name="Patients’ council"),),
            publishers=(Agent(name="St. Brigid Teaching Hospital", href="/@brigid"),),
            funders=(Agent(name="Foundation for Better Wards"),),
            free=True,
            access="Open without an account",
            types=(Concept(label=Text(value="Video", language="en"), path="/catalogue?type=video"),),
            topics=(
                Concept(label=Text(value="Dementia care", language="en"), path="/catalogue?topic=dementia"),
                Concept(
                    label=Text(value="Gesundheits- und Krankenpflege", language="de"), path="/catalogue?topic=care"
                ),
            ),
            levels=(Concept(label=Text(value="Advanced training", language="en"), path="/catalogue?level=c"),),
            audiences=(Concept(label=Text(value="Professionals", language="en")),),
            keywords=(
                Link(label="wayfinding", href="/catalogue?k=way"),
                Link(label="light", href="/catalogue?k=light"),
            ),
            languages=("en", "de"),
            time_required="PT40M",
            duration="PT25M",
            created="2026-08",
            published="2026-09-14",
            modified="2026-10-20T08:00:00+02:00",
        ),
        outcomes=Outcomes(
            teaches=(
                Concept(label=Text(value="See a ward with the eyes of somebody who is disoriented", language="en")),
                Concept(label=Text(value="Choose three changes that cost nothing", language="en")),
            ),
            requires=(Concept(label=Text(value="Basics of dementia care", language="en"), path="/catalogue?t=basics"),),
        ),
        actions=Actions(
            edit_path="/r/dementia-friendly-wards/edit",
            history_path="/r/dementia-friendly-wards/versions",
            reuse_path="/resources/new?from=dementia-friendly-wards",
            withdraw_path="/r/dementia-friendly-wards/withdraw",
        ),
        talk=Talk(
            address="https://learn.hospital.example/r/dementia-friendly-wards",
            publisher_handle="@brigid@learn.hospital.example",
            replies=replies(),
            reply_total=5,
        ),
    )


def remote_resource() -> ResourceView:
    """A copy from elsewhere, with a German title that does not want to fit."""
    whole = resource()
    return replace(
        whole,
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
        talk=replace(whole.talk, replies=(), reply_total=0),
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
        collection=library.collection_part(),
        opinions=library.opinions(NOW),
        actions=Actions(collect_path="/r/list/collect"),
    )


def pathway_page() -> ResourceView:
    """A pathway, as a learner on it sees it."""
    return replace(
        bare_resource(),
        page=page("/r/list", title="Signs", viewer=ADMIN),
        kind="pathway",
        pathway=library.pathway_part(),
        opinions=library.opinions(NOW),
        actions=Actions(collect_path="/r/list/collect"),
    )


def views() -> dict[str, View]:
    every = (resource, remote_resource, bare_resource, collection_page, pathway_page)
    return {view.__name__: view() for view in every}
