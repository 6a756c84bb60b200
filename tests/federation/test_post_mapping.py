import copy
import json

import pytest
from hypothesis import given

from federation.mapping.activity import Activity
from federation.mapping.post import build_post, read_post
from federation.vocab import PUBLIC, with_context
from node.domain.posts import (
    Attachment,
    Emoji,
    EventFacts,
    Link,
    Mention,
    OwnPost,
    Poll,
    PollOption,
    PostKind,
    QuotePolicy,
)
from node.domain.visibility import Visibility
from node.errors import Malformed
from tests.depth import examples
from tests.federation.expansion import expand
from tests.federation.test_jsonld import JSON
from tests.rows import each_row
from tests.shared import shared_data

ADA = "https://learn.uni.example/ap/a/ada"
URI = "https://learn.uni.example/ap/o/1"
BEN = "https://lib.city.example/ap/a/ben"
NOTE = {
    "id": URI,
    "type": "Note",
    "attributedTo": ADA,
    "content": "<p>Hi</p>",
    "to": [PUBLIC],
    "cc": [f"{ADA}/followers"],
}


def note(**changes):
    return {**NOTE, **changes}


def arrived(actor: str = ADA, to: tuple[str, ...] = (), cc: tuple[str, ...] = ()) -> Activity:
    return Activity(id=f"{ADA}/x/1", type="Create", actor=actor, to=to, cc=cc)


def test_the_least_that_a_post_is():
    post = read_post({"id": URI, "type": "Note", "attributedTo": ADA})
    assert (post.uri, post.kind, post.type, post.author_uri) == (URI, PostKind.NOTE, "Note", ADA)
    assert post.visibility is Visibility.DIRECT
    assert (post.content_html, post.name, post.published_at, post.is_vote) == ("", "", None, False)
    assert post.details() == {}


REFUSED = {
    "no object": [NOTE],
    "an address": URI,
    "no type": note(type=None),
    "no id": note(id=None),
    "id is no address": note(id="tag:x"),
    "no author": note(attributedTo=None),
    "author elsewhere": note(attributedTo=BEN),
    "author without TLS": note(attributedTo=ADA.replace("https", "http")),
    "author on another port": note(attributedTo="https://learn.uni.example:8443/ap/a/ada"),
    "an activity": note(type="Create"),
    "an actor": note(type="Person"),
    "both note and actor": note(type=["Note", "Person"]),
    "a collection": note(type="OrderedCollection"),
    "a tombstone": note(type="Tombstone"),
    "a graph": note(**{"@graph": []}),
}


@each_row("document", REFUSED.values())
def test_refuses(document):
    with pytest.raises(Malformed):
        read_post(document)


def test_whoever_sends_it_lives_where_the_object_lives():
    assert read_post(NOTE, wrapper=arrived()).author_uri == ADA
    with pytest.raises(Malformed):
        read_post(NOTE, wrapper=arrived(BEN))


@each_row("name", ["Note", "Article", "Page", "Question", "Event", "Video", "Audio", "Image", "Document"])
def test_kinds(name):
    post = read_post(note(type=name))
    assert (post.kind.value, post.type) == (name.lower(), name)


def test_unknown_types_are_kept_and_not_guessed():
    post = read_post(note(type=["https://x.example/ns#Recipe"]))
    assert (post.kind, post.type) == (PostKind.OTHER, "https://x.example/ns#Recipe")
    assert read_post(note(type=["Recipe", "Article"])).type == "Article"
    assert read_post(note(type="x" * 100)).type == "x" * 64


AUTHORS = {
    "text": ({"attributedTo": ADA}, None, ADA, ""),
    "object": ({"attributedTo": {"type": "Person", "id": ADA}}, None, ADA, ""),
    "PeerTube": (
        {"attributedTo": [{"type": "Group", "id": f"{ADA}/g"}, {"type": "Person", "id": ADA}]},
        None,
        ADA,
        f"{ADA}/g",
    ),
    "PeerTube by the channel": (
        {"attributedTo": [{"type": "Person", "id": ADA}, {"type": "Group", "id": f"{ADA}/g"}]},
        f"{ADA}/g",
        f"{ADA}/g",
        "",
    ),
    "Mobilizon by the person": ({"attributedTo": f"{ADA}/g", "actor": ADA}, ADA, ADA, f"{ADA}/g"),
    "our event by the organisation": ({"attributedTo": f"{ADA}/uni", "actor": ADA}, f"{ADA}/uni", f"{ADA}/uni", ""),
    "fetched": ({"attributedTo": f"{ADA}/uni", "actor": ADA}, None, f"{ADA}/uni", ""),
    "actor alone": ({"attributedTo": None, "actor": ADA}, None, ADA, ""),
    "audience": ({"attributedTo": ADA, "audience": BEN}, None, ADA, BEN),
}


