"""What somebody does not want to read, or wants to be warned of: words and single posts."""

import enum
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from node.domain.text import plain


class FilterContext(enum.StrEnum):
    """Where a filter applies."""

    HOME = "home"  # and lists
    NOTIFICATIONS = "notifications"
    PUBLIC = "public"
    THREAD = "thread"
    ACCOUNT = "account"


class FilterAction(enum.StrEnum):
    """What becomes of what it finds."""

    WARN = "warn"
    HIDE = "hide"
    BLUR = "blur"  # of pictures


@dataclass(frozen=True, slots=True)
class Keyword:
    id: int
    keyword: str
    whole_word: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of one person."""

    id: int
    title: str
    contexts: tuple[str, ...]
    action: str
    expires_at: int | None
    keywords: tuple[Keyword, ...] = ()
    statuses: tuple[tuple[int, int], ...] = ()  # (id of the entry, object)


@dataclass(frozen=True, slots=True)
class Match:
    """A filter that applies to a post, and why."""

    filter: Filter
    keywords: tuple[str, ...] = ()
    object_ids: tuple[int, ...] = ()

    @property
    def hides(self) -> bool:
        return self.filter.action == FilterAction.HIDE


@dataclass(frozen=True, slots=True)
class _Compiled:
    filter: Filter
    pattern: re.Pattern[str] | None
    object_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Filters:
    """All filters of one person, ready to be asked."""

    compiled: tuple[_Compiled, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.compiled)

    def hiding(self, context: FilterContext) -> "Filters":
        """Only those that leave posts out altogether in this context."""
        hides = [
            each
            for each in self.compiled
            if each.filter.action == FilterAction.HIDE and context in each.filter.contexts
        ]
        return Filters(tuple(hides))

    def match(
        self, context: FilterContext | None, object_id: int, text: Callable[[], str], now: int
    ) -> Sequence[Match]:
        """The filters that apply to a post in this context; without one, all that apply anywhere.

        ``text`` is asked for only where there are words to look for: content warning, content, options and
        descriptions, as plain text.
        """
        found = []
        words: str | None = None
        for each in self.compiled:
            one = each.filter
            if (context is not None and context not in one.contexts) or (one.expires_at or now + 1) <= now:
                continue
            keywords: tuple[str, ...] = ()
            if each.pattern is not None:
                words = text() if words is None else words
                keywords = tuple(dict.fromkeys(match[0] for match in each.pattern.finditer(words)))
            object_ids = (object_id,) if object_id in each.object_ids else ()
            if keywords or object_ids:
                found.append(Match(one, keywords, object_ids))
        return found


NO_FILTERS = Filters()


def compile_filters(listed: Collection[Filter]) -> Filters:
    """Ready to be asked. A whole word begins and ends where letters or digits do; the case does not matter.

    >>> spoilers = Filter(1, "", ("home",), "warn", None, (Keyword(1, "plot", True),))
    >>> [bool(compile_filters([spoilers]).match(None, 1, lambda: text, 0)) for text in ("A PLOT!", "plotting")]
    [True, False]
    """
    return Filters(
        tuple(
            _Compiled(one, _pattern(one.keywords), frozenset(object_id for _, object_id in one.statuses))
            for one in listed
        )
    )


def words_of(name: str, summary: str, content: str, details: Mapping[str, Any] | None) -> str:
    """What filters look at in a post: its texts without markup, the options of a poll, descriptions of pictures."""
    facts = details or {}
    options = [option.get("name", "") for option in (facts.get("poll") or {}).get("options", ())]
    described = [each.get("alt", "") for each in facts.get("attachments", ())]
    return "\n".join(text for text in (name, plain(summary), plain(content), *options, *described) if text)


def _pattern(keywords: Sequence[Keyword]) -> re.Pattern[str] | None:
    parts = [_expression(keyword) for keyword in keywords if keyword.keyword]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _expression(keyword: Keyword) -> str:
    """The word as it is; an edge that is no letter or digit (``#tag``) needs none beside it."""
    text = r"\s+".join(map(re.escape, keyword.keyword.split()))
    if not keyword.whole_word:
        return text
    stripped = keyword.keyword.strip()
    before = r"\b" if re.match(r"\w", stripped) else ""
    after = r"\b" if re.search(r"\w$", stripped) else ""
    return f"{before}{text}{after}"
