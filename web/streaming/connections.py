"""Open connections: written to directly, without a task or a queue for each; who reads too slowly is let go."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from node.domain.scopes import covers
from node.store.access.tokens import Token
from web.streaming import frames
from web.streaming.channels import Channel

#: So many messages may wait for a reader (STR5).
MAX_UNSENT = 256
_CLOSE_SECONDS = 5.0


class Connection(ABC):
    """One app that listens. ``write`` and ``close`` never wait."""

    __slots__ = ("channels", "heard_at", "is_closed", "on_closed", "token", "transport", "unsent", "viewer_id")

    def __init__(self, transport: asyncio.Transport, token: Token, viewer_id: int, now: float) -> None:
        self.transport, self.token, self.viewer_id = transport, token, viewer_id
        self.channels: dict[Channel, tuple[str, ...]] = {}  # and how messages name them to this app
        self.heard_at = now
        self.unsent = 0
        self.is_closed = False
        self.on_closed: Callable[[], None] = lambda: None

    def write(self, data: bytes) -> None:
        """Send, or close where 256 messages wait already."""
        if self.is_closed or self.transport.is_closing():
            return
        self.unsent = self.unsent + 1 if self.transport.get_write_buffer_size() else 0
        if self.unsent > MAX_UNSENT:
            self.close(frames.TRY_LATER)
            return
        self.transport.write(data)

    def close(self, code: int) -> None:
        """Say farewell; whoever does not answer in time is cut off."""
        if self.is_closed:
            return
        self.is_closed = True
        if not self.transport.is_closing():
            self.transport.write(self.farewell(code))
            asyncio.get_running_loop().call_later(_CLOSE_SECONDS, self.transport.abort)
        self.on_closed()

    def may_hear(self, event: str) -> bool:
        """Whether the token lets the app hear this: notifications need a scope of their own (STR2)."""
        return event != "notification" or covers(self.token.scopes, "read:notifications")

    @property
    def is_gone(self) -> bool:
        return self.is_closed or self.transport.is_closing()

    # What differs between the two kinds.

    @abstractmethod
    def encode(self, label: Sequence[str], event: str, payload: bytes | None) -> bytes:
        """The event as this kind of connection takes it; the same bytes for all of a kind."""

    @abstractmethod
    def ping(self, now: float) -> None:
        """Ask whether somebody is there; ``now`` in seconds."""

    @abstractmethod
    def farewell(self, code: int) -> bytes:
        """The last bytes that are sent; ``code`` is one of RFC 6455 section 7.4."""


class Socket(Connection):
    """A WebSocket."""

    __slots__ = ()

    def encode(self, label: Sequence[str], event: str, payload: bytes | None) -> bytes:
        return frames.message(label, event, payload)

    def ping(self, now: float) -> None:  # noqa: ARG002 (a pong tells)
        self.write(frames.PING)

    def farewell(self, code: int) -> bytes:
        return frames.close_frame(code)


class EventSource(Connection):
    """An answer that goes on: server-sent events. It says nothing, so it is alive as long as it can be written to."""

    __slots__ = ()

    def encode(self, label: Sequence[str], event: str, payload: bytes | None) -> bytes:  # noqa: ARG002 (one stream)
        return frames.server_sent(event, payload)

    def ping(self, now: float) -> None:
        if not self.transport.get_write_buffer_size():
            self.heard_at = now
        self.write(frames.chunk(frames.THUMP))

    def farewell(self, code: int) -> bytes:  # noqa: ARG002 (an answer just ends)
        return b"0\r\n\r\n"


class PageSource(EventSource):
    """The same for a page of ours, which is told that something happened and asks for what it shows."""

    __slots__ = ()
