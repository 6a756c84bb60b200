"""``/covers/{id}.png``: the picture of a card where a resource has none; shapes and a tint of its own, no words.

Drawn row by row as runs of palette colours and packed as PNG by hand, about ten milliseconds each, so that no picture
library is loaded for it. The same object always gets the same picture.
"""

import asyncio
import hashlib
import struct
import zlib
from functools import lru_cache

from aiohttp import hdrs, web

from node.domain.numbers import id_in
from web.pictures import COVER_HEIGHT, COVER_WIDTH

#: Ground and two shades for shapes, of one hue; all are quiet enough to stand beside text.
_PALETTES = (
    ((217, 234, 217), (184, 214, 190), (122, 170, 139)),
    ((213, 232, 238), (178, 211, 222), (110, 162, 181)),
    ((223, 227, 245), (191, 199, 232), (127, 139, 196)),
    ((240, 223, 238), (223, 192, 219), (176, 128, 171)),
    ((246, 224, 211), (234, 195, 171), (194, 138, 104)),
    ((239, 232, 200), (224, 212, 158), (176, 158, 86)),
)
_CIRCLES = 7
_KEPT = 64


@lru_cache(_KEPT)
def draw(object_id: int) -> bytes:
    """The cover of an object as PNG."""
    seed = hashlib.blake2b(str(object_id).encode(), digest_size=1 + 4 * _CIRCLES).digest()
    circles = [_circle(seed[1 + 4 * each : 5 + 4 * each]) for each in range(_CIRCLES)]
    rows = bytearray()
    for y in range(COVER_HEIGHT):
        row = bytearray(COVER_WIDTH)
        for place, (x, middle, radius) in enumerate(circles):
            rest = radius * radius - (y - middle) ** 2
            if rest > 0:
                half = int(rest**0.5)
                left, right = max(0, x - half), min(COVER_WIDTH, x + half)
                if right > left:
                    row[left:right] = bytes([1 + place % 2]) * (right - left)
        rows += b"\0" + row
    palette = b"".join(bytes(colour) for colour in _PALETTES[seed[0] % len(_PALETTES)])
    size = struct.pack(">IIBBBBB", COVER_WIDTH, COVER_HEIGHT, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"PLTE", palette), (b"IDAT", zlib.compress(bytes(rows), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


def _circle(seed: bytes) -> tuple[int, int, int]:
    """Middle and radius in pixels."""
    return seed[0] * COVER_WIDTH // 255, seed[1] * COVER_HEIGHT // 255, 40 + seed[2] * 180 // 255


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


async def show(request: web.Request) -> web.Response:
    """Says nothing about whether there is such an object."""
    body = await asyncio.to_thread(draw, id_in(request.match_info, "id"))
    headers = {
        hdrs.CACHE_CONTROL: "public, max-age=31536000, immutable",
        hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return web.Response(body=body, content_type="image/png", headers=headers)
