"""Canonical JSON against the reference package and against RFC 8785's own examples."""

import json
import struct

import jcs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.domain.canonical import canonical_json, sha256_of
from node.errors import Malformed
from tests.depth import examples
from tests.rows import each_row

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@examples(60)
@given(VALUES)
def test_agrees_with_the_reference_package(value):
    try:
        expected = jcs.canonicalize(value)
    except OverflowError:  # an integer beyond every double
        with pytest.raises(Malformed):
            canonical_json(value)
    else:
        assert canonical_json(value) == expected


@examples(60)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_survive_and_are_written_as_the_reference_writes_them(number):
    assert canonical_json(number) == jcs.canonicalize(number)
    assert float(canonical_json(number)) == number


@each_row(
    "bits, text",
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
    ],
)
def test_numbers_of_the_rfc(bits, text):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical_json(number).decode() == text


def test_keys_are_sorted_by_utf_16():
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = json.loads(
        canonical_json(dict.fromkeys(keys, 0)), object_pairs_hook=lambda pairs: [key for key, _ in pairs]
    )
    assert written == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@each_row("value", [float("nan"), float("inf"), "\ud800", {"\udfff": 1}, {1, 2}, 10**400, b"x"])
def test_what_json_cannot_say_is_refused(value):
    with pytest.raises(Malformed):
        canonical_json(value)


def test_the_order_of_keys_does_not_change_a_digest():
    assert sha256_of({"a": 1, "b": [1.0]}) == sha256_of({"b": [1], "a": 1})
    assert sha256_of({"a": 1}) != sha256_of({"a": 2})
