"""How our own posts are written, so that they are read again as they were meant."""

import json

import pytest

from federation.contexts import with_context
from federation.mapping.post import read_post
from federation.mapping.post_document import build_post
from federation.vocab import PUBLIC
from node.domain.posts import Attachment, Mention, OwnPost, Poll, PollOption, PostKind, QuotePolicy
from node.domain.visibility import Visibility
from tests.federation.mapping.expansion import expand
from tests.federation.mapping.post_documents import ADA, BEN, NOTE, URI, note
from tests.rows import each_row
from tests.shared import shared_data

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
    assert read_post(note(interactionPolicy={"canQuote": {"manualApproval": ADA}})).quote_policy == "nobody"
    assert read_post(note(interactionPolicy={"canQuote": {"manualApproval": [PUBLIC]}})).quote_policy is None
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


def test_a_quote_leads_to_what_it_quotes_where_quotes_are_not_known():
    document = build_post(own(quote=f"{BEN}/o/7", content_map={"de": "<p>schau</p>"}))
    for text in (document["content"], *document["contentMap"].values()):
        assert text.startswith(f'<p class="quote-inline">RE: <a href="{BEN}/o/7"')
    assert document["contentMap"]["de"].endswith("</p><p>schau</p>")
    assert read_post(with_context(document)).content_html.startswith('<p class="quote-inline">RE: <a'), "marked for all"
    says_it = f'<p>look at <a href="{BEN}/o/7">this</a></p>'
    assert build_post(own(quote=f"{BEN}/o/7", content_html=says_it))["content"] == says_it


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
