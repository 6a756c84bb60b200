"""What stands for an organisation or a community: its avatar, its banner, its emoji."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from PIL import Image, ImageDraw

from node.demo.drawing.pens import HUES, PAPER, PORTRAIT, SCALE, Draw, ellipse, points, save, scaled, sheet

BANNER = (1200, 400)
EMOJI = 100
_CORNER = 90
Hues = tuple[str, str, str, str]


def draw_emblem(target: Path, accent: str, emblem: str) -> None:
    """A square with the emblem (a key of ``EMBLEMS``) on it."""
    image, pen = sheet((PORTRAIT, PORTRAIT), HUES[accent][3])
    EMBLEMS[emblem](pen, HUES[accent])
    save(image, target)


def draw_emoji(target: Path, accent: str, emblem: str) -> None:
    """The same, small and with round corners."""
    image, pen = sheet((PORTRAIT, PORTRAIT), HUES[accent][3])
    EMBLEMS[emblem](pen, HUES[accent])
    round_corners = Image.new("L", image.size)
    ImageDraw.Draw(round_corners).rounded_rectangle((0, 0, *image.size), _CORNER * SCALE, fill=255)
    image.putalpha(round_corners)
    image.resize((EMOJI, EMOJI), Image.Resampling.LANCZOS).save(target, "PNG")


def draw_banner(target: Path, accent: str, emblem: str, size: tuple[int, int] = BANNER) -> None:
    """Hills, and the emblem above them; on wide ones it comes nearer in three steps."""
    ground, soft, middle, strong = hues = HUES[accent]
    image, pen = sheet(size, strong)
    width, height = size
    sign = Image.new("RGBA", (PORTRAIT * SCALE, PORTRAIT * SCALE))
    EMBLEMS[emblem](ImageDraw.Draw(sign), hues)
    for place, part in enumerate((0.45, 0.6, 0.8) if width > 2 * height else (0.85,), 1):
        side = int(height * part * SCALE)
        x, y = int(width * SCALE * place / 4.2), int(height * SCALE * 0.82) - side
        if width <= 2 * height:
            x = (width * SCALE - side) // 2
        smaller = sign.resize((side, side), Image.Resampling.LANCZOS)
        image.paste(smaller, (x, y), smaller)
    for left, top, colour in ((-0.2, 0.72, middle), (0.35, 0.66, soft), (-0.05, 0.84, ground)):
        ellipse(pen, width * left, height * top, width * (left + 0.95), height * (top + 1.2), colour)
    save(image, target)


def _birch(pen: Draw, hues: Hues) -> None:
    """A birch leaf for Birkenau."""
    pen.polygon(points((200, 70), (300, 210), (200, 320), (100, 210)), fill=PAPER)
    pen.line(scaled(200, 110, 200, 360), fill=hues[3], width=14)
    for y in (170, 215, 260):
        pen.line(points((150, y - 25), (200, y + 20), (250, y - 25)), fill=hues[3], width=10)


def _book(pen: Draw, hues: Hues) -> None:
    pen.polygon(points((60, 130), (195, 165), (195, 320), (60, 285)), fill=PAPER)
    pen.polygon(points((340, 130), (205, 165), (205, 320), (340, 285)), fill=PAPER)
    ellipse(pen, 165, 65, 235, 135, hues[1])


def _crane(pen: Draw, hues: Hues) -> None:
    """A harbour crane for Kranhafen."""
    pen.polygon(points((120, 330), (170, 170), (200, 170), (250, 330), (222, 330), (185, 205), (148, 330)), fill=PAPER)
    pen.line(points((90, 205), (330, 95)), fill=PAPER, width=44)
    pen.line(scaled(318, 100, 318, 235), fill=PAPER, width=10)
    pen.rectangle(scaled(288, 235, 348, 290), fill=hues[1])


def _anchor(pen: Draw, _hues: Hues) -> None:
    pen.ellipse(scaled(168, 60, 232, 124), outline=PAPER, width=36)
    pen.line(scaled(200, 118, 200, 330), fill=PAPER, width=48)
    pen.line(scaled(135, 165, 265, 165), fill=PAPER, width=40)
    pen.arc(scaled(90, 130, 310, 345), 15, 165, fill=PAPER, width=48)


def _cup(pen: Draw, hues: Hues) -> None:
    """For cafés; it steams."""
    pen.ellipse(scaled(240, 190, 325, 275), outline=PAPER, width=36)
    pen.rounded_rectangle(scaled(100, 170, 265, 310), 70, fill=PAPER)
    pen.rectangle(scaled(100, 170, 265, 220), fill=PAPER)
    pen.rounded_rectangle(scaled(80, 325, 285, 345), 18, fill=hues[1])
    for x in (140, 182, 224):
        pen.line(points((x, 145), (x + 14, 122), (x, 98), (x + 14, 74)), fill=hues[1], width=14, joint="curve")


def _label(pen: Draw, hues: Hues) -> None:
    """For what hangs on an object and says whose it was."""
    pen.polygon(points((75, 205), (165, 95), (335, 95), (335, 315), (165, 315)), fill=PAPER)
    ellipse(pen, 130, 185, 170, 225, hues[3])
    for y, end in ((155, 300), (205, 270), (255, 300)):
        pen.line(scaled(200, y, end, y), fill=hues[2], width=18)


def _moon(pen: Draw, hues: Hues) -> None:
    ellipse(pen, 95, 80, 315, 300, PAPER)
    ellipse(pen, 165, 55, 365, 255, hues[3])
    for x, y in ((270, 130), (320, 210), (245, 215)):
        ellipse(pen, x, y, x + 16, y + 16, hues[1])


def _pencil(pen: Draw, hues: Hues) -> None:
    pen.polygon(points((110, 240), (255, 95), (310, 150), (165, 295)), fill=PAPER)
    pen.polygon(points((98, 252), (153, 307), (75, 330)), fill=hues[1])
    pen.line(scaled(75, 350, 330, 350), fill=hues[1], width=16)


#: Three houses, five communities.
EMBLEMS: Mapping[str, Callable[[Draw, Hues], None]] = MappingProxyType(
    {
        "hospital": _birch,
        "university": _book,
        "museum": _crane,
        "anchor": _anchor,
        "cup": _cup,
        "label": _label,
        "moon": _moon,
        "pencil": _pencil,
    }
)
