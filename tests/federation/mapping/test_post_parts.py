"""What is read from posts of others beside their words: answers, tags, quotes, media, polls, events."""

import pytest

from federation.mapping.post import read_post
from node.domain.posts import Attachment, Emoji, EventFacts, Link, Mention, Poll, PollOption
from tests.federation.mapping.post_documents import BEN, URI, note
from tests.rows import each_row


def test_threads():
    post = read_post(
        note(
            inReplyTo={"id": BEN},
            context="https://x.example/c",
            conversation="tag:x,2026:1",
            replies={"id": f"{URI}/r"},
        )
    )
    assert (post.in_reply_to, post.context, post.conversation) == (BEN, "https://x.example/c", "tag:x,2026:1")
    assert post.replies == f"{URI}/r"
    assert read_post(note(inReplyTo="javascript:x", context="tag:x")).in_reply_to == ""


def test_times():
    post = read_post(note(published="2026-03-01T09:00:00Z", updated="2026-03-01T10:00:00+01:00"))
    assert (post.published_at, post.updated_at) == (1_772_355_600_000, 1_772_355_600_000)
    assert read_post(note(published="1970-01-01T00:00:00Z", updated="soon")).published_at is None


def test_tags():
    tags = [
        {"type": "Mention", "href": BEN, "name": "@ben<b>"},
        {"type": "Mention", "href": BEN, "name": "@ben again"},
        {"type": "Mention", "href": "/users/eve", "name": "@eve"},
        {"type": "as:Hashtag", "name": "#Casting", "href": "/tags/casting"},
        {"type": "Hashtag", "name": "casting"},
        {"type": "Hashtag", "name": "#<img src=x>gie\u00dfen"},
        {"type": "Hashtag", "name": "#"},
        {
            "type": "Emoji",
            "name": ":cat:",
            "icon": {"type": "Image", "url": "https://x.example/c.png", "mediaType": "image/png"},
        },
        {"type": "Emoji", "name": ":<b>:", "icon": {"url": "https://x.example/c.png"}},
        {"type": "Emoji", "name": ":dog:", "icon": {"url": "javascript:x"}},
        {"type": "Sticker"},
        None,
        "x",
        7,
    ]
    post = read_post(note(tag=tags))
    assert post.mentions == (Mention(BEN, "@ben again"),)
    assert post.hashtags == ("casting", "imgsrcxgie\u00dfen")
    assert post.emojis == (Emoji("cat", "https://x.example/c.png", "image/png"),)
    assert read_post(note(tag=tags[0])).mentions == (Mention(BEN, "@ben"),)


QUOTES = {
    "FEP-044f": {"quote": BEN},
    "Fedibird": {"quoteUri": BEN},
    "Pleroma": {"quoteUrl": BEN},
    "Misskey": {"_misskey_quote": BEN},
    "the better of two": {"quote": "x", "_misskey_quote": BEN},
    "FEP-e232": {"tag": [{"type": "Link", "mediaType": "application/activity+json", "name": "RE: x", "href": BEN}]},
    "FEP-e232 with a profile": {
        "tag": {
            "type": "Link",
            "mediaType": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
            "name": "RE: x",
            "href": BEN,
        }
    },
}


@each_row("changes", QUOTES.values())
def test_quotes(changes):
    assert read_post(note(**changes)).quote == BEN


def test_other_links_among_the_tags_are_no_quotes():
    assert read_post(note(tag={"type": "Link", "mediaType": "text/html", "name": "RE: x", "href": BEN})).quote == ""


