"""Animated GIFs, kept as they move but without what else they carry: comments, texts, data of programs, a tail.

Encoding each frame anew would cost memory for all of them and change their colours, so the blocks of the file
(GIF89a, sections 18 to 27) are copied one by one. Whether they decode is for the reader of pictures to say.
"""

from node.errors import Invalid

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_GRAPHIC_CONTROL, _APPLICATION = 0xF9, 0xFF
#: How often it repeats; all other applications keep private data there.
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def strip_gif(data: bytes) -> bytes:
    """The same animation and nothing else. Raises Invalid where the blocks are not whole."""
    try:
        return _strip(data)
    except IndexError:
        raise Invalid("This GIF breaks off.") from None


def _strip(data: bytes) -> bytes:
    at = 13 + _table_bytes(data[10])
    kept = bytearray(data[:at])
    while data[at] != _TRAILER:
        if data[at] == _IMAGE:
            end = _end_of_blocks(data, at + 11 + _table_bytes(data[at + 9]))
            kept += data[at:end]
        elif data[at] == _EXTENSION:
            end = _end_of_blocks(data, at + 2)
            label, name = data[at + 1], data[at + 3 : at + 14]
            if label == _GRAPHIC_CONTROL or (label == _APPLICATION and name in _LOOPS):
                kept += data[at:end]
        else:
            raise Invalid("This GIF is damaged.")
        at = end
    kept.append(_TRAILER)
    return bytes(kept)


def _table_bytes(flags: int) -> int:
    """The size of the colour table that follows a descriptor with these flags."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _end_of_blocks(data: bytes, at: int) -> int:
    """Past the sub-blocks that begin at ``at``, each with its length before it, the last one empty."""
    while size := data[at]:
        at += 1 + size
    return at + 1
