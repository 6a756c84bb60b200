"""The frame of the sample pages, and whom they speak of."""

from dataclasses import replace

from web.design.page import Accent, Page, Site, Viewer
from web.design.parts import ActorCard, Link, Origin

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


ADMIN = Viewer(name="Maeve Brennan", username="maeve", path="/@maeve", csrf="c" * 43, is_admin=True)

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
