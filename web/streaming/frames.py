"""What is written to a connection: one event, encoded once for all who get the same (RFC 6455 section 5.2, SSE)."""

from collections.abc import Sequence
from typing import Any

import orjson

PING = b"\x89\x00"
THUMP = b":thump\n"
TRY_LATER, UNSUPPORTED, GOING_AWAY, POLICY = 1013, 1003, 1001, 1008
_SMALL, _MIDDLE = 126, 65_536


def text_frame(body: bytes) -> bytes:
    r"""A whole text message of a server: never masked, never compressed.

    >>> text_frame(b"hi")
    b'\x81\x02hi'
    """
    size = len(body)
    if size < _SMALL:
        return b"\x81" + bytes([size]) + body
    if size < _MIDDLE:
        return b"\x81\x7e" + size.to_bytes(2) + body
    return b"\x81\x7f" + size.to_bytes(8) + body


def close_frame(code: int) -> bytes:
    return b"\x88\x02" + code.to_bytes(2)


def message(label: Sequence[str], event: str, payload: bytes | None) -> bytes:
    """What apps read from a WebSocket: ``payload`` is JSON in a text, or a bare id."""
    said: dict[str, Any] = {"stream": list(label), "event": event}
    if payload is not None:
        said["payload"] = payload.decode()
    return text_frame(orjson.dumps(said))


def refusal(sentence: str, status: int) -> bytes:
    """An answer to a subscription that cannot be."""
    return text_frame(orjson.dumps({"error": sentence, "status": status}))


def chunk(body: bytes) -> bytes:
    """A piece of a body whose length nobody knows (RFC 9112 section 7.1)."""
    return b"%x\r\n%s\r\n" % (len(body), body)


def event(name: str, payload: bytes) -> bytes:
    """One event of an event stream; no JSON that we write has a line break in it."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), payload)


def server_sent(name: str, payload: bytes | None) -> bytes:
    """The same as a piece of an answer that goes on."""
    return chunk(event(name, b"undefined" if payload is None else payload))
