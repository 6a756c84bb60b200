"""Persons, organisations and communities, and how they are followed."""

from dataclasses import replace

from node.clock import DAY
from tests.web.samples.frame import ADMIN, COMMUNITY, HOSPITAL, IRIS, MUSEUM, NOW, ORLA, page
from tests.web.samples.posts import poll_post, post_cards
from tests.web.samples.resources import cards
from web.design.lists import Paging
from web.design.page import View
from web.design.parts import Field, Link, ProfileField, Prose, SafeHtml
from web.pages.follow import STATES
from web.pages.views import ActorView, FollowView


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
    return replace(follow_here(), state=STATES["pending"])


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


def views() -> dict[str, View]:
    every = (person, community, follow_here, follow_asked, follow_unknown, follow_from_elsewhere)
    return {view.__name__: view() for view in every}
