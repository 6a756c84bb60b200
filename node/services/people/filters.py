"""Writing filters: what is allowed in one, and who is told that they changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from node.clock import SECOND
from node.domain.filters import Filter, FilterAction, FilterContext, Keyword
from node.errors import Invalid, NotFound
from node.services.context import Unit
from node.services.news import happened, news
from node.store.reading import filters as store

MAX_FILTERS, MAX_KEYWORDS, MAX_STATUSES = 100, 200, 500
MAX_TITLE, MAX_KEYWORD = 256, 512  # characters
_CONTEXTS = frozenset(context.value for context in FilterContext)
_ACTIONS = frozenset(action.value for action in FilterAction)


@dataclass(frozen=True, slots=True)
class KeywordChange:
    """A word to add (no ``id``), to change, or to take out; what is None stays."""

    id: int | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    is_removed: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """What a request says of a filter; what is None stays as it is, or as it is by default."""

    title: str | None = None
    contexts: Sequence[str] | None = None
    action: str | None = None
    expires_in: int | None = None  # seconds; 0: never
    has_expiry: bool = False
    keywords: Sequence[KeywordChange] = ()


def create(conn: Connection, unit: Unit, owner_id: int, draft: Draft) -> Filter:
    """A new filter; a unit of work. Raises Invalid for one without title or context, and beyond ``MAX_FILTERS``."""
    if store.count_filters(conn, owner_id) >= MAX_FILTERS:
        raise Invalid(f"There can be {MAX_FILTERS} filters.")
    filter_id = unit.ids.new()
    values = {"action": FilterAction.WARN.value, **_values(unit, draft)}
    if not values.get("title"):
        raise Invalid("Validation failed: Title can't be blank")
    if not values.get("contexts"):
        raise Invalid("Validation failed: Context None or invalid context supplied")
    store.insert_filter(conn, {"id": filter_id, "owner_id": owner_id, "created_at": unit.now, **values})
    _change_keywords(conn, unit, find(conn, owner_id, filter_id), draft.keywords)
    return _changed(conn, unit, owner_id, filter_id)


def change(conn: Connection, unit: Unit, owner_id: int, filter_id: int, draft: Draft) -> Filter:
    """A unit of work. Raises NotFound for a filter of somebody else."""
    found = find(conn, owner_id, filter_id)
    store.update_filter(conn, filter_id, _values(unit, draft))
    _change_keywords(conn, unit, found, draft.keywords)
    return _changed(conn, unit, owner_id, filter_id)


def delete(conn: Connection, unit: Unit, owner_id: int, filter_id: int) -> None:
    find(conn, owner_id, filter_id)
    store.delete_filter(conn, filter_id)
    news.tell(conn, unit, happened.FiltersChanged(owner_id))


def find(conn: Connection, owner_id: int, filter_id: int) -> Filter:
    """A filter of this person; raises NotFound."""
    found = store.find_filter(conn, owner_id, filter_id)
    if found is None:
        raise NotFound("Record not found")
    return found


def _changed(conn: Connection, unit: Unit, owner_id: int, filter_id: int) -> Filter:
    news.tell(conn, unit, happened.FiltersChanged(owner_id))
    return find(conn, owner_id, filter_id)


def _values(unit: Unit, draft: Draft) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if draft.title is not None:
        if not draft.title.strip() or len(draft.title) > MAX_TITLE:
            raise Invalid("Validation failed: Title can't be blank")
        values["title"] = draft.title.strip()
    if draft.contexts is not None:
        if not draft.contexts or not set(draft.contexts) <= _CONTEXTS:
            raise Invalid("Validation failed: Context None or invalid context supplied")
        values["contexts"] = list(dict.fromkeys(draft.contexts))
    if draft.action is not None:
        if draft.action not in _ACTIONS:
            raise Invalid("Validation failed: Action is not included in the list")
        values["action"] = draft.action
    if draft.has_expiry:
        seconds = min(draft.expires_in or 0, 100 * 365 * 86_400)
        values["expires_at"] = unit.now + seconds * SECOND if seconds > 0 else None
    return values


# -- words ------------------------------------------------------------------------------------------------------------


def _change_keywords(conn: Connection, unit: Unit, found: Filter, changes: Sequence[KeywordChange]) -> None:
    known = {keyword.id for keyword in found.keywords}
    new = [each for each in changes if each.id is None and not each.is_removed]
    for each in changes:
        if each.id is None:
            continue
        if each.id not in known:
            raise NotFound("Record not found")
        if each.is_removed:
            store.delete_keyword(conn, each.id)
        else:
            store.update_keyword(conn, each.id, _keyword_values(each))
    removed = sum(each.is_removed for each in changes)
    if len(found.keywords) + len(new) - removed > MAX_KEYWORDS:
        raise Invalid(f"A filter can have {MAX_KEYWORDS} keywords.")
    rows = [{"id": unit.ids.new(), "filter_id": found.id, "whole_word": True, **_keyword_values(each)} for each in new]
    if any(not row.get("keyword") for row in rows):
        raise Invalid("Validation failed: Keyword can't be blank")
    store.insert_keywords(conn, rows)


def _keyword_values(change: KeywordChange) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if change.keyword is not None:
        if not change.keyword.strip() or len(change.keyword) > MAX_KEYWORD:
            raise Invalid("Validation failed: Keyword can't be blank")
        values["keyword"] = change.keyword.strip()
    if change.whole_word is not None:
        values["whole_word"] = change.whole_word
    return values


def find_keyword(conn: Connection, owner_id: int, keyword_id: int) -> tuple[Filter, Keyword]:
    """A word of one of this person's filters; raises NotFound."""
    for each in store.list_filters(conn, owner_id):
        for keyword in each.keywords:
            if keyword.id == keyword_id:
                return each, keyword
    raise NotFound("Record not found")


