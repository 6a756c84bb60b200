"""Portraits of people."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from node.demo.drawing.pens import HUES, INK, PORTRAIT, Draw, darker, ellipse, save, scaled, sheet


def draw_portrait(target: Path, accent: str, wanted: Mapping[str, str]) -> None:
    """Head and shoulders; ``wanted`` names hair, and the colours of hair, skin and clothes."""
    image, pen = sheet((PORTRAIT, PORTRAIT), HUES[accent][0])
    hair, skin = wanted["hair_colour"], wanted["skin"]
    _HAIR_BEHIND.get(wanted["hair"], _nothing)(pen, hair)
    ellipse(pen, 70, 290, 330, 520, wanted["clothes"])
    pen.rounded_rectangle(scaled(170, 225, 230, 315), 60, fill=darker(skin))
    ellipse(pen, 130, 95, 270, 260, skin)
    _HAIR_BEFORE.get(wanted["hair"], _nothing)(pen, hair)
    for x in (172, 220):
        ellipse(pen, x, 172, x + 9, 183, INK)
    pen.arc(scaled(178, 190, 224, 224), 20, 160, fill=darker(darker(skin)), width=8)
    save(image, target)


def _nothing(_pen: Draw, _colour: str) -> None:
    """Bald, or nothing on this side of the head."""


def _long(pen: Draw, colour: str) -> None:
    pen.rounded_rectangle(scaled(108, 90, 292, 330), 150, fill=colour)


def _bob(pen: Draw, colour: str) -> None:
    pen.rounded_rectangle(scaled(112, 84, 288, 258), 120, fill=colour)


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
        ellipse(pen, x - 8, y - 8, x + 62, y + 62, colour)


def _bun(pen: Draw, colour: str) -> None:
    ellipse(pen, 165, 38, 235, 106, colour)
    ellipse(pen, 120, 80, 280, 230, colour)


def _scarf(pen: Draw, colour: str) -> None:
    ellipse(pen, 118, 60, 282, 210, colour)
    ellipse(pen, 232, 48, 296, 112, darker(colour))


def _fringe(pen: Draw, colour: str) -> None:
    pen.chord(scaled(126, 84, 274, 236), 190, 350, fill=colour)


def _beard(pen: Draw, colour: str) -> None:
    pen.chord(scaled(130, 110, 270, 268), 15, 165, fill=colour)
    pen.chord(scaled(128, 82, 272, 220), 195, 345, fill=colour)


_HAIR_BEHIND: Mapping[str, Callable[[Draw, str], None]] = MappingProxyType(
    {"long": _long, "bob": _bob, "curls": _curls, "bun": _bun, "scarf": _scarf}
)
_HAIR_BEFORE: Mapping[str, Callable[[Draw, str], None]] = MappingProxyType(
    {"long": _fringe, "bob": _fringe, "short": _fringe, "bun": _fringe, "scarf": _fringe, "beard": _beard}
)
