"""Atom feeds (RFC 4287) of what everybody may read: new resources of the catalogue, additions to a collection.

``/resources.atom`` takes the query of the catalogue and tells of our own resources unless that says otherwise;
``/collections/SLUG.atom`` tells of entries as they were added, the newest first. Ids are the IRIs of the things.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from aiohttp import ETag, hdrs, web
from sqlalchemy import Connection

from node.clock import from_rfc3339, to_rfc3339
from node.domain import resources as records
from node.domain.collections import Item, items_of
from node.domain.text import UNKNOWN_LANGUAGE, pick
from node.errors import NotFound
from node.services.library import authoring, collecting
from node.state import NODE
from node.store.library import derivations, resources
from node.store.library.resources import ANYBODY, Resource
from node.store.search import listing
from node.store.search.wishes import Sort, Wish
from node.text import descriptions
from web.queries import resources_asked

ATOM = "application/atom+xml"
MAX_ENTRIES = 50
_NAMESPACE = "http://www.w3.org/2005/Atom"
_SUMMARY = 500  # characters
#: Control characters that no XML holds.
_FORBIDDEN = {code: None for code in range(0x20) if code not in {0x9, 0xA, 0xD}} | {0xFFFE: None, 0xFFFF: None}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a feed; times in milliseconds, ``licence`` an IRI."""

    iri: str
    title: str
    language: str
    path: str  # of its page here, or its address
    updated: int
    published: int = 0
    summary: str = ""
    authors: Sequence[str] = ()
    licence: str = ""
    keywords: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """``path``: of the page that it belongs to."""

    title: str
    author: str
    path: str
    entries: Sequence[Entry]


# -- handlers -------------------------------------------------------------------------------------------------------


async def show_catalogue_feed(request: web.Request) -> web.Response:
    wish = resources_asked(request)
    wish = replace(
        wish, viewer=ANYBODY, sort=Sort.NEWEST, origin=wish.origin or "local", cursor=None, limit=MAX_ENTRIES
    )
    return _answer(request, await request.app[NODE].store.read(_of_catalogue, wish, request.query_string))


async def show_collection_feed(request: web.Request) -> web.Response:
    return _answer(request, await request.app[NODE].store.read(_of_collection, request.match_info["slug"]))


def _of_catalogue(conn: Connection, wish: Wish, query: str) -> Feed:
    name = authoring.organisation(conn).title
    entries = [_of_resource(each) for each in listing.find(conn, wish).items]
    return Feed(name, name, f"/resources?{query}" if query else "/resources", entries)


def _of_collection(conn: Connection, slug: str) -> Feed:
    """Entries that are held here are told as everybody may read them, those of elsewhere by their address."""
    found = collecting.load_collection(conn, slug, ANYBODY)
    if not found.visibility.is_open:
        raise NotFound
    items = sorted(items_of(found.record), key=lambda item: from_rfc3339(item.added) or 0, reverse=True)[:MAX_ENTRIES]
    ids = derivations.find_sources(conn, [each.iri for each in items])
    held = resources.load_readable(conn, set(ids.values()), ANYBODY)
    entries = [_of_item(each, held.get(ids[each.iri])) if each.iri in ids else _of_item(each, None) for each in items]
    return Feed(records.title(found.record), found.owner.title, found.path, entries)


def _of_resource(found: Resource) -> Entry:
    record = found.record
    return Entry(
        iri=found.uri,
        title=records.title(record),
        language=record["defaultLanguage"],
        path=found.path,
        updated=found.updated_at or found.published_at,
        published=found.published_at,
        summary=descriptions.summary(record, (record["defaultLanguage"],), _SUMMARY),
        authors=[each["name"] for each in record.get("creator", ())] or [found.owner.title],
        licence=record["license"],
        keywords=record.get("keywords", ()),
    )


def _of_item(item: Item, held: Resource | None) -> Entry:
    added = from_rfc3339(item.added) or 0
    note = pick(item.note, ()) if item.note else ""
    if held is None:
        return Entry(item.iri, item.name or item.iri, UNKNOWN_LANGUAGE, item.iri, added, added, note)
    entry = _of_resource(held)
    return replace(entry, updated=added or entry.updated, summary=note or entry.summary)


# -- writing --------------------------------------------------------------------------------------------------------


def _answer(request: web.Request, feed: Feed) -> web.Response:
    """The feed with its entity tag, or 304 where the reader has it."""
    body = write_atom(feed, origin=request.app[NODE].config.origin, address=request.path_qs)
    etag = ETag(hashlib.sha256(body).hexdigest()[:32])
    is_known = any(tag.value in {etag.value, "*"} for tag in request.if_none_match or ())
    response = web.Response(status=304) if is_known else web.Response(body=body, content_type=ATOM, charset="utf-8")
    response.etag = etag
    response.headers[hdrs.CACHE_CONTROL] = "public, max-age=300"
    return response


def write_atom(feed: Feed, *, origin: str, address: str) -> bytes:
    """The feed as XML; ``address``: its own, below ``origin``."""
    parts = [
        _text("id", origin + address),
        _text("title", feed.title),
        _text("updated", to_rfc3339(max((each.updated for each in feed.entries), default=0))),
        _element("author", _text("name", feed.author)),
        _element("link", rel="self", type=ATOM, href=origin + address),
        _element("link", rel="alternate", type="text/html", href=origin + feed.path),
        *(_entry(each, origin) for each in feed.entries),
    ]
    return ('<?xml version="1.0" encoding="utf-8"?>\n' + _element("feed", *parts, xmlns=_NAMESPACE) + "\n").encode()


def _entry(entry: Entry, origin: str) -> str:
    language = {"xml:lang": entry.language} if entry.language != UNKNOWN_LANGUAGE else {}
    return _element(
        "entry",
        _text("id", entry.iri),
        _text("title", entry.title),
        _text("updated", to_rfc3339(entry.updated)),
        _text("published", to_rfc3339(entry.published) if entry.published else ""),
        _element("link", rel="alternate", href=origin + entry.path if entry.path.startswith("/") else entry.path),
        *(_element("author", _text("name", name)) for name in entry.authors),
        _text("summary", entry.summary),
        _element("link", rel="license", href=entry.licence) if entry.licence else "",  # RFC 4946
        *(_element("category", term=word) for word in entry.keywords),
        **language,
    )


def _text(name: str, text: str) -> str:
    """An element that holds words; nothing where there are none."""
    return _element(name, _escaped(text)) if text else ""


def _element(name: str, *inner: str, **attributes: str) -> str:
    """``inner``: what it holds, escaped already."""
    said = "".join(f' {key}="{_escaped(value)}"' for key, value in attributes.items())
    return f"<{name}{said}>{''.join(inner)}</{name}>" if inner else f"<{name}{said}/>"


def _escaped(text: str) -> str:
    return escape(text.translate(_FORBIDDEN))
