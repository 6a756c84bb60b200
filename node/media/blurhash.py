"""A few letters that a client app paints as a blurred picture until the real one is there (BlurHash 1.0).

The picture is split into cosine waves, 4 across and 3 down, of its linear light; each factor becomes some digits of
base 83. At 32 pixels a side that takes 10 ms of plain Python, in the worker process.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
ACROSS, DOWN = 4, 3

Colour = tuple[float, float, float]


def encode_blurhash(pixels: bytes, width: int, height: int) -> str:
    """The hash of a picture; ``pixels``: 8-bit red, green and blue of each, row by row. Make it small first.

    >>> encode_blurhash(bytes([255, 255, 255]) * 4, 2, 2)[:6]
    'L~TSUA'
    """
    linear = _linear()
    light = [linear[value] for value in pixels[: width * height * 3]]
    factors = [_factor(light, width, height, x, y) for y in range(DOWN) for x in range(ACROSS)]
    average, waves = factors[0], factors[1:]
    largest = max(abs(part) for wave in waves for part in wave)
    scale = min(82, max(0, math.floor(largest * 166 - 0.5)))
    strongest = (scale + 1) / 166
    return (
        _base83((ACROSS - 1) + (DOWN - 1) * 9, 1)
        + _base83(scale, 1)
        + _base83(_packed(average), 4)
        + "".join(_base83(_quantised(wave, strongest), 2) for wave in waves)
    )


@lru_cache(1)
def _linear() -> Sequence[float]:
    """Light of each of the 256 values of sRGB (IEC 61966-2-1)."""
    return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (each / 255 for each in range(256))]


def _srgb(light: float) -> int:
    value = max(0.0, min(1.0, light))
    return round((value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055) * 255)


def _factor(light: Sequence[float], width: int, height: int, x: int, y: int) -> Colour:
    """How much of the wave with ``x`` half periods across and ``y`` down is in each colour."""
    across = [math.cos(math.pi * x * column / width) for column in range(width)]
    sums = [0.0, 0.0, 0.0]
    for row in range(height):
        down = math.cos(math.pi * y * row / height)
        line = light[row * width * 3 : (row + 1) * width * 3]
        for colour in range(3):
            sums[colour] += down * math.fsum(map(float.__mul__, across, line[colour::3]))
    share = (1 if x == y == 0 else 2) / (width * height)
    return sums[0] * share, sums[1] * share, sums[2] * share


def _packed(colour: Colour) -> int:
    red, green, blue = map(_srgb, colour)
    return (red << 16) + (green << 8) + blue


def _quantised(colour: Colour, strongest: float) -> int:
    def step(part: float) -> int:
        root = math.copysign(math.sqrt(abs(part / strongest)), part)
        return max(0, min(18, math.floor(root * 9 + 9.5)))

    red, green, blue = map(step, colour)
    return (red * 19 + green) * 19 + blue


def _base83(value: int, length: int) -> str:
    return "".join(_DIGITS[value // 83**place % 83] for place in reversed(range(length)))
