"""What the worker process is told and what it answers; both travel as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

#: 7680 x 4320, what client apps expect to be told; checked from the header, before anything is decoded (MED2).
MAX_PIXELS = 33_177_600
MAX_SIDE = 16_383  # of WebP
MAX_FRAMES = 150
#: All frames of an animation together.
MAX_ANIMATED_PIXELS = 100_000_000
#: A still picture with more is made smaller (3840 x 2160).
KEPT_PIXELS = 8_294_400
SMALL_PIXELS = 230_400  # 640 x 360
MAX_VIDEO_PIXELS = 8_294_400
MAX_FRAME_RATE = 120


@dataclass(frozen=True, slots=True)
class Shape:
    """What to make of a picture: at most so many pixels; or, for avatars and headers, a box that it must fill."""

    pixels: int = KEPT_PIXELS
    box: tuple[int, int] | None = None

    def asdict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that was made: its form (``node.domain.media.FORMS``) and size in pixels, 0 where it has none."""

    form: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What became of an upload. The files are named ``original`` and ``small`` in the folder that was given."""

    kind: str
    original: Stored
    small: Stored | None = None
    blurhash: str = ""
    duration: float = 0.0  # seconds
    frame_rate: float = 0.0

    def asdict(self) -> dict[str, Any]:
        return asdict(self)


def read_facts(answer: Mapping[str, Any]) -> Facts:
    small = answer["small"]
    return Facts(**{**answer, "original": Stored(**answer["original"]), "small": Stored(**small) if small else None})


ATTACHED = Shape()
AVATAR = Shape(box=(400, 400))
HEADER = Shape(box=(1500, 500))
EMOJI = Shape(pixels=128 * 128)
