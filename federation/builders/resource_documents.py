"""How the core's port for documents is filled: a learning resource written as an Article.

The document is written once, when a version is published, stored with the object and served from there, so that its
digest in the catalogue stays true when a later version of this program would write it otherwise.
"""

from dataclasses import asdict
from typing import Any

from federation.mapping.digest import article_digest
from federation.mapping.resource import Envelope, build_article
from node.domain.posts import Attachment
from node.domain.records import ResourceRecord
from node.ports import Placement, WrittenDocument


def write_document(record: ResourceRecord, placement: Placement) -> WrittenDocument:
    """The Article of a record (``node.ports.DocumentWriter``)."""
    article = build_article(
        record,
        Envelope(
            uri=placement.object_uri,
            actor_uri=placement.actor_uri,
            followers_uri=placement.followers_uri,
            page_url=placement.page_url,
            published_at=placement.published_at,
            updated_at=placement.updated_at,
            revision=placement.revision,
            visibility=placement.visibility,
            named=placement.named,
            group=placement.audience,
        ),
    )
    return WrittenDocument(
        document=article,
        digest=article_digest(article),
        name=article["name"],
        summary_html=article["summary"],
        content_html=article["content"],
        language=record["defaultLanguage"],
        details=_details(article),
    )


def _details(article: dict[str, Any]) -> dict[str, Any]:
    """As the row of a remote post has them (``RemotePost.details``)."""
    details = {
        "hashtags": [tag["name"].removeprefix("#") for tag in article["tag"]],
        "attachments": [asdict(_attachment(picture)) for picture in article["attachment"]],
        "content_map": article["contentMap"],
        "replies": article["replies"],
    }
    return {name: value for name, value in details.items() if value}


def _attachment(picture: dict[str, Any]) -> Attachment:
    return Attachment(
        url=picture["url"],
        media_type=picture.get("mediaType", ""),
        alt=picture.get("name", ""),
        width=picture.get("width"),
        height=picture.get("height"),
    )