PICTURE = {"type": "Document", "mediaType": "image/png", "url": "https://x.example/1.png"}
MEDIA = {
    "picture": (
        {"attachment": [{**PICTURE, "name": "A <b>cat</b>", "width": 3, "height": 2, "blurhash": "U5SY?Z"}]},
        [Attachment("https://x.example/1.png", "image/png", "A cat", 3, 2, "U5SY?Z")],
    ),
    "one, not a list": ({"attachment": PICTURE}, [Attachment("https://x.example/1.png", "image/png")]),
    "alternative text as summary": (
        {"attachment": {**PICTURE, "summary": "A cat"}},
        [Attachment("https://x.example/1.png", "image/png", "A cat")],
    ),
    "type guessed from the kind": (
        {"attachment": {"type": "Video", "url": "https://x.example/v"}},
        [Attachment("https://x.example/v", "video")],
    ),
    "address as Link": (
        {"attachment": {**PICTURE, "url": [{"type": "Link", "href": "https://x.example/2.png"}]}},
        [Attachment("https://x.example/2.png", "image/png")],
    ),
    "cover of Lemmy": (
        {"attachment": [PICTURE], "image": {"type": "Image", "url": "https://x.example/c.png"}},
        [Attachment("https://x.example/1.png", "image/png"), Attachment("https://x.example/c.png", "image")],
    ),
    "cover that is attached too": (
        {"attachment": [PICTURE], "image": {"type": "Image", "url": "https://x.example/1.png"}},
        [Attachment("https://x.example/1.png", "image/png")],
    ),
    "nonsense": (
        {
            "attachment": [
                None,
                "x",
                {},
                {"type": "Image"},
                {**PICTURE, "url": "javascript:x"},
                {"type": "PropertyValue"},
            ]
        },
        [],
    ),
    "negative size": (
        {"attachment": {**PICTURE, "width": -1, "height": "x", "blurhash": "\u00e9", "mediaType": "x"}},
        [Attachment("https://x.example/1.png")],
    ),
}


@each_row("changes, expected", MEDIA.values())
def test_media(changes, expected):
    assert list(read_post(note(**changes)).attachments) == expected


def test_at_most_32_attachments():
    many = [{**PICTURE, "url": f"https://x.example/{number}.png"} for number in range(90)]
    assert len(read_post(note(attachment=many)).attachments) == 32


def test_a_recording_of_comfortable_size():
    files = [
        {
            "type": "Link",
            "mediaType": "video/mp4",
            "href": f"https://x.example/{height}.mp4",
            "height": height,
            "width": height,
        }
        for height in (2160, 1080, 720, 360)
    ]
    page = {"type": "Link", "mediaType": "text/html", "href": "https://x.example/watch"}
    playlist = {"type": "Link", "mediaType": "application/x-mpegURL", "href": "https://x.example/m3u8", "tag": files}
    icons = [{"type": "Image", "url": "https://x.example/s.jpg"}, {"type": "Image", "url": "https://x.example/l.jpg"}]
    for urls in ([page, *files], [page, playlist]):
        post = read_post(note(type="Video", url=urls, icon=icons, name="Talk"))
        assert post.url == "https://x.example/watch"
        assert post.attachments == (
            Attachment("https://x.example/720.mp4", "video/mp4", "Talk", 720, 720, "", "https://x.example/l.jpg"),
        )
    assert read_post(note(type="Video", url=[page, files[0]])).attachments[0].url == "https://x.example/2160.mp4"
    assert read_post(note(type="Video", url=[page])).attachments == ()


def test_the_page_that_a_post_is_about():
    link = {"type": "Link", "href": "https://x.example/a", "name": "<b>A</b>"}
    assert read_post(note(type="Page", attachment=[PICTURE, link])).link == Link("https://x.example/a", "A")
    assert read_post(note(attachment=[{"type": "Link", "href": "javascript:x"}])).link is None


# -- polls and votes ------------------------------------------------------------------------------------------------

OPTIONS = [
    {"type": "Note", "name": "A", "replies": {"type": "Collection", "totalItems": 3}},
    {"type": "Note", "name": "B"},
]


