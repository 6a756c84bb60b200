"""Pictures for the demo, drawn when it is set up: portraits of its people, emblems, a cover for each resource.

Flat shapes in the colours of the house; Pillow is loaded by the demo alone. All are drawn at twice their size and
reduced, which smooths their edges.
"""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from PIL import Image, ImageDraw

Draw = ImageDraw.ImageDraw

PORTRAIT = 400
COVER = (960, 540)
_SCALE = 2
_PAPER, _INK = "#fbfaf6", "#2c3437"

#: Ground, two shades and one strong colour for each accent of the pages.
_HUES: Mapping[str, tuple[str, str, str, str]] = MappingProxyType(
    {
        "lagoon": ("#d9ecec", "#b3d6d7", "#6fb0b3", "#1f6f78"),
        "cobalt": ("#e0e7f5", "#bccae9", "#7f97d0", "#2f4f9c"),
        "clay": ("#f6e5d9", "#e9c6ad", "#cf9169", "#96472a"),
    }
)


def draw_portrait(target: Path, accent: str, wanted: Mapping[str, str]) -> None:
    """Head and shoulders; ``wanted`` names hair, and the colours of hair, skin and clothes."""
    image, pen = _sheet((PORTRAIT, PORTRAIT), _HUES[accent][0])
    hair, skin = wanted["hair_colour"], wanted["skin"]
    _HAIR_BEHIND.get(wanted["hair"], _nothing)(pen, hair)
    _ellipse(pen, 70, 290, 330, 520, wanted["clothes"])
    pen.rounded_rectangle(_scaled(170, 225, 230, 315), 60, fill=_darker(skin))
    _ellipse(pen, 130, 95, 270, 260, skin)
    _HAIR_BEFORE.get(wanted["hair"], _nothing)(pen, hair)
    for x in (172, 220):
        _ellipse(pen, x, 172, x + 9, 183, _INK)
    pen.arc(_scaled(178, 190, 224, 224), 20, 160, fill=_darker(_darker(skin)), width=8)
    _save(image, target)


def draw_emblem(target: Path, accent: str, house: str) -> None:
    """What stands for an organisation."""
    image, pen = _sheet((PORTRAIT, PORTRAIT), _HUES[accent][3])
    _EMBLEMS[house](pen)
    _save(image, target)


def draw_cover(target: Path, accent: str, kind: str, slug: str) -> None:
    """A scene of the resource's kind; its details follow from the name of the resource."""
    ground, soft, middle, strong = _HUES[accent]
    image, pen = _sheet(COVER, ground)
    dice = random.Random(slug)  # noqa: S311 (the same picture each time)
    for _ in range(4):
        x, y, radius = dice.randrange(960), dice.randrange(540), dice.randrange(90, 230)
        _ellipse(pen, x - radius, y - radius, x + radius, y + radius, soft)
    _MOTIFS.get(kind, _page)(pen, dice, middle, strong)
    _save(image, target)


def draw_corridor(target: Path, accent: str) -> None:
    """A corridor that grows darker in three steps."""
    image, pen = _sheet(COVER, "#efe9dc")
    shades = ("#efe2c4", "#d2bd94", "#a68a63", "#6d5843")
    for place, shade in enumerate(shades):
        inset_x, inset_y = 110 * place, 58 * place
        pen.rectangle(_scaled(inset_x, inset_y, 960 - inset_x, 540 - inset_y), fill=shade)
    pen.rectangle(_scaled(440, 225, 520, 366), fill=_HUES[accent][3])
    _ellipse(pen, 505, 295, 513, 303, _PAPER)
    _save(image, target)


# -- hair -----------------------------------------------------------------------------------------------------------


def _nothing(_pen: Draw, _colour: str) -> None:
    """Bald, or nothing on this side of the head."""


def _long(pen: Draw, colour: str) -> None:
    pen.rounded_rectangle(_scaled(108, 90, 292, 330), 150, fill=colour)


def _bob(pen: Draw, colour: str) -> None:
    pen.rounded_rectangle(_scaled(112, 84, 288, 258), 120, fill=colour)


def _curls(pen: Draw, colour: str) -> None:
    for x, y in (
        (95, 150),
        (100, 105),
        (140, 70),
        (185, 55),
        (232, 72),
        (268, 108),
        (272, 152),
        (105, 195),
        (262, 195),
    ):
        _ellipse(pen, x - 8, y - 8, x + 62, y + 62, colour)


def _bun(pen: Draw, colour: str) -> None:
    _ellipse(pen, 165, 38, 235, 106, colour)
    _ellipse(pen, 120, 80, 280, 230, colour)


def _scarf(pen: Draw, colour: str) -> None:
    _ellipse(pen, 118, 60, 282, 210, colour)
    _ellipse(pen, 232, 48, 296, 112, _darker(colour))


