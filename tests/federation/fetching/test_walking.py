"""Reading a collection page by page ends: by pages, items, time, repetition and origin."""

from typing import Any

import pytest

from federation.fetching.walking import MAX_ITEMS, MAX_PAGES, pages, walk

ROOT = "https://far.example/outbox"


class Collection:
    """Pages by number, each with ``per_page`` items; ``onward`` says where a page goes on."""

    def __init__(self, per_page: int = 2, onward: Any = lambda number: f"{ROOT}?page={number + 1}") -> None:
        self.asked: list[str] = []
        self._per_page, self._onward = per_page, onward

    async def get(self, uri: str) -> dict[str, Any]:
        self.asked.append(uri)
        number = len(self.asked)
        items = [f"https://far.example/notes/{number}-{index}" for index in range(self._per_page)]
        page = {"id": uri, "type": "OrderedCollectionPage", "partOf": ROOT, "orderedItems": items}
        onward = self._onward(number)
        return {**page, "next": onward} if onward else page


@pytest.mark.parametrize(
    ("collection", "asked"),
    [
        (Collection(), MAX_PAGES),
        (Collection(onward=lambda number: "" if number == 3 else f"{ROOT}?page={number + 1}"), 3),
        (Collection(onward=lambda _: ROOT), 1),
        (Collection(onward=lambda number: f"{ROOT}?page={number % 2}"), 3),
        (Collection(onward=lambda _: "https://elsewhere.example/outbox?page=2"), 1),
        (Collection(onward=lambda _: "http://far.example/outbox?page=2"), 1),
        (Collection(onward=lambda _: "javascript:2"), 1),
        (Collection(per_page=400), 2),
    ],
)
async def test_a_walk_ends(collection, asked):
    told = [uri async for uri in walk(collection.get, ROOT)]
    assert len(collection.asked) == asked
    assert len(told) == len(set(told)) <= MAX_ITEMS


async def test_a_walk_takes_a_minute_at_most():
    clock, collection = iter(range(0, 1_000, 25)), Collection()
    assert len([page async for page in pages(collection.get, ROOT, monotonic=lambda: next(clock))]) == 2
