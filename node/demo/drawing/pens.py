"""Paper, colours and pens. Everything is drawn at twice its size and reduced, which smooths its edges."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from PIL import Image, ImageDraw

Draw = ImageDraw.ImageDraw

PORTRAIT = 400
COVER = (960, 540)
SCALE = 2
PAPER, INK = "#fbfaf6", "#2c3437"

#: Ground, two shades and one strong colour for each accent of the pages.
HUES: Mapping[str, tuple[str, str, str, str]] = MappingProxyType(
    {
        "lagoon": ("#d9ecec", "#b3d6d7", "#6fb0b3", "#1f6f78"),
        "cobalt": ("#e0e7f5", "#bccae9", "#7f97d0", "#2f4f9c"),
        "clay": ("#f6e5d9", "#e9c6ad", "#cf9169", "#96472a"),
    }
)


def sheet(size: tuple[int, int], ground: str) -> tuple[Image.Image, Draw]:
    """A sheet of ``size`` pixels, once it is saved, and what draws on it."""
    image = Image.new("RGB", (size[0] * SCALE, size[1] * SCALE), ground)
    return image, ImageDraw.Draw(image)


def save(image: Image.Image, target: Path) -> None:
    image.resize((image.width // SCALE, image.height // SCALE), Image.Resampling.LANCZOS).save(target, "PNG")


def scaled(*numbers: float) -> tuple[float, ...]:
    return tuple(number * SCALE for number in numbers)


def points(*places: tuple[float, float]) -> list[tuple[float, float]]:
    return [(x * SCALE, y * SCALE) for x, y in places]


def ellipse(pen: Draw, left: float, top: float, right: float, bottom: float, colour: str) -> None:
    pen.ellipse(scaled(left, top, right, bottom), fill=colour)


def paper(pen: Draw, left: int, top: int, right: int, bottom: int, shadow: str) -> None:
    pen.rounded_rectangle(scaled(left + 14, top + 14, right + 14, bottom + 14), 16, fill=shadow)
    pen.rounded_rectangle(scaled(left, top, right, bottom), 16, fill=PAPER)


def darker(colour: str) -> str:
    """A colour a sixth darker."""
    return "#" + "".join(f"{int(colour[at : at + 2], 16) * 5 // 6:02x}" for at in (1, 3, 5))
