"""Posts of ours, written for all peers that we know."""

from typing import Any

from federation.mapping.addressing import address_for
from federation.mapping.media import write_attachment, write_link
from federation.mapping.tags import build_emojis, build_hashtag
from federation.transport.mediatype import LD_JSON_AS2
from federation.vocab import PUBLIC, TYPE_OF_POST
from node.clock import to_rfc3339
from node.domain.posts import OwnPost, Poll, PostKind, QuotePolicy
from node.domain.text import plain, shorten
from node.domain.uris import origin_of
from node.text.markdown import with_quoted
from node.text.richtext import as_paragraphs


def build_post(post: OwnPost) -> dict[str, Any]:
    """The object of one of our posts, without ``@context``; what is empty is left out.

    Peers show ``name`` and ``summary`` of what is no Note, so both are there (federation rule 8).
    """
    addresses = address_for(
        post.visibility,
        followers=f"{post.author_uri}/followers",
        mentions=[mention.uri for mention in post.mentions],
        group=post.audience,
    )
    document: dict[str, Any] = {
        "id": post.uri,
        "type": TYPE_OF_POST[post.kind],
        "attributedTo": post.author_uri,
        "to": list(addresses.to),
        "cc": list(addresses.cc),
        "published": to_rfc3339(post.published_at),
        "content": with_quoted(post.content_html, post.quote),
        "mediaType": "text/html",
        "url": post.url or post.uri,
        "sensitive": post.sensitive,
        "attachment": [
            *([write_link(post.link)] if post.link else []),
            *(write_attachment(each) for each in post.attachments),
        ],
        "tag": _build_tags(post),
        "replies": f"{post.uri}/replies",
    }
    optional = _build_optional(post).items()
    return document | {key: value for key, value in optional if value or key == "votersCount"}


def _build_optional(post: OwnPost) -> dict[str, Any]:
    return {
        "name": post.name,
        "summary": _summary(post),
        "contentMap": _content_map(post),
        "source": {"content": post.source, "mediaType": "text/markdown"} if post.source else None,
        "inReplyTo": post.in_reply_to,
        "context": post.context,
        "conversation": post.conversation,
        "audience": post.audience,
        "updated": to_rfc3339(post.updated_at) if post.updated_at else "",
        "interactionPolicy": _may_quote(post) if post.visibility.is_open else None,
        **_build_quote(post),
        **_build_poll(post.poll),
        "language": _build_language(post) if post.audience else None,
        "acceptedAnswer": post.accepted_answer,
        "mainEntity": post.main_entity,
    }


def _content_map(post: OwnPost) -> dict[str, str]:
    """The text by language; empty where none is known."""
    texts = {post.language: post.content_html, **post.content_map} if post.language else {}
    return {language: with_quoted(text, post.quote) for language, text in texts.items()}


#: Of a text that Mastodon shows only by its summary.
_BEGINNING = 500


def _summary(post: OwnPost) -> str:
    """The warning in front of a text; where there is none, the beginning of what others show by its summary alone."""
    if post.summary or post.sensitive or post.kind is not PostKind.PAGE:
        return post.summary
    return as_paragraphs(shorten(plain(post.content_html), _BEGINNING))


def _build_language(post: OwnPost) -> dict[str, str] | None:
    """The language as Lemmy reads it, which knows no maps."""
    return {"identifier": post.language, "name": post.language} if post.language else None


def _may_quote(post: OwnPost) -> dict[str, Any]:
    """Who may quote without asking (FEP-044f); the author alone where nobody else may."""
    allowed = {
        QuotePolicy.PUBLIC: PUBLIC,
        QuotePolicy.FOLLOWERS: f"{post.author_uri}/followers",
        QuotePolicy.NOBODY: post.author_uri,
    }
    return {"canQuote": {"automaticApproval": [allowed[post.quote_policy]]}}


def _build_quote(post: OwnPost) -> dict[str, str]:
    """What is quoted, in the words of FEP-044f and in the older one that most servers read."""
    return {"quote": post.quote, "quoteUri": post.quote, "quoteAuthorization": post.quote_authorization}


def _build_poll(poll: Poll | None) -> dict[str, Any]:
    """The options with their tallies; ``votersCount`` is written even where nobody has voted yet."""
    if poll is None:
        return {}
    options = [
        {"type": "Note", "name": each.name, "replies": {"type": "Collection", "totalItems": each.votes}}
        for each in poll.options
    ]
    return {
        "anyOf" if poll.multiple else "oneOf": options,
        "endTime": to_rfc3339(poll.closes_at) if poll.closes_at is not None else "",
        "closed": to_rfc3339(poll.closed_at) if poll.closed_at is not None else "",
        "votersCount": poll.voters or 0,
    }


def _build_tags(post: OwnPost) -> list[dict[str, Any]]:
    origin = origin_of(post.uri)
    mentions: list[dict[str, Any]] = [
        {"type": "Mention", "href": each.uri, "name": each.name} for each in post.mentions
    ]
    hashtags = [build_hashtag(origin, name) for name in post.hashtags]
    emojis = build_emojis(post.emojis)
    return [*mentions, *hashtags, *emojis, *([_quote_link(post.quote)] if post.quote else [])]


def _quote_link(quoted: str) -> dict[str, str]:
    """The quote as an object link (FEP-e232), which servers without FEP-044f show as a link."""
    return {"type": "Link", "mediaType": LD_JSON_AS2, "href": quoted, "name": f"RE: {quoted}"}
