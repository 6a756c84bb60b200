"""The text of a status: a post as it was written, anything else as a short, complete-looking post."""

import html
from typing import Any

from sqlalchemy import Row

from node.domain.posts import PostKind
from node.domain.text import plain, shorten
from node.markdown import address_link
from web.client_api.entities.look import Look

_NOTES = frozenset({PostKind.NOTE.value, PostKind.QUESTION.value})
_EXCERPT = 300


def is_note(row: Row[Any]) -> bool:
    """Whether it is a short post that is shown whole, and whose summary is a warning."""
    return row.kind in _NOTES


def content_of(row: Row[Any], look: Look) -> str:
    """Safe HTML in paragraphs."""
    if is_note(row):
        return as_paragraphs(row.content)
    title = f"<p><strong>{html.escape(plain(row.name))}</strong></p>" if row.name else ""
    excerpt = shorten(plain(row.summary or row.content), _EXCERPT)
    text = f"<p>{html.escape(excerpt)}</p>" if excerpt else ""
    address = row.url or row.uri
    return f"{title}{text}<p>{address_link(address)}</p>"


def as_paragraphs(content: str) -> str:
    """HTML that begins with a block as it is; words alone in a paragraph."""
    return content if not content or content.lstrip().startswith("<") else f"<p>{content}</p>"
