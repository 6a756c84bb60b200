"""Headers and pages of the catalogue log, as they are written and read: what lies is refused, nothing crashes."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.synchronisation import catalogue_reading as reading
from federation.synchronisation.catalogue_header import read_header, write_header
from node.domain.catalogues import State
from node.errors import RemoteMalformed
from tests.federation.synchronisation.catalogue_world import CATALOGUE_URI
from tests.rows import each_row


@given(revision=st.integers(0, 10**17), digest=st.from_regex(r"[0-9a-f]{64}", fullmatch=True))
def test_a_header_is_read_as_it_was_written(revision: int, digest: str) -> None:
    state = State(CATALOGUE_URI, revision, digest)
    assert read_header(write_header(state)) == state


@given(st.text())
def test_any_text_is_a_header_or_none(value: str) -> None:
    assert read_header(value) is None


@each_row(
    "value",
    [
        f'id="{CATALOGUE_URI}", revision="7"',
        f'id="{CATALOGUE_URI}", revision="-7", digest="{"0" * 64}"',
        f'id="{CATALOGUE_URI}", revision="7", digest="{"g" * 64}"',
        f'id="javascript:alert(1)", revision="7", digest="{"0" * 64}"',
        f'id="{CATALOGUE_URI}", revision="{"9" * 19}", digest="{"0" * 64}"',
    ],
)
def test_a_header_that_lacks_something_says_nothing(value: str) -> None:
    assert read_header(value) is None


def test_parameters_may_come_in_any_order_and_with_others() -> None:
    value = f'digest="{"0" * 64}",revision="7" , new="x", id="{CATALOGUE_URI}"'
    assert read_header(value) == State(CATALOGUE_URI, 7, "0" * 64)


_ENTRY = {"id": "https://a.example/1", "type": "Article", "revision": 5, "digest": "0" * 64}


@each_row(
    "document",
    [
        {"partOf": "https://evil.example/c", "revision": 9, "orderedItems": []},
        {"partOf": CATALOGUE_URI, "revision": 9, "orderedItems": [{**_ENTRY, "revision": 3}]},
        {"partOf": CATALOGUE_URI, "revision": 9, "orderedItems": [_ENTRY, _ENTRY]},
        {"partOf": CATALOGUE_URI, "revision": 9, "orderedItems": [{**_ENTRY, "digest": "x"}]},
        {"partOf": CATALOGUE_URI, "revision": 9, "orderedItems": [{**_ENTRY, "id": "file:///etc/passwd"}]},
        {"partOf": CATALOGUE_URI, "revision": 9, "orderedItems": [{**_ENTRY, "revision": True}]},
        {"partOf": CATALOGUE_URI, "revision": 9, "orderedItems": [], "next": "https://a.example/more"},
        {"partOf": CATALOGUE_URI, "revision": 9, "orderedItems": ["https://a.example/1"]},
        {"partOf": CATALOGUE_URI, "revision": "9", "orderedItems": []},
    ],
)
def test_a_page_of_a_log_that_lies_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(RemoteMalformed):
        reading.read_log_page(document, CATALOGUE_URI, 3)


@given(
    st.dictionaries(
        st.sampled_from(
            ["id", "partOf", "revision", "digest", "orderedItems", "items", "next", "rz:digests", "buckets"]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text() | st.just(CATALOGUE_URI),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "digest"]), inner),
            max_leaves=5,
        ),
    )
)
def test_readers_refuse_or_read_and_never_crash(document: dict[str, Any]) -> None:
    for read in (
        lambda: reading.read_root(document, CATALOGUE_URI),
        lambda: reading.read_log_page(document, CATALOGUE_URI, 0),
        lambda: reading.read_buckets(document, CATALOGUE_URI),
        lambda: reading.read_bucket_page(document, CATALOGUE_URI),
    ):
        with suppress(RemoteMalformed):
            read()
