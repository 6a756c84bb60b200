"""Places that posts and events are about."""

from pathlib import Path

from node.demo.drawing.emblems import EMBLEMS, draw_banner
from node.demo.drawing.pens import COVER, HUES, PAPER, ellipse, save, scaled, sheet


def draw_place(target: Path, accent: str, name: str) -> None:
    """A place of this name; where people of a community meet, it goes by the emblem of the community."""
    if name in EMBLEMS:
        draw_banner(target, accent, name, COVER)
    else:
        _PLACES[name](target, accent)


def _draw_corridor(target: Path, accent: str) -> None:
    """A corridor that grows darker in three steps."""
    image, pen = sheet(COVER, "#efe9dc")
    shades = ("#efe2c4", "#d2bd94", "#a68a63", "#6d5843")
    for place, shade in enumerate(shades):
        inset_x, inset_y = 110 * place, 58 * place
        pen.rectangle(scaled(inset_x, inset_y, 960 - inset_x, 540 - inset_y), fill=shade)
    pen.rectangle(scaled(440, 225, 520, 366), fill=HUES[accent][3])
    ellipse(pen, 505, 295, 513, 303, PAPER)
    save(image, target)


_PLACES = {"corridor": _draw_corridor}