def add_keyword(conn: Connection, unit: Unit, owner_id: int, filter_id: int, change: KeywordChange) -> Keyword:
    found = find(conn, owner_id, filter_id)
    before = {keyword.id for keyword in found.keywords}
    _change_keywords(conn, unit, found, [change])
    return next(each for each in _changed(conn, unit, owner_id, filter_id).keywords if each.id not in before)


def change_keyword(conn: Connection, unit: Unit, owner_id: int, change: KeywordChange) -> Keyword:
    found, _ = find_keyword(conn, owner_id, change.id or 0)
    _change_keywords(conn, unit, found, [change])
    return next(each for each in _changed(conn, unit, owner_id, found.id).keywords if each.id == change.id)


def delete_keyword(conn: Connection, unit: Unit, owner_id: int, keyword_id: int) -> None:
    find_keyword(conn, owner_id, keyword_id)
    store.delete_keyword(conn, keyword_id)
    news.tell(conn, unit, happened.FiltersChanged(owner_id))


# -- posts ------------------------------------------------------------------------------------------------------------


def add_status(
    conn: Connection, unit: Unit, owner_id: int, filter_id: int, object_id: int, *, visible: Collection[int]
) -> tuple[int, int]:
    """Filter one post; ``visible`` are the posts that this person may see. Answers entry and object."""
    found = find(conn, owner_id, filter_id)
    if object_id not in visible:
        raise NotFound("Record not found")
    if len(found.statuses) >= MAX_STATUSES:
        raise Invalid(f"A filter can have {MAX_STATUSES} posts.")
    store.insert_status(conn, {"id": unit.ids.new(), "filter_id": filter_id, "object_id": object_id})
    changed = _changed(conn, unit, owner_id, filter_id)
    return next(entry for entry in changed.statuses if entry[1] == object_id)


def find_status(conn: Connection, owner_id: int, entry_id: int) -> tuple[int, int]:
    """An entry of one of this person's filters: ``(id, object id)``; raises NotFound."""
    for each in store.list_filters(conn, owner_id):
        for entry in each.statuses:
            if entry[0] == entry_id:
                return entry
    raise NotFound("Record not found")


def delete_status(conn: Connection, unit: Unit, owner_id: int, entry_id: int) -> tuple[int, int]:
    found = find_status(conn, owner_id, entry_id)
    store.delete_status(conn, entry_id)
    news.tell(conn, unit, happened.FiltersChanged(owner_id))
    return found
