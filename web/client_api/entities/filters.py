"""Filter, FilterKeyword, FilterStatus, FilterResult, and the filter of the first version of the API."""

from typing import Any

from node.clock import to_rfc3339
from node.domain.filters import Filter, FilterAction, Keyword, Match

Entity = dict[str, Any]


def filter_of(found: Filter) -> Entity:
    """Filter with its words and posts."""
    return {
        **_head(found),
        "keywords": [keyword_of(each) for each in found.keywords],
        "statuses": [status_of(each) for each in found.statuses],
    }


def _head(found: Filter) -> Entity:
    return {
        "id": str(found.id),
        "title": found.title,
        "context": list(found.contexts),
        "expires_at": _instant(found.expires_at),
        "filter_action": found.action,
    }


def keyword_of(keyword: Keyword) -> Entity:
    return {"id": str(keyword.id), "keyword": keyword.keyword, "whole_word": keyword.whole_word}


def status_of(entry: tuple[int, int]) -> Entity:
    entry_id, object_id = entry
    return {"id": str(entry_id), "status_id": str(object_id)}


def result_of(match: Match) -> Entity:
    """Why a filter applies to a status."""
    return {
        "filter": {**_head(match.filter), "keywords": [], "statuses": []},
        "keyword_matches": list(match.keywords) or None,
        "status_matches": [str(object_id) for object_id in match.object_ids] or None,
    }


def first_version_of(found: Filter, keyword: Keyword) -> Entity:
    """One word of a filter as a filter of its own, as the first version of the API has them."""
    return {
        "id": str(keyword.id),
        "phrase": keyword.keyword,
        "context": list(found.contexts),
        "whole_word": keyword.whole_word,
        "expires_at": _instant(found.expires_at),
        "irreversible": found.action == FilterAction.HIDE,
    }


def _instant(at: int | None) -> str | None:
    if at is None:
        return None
    text = to_rfc3339(at)
    return text if at % 1000 else f"{text[:-1]}.000Z"