@each_row("changes, sender, author, audience", AUTHORS.values())
def test_authors(changes, sender, author, audience):
    post = read_post(note(**changes), wrapper=arrived(sender) if sender else None)
    assert (post.author_uri, post.audience) == (author, audience)


# -- who may read it ------------------------------------------------------------------------------------------------


@each_row(
    "to, cc, expected",
    [
        ((PUBLIC,), (), "public"),
        ((f"{ADA}/followers",), (PUBLIC,), "unlisted"),
        ((f"{ADA}/followers",), (), "followers"),
        ((BEN,), (), "direct"),
        ((), (), "public"),
    ],
)
def test_the_activity_can_narrow_who_may_read_it(to, cc, expected):
    assert read_post(NOTE, wrapper=arrived(to=to, cc=cc)).visibility == expected


def test_the_activity_cannot_widen_it():
    direct = note(to=[BEN], cc=[])
    assert read_post(direct, wrapper=arrived(to=(PUBLIC,))).visibility is Visibility.DIRECT


def test_blind_copies_count_for_nothing_and_are_not_kept():
    post = read_post(note(to=[BEN], cc=None, bto=[PUBLIC], bcc=["https://x.example/"]))
    assert post.visibility is Visibility.DIRECT
    assert not {"bto", "bcc"} & post.document.keys()
    assert post.document["content"] == NOTE["content"]


def test_at_most_500_recipients():
    assert len(read_post(note(cc=[f"https://x.example/{number}" for number in range(900)])).cc) == 500


# -- words ----------------------------------------------------------------------------------------------------------

CONTENT = {
    "HTML": ({"content": "<p onclick=x>a</p><script>b</script>"}, "<p>a</p>"),
    "HTML, said so": ({"content": "<p>a</p>", "mediaType": "text/html; charset=utf-8"}, "<p>a</p>"),
    "Markdown": ({"content": "*a* <b>", "mediaType": "text/markdown"}, "<p><em>a</em> &lt;b&gt;</p>"),
    "plain": ({"content": "a <b>\nc", "mediaType": "text/plain"}, "<p>a &lt;b&gt;<br>c</p>"),
    "something else": ({"content": "<p>a</p>", "mediaType": "application/x-sh"}, "<p>a</p>"),
    "map alone": ({"content": None, "contentMap": {"de": "<p>a</p>"}}, "<p>a</p>"),
    "control characters": ({"content": "a\x00b\x1b\ud800"}, "ab"),
    "nothing": ({"content": None}, ""),
    "a number": ({"content": 7}, ""),
}


@each_row("changes, expected", CONTENT.values())
def test_content(changes, expected):
    assert read_post(note(**changes)).content_html == expected


def test_long_articles_have_more_room_than_notes():
    long = "<b>a</b>" * 10_000
    assert read_post(note(content=long, type="Article")).content_html == long
    assert read_post(note(content=long)).content_html == f"<p>{'a' * (64 * 1024 // 8)}</p>"
    assert len(read_post(note(content="x" * 1_000_000)).content_html) == 64 * 1024


def test_titles_are_one_plain_line_and_summaries_clean():
    post = read_post(note(name="<b>A</b>\nB" + "c" * 3000, summary="<p>s</p><img src=x>" + "d" * 30_000))
    assert post.name.startswith("A B")
    assert len(post.name) <= 2048
    assert post.summary_html.startswith("<p>s</p>d")
    assert len(post.summary_html) <= 20 * 1024


LANGUAGES = {
    "map": ({"contentMap": {"en": "<p>Hi</p>"}}, "en", {}),
    "the one that is the content": (
        {"contentMap": {"de": "<p>Hallo</p>", "en": "<p>Hi</p>"}},
        "en",
        {"de": "<p>Hallo</p>"},
    ),
    "Lemmy": ({"language": {"identifier": "fr", "name": "x"}}, "fr", {}),
    "Mobilizon": ({"inLanguage": "en-GB"}, "en-GB", {}),
    "undetermined": ({"language": {"identifier": "und"}}, "", {}),
    "no tag": ({"language": "<b>"}, "", {}),
    "cleaned too": ({"contentMap": {"en": "<p>Hi</p>", "de": "<i onclick=x>a</i>"}}, "en", {"de": "<i>a</i>"}),
    "none": ({}, "", {}),
}


