"""Small media files made on the spot: right ones of every form, and wrong ones of every kind."""

import io
import struct
import subprocess
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, PngImagePlugin

PLACE = "52.52"  # what no file of ours may still say


def painting(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Left red, right blue, a green corner at the top left."""
    image = Image.new(mode, (width, height), "red")
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 2, 0, width, height), fill="blue")
    draw.rectangle((0, 0, width // 4, height // 4), fill="green")
    return image


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def picture(form: str = "JPEG", width: int = 64, height: int = 48, mode: str = "RGB", **options: Any) -> bytes:
    return encoded(painting(width, height, mode), form, **options)


def size_of(data: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(data)).size


def photograph(form: str = "JPEG") -> bytes:
    """A picture as a telephone makes it: lying on its side, with its position, and a comment where there is room."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = f"maker {PLACE}"
    exif.get_ifd(0x8825)[1] = PLACE
    options: dict[str, Any] = {"exif": exif, "quality": 95}
    if form == "JPEG":
        options["comment"] = PLACE.encode()
    elif form == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{PLACE}</x:xmpmeta>")
    else:
        options["xmp"] = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{PLACE}</x:xmpmeta>".encode()
    image = painting(80, 40)
    if form == "HEIF":  # turns by a box of its own, which is made of this
        image.info["exif"] = options.pop("exif").tobytes()
    return encoded(image, form, **options)


def animation(form: str = "GIF", frames: int = 3, width: int = 32, height: int = 24, **more: Any) -> bytes:
    pictures = [Image.new("RGB", (width, height), (255, index * 40 % 256, 0)) for index in range(frames)]
    options: dict[str, Any] = {"duration": 100, "loop": 0} | more
    if form == "GIF":
        options["comment"] = PLACE.encode()
    return encoded(pictures[0], form, save_all=True, append_images=pictures[1:], **options)


def large_animation(frames: int, width: int, height: int) -> bytes:
    """A GIF whose frames are dots on a canvas of this size: large to whoever shows it, and made at once."""
    made = animation("GIF", frames, 2, 2)
    return made[:6] + struct.pack("<HH", width, height) + made[10:]


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG whose header says this size, whatever its data are."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


@cache
def bomb() -> bytes:
    """90 million pixels in a few KiB."""
    return png(9_500, 9_500, bytes((9_500 + 7) // 8 + 1) * 9_500)


def wav(seconds: float = 0.2) -> bytes:
    data = bytes(range(256)) * int(8_000 * seconds / 256 + 1)
    head = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8_000, 8_000, 1, 8) + b"data" + struct.pack("<I", len(data))
    return b"RIFF" + struct.pack("<I", len(head) + len(data)) + head + data


def recording(folder: Path, name: str, *options: str, seconds: float = 1.0) -> bytes:
    """A clip made by FFmpeg, with a title and a place in its metadata."""
    target = folder / name
    source = ("-f", "lavfi", "-i", f"testsrc=duration={seconds}:size=64x48:rate=10")
    sound = ("-f", "lavfi", "-i", f"sine=duration={seconds}")
    told = ("-metadata", f"title={PLACE}", "-metadata", f"location=+{PLACE}+013.4/")
    words = ["ffmpeg", "-loglevel", "error", "-y", *source, *sound, *told, *options, str(target)]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
    return target.read_bytes()
