"""A cover for each resource: a scene of its kind."""

import random
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from node.demo.drawing.pens import COVER, HUES, INK, PAPER, Draw, ellipse, paper, points, save, scaled, sheet


def draw_cover(target: Path, accent: str, kind: str, slug: str) -> None:
    """A scene of the resource's kind; its details follow from the name of the resource."""
    ground, soft, middle, strong = HUES[accent]
    image, pen = sheet(COVER, ground)
    dice = random.Random(slug)  # noqa: S311 (the same picture each time)
    for _ in range(4):
        x, y, radius = dice.randrange(960), dice.randrange(540), dice.randrange(90, 230)
        ellipse(pen, x - radius, y - radius, x + radius, y + radius, soft)
    _MOTIFS.get(kind, _page)(pen, dice, middle, strong)
    save(image, target)


def _page(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    """A sheet with a heading and lines of text."""
    paper(pen, 310, 60, 650, 500, middle)
    pen.rectangle(scaled(350, 105, 350 + dice.randrange(150, 250), 130), fill=strong)
    for y in range(165, 460, 34):
        pen.rounded_rectangle(scaled(350, y, 350 + dice.randrange(170, 260), y + 12), 12, fill=middle)


def _film(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    pen.rounded_rectangle(scaled(220, 90, 740, 450), 50, fill=strong)
    pen.polygon(points((425, 190), (425, 350), (565, 270)), fill=PAPER)
    pen.rounded_rectangle(scaled(260, 405, 700, 417), 12, fill=middle)
    pen.rounded_rectangle(scaled(260, 405, dice.randrange(330, 620), 417), 12, fill=PAPER)


def _sound(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    for place, x in enumerate(range(180, 790, 34)):
        half = dice.randrange(30, 190 - abs(place - 9) * 12)
        pen.rounded_rectangle(scaled(x, 270 - half, x + 18, 270 + half), 18, fill=strong if place % 3 else middle)


def _slides(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    for offset, colour in ((60, middle), (30, HUES["clay"][0]), (0, PAPER)):
        pen.rounded_rectangle(scaled(220 + offset, 130 - offset, 660 + offset, 440 - offset), 24, fill=colour)
    pen.rectangle(scaled(260, 175, 260 + dice.randrange(160, 280), 200), fill=strong)
    for y in (245, 295, 345):
        ellipse(pen, 262, y, 280, y + 18, strong)
        pen.rounded_rectangle(scaled(300, y + 3, 300 + dice.randrange(150, 310), y + 15), 12, fill=middle)


def _form(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    """A worksheet with rows to fill in, and a pencil."""
    paper(pen, 300, 60, 640, 500, middle)
    for y in range(110, 460, 58):
        pen.rounded_rectangle(scaled(335, y, 365, y + 30), 10, outline=strong, width=6)
        pen.line(scaled(385, y + 28, 605, y + 28), fill=middle, width=6)
        if dice.random() < 0.4:
            pen.line(points((341, y + 15), (349, y + 24), (361, y + 5)), fill=strong, width=8)
    pen.line(scaled(560, 470, 740, 230), fill=strong, width=46)
    pen.polygon(points((540, 500), (552, 455), (580, 476)), fill=INK)


def _checks(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    """Questions with one answer chosen."""
    for y in (120, 225, 330):
        chosen = dice.randrange(4)
        for place in range(4):
            x = 250 + 125 * place
            pen.ellipse(
                scaled(x, y, x + 80, y + 80), fill=strong if place == chosen else PAPER, outline=middle, width=8
            )
            if place == chosen:
                pen.line(points((x + 22, y + 42), (x + 36, y + 56), (x + 60, y + 26)), fill=PAPER, width=14)


def _chart(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    tops = [dice.randrange(120, 400) for _ in range(9)]
    for place, top in enumerate(tops):
        x = 205 + 62 * place
        pen.rectangle(scaled(x, top, x + 38, 440), fill=middle if place != tops.index(min(tops)) else strong)
    pen.line(scaled(170, 442, 790, 442), fill=INK, width=6)


def _window(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    """A program with a curve in it."""
    pen.rounded_rectangle(scaled(200, 80, 760, 460), 30, fill=PAPER)
    pen.rounded_rectangle(scaled(200, 80, 760, 130), 30, fill=strong)
    for x in (225, 255, 285):
        ellipse(pen, x, 97, x + 16, 113, middle)
    line = [
        (240 + 48 * place, 410 - int(250 * 2 ** -((place - 5) ** 2 / 6)) + dice.randrange(-12, 12))
        for place in range(11)
    ]
    pen.line(points(*line), fill=strong, width=10, joint="curve")
    pen.line(scaled(230, 425, 730, 425), fill=middle, width=6)


def _steps(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    """A path in steps, with a flag at its end."""
    places = [(190 + 130 * step, 430 - 62 * step + dice.randrange(-14, 14)) for step in range(5)]
    pen.line(points(*places), fill=middle, width=14)
    for step, (x, y) in enumerate(places):
        ellipse(pen, x - 30, y - 30, x + 30, y + 30, strong if step == len(places) - 1 else PAPER)
    x, y = places[-1]
    pen.line(scaled(x, y - 25, x, y - 120), fill=INK, width=8)
    pen.polygon(points((x, y - 120), (x + 75, y - 95), (x, y - 70)), fill=strong)


def _boxes(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    """A course: lessons that stand on each other."""
    for row, count in enumerate((4, 3, 2, 1)):
        for place in range(count):
            x, y = 250 + 58 * row + 118 * place, 370 - 88 * row
            colour = (middle, strong, PAPER)[dice.randrange(3)]
            pen.rounded_rectangle(scaled(x, y, x + 106, y + 76), 16, fill=colour)


def _path(pen: Draw, dice: random.Random, middle: str, strong: str) -> None:
    """A learning pathway: stations on a winding way."""
    places = [(150 + 165 * stop, 270 + (-1) ** stop * dice.randrange(60, 130)) for stop in range(5)]
    for (x, y), (to_x, to_y) in pairwise(places):
        bend = (x + to_x) / 2
        pen.line(points((x, y), (bend, y), (bend, to_y), (to_x, to_y)), fill=middle, width=16, joint="curve")
    for stop, (x, y) in enumerate(places):
        ellipse(pen, x - 40, y - 40, x + 40, y + 40, strong if stop < dice.randrange(2, 5) else PAPER)


def _chain(pen: Draw, _dice: random.Random, middle: str, strong: str) -> None:
    """Two links of a chain."""
    for x, colour in ((250, strong), (440, middle)):
        pen.rounded_rectangle(scaled(x, 190, x + 270, 350), 160, outline=colour, width=60)


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
        "pathway": _path,
    }
)
