"""What one inbox activity, one timeline read and one search cost beside 1,000 and beside 1,000,000 stored objects.

The objects are written into the database directly: notes of one other server on Alice's timeline, every tenth a
learning resource that the search finds: a word that is asked for stands in a quarter of them, so the page is full
beside few as beside many. What the triggers of these rows leave for the index of posts is dropped: nothing here reads
that index, and writing it would go on beside the measurement. The index of resources is merged as a node does each
hour.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import aiohttp
import orjson
from sqlalchemy import Connection

from benchmarks import inbox
from benchmarks.node_process import NodeProcess
from benchmarks.peers import Peers
from node.app.system import opened
from node.config import load
from node.ids import Ids
from node.indexing import merge
from node.store.index import entries, marks
from node.store.index.entries import Entry
from node.store.people.actors import find_actor, find_local_actor
from node.store.triggers.resource_search import INDEX

_WORDS = [
    "wound",
    "care",
    "ethics",
    "museum",
    "statistics",
    "nursing",
    "language",
    "history",
    "drawing",
    "climate",
    "chemistry",
    "repair",
]
_OBJECT = (
    "INSERT INTO objects (id, uri, kind, type, actor_id, local, visibility, name, content, published_at, received_at, "
    "details, raw) VALUES (?, ?, ?, ?, ?, 0, 'public', ?, ?, ?, ?, '{}', '{}')"
)
_HOME = "INSERT INTO home_entries (owner_id, id, object_id) VALUES (?, ?, ?)"
_RESOURCE = (
    "INSERT INTO resources (object_id, sort_key, iri, slug, kind, listing, title_key, record, grade, version, digest) "
    "VALUES (?, ?, ?, ?, 'resource', 'public-remote', ?, ?, 'clean', 1, '')"
)


async def fill(node: NodeProcess, uri: str, number: int, start: int) -> None:
    """Objects ``start`` to ``number`` of the actor ``uri``; run it beside a node that has nothing to do."""
    async with opened(load(node.config)) as system:
        ids: Ids = system.node.ids
        alice = await system.node.store.read(find_local_actor, "alice")
        author = await system.node.store.read(find_actor, uri)
        assert alice is not None
        assert author is not None
        for first in range(start, number, 5_000):
            rows = [_row(ids.new(), index, uri) for index in range(first, min(first + 5_000, number))]
            _write(node, author.id, alice.id, rows)
            await system.node.store.write(_index, [row for row in rows if row[1] % 10 == 0])
        await merge(system.node.store, INDEX)


def _row(object_id: int, index: int, uri: str) -> tuple[int, int, str, str]:
    """Id, number, address, title."""
    words = " ".join(_WORDS[(index // 10 + step) % len(_WORDS)] for step in (0, 5, 7))
    return object_id, index, f"{uri}/stored/{index}", f"{words} {index}"


def _write(node: NodeProcess, author_id: int, owner_id: int, rows: list[tuple[int, int, str, str]]) -> None:
    now = int(time.time() * 1000)
    made = [row for row in rows if row[1] % 10 == 0]
    with closing(sqlite3.connect(node.database, timeout=30)) as raw, raw:
        raw.executemany(_OBJECT, list(_objects(rows, author_id, now)))
        raw.executemany(_HOME, [(owner_id, row[0], row[0]) for row in rows])
        raw.executemany(_RESOURCE, [(row[0], row[0], row[2], f"r{row[1]}", row[3], _record(row)) for row in made])
        raw.execute("DELETE FROM search_queue")


def _objects(rows: list[tuple[int, int, str, str]], author_id: int, now: int) -> Iterator[tuple[Any, ...]]:
    for object_id, index, uri, title in rows:
        kind, type_ = ("resource", "Article") if index % 10 == 0 else ("note", "Note")
        yield object_id, uri, kind, type_, author_id, title, f"<p>{title}</p>", now, now


def _record(row: tuple[int, int, str, str]) -> str:
    record = {"id": row[2], "type": ["LearningResource"], "name": {"en": row[3]}, "defaultLanguage": "en"}
    return orjson.dumps({**record, "inLanguage": ["en"], "license": "https://a.example/l"}).decode()


def _index(conn: Connection, rows: list[tuple[int, int, str, str]]) -> None:
    carried = sorted((marks.LISTED, marks.origin_mark("remote")))
    entries.put(conn, [Entry(row[0], row[3], "", "", marks=carried, facets=[]) for row in rows])


async def measure(
    node: NodeProcess, peers: Peers, uris: list[str], token: str, label: str, reads: int
) -> dict[str, float]:
    """CPU milliseconds of the node for one activity, one page of the home timeline, one page of search results."""
    taken = await inbox.send(node, peers, uris, label, 2 * reads)
    headers = {"Authorization": f"Bearer {token}"}
    home = await _read(node, [f"/api/v1/timelines/home?limit=20&seen={index}" for index in range(reads)], headers)
    asked = [f"/api/learning/v1/resources?q={_WORDS[index % len(_WORDS)]}&limit=20" for index in range(reads)]
    return {"activity_ms": taken["cpu_s_per_1000"], "timeline_ms": home, "search_ms": await _read(node, asked, {})}


async def _read(node: NodeProcess, paths: list[str], headers: dict[str, str]) -> float:
    cpu = node.cpu_seconds()
    async with aiohttp.ClientSession(headers=headers) as http:
        for path in paths:
            async with http.get(node.origin + path) as answer:
                if answer.status != 200:
                    raise RuntimeError(f"{path}: {answer.status} {await answer.text():.200}")
                await answer.read()
    return (node.cpu_seconds() - cpu) / len(paths) * 1000
