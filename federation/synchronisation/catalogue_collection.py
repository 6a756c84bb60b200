"""Our catalogues as other servers read them: the root, its log, and its buckets.

Builders are pure; ``read`` reads one state of the database. What a page holds is decided by the catalogue's state and
the address alone, so one entity tag stands for all of them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection

from federation.contexts import with_context
from federation.vocab import TOMBSTONE
from node.clock import to_rfc3339
from node.domain.catalogues import BUCKETS, etag_of
from node.domain.numbers import number_in
from node.errors import Malformed, NotFound, Problem
from node.services.library.catalogue import find_own
from node.store.library import catalogue_entries
from node.store.library.catalogue_entries import Entry
from node.store.library.catalogues import Catalogue

PER_PAGE = 200
PER_BUCKET_PAGE = 1_000

# -- documents ------------------------------------------------------------------------------------------------------


def build_root(catalogue: Catalogue, owner_uri: str) -> dict[str, Any]:
    """The collection itself: how much there is, where its log ends, what it adds up to."""
    return with_context(
        {
            "id": catalogue.uri,
            "type": "OrderedCollection",
            "attributedTo": owner_uri,
            "totalItems": catalogue.total,
            "revision": catalogue.revision,
            "digest": catalogue.digest,
            "rz:oldestRevision": catalogue.oldest_revision,
            "first": f"{catalogue.uri}?after=0",
            "rz:buckets": f"{catalogue.uri}/buckets",
        }
    )


def build_log_page(catalogue: Catalogue, after: int, entries: Sequence[Entry], *, more: bool) -> dict[str, Any]:
    """Entries that changed after a revision; ``more`` when the log goes on behind them."""
    page = {
        "id": f"{catalogue.uri}?after={after}",
        "type": "OrderedCollectionPage",
        "partOf": catalogue.uri,
        "revision": catalogue.revision,
        "orderedItems": [_log_entry(entry) for entry in entries],
    }
    if more:
        page["next"] = f"{catalogue.uri}?after={entries[-1].revision}"
    return with_context(page)


def _log_entry(entry: Entry) -> dict[str, Any]:
    changed = to_rfc3339(entry.changed_at)
    if not entry.live:
        return {"id": entry.object_uri, "type": TOMBSTONE, "deleted": changed, "revision": entry.revision}
    return {
        "id": entry.object_uri,
        "type": entry.type,
        "updated": changed,
        "revision": entry.revision,
        "digest": entry.digest,
    }


def build_buckets(catalogue: Catalogue, digests: Sequence[str]) -> dict[str, Any]:
    """The digests of all 256 buckets, in order, and the state that they belong to."""
    return with_context(
        {
            "id": f"{catalogue.uri}/buckets",
            "type": "OrderedCollection",
            "partOf": catalogue.uri,
            "revision": catalogue.revision,
            "digest": catalogue.digest,
            "rz:digests": list(digests),
        }
    )


def build_bucket_page(
    catalogue: Catalogue, bucket: int, entries: Sequence[Entry], *, after: str, more: bool
) -> dict[str, Any]:
    """Live entries of one bucket, by URI."""
    base = f"{catalogue.uri}/buckets?b={bucket:02x}"
    page = {
        "id": f"{base}&after={_quoted(after)}" if after else base,
        "type": "OrderedCollectionPage",
        "partOf": f"{catalogue.uri}/buckets",
        "revision": catalogue.revision,
        "orderedItems": [
            {"id": entry.object_uri, "digest": entry.digest, "updated": to_rfc3339(entry.changed_at)}
            for entry in entries
        ],
    }
    if more:
        page["next"] = f"{base}&after={_quoted(entries[-1].object_uri)}"
    return with_context(page)


def _quoted(uri: str) -> str:
    return quote(uri, safe="")


# -- reading --------------------------------------------------------------------------------------------------------

Build = Callable[[Connection, Catalogue], dict[str, Any]]


def read(
    conn: Connection, url: str, query: Mapping[str, str], known: Collection[str] = ()
) -> tuple[str, dict[str, Any] | None]:
    """The entity tag and the document at an address of a catalogue of ours; None where the reader has its state.

    ``url`` without its ``query``; ``known`` are entity tags without quotes. Raises ``NotFound`` where there is no such
    catalogue, ``Malformed`` for a query that names no page.
    """
    build = _bucket_builder(query) if url.endswith("/buckets") else _log_builder(query)
    own = find_own(conn, url.removesuffix("/buckets"))
    if own is None:
        raise NotFound
    etag = etag_of(own.state)
    return etag, None if etag in known or "*" in known else build(conn, own)


def _log_builder(query: Mapping[str, str]) -> Build:
    if "after" not in query:
        return _root
    after = _revision(query["after"])
    return lambda conn, own: _log_page(conn, own, after)


def _bucket_builder(query: Mapping[str, str]) -> Build:
    if "b" not in query:
        return _buckets
    bucket, after = _bucket(query["b"]), query.get("after", "")
    return lambda conn, own: _bucket_page(conn, own, bucket, after)


def _root(_conn: Connection, own: Catalogue) -> dict[str, Any]:
    return build_root(own, own.uri.removesuffix("/catalogue"))


def _log_page(conn: Connection, own: Catalogue, after: int) -> dict[str, Any]:
    entries = catalogue_entries.list_after(conn, own.actor_id, after, PER_PAGE + 1)
    return build_log_page(own, after, entries[:PER_PAGE], more=len(entries) > PER_PAGE)


def _buckets(conn: Connection, own: Catalogue) -> dict[str, Any]:
    return build_buckets(own, catalogue_entries.load_buckets(conn, own.actor_id))


def _bucket_page(conn: Connection, own: Catalogue, bucket: int, after: str) -> dict[str, Any]:
    entries = catalogue_entries.list_bucket(conn, own.actor_id, bucket, after=after, limit=PER_BUCKET_PAGE + 1)
    return build_bucket_page(own, bucket, entries[:PER_BUCKET_PAGE], after=after, more=len(entries) > PER_BUCKET_PAGE)


def _revision(text: str) -> int:
    revision = number_in(text)
    if revision is None:
        raise Malformed(problems=[Problem("after", "a revision, 0 or more", f'"{text[:60]}"')])
    return revision


def _bucket(text: str) -> int:
    if len(text) != 2 or not set(text) <= set("0123456789abcdef"):
        raise Malformed(problems=[Problem("b", f"a bucket, 00 to {BUCKETS - 1:02x}", f'"{text[:60]}"')])
    return int(text, 16)