def _fringe(pen: Draw, colour: str) -> None:
    pen.chord(_scaled(126, 84, 274, 236), 190, 350, fill=colour)


def _beard(pen: Draw, colour: str) -> None:
    pen.chord(_scaled(130, 110, 270, 268), 15, 165, fill=colour)
    pen.chord(_scaled(128, 82, 272, 220), 195, 345, fill=colour)


_HAIR_BEHIND: Mapping[str, Callable[[Draw, str], None]] = MappingProxyType(
    {"long": _long, "bob": _bob, "curls": _curls, "bun": _bun, "scarf": _scarf}
)
_HAIR_BEFORE: Mapping[str, Callable[[Draw, str], None]] = MappingProxyType(
    {"long": _fringe, "bob": _fringe, "short": _fringe, "bun": _fringe, "scarf": _fringe, "beard": _beard}
)

# -- emblems --------------------------------------------------------------------------------------------------------


def _birch(pen: Draw) -> None:
    """A birch leaf for Birkenau."""
    pen.polygon(_points((200, 70), (300, 210), (200, 320), (100, 210)), fill=_PAPER)
    pen.line(_scaled(200, 110, 200, 360), fill=_HUES["lagoon"][3], width=14)
    for y in (170, 215, 260):
        pen.line(_points((150, y - 25), (200, y + 20), (250, y - 25)), fill=_HUES["lagoon"][3], width=10)


def _book(pen: Draw) -> None:
    pen.polygon(_points((60, 130), (195, 165), (195, 320), (60, 285)), fill=_PAPER)
    pen.polygon(_points((340, 130), (205, 165), (205, 320), (340, 285)), fill=_PAPER)
    _ellipse(pen, 165, 65, 235, 135, _HUES["cobalt"][1])


def _crane(pen: Draw) -> None:
    """A harbour crane for Kranhafen."""
    pen.polygon(
        _points((120, 330), (170, 170), (200, 170), (250, 330), (222, 330), (185, 205), (148, 330)), fill=_PAPER
    )
    pen.line(_points((90, 205), (330, 95)), fill=_PAPER, width=44)
    pen.line(_scaled(318, 100, 318, 235), fill=_PAPER, width=10)
    pen.rectangle(_scaled(288, 235, 348, 290), fill=_HUES["clay"][1])


_EMBLEMS: Mapping[str, Callable[[Draw], None]] = MappingProxyType(
    {"hospital": _birch, "university": _book, "museum": _crane}
)

# -- scenes, one for each kind of resource --------------------------------------------------------------------------


