"""Ports for servers that are started by their number: in another process, or a moment later."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held(address: str = "127.0.0.1") -> Iterator[int]:
    """A free port at this address that nobody is given meanwhile but a server that asks for it by its number.

    Linux lets two sockets that both say ``SO_REUSEADDR``, as servers do, have one port as long as one of them listens.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((address, 0))
        yield int(holder.getsockname()[1])
