"""Connections through the outgoing proxy that the administrator names (``federation.proxy``, security rule OUT7).

The node asks it to ``CONNECT`` to a name (RFC 9110, section 9.3.6) and speaks TLS with the other server inside, so the
proxy sees which hosts are called and nothing else. Names are resolved there: which addresses may be reached is then
the proxy's policy, and the node's own holds for schemes, ports and names only.
"""

import asyncio
import socket

from federation.transport.address import Target
from node.errors import RemoteUnavailable, Unavailable

_MAX_HEAD = 8_192
#: What a proxy says when it could not reach the other server; everything else is about the proxy itself.
_NOT_REACHED = frozenset({500, 502, 503, 504})


async def open_tunnel(sock: socket.socket, target: Target) -> None:
    """Have the proxy at the other end of ``sock`` connect to the target.

    Raises ``RemoteUnavailable`` where the target cannot be reached, ``Unavailable`` where the proxy does not do it.
    """
    authority = f"{target.host}:{target.port}"
    loop = asyncio.get_running_loop()
    try:
        await loop.sock_sendall(sock, f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
        status = await _read_status(sock)
    except OSError as error:
        raise Unavailable(detail=f"the proxy broke off: {error!r}") from None
    if 200 <= status < 300:
        return
    if status in _NOT_REACHED:
        raise RemoteUnavailable(detail=f"{authority}: not reached by the proxy, which says {status}")
    raise Unavailable(detail=f"the proxy refuses to connect to {authority}: {status}")


async def _read_status(sock: socket.socket) -> int:
    """The status of the answer, which ends with its head: the other server speaks only after us."""
    loop, head = asyncio.get_running_loop(), b""
    while not head.endswith(b"\r\n\r\n"):
        piece = await loop.sock_recv(sock, 1_024)
        head += piece
        if not piece or len(head) > _MAX_HEAD or b"\r\n\r\n" in head[:-4]:
            raise Unavailable(detail="the proxy gives no proper answer")
    version, _, rest = head.partition(b" ")
    if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
        raise Unavailable(detail="the proxy gives no proper answer")
    return int(rest[:3])