def test_polls():
    question = note(type="Question", oneOf=OPTIONS, endTime="2026-03-01T09:00:00Z", votersCount=3)
    assert read_post(question).poll == Poll((PollOption("A", 3), PollOption("B")), False, 1_772_355_600_000, None, 3)
    assert read_post({**question, "closed": "2026-03-01T08:00:00Z"}).poll.closed_at == 1_772_352_000_000
    assert read_post({**question, "closed": True}).poll.closed_at == 1_772_355_600_000
    assert read_post(note(type="Question", anyOf=OPTIONS)).poll.multiple
    assert read_post(note(type="Question", oneOf=[])).poll is None
    assert read_post(note(type="Question", oneOf=[*OPTIONS, {"type": "Note", "name": " "}, {}])).poll.options[2:] == ()
    assert read_post(note(oneOf=OPTIONS)).poll is None


def test_a_long_poll_is_cut():
    options = [{"name": "x" * 900}] * 501
    poll = read_post(note(type="Question", oneOf=options)).poll
    assert (len(poll.options), len(poll.options[0].name)) == (500, 500)


def test_votes():
    vote = note(name="A", content=None, inReplyTo=f"{BEN}/poll", to=[BEN], cc=[])
    assert read_post(vote).is_vote
    assert not read_post({**vote, "content": "I think"}).is_vote
    assert not read_post({**vote, "inReplyTo": None}).is_vote
    assert not read_post({**vote, "name": None}).is_vote
    assert not read_post({**vote, "type": "Article"}).is_vote


# -- events ---------------------------------------------------------------------------------------------------------


def event(**changes):
    return read_post(note(type="Event", startTime="2026-03-01T09:00:00Z", **changes)).event


def test_events():
    place = {
        "type": "Place",
        "name": "Library",
        "latitude": 52.5,
        "longitude": 213.4,
        "address": {
            "type": "PostalAddress",
            "streetAddress": "Street 1",
            "postalCode": None,
            "addressLocality": "Library",
        },
    }
    assert event(
        endTime="x", location=place, timezone="Europe/Berlin", joinMode="FREE", maximumAttendeeCapacity=20
    ) == (EventFacts(1_772_355_600_000, None, "Europe/Berlin", "Library, Street 1", 52.5, None, "", "", "free", 20))
    assert event(location="Room 7").place == "Room 7"
    assert event(location={"name": "Room 7", "address": "Street 2"}).place == "Room 7, Street 2"
    assert event(maximumAttendeeCapacity=0, joinMode="x").capacity is None
    assert read_post(note(startTime="2026-03-01T09:00:00Z")).event is None


STATUS = {
    "iCalendar": ({"status": "CONFIRMED"}, "confirmed"),
    "Mobilizon": (
        {"ical:status": "TENTATIVE", "@context": {"ical": "http://www.w3.org/2002/12/cal/ical#"}},
        "tentative",
    ),
    "FEP-8a8e": ({"eventStatus": "EventCancelled"}, "cancelled"),
    "schema.org": ({"eventStatus": "https://schema.org/EventPostponed"}, "tentative"),
    "cancelled wins": ({"status": "CANCELLED", "eventStatus": "EventScheduled"}, "cancelled"),
    "unknown": ({"status": "MAYBE"}, ""),
}


@each_row("changes, expected", STATUS.values())
def test_event_status(changes, expected):
    assert event(**changes).status == expected


ONLINE = {
    "virtual location": {
        "location": [{"type": "Place", "name": "x"}, {"type": "VirtualLocation", "url": "https://x.example/m"}]
    },
    "participation": {"externalParticipationUrl": "https://x.example/m"},
    "Mobilizon": {"attachment": [{"type": "Link", "name": "Website", "href": "https://x.example/m"}]},
}


@pytest.mark.parametrize("changes", ONLINE.values(), ids=ONLINE.keys())
def test_where_events_are_online(changes):
    assert event(**changes).online_url == "https://x.example/m"


# -- learning -------------------------------------------------------------------------------------------------------


def test_the_entity_is_kept_as_it_came():
    entity = {"type": ["LearningResource", "x"], "name": 7, "@unknown": [None]}
    assert read_post(note(mainEntity=entity)).main_entity is entity
    assert read_post(note(mainEntity="x")).main_entity is None
