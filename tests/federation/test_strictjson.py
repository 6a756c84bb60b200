import json

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from federation.strictjson import MAX_DEPTH, MAX_VALUES, dump, read_object
from node.errors import Malformed
from tests.depth import examples
from tests.rows import each_row
from tests.shared import shared_files


def nested(levels: int) -> bytes:
    """An object of ``levels`` levels in all."""
    return b'{"a":' * levels + b"1" + b"}" * levels


REFUSED = {
    "nothing": b"",
    "not JSON": b"{",
    "single quotes": b"{'a':1}",
    "trailing comma": b'{"a":1,}',
    "two documents": b"{}{}",
    "byte order mark": b"\xef\xbb\xbf{}",
    "Latin-1": b'{"a":"\xe9"}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a surrogate in UTF-8": b'{"a":"\xed\xa0\x80"}',
    "raw control character": b'{"a":"\x01"}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":Infinity}',
    "minus Infinity": b'{"a":-Infinity}',
    "NaN beside a lone surrogate": b'{"a":NaN,"b":"\\ud800"}',
    "number beyond a double": b'{"a":1e400}',
    "number beyond a double, exact reader": b'{"a":1e400,"b":"\\ud800"}',
    "4,301 digits": b'{"a":' + b"1" * 4301 + b"}",
    "4,301 digits, exact reader": b'{"b":"\\ud800","a":' + b"1" * 4301 + b"}",
    "equal keys": b'{"a":1,"a":2}',
    "equal keys with equal values": b'{"a":1,"a":1}',
    "equal keys, spaced": b'{"a" : 1, "a" : 2}',
    "equal keys in a nested object": b'{"b":[{"a":1,"c":2,"a":2}]}',
    "equal keys, one escaped": b'{"a":1,"\\u0061":2}',
    "equal keys behind a hidden quotation mark": b'{"a":1,"b":"\\u0022\\u0022","a":2}',
    "equal keys once a surrogate is dropped": b'{"a":1,"a\\ud800":2}',
    "an array": b"[]",
    "a string": b'"a"',
    "null": b"null",
    "65 levels": nested(MAX_DEPTH + 1),
    "900 levels": nested(900),
    "10,000 levels": nested(10_000),
    "10,000 levels, exact reader": b'{"s":"\\ud800","a":' + nested(10_000) + b"}",
    "100,000 open brackets": b'{"a":' + b"[" * 100_000,
    "too many values": b'{"a":[' + b"1," * MAX_VALUES + b"1]}",
    "too many keys": dump({str(number): number for number in range(MAX_VALUES)}),
    "too many lists": b'{"a":[' + b"[]," * MAX_VALUES + b"[]]}",
}


@each_row("data", REFUSED.values())
def test_refuses(data):
    with pytest.raises(Malformed):
        read_object(data)


ACCEPTED = {
    "empty": (b"{}", {}),
    "whitespace": (b' {\n "a" :\t[ 1 , 2 ] } ', {"a": [1, 2]}),
    "64 levels": (nested(MAX_DEPTH), json.loads(nested(MAX_DEPTH))),
    "as many values as allowed": (b'{"a":[' + b"1," * (MAX_VALUES - 3) + b"1]}", {"a": [1] * (MAX_VALUES - 2)}),
    "the same key in two objects": (b'{"a":{"b":1},"c":{"b":2}}', {"a": {"b": 1}, "c": {"b": 2}}),
    "keys that look alike": (b'{"a":1,"A":2,"\\u0430":3}', {"a": 1, "A": 2, "\u0430": 3}),
    "escaped slash and angle brackets": (b'{"a":"\\/\\u003cp\\u003e"}', {"a": "/<p>"}),
    "hidden quotation mark": (b'{"a":"\\u0022","b":"\\"\\\\u0022"}', {"a": '"', "b": '"\\u0022'}),
    "string that begins with a colon": (b'{"a":":b","c":"\\":"}', {"a": ":b", "c": '":'}),
    "surrogate pair": (b'{"a":"\\ud83d\\ude00"}', {"a": "\U0001f600"}),
    "lone surrogate": (b'{"a":"x\\ud83dy","b":["\\udc00",{"\\uDFFFc":1}]}', {"a": "xy", "b": ["", {"c": 1}]}),
    "NUL stays for the mapping": (b'{"a":"\\u0000"}', {"a": "\x00"}),
    "largest integers": (
        b'{"a":18446744073709551615,"b":-9223372036854775808}',
        {"a": 2**64 - 1, "b": -(2**63)},
    ),
    "integer beyond 64 bits": (b'{"a":18446744073709551616}', {"a": float(2**64)}),
    "integer beyond 64 bits, exact reader": (b'{"a":18446744073709551616,"b":"\\ud800"}', {"a": 2.0**64, "b": ""}),
    "literals": (b'{"a":null,"b":true,"c":false,"d":-0.5e3}', {"a": None, "b": True, "c": False, "d": -500.0}),
}


@each_row("data, value", ACCEPTED.values())
def test_accepts(data, value):
    assert read_object(data) == value


def test_integers_stay_integers_within_64_bits():
    value = read_object(b'{"a":18446744073709551615,"b":18446744073709551616}')
    assert (type(value["a"]), type(value["b"])) == (int, float)


def test_what_is_read_can_be_written():
    assert dump(read_object(b'{"a":"\\ud800","b":18446744073709551616,"c":"\\u0000"}'))


def reference(data: bytes):
    """What the standard library makes of a document when it is told to refuse equal keys."""

    def unique(pairs):
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    return json.loads(data, object_pairs_hook=unique)


KEYS = st.sampled_from(['"a"', '"b"', '"\\u0061"', '"\\u0022"', '":"', '"a" ', '"\\":"', '"é"', '"\\ud83d\\ude00"'])
SCALARS = st.sampled_from(["1", "null", '"a"', '":a"', '"\\":"', '"\\u0022:"', '"\\\\"', '"\\u003a"', '" :"', '"é"'])


def objects(children):
    members = st.lists(st.tuples(KEYS, children), max_size=4)
    return members.map(lambda pairs: "{" + ",".join(f"{key}:{value}" for key, value in pairs) + "}")


DOCUMENTS = st.recursive(
    SCALARS,
    lambda children: objects(children) | st.lists(children, max_size=3).map(lambda v: "[" + ", ".join(v) + "]"),
    max_leaves=12,
)


@examples(60)
@given(objects(DOCUMENTS))
@example('{"a":"\\u0022","a":1}')
def test_finds_exactly_the_equal_keys_that_an_exact_reader_finds(text):
    data = text.encode()
    try:
        expected = reference(data)
    except AssertionError:
        with pytest.raises(Malformed):
            read_object(data)
    else:
        assert read_object(data) == expected


@examples(60)
@given(st.binary(max_size=60) | st.text(alphabet='{}[]":,\\u0d8a1e.- ', max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(data):
    try:
        value = read_object(data)
    except Malformed:
        return
    assert orjson.loads(dump(value)) == value


@each_row("path", shared_files("payloads"))
def test_reads_what_peers_send(path):
    data = path.read_bytes()
    assert read_object(data) == json.loads(data)