@each_row("changes, language, others", LANGUAGES.values())
def test_languages(changes, language, others):
    post = read_post(note(**changes))
    assert (post.language, dict(post.content_map)) == (language, others)


# -- what hangs on it -----------------------------------------------------------------------------------------------


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


# -- whatever comes -------------------------------------------------------------------------------------------------

_TERMS = (
    "type to cc name summary content contentMap mediaType language tag attachment image icon url inReplyTo context "
    "published sensitive oneOf anyOf closed startTime location status audience quote replies attributedTo mainEntity"
)


@examples(50)
@given(JSON)
def test_whatever_a_post_says_it_is_read(value):
    for kind in ("Note", "Question", "Event", "Video"):
        for term in _TERMS.split():
            document = {**note(type=kind), term: value}
            before = copy.deepcopy(document)
            try:
                post = read_post(document)
            except Malformed:
                assert term in {"type", "attributedTo"}
                continue
            json.dumps(post.details())
            assert document == before


# -- ours -----------------------------------------------------------------------------------------------------------

OWN = OwnPost(
    uri=URI,
    author_uri=ADA,
    visibility=Visibility.PUBLIC,
    published_at=1_772_355_600_000,
    content_html='<p>Hi <a href="https://x.example/">there</a></p>',
    language="en",
    url="https://learn.uni.example/@ada/hi",
    source="Hi [there](https://x.example/)",
    in_reply_to=f"{BEN}/o/7",
    context="https://lib.city.example/ap/c/7",
    conversation="tag:lib.city.example,2026:7",
    updated_at=1_772_355_700_000,
    sensitive=True,
    summary="Careful",
    mentions=(Mention(BEN, "@ben@lib.city.example"),),
    hashtags=("Casting",),
    attachments=(
        Attachment("https://learn.uni.example/media/1.png", "image/png", "A cat", 3, 2, "U5SY", focus=(0.5, -0.25)),
    ),
    main_entity={"type": "Answer"},
)


def own(**changes) -> OwnPost:
    return OwnPost(**{**{name: getattr(OWN, name) for name in OwnPost.__dataclass_fields__}, **changes})


@each_row("visibility", ["public", "unlisted", "followers", "direct"])
def test_ours_are_read_again(visibility):
    post = read_post(with_context(build_post(own(visibility=Visibility(visibility)))))
    assert post.visibility == visibility
    for name in ("uri", "author_uri", "published_at", "updated_at", "language", "url", "in_reply_to", "context"):
        assert getattr(post, name) == getattr(OWN, name)
    for name in ("conversation", "sensitive", "mentions", "hashtags", "attachments", "main_entity", "name"):
        assert getattr(post, name) == getattr(OWN, name)
    assert post.summary_html == OWN.summary
    assert post.replies == f"{URI}/replies"
    assert ">there</a>" in post.content_html


@each_row("kind", [kind for kind in PostKind if kind is not PostKind.OTHER])
def test_ours_meet_what_peers_demand(kind):
    """Federation rule 1 and the traps of section 4.1."""
    document = build_post(own(kind=kind, name="Title", audience="https://learn.uni.example/ap/g/metals"))
    assert all(
        isinstance(document[term], str) for term in ("type", "attributedTo", "url", "inReplyTo", "context", "audience")
    )
    assert all(isinstance(document[term], list) for term in ("to", "cc", "tag", "attachment"))
    assert {each["type"] for each in document["attachment"]} <= {"Image", "Document", "Link"}
    assert document["to"] == [PUBLIC, "https://learn.uni.example/ap/g/metals"]
    assert document["mediaType"] == "text/html"
    assert {"name", "summary", "contentMap"} <= document.keys()


def test_what_is_empty_is_left_out():
    document = build_post(OwnPost(URI, ADA, Visibility.FOLLOWERS, 1_772_355_600_000))
    assert document == {
        "id": URI,
        "type": "Note",
        "attributedTo": ADA,
        "to": [f"{ADA}/followers"],
        "cc": [],
        "published": "2026-03-01T09:00:00Z",
        "content": "",
        "mediaType": "text/html",
        "url": URI,
        "sensitive": False,
        "attachment": [],
        "tag": [],
        "replies": f"{URI}/replies",
    }


def test_everybody_in_a_direct_message_is_mentioned():
    document = build_post(own(visibility=Visibility.DIRECT))
    assert document["to"] == [tag["href"] for tag in document["tag"] if tag["type"] == "Mention"] == [BEN]
    assert "interactionPolicy" not in document


