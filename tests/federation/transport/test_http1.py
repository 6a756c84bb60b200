"""HTTP/1.1 read strictly: the same answer however it is cut into pieces, and nothing beyond the limits (OUT9)."""

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.transport.address import parse_url
from federation.transport.http1 import MAX_HEAD, MAX_HEADERS, ResponseReader, build_request
from node.errors import RemoteMalformed
from tests.rows import each_row

LIMIT = 1_000
TARGET = parse_url("https://peer.example/inbox?a=b")


def read(data, *, limit=LIMIT, cut=False, step=None, ends=False):
    reader = ResponseReader(limit, cut=cut)
    for start in range(0, len(data), step or len(data)):
        reader.feed(data[start : start + (step or len(data))])
    if ends:
        reader.end()
    return reader


CHUNKED = b"Transfer-Encoding: Chunked\r\n"


def whole(head, body=b""):
    return b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body


GOOD = {
    "sized": (whole(b"Content-Length: 5\r\n", b"hello"), 200, b"hello", True),
    "empty": (whole(b"Content-Length: 0\r\n"), 200, b"", True),
    "length twice": (whole(b"Content-Length: 5\r\nContent-Length: 5\r\n", b"hello"), 200, b"hello", True),
    "no reason": (b"HTTP/1.1 202\r\nContent-Length: 0\r\n\r\n", 202, b"", True),
    "no fields": (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
    "not modified with a length": (b"HTTP/1.1 304 -\r\nContent-Length: 5\r\n\r\n", 304, b"", True),
    "chunked": (whole(CHUNKED, b"3\r\nhel\r\n02 ; x=y\r\nlo\r\n0\r\n\r\n"), 200, b"hello", True),
    "trailers": (whole(CHUNKED, b"5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n"), 200, b"hello", True),
    "interim": (b"HTTP/1.1 103 -\r\nLink: x\r\n\r\n" + whole(b"Content-Length: 1\r\n", b"x"), 200, b"x", True),
    "close": (whole(b"Connection: x, Close\r\nContent-Length: 5\r\n", b"hello"), 200, b"hello", False),
    "1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello", False),
    "gzip": (whole(b"Content-Encoding: gzip\r\nContent-Length: 25\r\n", gzip.compress(b"hello")), 200, b"hello", True),
    "something after": (whole(b"Content-Length: 5\r\n", b"helloHTTP/1.1"), 200, b"hello", False),
}  # fmt: skip

