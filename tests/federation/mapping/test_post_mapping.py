"""What is read from posts of others: what they are, whose, who may read them, their words."""

import copy
import json

import pytest
from hypothesis import given

from federation.mapping.activity import read_activity
from federation.mapping.post import read_post
from federation.vocab import PUBLIC
from node.domain.posts import PostKind
from node.domain.visibility import Visibility
from node.errors import Malformed
from tests.depth import examples
from tests.federation.mapping.post_documents import ADA, BEN, NOTE, URI, arrived, note
from tests.federation.mapping.test_jsonld import JSON
from tests.rows import each_row


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


@each_row(
    "outer, inner, to, cc",
    {
        "the same": ({"to": ["as:Public"], "cc": [BEN]}, {"to": ["as:Public"], "cc": [BEN]}, (PUBLIC,), (BEN,)),
        "the same, once": ({"to": BEN, "cc": []}, {"to": BEN, "cc": []}, (BEN,), ()),
        "another": ({"to": [PUBLIC], "cc": [BEN]}, {"to": [BEN], "cc": [BEN]}, (BEN,), (BEN,)),
        "only outside": ({"as:to": [PUBLIC], "cc": [BEN]}, {"to": None, "cc": [BEN]}, (), (BEN,)),
    }.values(),
)
def test_whom_a_post_is_for_it_says_itself(outer, inner, to, cc):
    activity = read_activity({"id": f"{ADA}/x/1", "type": "Create", "actor": ADA, "object": note(**inner), **outer})
    post = read_post(activity.objects[0], wrapper=activity)
    assert (post.to, post.cc) == (to, cc)


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
