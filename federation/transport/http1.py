"""HTTP/1.1 as the outgoing client speaks it: bytes of a request out, bytes of a response in; pure, no I/O.

RFC 9112, read strictly: a response that two readers could frame differently is refused, every length has a limit,
and nothing is kept beyond the limit that the caller set (security rule OUT9).
"""

import re
import zlib
from collections.abc import Generator, Iterator, Mapping
from itertools import count
from typing import Any, BinaryIO, Literal, TypeVar, overload

from federation.transport.address import Target
from node.errors import RemoteMalformed

MAX_HEADER_LINE = 8_190
MAX_HEADERS = 128
MAX_HEAD = 65_536
_MAX_CHUNK_LINE = 1_024
#: Each costs 2 us, so that one byte a chunk would keep a core busy at 3 MB/s: so many at once, then this many bytes in
#: each on average.
_SMALL_CHUNKS, _CHUNK_BYTES = 8_192, 64
_MAX_INTERIM = 8

_STATUS_LINE = re.compile(r"HTTP/1\.([01]) ([1-5][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?")
_FIELDS = re.compile(r"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?")
_CLOSE = re.compile(r"(?:^|,)\s*close\s*(?:,|$)", re.IGNORECASE)
_LENGTH = re.compile(r"[0-9]{1,15}")
_BODILESS = frozenset({204, 304})
_OURS = frozenset({"connection", "content-length", "host", "transfer-encoding"})

_T = TypeVar("_T")