def _page(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    """A sheet with a heading and lines of text."""
    _paper(pen, 310, 60, 650, 500, middle)
    pen.rectangle(_scaled(350, 105, 350 + dice.randrange(150, 250), 130), fill=strong)
    for y in range(165, 460, 34):
        pen.rounded_rectangle(_scaled(350, y, 350 + dice.randrange(170, 260), y + 12), 12, fill=middle)


def _film(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    pen.rounded_rectangle(_scaled(220, 90, 740, 450), 50, fill=strong)
    pen.polygon(_points((425, 190), (425, 350), (565, 270)), fill=_PAPER)
    pen.rounded_rectangle(_scaled(260, 405, 700, 417), 12, fill=middle)
    pen.rounded_rectangle(_scaled(260, 405, dice.randrange(330, 620), 417), 12, fill=_PAPER)


def _sound(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    for place, x in enumerate(range(180, 790, 34)):
        half = dice.randrange(30, 190 - abs(place - 9) * 12)
        pen.rounded_rectangle(_scaled(x, 270 - half, x + 18, 270 + half), 18, fill=strong if place % 3 else middle)


def _slides(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    for offset, colour in ((60, middle), (30, _HUES["clay"][0]), (0, _PAPER)):
        pen.rounded_rectangle(_scaled(220 + offset, 130 - offset, 660 + offset, 440 - offset), 24, fill=colour)
    pen.rectangle(_scaled(260, 175, 260 + dice.randrange(160, 280), 200), fill=strong)
    for y in (245, 295, 345):
        _ellipse(pen, 262, y, 280, y + 18, strong)
        pen.rounded_rectangle(_scaled(300, y + 3, 300 + dice.randrange(150, 310), y + 15), 12, fill=middle)


def _form(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    """A worksheet with rows to fill in, and a pencil."""
    _paper(pen, 300, 60, 640, 500, middle)
    for y in range(110, 460, 58):
        pen.rounded_rectangle(_scaled(335, y, 365, y + 30), 10, outline=strong, width=6)
        pen.line(_scaled(385, y + 28, 605, y + 28), fill=middle, width=6)
        if dice.random() < 0.4:
            pen.line(_points((341, y + 15), (349, y + 24), (361, y + 5)), fill=strong, width=8)
    pen.line(_scaled(560, 470, 740, 230), fill=strong, width=46)
    pen.polygon(_points((540, 500), (552, 455), (580, 476)), fill=_INK)


def _checks(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    """Questions with one answer chosen."""
    for y in (120, 225, 330):
        chosen = dice.randrange(4)
        for place in range(4):
            x = 250 + 125 * place
            pen.ellipse(
                _scaled(x, y, x + 80, y + 80), fill=strong if place == chosen else _PAPER, outline=middle, width=8
            )
            if place == chosen:
                pen.line(_points((x + 22, y + 42), (x + 36, y + 56), (x + 60, y + 26)), fill=_PAPER, width=14)


def _chart(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    tops = [dice.randrange(120, 400) for _ in range(9)]
    for place, top in enumerate(tops):
        x = 205 + 62 * place
        pen.rectangle(_scaled(x, top, x + 38, 440), fill=middle if place != tops.index(min(tops)) else strong)
    pen.line(_scaled(170, 442, 790, 442), fill=_INK, width=6)


def _window(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    """A program with a curve in it."""
    pen.rounded_rectangle(_scaled(200, 80, 760, 460), 30, fill=_PAPER)
    pen.rounded_rectangle(_scaled(200, 80, 760, 130), 30, fill=strong)
    for x in (225, 255, 285):
        _ellipse(pen, x, 97, x + 16, 113, middle)
    line = [
        (240 + 48 * place, 410 - int(250 * 2 ** -((place - 5) ** 2 / 6)) + dice.randrange(-12, 12))
        for place in range(11)
    ]
    pen.line(_points(*line), fill=strong, width=10, joint="curve")
    pen.line(_scaled(230, 425, 730, 425), fill=middle, width=6)


def _steps(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    """A path in steps, with a flag at its end."""
    places = [(190 + 130 * step, 430 - 62 * step + dice.randrange(-14, 14)) for step in range(5)]
    pen.line(_points(*places), fill=middle, width=14)
    for step, (x, y) in enumerate(places):
        _ellipse(pen, x - 30, y - 30, x + 30, y + 30, strong if step == len(places) - 1 else _PAPER)
    x, y = places[-1]
    pen.line(_scaled(x, y - 25, x, y - 120), fill=_INK, width=8)
    pen.polygon(_points((x, y - 120), (x + 75, y - 95), (x, y - 70)), fill=strong)


def _boxes(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    """A course: lessons that stand on each other."""
    for row, count in enumerate((4, 3, 2, 1)):
        for place in range(count):
            x, y = 250 + 58 * row + 118 * place, 370 - 88 * row
            colour = (middle, strong, _PAPER)[dice.randrange(3)]
            pen.rounded_rectangle(_scaled(x, y, x + 106, y + 76), 16, fill=colour)


def _chain(pen: Draw, _dice: random.Random, middle: str, strong: str) -> None:
    """Two links of a chain."""
    for x, colour in ((250, strong), (440, middle)):
        pen.rounded_rectangle(_scaled(x, 190, x + 270, 350), 160, outline=colour, width=60)


_MOTIFS: Mapping[str, Callable[[Draw, random.Random, str, str], None]] = MappingProxyType(
    {
        "article": _page,
        "video": _film,
        "audio": _sound,
        "slides": _slides,
        "worksheet": _form,
        "assessment": _checks,
        "dataset": _chart,
        "software": _window,
        "tutorial": _steps,
        "package": _boxes,
        "link": _chain,
    }
)

# -- paper and pens -------------------------------------------------------------------------------------------------


def _sheet(size: tuple[int, int], ground: str) -> tuple[Image.Image, Draw]:
    image = Image.new("RGB", (size[0] * _SCALE, size[1] * _SCALE), ground)
    return image, ImageDraw.Draw(image)


def _save(image: Image.Image, target: Path) -> None:
    image.resize((image.width // _SCALE, image.height // _SCALE), Image.Resampling.LANCZOS).save(target, "PNG")


def _scaled(*numbers: float) -> tuple[float, ...]:
    return tuple(number * _SCALE for number in numbers)


def _points(*points: tuple[float, float]) -> list[tuple[float, float]]:
    return [(x * _SCALE, y * _SCALE) for x, y in points]


def _ellipse(pen: Draw, left: float, top: float, right: float, bottom: float, colour: str) -> None:
    pen.ellipse(_scaled(left, top, right, bottom), fill=colour)


def _paper(pen: Draw, left: int, top: int, right: int, bottom: int, shadow: str) -> None:
    pen.rounded_rectangle(_scaled(left + 14, top + 14, right + 14, bottom + 14), 16, fill=shadow)
    pen.rounded_rectangle(_scaled(left, top, right, bottom), 16, fill=_PAPER)


def _darker(colour: str) -> str:
    """A colour a sixth darker."""
    return "#" + "".join(f"{int(colour[at : at + 2], 16) * 5 // 6:02x}" for at in (1, 3, 5))
