"""Every component once, for looking at."""

from dataclasses import dataclass
from typing import ClassVar

from node.sentences import Sentence
from tests.web.samples.catalogue import chips, facets
from tests.web.samples.frame import COMMUNITY, HOSPITAL, IRIS, ORLA, page
from tests.web.samples.posts import covered_post, media_post, poll_for_several, poll_post, post_cards, replies
from tests.web.samples.resources import cards, network_cards
from web.design.lists import Chip, FacetGroup, Paging, SortOption
from web.design.page import Page, View
from web.design.parts import ActorCard, Field
from web.design.posts import PostCard, Reply
from web.design.resources import ResourceCard


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryView:
    """Every component once, for looking at."""

    template: ClassVar[str] = "gallery.html"

    page: Page
    sentence: str
    icons: tuple[str, ...]
    cards: tuple[ResourceCard, ...]
    ways: tuple[SortOption, ...]
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
        ways=(
            SortOption(label=Sentence("Open"), path="/gallery", selected=True),
            SortOption(label=Sentence("Closed"), path="/gallery"),
        ),
        chips=chips(),
        facets=facets()[:2],
        paging=Paging(next_path="/gallery", first_path="/gallery"),
        actors=(ORLA, IRIS, COMMUNITY, HOSPITAL),
        posts=(*post_cards(), poll_post(), poll_for_several(), media_post(), covered_post()),
        replies=replies(),
        plain=Field(value="social.example"),
        wrong=Field(value="Maeve B", error="Use small letters, digits and underscores only."),
    )


def views() -> dict[str, View]:
    every = (gallery,)
    return {view.__name__: view() for view in every}