class Headers(Mapping[str, str]):
    """The fields of a response: asked for by name in any case, repeated ones joined by a comma (RFC 9110, 5.3)."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, str] | None = None) -> None:
        """``fields``: by name in lower case."""
        self._fields = fields or {}

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Headers({self._fields})"

    @overload
    def get(self, name: str, /) -> str | None: ...
    @overload
    def get(self, name: str, default: str, /) -> str: ...
    @overload
    def get(self, name: str, default: _T, /) -> str | _T: ...
    def get(self, name: str, default: Any = None, /) -> Any:
        return self._fields.get(name.lower(), default)  # without the exception that Mapping would raise and catch


def build_request(method: str, target: Target, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
    """The bytes of one request. ``Host`` and ``Content-Length`` are set here; the caller may repeat ``Host`` as it is.

    Raises ``ValueError`` where a header would change the framing or smuggle in another line.
    """
    if not _OURS.isdisjoint(map(str.lower, headers)):
        headers = _without_ours(headers, target)
    lines = [f"{method} {target.path} HTTP/1.1", f"Host: {target.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1 or "\0" in head:
        raise ValueError("a header field holds a line break")
    return head.encode("latin-1") + b"\r\n\r\n" + (body or b"")


class ResponseReader:
    """Reads one response to a GET or POST from pieces of any size.

    ``max_bytes`` bounds the body before and after decompression; a longer one is refused, or, with ``cut``, read to
    the limit as it came and called done. After ``done``: ``status``, ``headers``, ``body``, and ``reusable``, which
    says whether the connection may carry another request.
    """

    __slots__ = (
        "_body",
        "_buffer",
        "_inflate",
        "_reading",
        "_received",
        "_until_close",
        "cut",
        "done",
        "headers",
        "max_bytes",
        "reusable",
        "status",
    )

    def __init__(self, max_bytes: int, *, cut: bool = False) -> None:
        self.max_bytes, self.cut = max_bytes, cut
        self.status, self.headers, self.reusable, self.done = 0, Headers(), False, False
        self._buffer, self._body, self._received = bytearray(), bytearray(), 0
        self._inflate: zlib._Decompress | None = None
        self._until_close = False
        self._reading = self._read()

    @property
    def body(self) -> bytes:
        return bytes(self._body)

    def feed(self, data: bytes) -> bool:
        """Takes the next piece; true when the response is complete. Raises ``RemoteMalformed``."""
        self._buffer += data
        if not self.done:
            self.done = next(self._reading, True)
        if self.done and self._buffer:
            self.reusable = False  # it talks out of turn: nothing that follows can be told apart from an answer
        return self.done

    def end(self) -> None:
        """The connection has ended. Raises ``RemoteMalformed`` unless that is how this response ends."""
        if self._until_close and not self.done:
            self._check_whole()
            self.done = True
        elif not self.done:
            raise RemoteMalformed(detail="the answer breaks off")

    # The readers below yield where they need more bytes than there are.

    def _read(self) -> Generator[Literal[False], None, None]:
        version = yield from self._read_head()
        for _ in range(_MAX_INTERIM):
            if self.status >= 200 or self.status == 101:
                break
            version = yield from self._read_head()
        if self.status < 200:
            raise RemoteMalformed(detail="no final answer")
        self.reusable = version == "1" and not _CLOSE.search(self.headers.get("connection", ""))
        if self.status not in _BODILESS:
            yield from self._read_body(version)
            self._check_whole()

    def _read_head(self) -> Generator[Literal[False], None, str]:
        head = yield from self._read_until(b"\r\n\r\n", MAX_HEAD)
        first, _, fields = (head + b"\r\n").decode("latin-1").partition("\r\n")
        match = _STATUS_LINE.fullmatch(first)
        if match is None:
            raise RemoteMalformed(detail=f"not a status line: {first[:100]!r}")
        self.status, self.headers = int(match[2]), _read_fields(fields)
        return match[1]

    def _read_body(self, version: str) -> Generator[Literal[False], None, None]:
        """RFC 9112 section 6.3, without the cases that servers and proxies have read differently."""
        self._prepare_decoding()
        coding, length = self.headers.get("transfer-encoding"), self.headers.get("content-length")
        if coding is not None:
            if coding.lower() != "chunked" or length is not None or version == "0":
                raise RemoteMalformed(detail="the length of the answer is ambiguous")
            yield from self._read_chunks()
        elif length is not None:
            yield from self._read_announced(_read_length(length))
        else:
            self._until_close, self.reusable = True, False
            yield from self._take(self.max_bytes + 1)

    def _read_announced(self, length: int) -> Generator[Literal[False], None, None]:
        if length > self.max_bytes and not self.cut:
            raise RemoteMalformed(detail=f"{length} bytes announced, {self.max_bytes} allowed")
        yield from self._take(length)

    def _read_chunks(self) -> Generator[Literal[False], None, None]:
        for number in count(1):
            line = yield from self._read_until(b"\r\n", _MAX_CHUNK_LINE)
            match = _CHUNK_SIZE.fullmatch(line)
            if match is None:
                raise RemoteMalformed(detail="not a chunk size")
            if number > _SMALL_CHUNKS + self._received // _CHUNK_BYTES:
                raise RemoteMalformed(detail="the answer comes in too many chunks")
            size = int(match[1], 16)
            if not size:
                break
            yield from self._take(size)
            if self._is_full():
                return
            yield from self._read_until(b"\r\n", 0)
        yield from self._skip_trailers()

    def _skip_trailers(self) -> Generator[Literal[False], None, None]:
        for _ in range(MAX_HEADERS):
            line = yield from self._read_until(b"\r\n", MAX_HEADER_LINE)
            if not line:
                return
        raise RemoteMalformed(detail="the trailer of the answer is too long")

    def _read_until(self, mark: bytes, limit: int) -> Generator[Literal[False], None, bytes]:
        """What stands before the next ``mark``, at most ``limit`` bytes; the mark is dropped."""
        buffer, start = self._buffer, 0
        while (end := buffer.find(mark, start, limit + len(mark))) < 0:
            if len(buffer) >= limit + len(mark):
                raise RemoteMalformed(detail="a line or head of the answer is too long")
            start = max(0, len(buffer) - len(mark) + 1)
            yield False
        piece = bytes(buffer[:end])
        del buffer[: end + len(mark)]
        return piece

    def _take(self, length: int) -> Generator[Literal[False], None, None]:
        """Moves ``length`` bytes into the body, as they arrive; stops early only where the body is cut."""
        while length:
            while not self._buffer:
                yield False
            piece = bytes(self._buffer[:length])
            del self._buffer[: len(piece)]
            length -= len(piece)
            self._keep(piece)
            if self._is_full():
                return

    def _keep(self, piece: bytes) -> None:
        self._received += len(piece)
        self._body += self._inflated(piece, self._inflate) if self._inflate else piece
        if max(len(self._body), self._received) <= self.max_bytes:
            return
        if not self.cut:
            raise RemoteMalformed(detail=f"the answer is longer than {self.max_bytes} bytes")
        del self._body[self.max_bytes :]
        self.reusable = False

    def _is_full(self) -> bool:
        return self._received > self.max_bytes

    def _prepare_decoding(self) -> None:
        coding = self.headers.get("content-encoding", "identity").lower()
        if self.cut or coding == "identity":
            return
        if coding not in {"gzip", "x-gzip"}:
            raise RemoteMalformed(detail=f"content coding {coding[:40]!r}")
        self._inflate = zlib.decompressobj(wbits=31)

    def _inflated(self, piece: bytes, inflate: "zlib._Decompress") -> bytes:
        """At most one byte more than the limit allows. One member only: thousands of small ones cost square time."""
        finished_before = inflate.eof
        try:
            data = inflate.decompress(piece, self.max_bytes - len(self._body) + 1)
        except zlib.error as error:
            raise RemoteMalformed(detail=f"compressed wrongly: {error}") from None
        if finished_before or inflate.unused_data:
            raise RemoteMalformed(detail="more than one compressed member")
        return data

    def _check_whole(self) -> None:
        if self._inflate and self._received and not self._inflate.eof:
            raise RemoteMalformed(detail="the compressed answer breaks off")


class FileReader(ResponseReader):
    """Writes the body of a success into a file instead of keeping it."""

    __slots__ = ("_file", "_written")

    def __init__(self, max_bytes: int, file: BinaryIO) -> None:
        super().__init__(max_bytes)
        self._file, self._written = file, 0

    def _keep(self, piece: bytes) -> None:
        self._received += len(piece)
        data = self._inflated(piece, self._inflate) if self._inflate else piece
        self._written += len(data)
        if max(self._written, self._received) > self.max_bytes:
            raise RemoteMalformed(detail=f"the answer is longer than {self.max_bytes} bytes")
        if self.status == 200:
            self._file.write(data)


def _without_ours(headers: Mapping[str, str], target: Target) -> dict[str, str]:
    others = {name: value for name, value in headers.items() if name.lower() not in _OURS}
    for name in headers.keys() - others.keys():
        if name.lower() != "host" or headers[name] != target.netloc:
            raise ValueError(f"the client itself sets {name}")
    return others


def _read_fields(text: str) -> Headers:
    """``text``: the lines of the head after the first, each with its end."""
    lines = text.split("\r\n")[:-1]
    if len(lines) > MAX_HEADERS or max(map(len, lines), default=0) > MAX_HEADER_LINE or not _FIELDS.fullmatch(text):
        raise RemoteMalformed(detail=f"not header fields within the limits: {text[:100]!r}")
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip(" \t")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return Headers(fields)


def _read_length(value: str) -> int:
    """One number, though it may be repeated (RFC 9112 section 6.3 allows for several equal ones)."""
    numbers = {part.strip() for part in value.split(",")}
    number = numbers.pop()
    if numbers or not _LENGTH.fullmatch(number):
        raise RemoteMalformed(detail=f"Content-Length {value[:40]!r}")
    return int(number)
