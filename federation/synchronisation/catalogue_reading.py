"""Another server's catalogue documents, read. Raises ``RemoteMalformed`` for what is none.

What the owner says is believed about his own entries only: ids must be web addresses, revisions must rise, digests
must be digests; extensions may carry our prefix or not.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from federation.vocab import TOMBSTONE
from node.domain.catalogues import BUCKETS, State
from node.domain.uris import is_web_uri, same_origin
from node.errors import RemoteMalformed

MAX_PAGE = 2_000  # entries; ours hold 200 of the log, 1,000 of a bucket
_MAX_REVISION = 2**62
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Root:
    """The catalogue itself."""

    state: State
    oldest_revision: int
    buckets_url: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry as its owner lists it; ``digest`` is None where it is gone. ``revision`` is 0 in a bucket."""

    uri: str
    digest: str | None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class LogPage:
    """A piece of the log; ``position`` is what to read after, ``more`` whether there is more."""

    entries: Sequence[Listed]
    position: int
    more: bool


@dataclass(frozen=True, slots=True)
class Buckets:
    """All bucket digests, and the state of the catalogue that they belong to."""

    state: State
    digests: Sequence[str]


@dataclass(frozen=True, slots=True)
class BucketPage:
    """Entries of one bucket; ``next_url`` is empty on the last page."""

    entries: Sequence[Listed]
    next_url: str


def read_root(document: Mapping[str, Any], uri: str) -> Root:
    """The root collection of the catalogue at ``uri``."""
    if document.get("id") != uri:
        _refuse("the catalogue has another id", document.get("id"))
    buckets_url = _term(document, "buckets") or f"{uri}/buckets"
    if not isinstance(buckets_url, str) or not same_origin(buckets_url, uri):
        _refuse("its buckets are elsewhere", buckets_url)
    oldest = _term(document, "oldestRevision")
    return Root(_state(document, uri), 1 if oldest is None else _revision(oldest), buckets_url)


def read_log_page(document: Mapping[str, Any], uri: str, after: int) -> LogPage:
    """The page of the log of ``uri`` behind revision ``after``."""
    if document.get("partOf") != uri:
        _refuse("the page belongs to another catalogue", document.get("partOf"))
    entries = [_log_entry(item) for item in _items(document)]
    revisions = [after, *(entry.revision for entry in entries)]
    if any(later <= earlier for earlier, later in pairwise(revisions)):
        _refuse("revisions do not rise", revisions[:5])
    has_next = isinstance(document.get("next"), str)
    if has_next and not entries:
        _refuse("a page without entries is not the last", document.get("id"))
    head = _revision(document.get("revision", revisions[-1]))
    return LogPage(entries, revisions[-1] if has_next else max(revisions[-1], head), has_next)


def read_buckets(document: Mapping[str, Any], uri: str) -> Buckets:
    """The bucket digests of the catalogue at ``uri``."""
    digests = _term(document, "digests")
    if not isinstance(digests, list) or len(digests) != BUCKETS:
        _refuse("not 256 bucket digests", type(digests).__name__)
    return Buckets(_state(document, uri), [_digest(each) for each in digests])


def read_bucket_page(document: Mapping[str, Any], uri: str) -> BucketPage:
    """A page of one bucket of the catalogue at ``uri``."""
    following = document.get("next") or ""
    if following and not (isinstance(following, str) and same_origin(following, uri)):
        _refuse("the next page is elsewhere", following)
    entries = [Listed(_uri(item.get("id")), _digest(item.get("digest"))) for item in _items(document)]
    if following and not entries:
        _refuse("a page without entries is not the last", document.get("id"))
    return BucketPage(entries, following)


def _state(document: Mapping[str, Any], uri: str) -> State:
    return State(uri, _revision(document.get("revision")), _digest(document.get("digest")))


def _log_entry(item: Mapping[str, Any]) -> Listed:
    is_gone = item.get("type") == TOMBSTONE
    digest = None if is_gone else _digest(item.get("digest"))
    return Listed(_uri(item.get("id")), digest, _revision(item.get("revision")))


def _items(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = document.get("orderedItems", document.get("items", []))
    items = found if isinstance(found, list) else [found]
    if len(items) > MAX_PAGE or not all(isinstance(item, dict) for item in items):
        _refuse("the entries cannot be read", len(items))
    return items


def _term(document: Mapping[str, Any], name: str) -> Any:
    """A property of our namespace, with its prefix or without."""
    return document.get(f"rz:{name}", document.get(name))


def _uri(value: Any) -> str:
    if not is_web_uri(value):
        _refuse("an id is no web address", value)
    return str(value)


def _digest(value: Any) -> str:
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        _refuse("a digest is none", value)
    return str(value)


def _revision(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_REVISION:
        _refuse("a revision is none", value)
    return int(value)


def _refuse(why: str, what: Any) -> NoReturn:
    raise RemoteMalformed("Another server's catalogue cannot be read.", detail=f"{why}: {str(what)[:200]}")
