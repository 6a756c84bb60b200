"""Posts and what is answered."""

from dataclasses import replace

from node.clock import DAY, HOUR, MINUTE
from tests.web.samples.frame import HOSPITAL, IRIS, NOW, ORLA, page
from web.design.page import View
from web.design.parts import Link, Prose, SafeHtml, Text
from web.design.posts import Attachment, Happening, Poll, PollOption, PostCard, Reply
from web.pages.views import PostView


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


def poll_for_several() -> PostCard:
    options = (PollOption(label="Monday", votes=14), PollOption(label="Samstagvormittag", votes=7, chosen=True))
    return replace(poll_post(), poll=Poll(options=options, voters=14, multiple=True, closed=True))


def covered_post() -> PostCard:
    """Moderators say so of all that its author shows, or she does so of this."""
    return replace(media_post(), is_covered=True)


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


def post_page() -> PostView:
    first, second = post_cards()
    return PostView(
        page=page("/@orla/tape-on-the-floor", title="Orla Daly: We took the black tape off the floor"),
        post=first,
        address="https://learn.hospital.example/@orla/tape-on-the-floor",
        ancestors=(second,),
        missing_parent="https://gone.example/notes/1",
        thread_path="/questions/1?answer=2#p2",
        replies=replies(),
    )


def views() -> dict[str, View]:
    every = (post_page,)
    return {view.__name__: view() for view in every}