BAD = {
    "not HTTP": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "HTTP/2": b"HTTP/2 200\r\n\r\n",
    "status of two digits": b"HTTP/1.1 20 OK\r\n\r\n",
    "status 600": b"HTTP/1.1 600 OK\r\n\r\n",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
    "line feed in a value": whole(b"A: b\nContent-Length: 0\r\n"),
    "NUL in a value": whole(b"A: \0\r\nContent-Length: 0\r\n"),
    "folded": whole(b"A: b\r\n c\r\nContent-Length: 0\r\n"),
    "blank before the colon": whole(b"Content-Length : 0\r\n"),
    "no colon": whole(b"Content-Length 0\r\n"),
    "long line": whole(b"A: " + b"b" * 8_190 + b"\r\n"),
    "many fields": whole(b"A: b\r\n" * (MAX_HEADERS + 1)),
    "endless head": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * (MAX_HEAD // 6),
    "switching": b"HTTP/1.1 101 Switching\r\n\r\n",
    "only interim": b"HTTP/1.1 100 Continue\r\n\r\n" * 10,
    "negative length": whole(b"Content-Length: -5\r\n"),
    "signed length": whole(b"Content-Length: +5\r\n"),
    "two lengths": whole(b"Content-Length: 5\r\nContent-Length: 6\r\n"),
    "wide digits": whole("Content-Length: ５\r\n".encode()),
    "length and coding": whole(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
    "other coding": whole(b"Transfer-Encoding: gzip, chunked\r\n"),
    "chunked by 1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "announced too long": whole(b"Content-Length: 1001\r\n"),
    "chunks too long": whole(CHUNKED, b"1\r\nx\r\n" * 1_001),
    "chunk too long": whole(CHUNKED, b"ffff\r\n" + b"x" * 1_001),
    "not a chunk size": whole(CHUNKED, b"0x5\r\nhello\r\n"),
    "size of nine digits": whole(CHUNKED, b"000000001\r\nx\r\n"),
    "chunk without end": whole(CHUNKED, b"5\r\nhelloworld\r\n"),
    "endless chunk extension": whole(CHUNKED, b"5;" + b"x" * 2_000),
    "endless trailer": whole(CHUNKED, b"0\r\n" + b"A: b\r\n" * 200),
    "too long until close": whole(b"", b"x" * 1_001),
    "bomb": whole(b"Content-Encoding: gzip\r\n", gzip.compress(bytes(1_001))),
    "two members": whole(b"Content-Encoding: gzip\r\n", gzip.compress(b"a") + gzip.compress(b"b")),
    "rest after the member": whole(b"Content-Encoding: x-gzip\r\n", gzip.compress(b"a") + b"rest"),
    "not gzip": whole(b"Content-Encoding: gzip\r\n", b"hello world, this is no gzip"),
    "deflate": whole(b"Content-Encoding: deflate\r\n", zlib.compress(b"hello")),
    "twice": whole(b"Content-Encoding: gzip, gzip\r\n"),
}  # fmt: skip


@each_row("step", [None, 1, 2, 7])
@each_row("data, status, body, reusable", GOOD.values())
def test_an_answer_reads_the_same_in_pieces_of_any_size(data, status, body, reusable, step):
    reader = read(data, step=step)
    assert reader.done
    assert (reader.status, reader.body, reader.reusable) == (status, body, reusable)


@each_row("step", [None, 1])
@each_row("data", BAD.values())
def test_out9_an_answer_that_is_ambiguous_or_too_long_is_refused(data, step):
    with pytest.raises(RemoteMalformed):
        read(data, step=step, ends=True)


@each_row("end", range(len(GOOD["trailers"][0])))
def test_an_answer_that_breaks_off_is_refused(end):
    reader = read(GOOD["trailers"][0][:end] or b"", step=1)
    with pytest.raises(RemoteMalformed):
        reader.end()


def test_an_answer_without_a_length_ends_with_the_connection():
    reader = read(whole(b"", b"hello"))
    assert not reader.done
    reader.end()
    assert (reader.done, reader.body, reader.reusable) == (True, b"hello", False)


def test_a_compressed_answer_that_breaks_off_is_refused():
    with pytest.raises(RemoteMalformed):
        read(whole(b"Content-Encoding: gzip\r\n", gzip.compress(b"hello")[:-4]), ends=True)


def test_fields_are_found_in_any_case_and_repeated_ones_joined():
    headers = read(whole(b'X-A: 1\r\nx-a:2 \r\nETag: "\xe9"\r\nContent-Length: 0\r\n')).headers
    assert (headers["x-A"], headers.get("etag"), headers.get("X-B"), headers.get("x-b", "")) == (
        "1, 2",
        '"é"',
        None,
        "",
    )
    assert "CONTENT-LENGTH" in headers
    assert sorted(headers) == ["content-length", "etag", "x-a"]


def test_a_body_in_crumbs_is_refused_long_before_its_limit():
    """Each costs 2 us, whatever is in it; a program that flushes every line is still read."""
    crumbs = whole(CHUNKED, b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n")
    with pytest.raises(RemoteMalformed) as refused:
        read(crumbs, limit=1 << 20)
    assert "too many chunks" in refused.value.detail
    lines = whole(CHUNKED, (b"40\r\n" + b"x" * 64 + b"\r\n") * 16_000 + b"0\r\n\r\n")
    assert len(read(lines, limit=1 << 20).body) == 1_024_000


@each_row("head", [b"Content-Length: 5000\r\n", b"Transfer-Encoding: chunked\r\n", b"", b"Content-Length: 1001\r\n"])
def test_the_answer_to_a_delivery_is_read_to_the_limit_and_no_further(head):
    body = b"1388\r\n" + b"x" * 5_000 if head.startswith(b"Transfer") else b"x" * 5_000
    reader = read(whole(head, body), cut=True)
    assert reader.done
    assert (len(reader.body), reader.reusable) == (LIMIT, False)


def test_the_answer_to_a_delivery_is_not_unpacked():
    packed = gzip.compress(b"hello")
    reader = read(whole(b"Content-Encoding: gzip\r\nContent-Length: %d\r\n" % len(packed), packed), cut=True)
    assert reader.body == packed


def test_out9_memory_grows_by_the_limit_at_most():
    bomb = whole(b"Content-Encoding: gzip\r\n", gzip.compress(bytes(300_000_000), 9))
    tracemalloc.start()
    with pytest.raises(RemoteMalformed):
        read(bomb, limit=1_048_576, step=65_536)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * 1_048_576


@given(st.binary(max_size=300), st.integers(1, 40))
def test_any_bytes_are_an_answer_a_beginning_or_malformed(data, step):
    for prefix in (b"", b"HTTP/1.1 200 OK\r\n", whole(b"Transfer-Encoding: chunked\r\n")):
        try:
            read(prefix + data, step=step, ends=True)
        except RemoteMalformed:
            continue


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=10), st.integers(1, 60), st.booleans())
def test_chunks_come_out_as_they_went_in(pieces, step, packed):
    body = b"".join(pieces)
    sent = [gzip.compress(body)] if packed else pieces
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in sent) + b"0\r\n\r\n"
    coding = b"Content-Encoding: gzip\r\n" if packed else b""
    reader = read(whole(b"Transfer-Encoding: chunked\r\n" + coding, chunks), step=step)
    assert reader.done
    assert (reader.body, reader.reusable) == (body, True)


def test_a_request_is_framed_by_the_client_alone():
    assert build_request("POST", TARGET, {"Date": "now", "Host": "peer.example"}, b"{}") == (
        b"POST /inbox?a=b HTTP/1.1\r\nHost: peer.example\r\nDate: now\r\nContent-Length: 2\r\n\r\n{}"
    )
    assert build_request("GET", TARGET, {}) == b"GET /inbox?a=b HTTP/1.1\r\nHost: peer.example\r\n\r\n"


@each_row(
    "headers",
    [
        {"Host": "other.example"},
        {"content-length": "0"},
        {"Transfer-Encoding": "chunked"},
        {"CONNECTION": "close"},
        {"A": "b\r\nC: d"},
        {"A": "b\n"},
        {"A\r": "b"},
        {"A": "b\0"},
    ],
)
def test_no_header_can_change_where_a_request_ends_or_goes(headers):
    with pytest.raises(ValueError, match=r"line break|itself sets"):
        build_request("POST", TARGET, headers, b"")