def test_who_may_quote():
    for policy, allowed in {"public": PUBLIC, "followers": f"{ADA}/followers", "nobody": ADA}.items():
        document = build_post(own(quote_policy=QuotePolicy(policy)))
        assert document["interactionPolicy"] == {"canQuote": {"automaticApproval": [allowed]}}
        assert read_post(with_context(document)).quote_policy == policy
    assert read_post(NOTE).quote_policy is None
    assert read_post(note(interactionPolicy={"canQuote": {"automaticApproval": BEN}})).quote_policy == "nobody"
    assert read_post(note(interactionPolicy={"canQuote": {}})).quote_policy == "nobody"
    assert read_post(note(interactionPolicy=7)).quote_policy is None


def test_a_quote_is_written_in_all_spellings_and_read_with_its_stamp():
    stamp = "https://lib.city.example/ap/q/3"
    document = with_context(build_post(own(quote=f"{BEN}/o/7", quote_authorization=stamp)))
    assert document["quote"] == document["quoteUri"] == f"{BEN}/o/7"
    assert document["tag"][-1]["href"] == f"{BEN}/o/7"
    post = read_post(document)
    assert (post.quote, post.quote_authorization) == (f"{BEN}/o/7", stamp)
    expanded = expand(document)
    assert expanded["https://w3id.org/fep/044f#quoteAuthorization"] == [{"@id": stamp}]
    assert "quote" not in build_post(OWN)


@pytest.mark.parametrize("multiple", [True, False])
def test_a_poll_is_written_as_it_is_read(multiple):
    poll = Poll((PollOption("Zinc", 2), PollOption("Tin")), multiple, 1_772_355_700_000, None, 2)
    document = with_context(build_post(own(kind=PostKind.QUESTION, poll=poll)))
    assert read_post(document).poll == poll
    new = build_post(own(kind=PostKind.QUESTION, poll=Poll((PollOption("Zinc"), PollOption("Tin")))))
    assert (new["votersCount"], "endTime" in new, "closed" in new) == (0, False, False)
    assert expand(document)["http://joinmastodon.org/ns#votersCount"] == [{"@value": 2}]


FOCI = {"middle": ([0, 0], (0.0, 0.0)), "corner": ([-1, 1.0], (-1.0, 1.0))} | {
    str(bad): (bad, None) for bad in ([2, 0], [0], "0,0", [0, "0"], [True, 0], None, {}, [0, 0, 0])
}


@each_row("said, focus", FOCI.values())
def test_the_focus_of_a_picture(said, focus):
    picture = {"type": "Image", "url": "https://learn.uni.example/media/1.png", "focalPoint": said}
    assert read_post(note(attachment=[picture])).attachments[0].focus == focus


def test_other_languages_travel():
    post = read_post(with_context(build_post(own(content_map={"de": "<p>Hallo</p>"}))))
    assert (post.language, dict(post.content_map)) == ("en", {"de": "<p>Hallo</p>"})


def test_ours_mean_the_same_to_a_processor():
    expanded = expand(with_context(build_post(OWN)))
    space = "https://www.w3.org/ns/activitystreams#"
    assert "_:" not in json.dumps(expanded)
    assert expanded[f"{space}attributedTo"] == [{"@id": ADA}]
    assert expanded[f"{space}sensitive"] == [{"@value": True}]
    assert {"@language": "en", "@value": OWN.content_html} in expanded[f"{space}content"]
    assert expanded["http://ostatus.org#conversation"] == [{"@value": OWN.conversation}]
    assert expanded["https://schema.org/mainEntity"][0]["@type"] == ["https://schema.org/Answer"]
    assert {tag["@type"][0] for tag in expanded[f"{space}tag"]} == {f"{space}Mention", f"{space}Hashtag"}


def test_our_question_is_the_one_of_the_reference():
    reference = json.loads((shared_data("examples") / "question.json").read_bytes())["object"]
    post = read_post(reference)
    built = build_post(
        OwnPost(
            uri=post.uri,
            author_uri=post.author_uri,
            visibility=post.visibility,
            published_at=post.published_at,
            content_html=post.content_html,
            kind=post.kind,
            name=post.name,
            summary=post.summary_html,
            url=post.url,
            source=reference["source"]["content"],
            context=post.context,
            audience=post.audience,
            mentions=post.mentions,
            hashtags=post.hashtags,
            main_entity=post.main_entity,
        )
    )
    assert reference.keys() - built.keys() == {"language", "acceptedAnswer"}
    assert {key for key in built if key in reference and built[key] != reference[key]} == {"cc"}  # mentions are in cc
