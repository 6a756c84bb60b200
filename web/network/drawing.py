"""Where everything stands on the map of the network; pure, and the same for the same network.

Houses are plants on one line, ours in the middle, those with most between us next to it. What comes and goes runs in
the ground from plant to plant, and deeper down lie the communities, joined by roots to the houses of their members. A
unit is a pixel at full size. ``y`` counts down from the line, so what stands above it is negative.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from node.domain.network import Bridge, House, Network
from node.domain.text import shorten

#: At most so many houses are drawn as plants and communities as bulbs; the rest are sprouts, or stand in the list.
PLANTS, BULBS, SPROUTS = 28, 24, 400
_WIDEST, _NARROWEST, _EDGE = 1160, 640, 96
_LEFT, _RIGHT = 52, 150  # edges where names are slanted
_FEW = 6  # plants whose names fit side by side
_LINE, _SLANTED, _BULB = 20, 30, 26  # letters of a name
_LETTER = 7.6  # width of one, about
_DEPTH, _GAP, _CLEAR = 76, 22, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A house. ``lines`` are its name; a slanted one has one line. ``scale`` is that of the plant of 100 units."""

    x: int
    key: str
    lines: tuple[str, ...]
    scale: float
    is_own: bool = False

    @property
    def top(self) -> int:
        return -round(108 * self.scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulb:
    """A community; ``key`` is its actor id."""

    x: int
    y: int
    radius: int
    key: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """Lines of the ground that look the same.

    ``kind``: ``in`` and ``out`` (between houses), ``home`` and ``part`` (to a community).
    """

    path: str
    kind: str
    width: float
    arrow: str = ""  # triangles in the middle of the lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All of it. ``above`` and ``below`` are the heights on both sides of the line."""

    width: int
    above: int
    below: int
    is_slanted: bool
    plants: tuple[Plant, ...]
    bulbs: tuple[Bulb, ...]
    roots: tuple[Root, ...]
    sprouts: tuple[tuple[int, int], ...]  # x and height


def draw(network: Network, *, own_key: str, own_name: str) -> Drawing:
    """Lay out a network; ``own_key`` is the host of this node."""
    drawn = network.houses[:PLANTS]
    count = len(drawn) + 1
    is_slanted = count > _FEW
    width, places = _crowd(count) if is_slanted else _row(count)
    own = Plant(
        x=places[0],
        key=own_key,
        lines=_lines(own_name, slanted=is_slanted),
        scale=0.72 if is_slanted else 0.95,
        is_own=True,
    )
    others = [
        Plant(
            x=x,
            key=house.host,
            lines=_lines(house.title, slanted=is_slanted),
            scale=0.46 if is_slanted else _scale(house.weight),
        )
        for x, house in zip(places[1:], drawn, strict=True)
    ]
    stands = {plant.key: plant.x for plant in (own, *others)}
    runners, depth = _runners(drawn, stands, own.x)
    bulbs = _bulbs(network.bridges[:BULBS], stands, width, depth + 62)
    roots = _joined((*_roots(network.bridges, bulbs, stands), *runners))
    deepest = max((bulb.y + bulb.radius + 30 for bulb in bulbs.values()), default=depth + 30)
    return Drawing(
        width=width,
        above=285 if is_slanted else 185,
        below=deepest + 16,
        is_slanted=is_slanted,
        plants=(own, *others),
        bulbs=tuple(bulbs.values()),
        roots=roots,
        sprouts=_sprouts(len(network.houses) - len(drawn), stands.values(), width),
    )


def _row(count: int) -> tuple[int, list[int]]:
    """The width, and where plants stand whose names stand above them; the middle first, then by distance from it."""
    spacing = min(230.0, (_WIDEST - 2 * _EDGE) / max(1, count - 1))
    width = max(_NARROWEST, round(2 * _EDGE + spacing * (count - 1)))
    left = (width - spacing * (count - 1)) / 2
    return width, _from_the_middle([round(left + number * spacing) for number in range(count)])


def _crowd(count: int) -> tuple[int, list[int]]:
    """The same for plants with slanted names: ours has twice the room."""
    spacing = min(60.0, (_WIDEST - _LEFT - _RIGHT) / (count + 1))
    middle = (count - 1) // 2
    steps = [number + (number >= middle) + (number > middle) for number in range(count)]
    return round(_LEFT + _RIGHT + spacing * (count + 1)), _from_the_middle(
        [round(_LEFT + step * spacing) for step in steps]
    )


def _from_the_middle(places: list[int]) -> list[int]:
    middle = places[(len(places) - 1) // 2]
    return sorted(places, key=lambda x: (abs(x - middle), -x))


def _scale(weight: int) -> float:
    return round(0.4 + min(0.4, 0.1 * math.log10(1 + weight)), 2)


def _lines(name: str, *, slanted: bool) -> tuple[str, ...]:
    """The name as one line, or as two where plants stand far from each other."""
    if slanted:
        return (shorten(name, _SLANTED),)
    first: list[str] = []
    words = name.split()
    while words and len(" ".join([*first, words[0]])) <= _LINE:
        first.append(words.pop(0))
    rest = " ".join(words)
    return tuple(shorten(line, _LINE) for line in (" ".join(first), rest) if line)


# -- in the ground --------------------------------------------------------------------------------------------------


def _runners(houses: Sequence[House], stands: Mapping[str, int], own: int) -> tuple[list[Root], int]:
    """What comes from and goes to each house, and how deep it runs."""
    runners, deepest = [], 0
    for house in houses:
        x = stands[house.host]
        depth = 24 + round(abs(x - own) * 0.13)
        if house.is_followed or house.received.total:
            width = round(1.5 + math.log10(1 + house.received.total), 1)
            runners.append(_runner(x, own, depth, "in", width))
            deepest = max(deepest, depth)
        if house.follows_us:
            runners.append(_runner(own, x, depth + 20, "out", 1.5))
            deepest = max(deepest, depth + 20)
    return runners, deepest


def _runner(start: int, end: int, depth: int, kind: str, width: float) -> Root:
    middle, tip = (start + end) / 2, 6 if end > start else -6
    arrow = f"M{middle + tip:g} {depth}L{middle - tip:g} {depth - 5}V{depth + 5}Z"
    return Root(path=f"M{start} 0Q{middle:g} {2 * depth} {end} 0", kind=kind, width=width, arrow=arrow)


def _joined(roots: Iterable[Root]) -> tuple[Root, ...]:
    """Those that look the same as one: a browser draws one path of 700 parts as it draws 700, and reads it faster."""
    found: dict[tuple[str, float], list[Root]] = {}
    for root in roots:
        found.setdefault((root.kind, root.width), []).append(root)
    return tuple(
        Root(
            path="".join(each.path for each in same),
            kind=kind,
            width=width,
            arrow="".join(each.arrow for each in same),
        )
        for (kind, width), same in found.items()
    )


def _bulbs(bridges: Sequence[Bridge], stands: Mapping[str, int], width: int, first: int) -> dict[int, Bulb]:
    """Each community below the middle of its houses, in the first row where its name has room."""
    rows: list[list[tuple[float, float]]] = []
    placed: dict[int, Bulb] = {}
    for bridge in bridges:
        ends = [stands[host] for host in bridge.houses if host in stands]
        if not ends:
            continue
        name = shorten(bridge.title, _BULB)
        half = max(26.0, len(name) * _LETTER / 2)
        wanted = min(max(sum(ends) / len(ends), half + 4), width - half - 4)
        row, x = _room(rows, wanted, half, width)
        rows[row].append((x - half, x + half))
        radius = 9 + min(9, round(3 * math.log10(1 + bridge.members)))
        placed[bridge.actor_id] = Bulb(
            x=round(x), y=first + row * _DEPTH, radius=radius, key=bridge.actor_id, name=name
        )
    return placed


def _room(rows: list[list[tuple[float, float]]], wanted: float, half: float, width: int) -> tuple[int, float]:
    """The row and place nearest to the one that is wanted; a deeper row counts as far away as it is deep.

    So does a place below a name, which its roots would cross.
    """
    best: tuple[float, int, float] | None = None
    above: list[tuple[float, float]] = []
    for number, taken in enumerate([*rows, []]):
        clear = [end + _CLEAR for _, end in above] + [start - _CLEAR for start, _ in above]
        for x in _candidates(taken, (wanted, *clear), half, width):
            crossed = sum(start < x < end for start, end in above)
            cost = abs(x - wanted) + (number + crossed) * _DEPTH
            if best is None or cost < best[0]:
                best = (cost, number, x)
        above += taken
    assert best is not None  # an empty row has room
    if best[1] == len(rows):
        rows.append([])
    return best[1], best[2]


def _candidates(taken: list[tuple[float, float]], wanted: Sequence[float], half: float, width: int) -> Iterable[float]:
    beside = [end + _GAP + half for _, end in taken] + [start - _GAP - half for start, _ in taken]
    for x in (*wanted, *beside):
        is_inside = half <= x <= width - half
        if is_inside and all(x + half + _GAP <= start or x - half - _GAP >= end for start, end in taken):
            yield x


def _roots(bridges: Sequence[Bridge], bulbs: Mapping[int, Bulb], stands: Mapping[str, int]) -> Iterable[Root]:
    for bridge in bridges:
        bulb = bulbs.get(bridge.actor_id)
        for host in bridge.houses if bulb else ():
            if bulb and host in stands:
                x, end = stands[host], bulb.y - bulb.radius
                path = f"M{x} 0C{x} {round(end * 0.6)} {bulb.x} {round(end * 0.5)} {bulb.x} {end}"
                is_home = host == bridge.home
                yield Root(path=path, kind="home" if is_home else "part", width=2.5 if is_home else 1.5)


def _sprouts(count: int, stands: Iterable[int], width: int) -> tuple[tuple[int, int], ...]:
    """Those that are not drawn as plants, as blades along the line, where no plant stands."""
    shown = min(count, SPROUTS)
    places = [round(12 + number * (width - 24) / max(1, shown - 1)) for number in range(shown)]
    taken = list(stands)
    return tuple((x, 8 + (x * 7) % 9) for x in places if all(abs(x - each) > 9 for each in taken))
