"""Cuts a stream of JSON into its records without reading it whole: one object, an array, JSON Lines, or many objects.

Brackets are counted outside of texts, so a record that is no JSON inside, or is too large, costs only itself; only a
record whose brackets do not match takes along what follows. In JSON Lines each line stands alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_RECORD_BYTES = 256 * 1024
MAX_DOCUMENT_BYTES = 8 * 1024 * 1024  # one object that holds many records, as a JSON-LD graph does
_CHUNK = 64 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MARKS = re.compile(rb'["\\{}\[\]]')
_TEXT_MARKS = re.compile(rb'["\\]')


@dataclass(frozen=True, slots=True)
class Slice:
    """The bytes of one record; None where it is larger than allowed. ``position`` counts from 1."""

    position: int
    data: bytes | None


def records_of(stream: BinaryIO) -> Iterator[Slice]:
    """The records of a buffered stream in order, with a bounded amount of it in memory."""
    head = stream.read(_CHUNK).removeprefix(_BYTE_ORDER_MARK)
    start = head.lstrip()
    chunks = _chunks(head, stream)
    if _is_lines(start):
        yield from _lines(chunks)
    else:
        yield from _balanced(chunks, is_array=start.startswith(b"["))


def _chunks(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    while head:
        yield head
        head = stream.read(_CHUNK)


def _is_lines(start: bytes) -> bool:
    """Whether each line is a record: the first two begin with a brace, and the first does not go on in the second."""
    line, newline, rest = start.partition(b"\n")
    line, follows = line.strip(), rest.lstrip(b"\r\n")[:1]
    if not newline or not line.startswith(b"{"):
        return False
    return line.endswith(b"}") if not follows else follows == b"{" and not line.endswith((b",", b":", b"[", b"{"))


def _lines(chunks: Iterator[bytes]) -> Iterator[Slice]:
    position, line, too_large = 0, b"", False
    for chunk in chunks:
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            whole = line + end
            if whole.strip() or too_large:
                position += 1
                yield Slice(position, None if too_large or len(whole) > MAX_RECORD_BYTES else whole)
            line, too_large = b"", False
        line += rest
        if len(line) > MAX_RECORD_BYTES:
            line, too_large = b"", True
    if line.strip() or too_large:
        yield Slice(position + 1, None if too_large else line)


def _balanced(chunks: Iterator[bytes], *, is_array: bool) -> Iterator[Slice]:
    """Values at the top, or one level below it where the top is an array."""
    scanner = _Scanner(level=1 if is_array else 0, limit=MAX_RECORD_BYTES if is_array else MAX_DOCUMENT_BYTES)
    for chunk in chunks:
        yield from scanner.feed(chunk)
    yield from scanner.finish()


class _Scanner:
    """Follows texts and brackets through the chunks and collects what lies at or below ``level``."""

    def __init__(self, *, level: int, limit: int) -> None:
        self._level, self._limit = level, limit
        self._depth, self._position = 0, 0
        self._in_text = self._escaped = self._too_large = False
        self._held = bytearray()

    def feed(self, chunk: bytes) -> Iterator[Slice]:
        place = kept = 0
        if self._escaped and chunk:
            place, self._escaped = 1, False
        while found := (_TEXT_MARKS if self._in_text else _MARKS).search(chunk, place):
            mark, place = found[0], found.end()
            if mark == b"\\":
                self._escaped = place == len(chunk)
                place += 1
            elif mark == b'"':
                self._in_text = not self._in_text
            elif mark in b"{[":
                if self._depth <= self._level:
                    yield from self._stray(chunk[kept : found.start()])
                    kept = found.start()
                self._depth += 1
                kept = place if self._depth == self._level else kept
            else:
                self._depth -= 1
                if self._depth == self._level:
                    self._hold(chunk[kept:place])
                    kept = place
                    yield self._taken()
                elif self._depth < self._level:
                    yield from self._stray(chunk[kept : found.start()])
                    kept, self._depth = place, max(self._depth, 0)
        self._hold(chunk[kept:])

    def finish(self) -> Iterator[Slice]:
        """What is left: a record that never ended, or something that is none."""
        if self._depth > self._level or self._too_large:
            yield self._taken()
        else:
            yield from self._stray(b"")

    def _hold(self, data: bytes) -> None:
        if len(self._held) + len(data) > self._limit:
            self._held.clear()
            self._too_large = True
        elif not self._too_large:
            self._held += data

    def _taken(self) -> Slice:
        self._position += 1
        taken = Slice(self._position, None if self._too_large else bytes(self._held))
        self._held.clear()
        self._too_large = False
        return taken

    def _stray(self, data: bytes) -> Iterator[Slice]:
        """Between records there are commas and space; anything else is a record that is no object."""
        self._hold(data)
        self._held = self._held.strip(b" \t\r\n,")
        if self._too_large or self._held:
            yield self._taken()
