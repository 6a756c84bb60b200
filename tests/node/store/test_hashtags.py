"""Hashtags by their beginnings, beside many that nobody is to see."""

import pytest
from sqlalchemy import Connection, insert, update

from node.store.database.engine import Store
from node.store.posts.tags import add_tags
from node.store.search import hashtags
from node.store.search.hashtags import find_tags
from node.store.tables import actors, objects
from tests import stores

database, store = stores.database, stores.store
_ACTOR = {"kind": "person", "local": False, "username": "x", "host": "a.example", "inbox": "", "created_at": 1}
_POST = {"kind": "note", "type": "Note", "state": "live", "local": False, "published_at": 1, "received_at": 1}


def write(conn: Connection) -> None:
    """Two posts that only followers read, with twenty hashtags, and a public one."""
    conn.execute(insert(actors).values(id=1, uri="https://a.example/x", **_ACTOR, updated_at=1))
    for number, visibility in ((1, "followers"), (2, "followers"), (3, "public")):
        uri = f"https://a.example/{number}"
        conn.execute(insert(objects).values(id=number, uri=uri, actor_id=1, visibility=visibility, content="", **_POST))
    add_tags(conn, {1: [f"care{n:02}" for n in range(10)], 2: [f"care{n:02}" for n in range(10, 20)], 3: ["carers"]})


async def test_whoever_writes_many_that_nobody_sees_makes_no_search_dear(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.write(write)
    assert await store.read(find_tags, "care", limit=1) == ["carers"]
    monkeypatch.setattr(hashtags, "_PASSED_OVER", 20)
    assert await store.read(find_tags, "care", limit=1) == ["carers"]
    monkeypatch.setattr(hashtags, "_PASSED_OVER", 19)
    assert await store.read(find_tags, "care", limit=1) == []
    await store.write(lambda conn: conn.execute(update(objects).values(visibility="public")))
    assert await store.read(find_tags, "care", limit=2) == ["care00", "care01"]
    assert await store.read(find_tags, "care", limit=40, offset=20) == ["carers"]
