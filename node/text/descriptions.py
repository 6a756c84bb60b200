"""What a record says of its resource at length: as safe HTML for pages and other servers, as plain text for profiles.

Authors here write Markdown (``descriptionFormat``); what comes from catalogues is plain text. A description of 16,000
characters takes some 45 ms to lay out, so what was laid out lately is kept.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import cast

from node.domain.records import ResourceRecord
from node.domain.resources import description
from node.domain.text import paragraphs, plain, shorten
from node.domain.words import MAX_MARKDOWN
from node.text.markdown import render_markdown
from node.text.richtext import clean

MARKDOWN = "text/markdown"
_KEPT = 512


def is_markdown(record: ResourceRecord) -> bool:
    return record.get("descriptionFormat") == MARKDOWN


def as_html(text: str, *, markdown: bool) -> str:
    """A description as safe HTML; Markdown that is longer than ``MAX_MARKDOWN`` is shown as it was typed."""
    return _rendered(text) if markdown else clean(paragraphs(text), max_bytes=8 * max(len(text), MAX_MARKDOWN))


def as_plain(text: str, *, markdown: bool) -> str:
    return plain(_rendered(text)) if markdown else plain(text)


def summary(record: ResourceRecord, languages: Sequence[str], limit: int) -> str:
    """The beginning of the description on one plain line; empty where there is none."""
    text = description(record, languages)
    start = text[: 4 * limit] if is_markdown(record) else text
    return shorten(as_plain(start, markdown=is_markdown(record)), limit)


def with_plain_texts(record: ResourceRecord) -> ResourceRecord:
    """The record for a format that knows no Markdown."""
    if not is_markdown(record):
        return record
    texts: Mapping[str, str] = record.get("description", {})
    rest = {key: value for key, value in record.items() if key != "descriptionFormat"}
    return cast(
        ResourceRecord, {**rest, "description": {tag: as_plain(each, markdown=True) for tag, each in texts.items()}}
    )


@lru_cache(maxsize=_KEPT)
def _rendered(text: str) -> str:
    return render_markdown(text)
