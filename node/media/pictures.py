"""Reads pictures of strangers and writes them anew. Runs in the worker process only: Pillow is loaded here.

What comes out was encoded here from pixels, so whatever else the file held (position, names, thumbnails, a second
format) is gone; orientation is applied, colours are brought to sRGB (MED1, MED2, MED4).
"""

import gc
import io
import warnings
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from PIL.Image import Resampling, Transpose

from node.domain.media import MediaKind
from node.errors import Invalid
from node.media.blurhash import encode_blurhash
from node.media.facts import (
    MAX_ANIMATED_PIXELS,
    MAX_FRAMES,
    MAX_PIXELS,
    MAX_SIDE,
    SMALL_PIXELS,
    Facts,
    Shape,
    Stored,
)
from node.media.gif import strip_gif
from node.sentences import Sentence

_ORIENTATION = 0x0112
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_MOVING = frozenset({"GIF", "WEBP", "PNG"})
#: Of a frame that says nothing of it, as browsers take it.
_USUAL_MILLISECONDS = 100
#: How still pictures are written; what is not here becomes JPEG, or PNG where it is transparent.
_OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 88, "optimize": True, "progressive": True},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 86, "method": 4},
}
#: What decoders raise over damaged data; none of them says more than that.
_SPOILT = (ArithmeticError, EOFError, LookupError, OSError, RuntimeError, SyntaxError, TypeError, ValueError)


def prepare() -> None:
    """Once per process: limits of the libraries."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener(thumbnails=False)
    Image.init()  # all that is imported late otherwise, in each copy of the process anew
    ImageCms.createProfile("sRGB")
    gc.freeze()


def make_picture(source: Path, into: Path, form_name: str, shape: Shape) -> Facts:
    """Write ``original`` and ``small`` of a picture whose form was recognised. Raises Invalid."""
    try:
        with Image.open(source, formats=[form_name]) as image:
            _check_size(image)
            frames = _count_frames(image) if image.format in _MOVING else 1
            if frames > 1:
                return _make_animation(image, source, into, shape)
            return _make_still(image, into, shape)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Invalid(Sentence("A picture has at most {n} pixels.", n=MAX_PIXELS)) from None
    except UnidentifiedImageError:
        raise Invalid("This is not a picture that the node can read.") from None
    except MemoryError:
        raise Invalid("This picture needs too much memory.") from None
    except _SPOILT:
        raise Invalid("This picture is damaged.") from None


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if not width or not height or max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise Invalid(
            Sentence(
                "A picture has at most {most} pixels and {side} on a side.",
                most=MAX_PIXELS,
                side=MAX_SIDE,
            )
        )


def _count_frames(image: Image.Image) -> int:
    """Frames of an animation, found one by one so that a header cannot lie about them."""
    if not getattr(image, "is_animated", False):
        return 1
    count = 1
    while True:
        try:
            image.seek(count)
        except EOFError:
            image.seek(0)
            return count
        count += 1
        if count > MAX_FRAMES:
            raise Invalid(Sentence("An animation has at most {n} frames.", n=MAX_FRAMES))
        if image.width * image.height * count > MAX_ANIMATED_PIXELS:
            raise Invalid("This animation is too large.")


# -- pictures that stand still --------------------------------------------------------------------------------------


def _make_still(image: Image.Image, into: Path, shape: Shape) -> Facts:
    still = _shaped(_flat(image, shape), shape)
    form = _form_for(image.format or "", still)
    _write(still, into / "original", form)
    # The still variant of a profile picture is a PNG wherever its form can move (node.media.links).
    return _facts(still, form, still, into, "PNG" if shape.box and form == "WEBP" else form)


def _facts(still: Image.Image, form: str, seen: Image.Image, into: Path, small_form: str) -> Facts:
    small = _within(seen, SMALL_PIXELS)
    _write(small, into / "small", small_form)
    return Facts(
        kind=MediaKind.IMAGE,
        original=Stored(form, *still.size),
        small=Stored(small_form, *small.size),
        blurhash=_blurhash(small),
    )


def _form_for(read_as: str, still: Image.Image) -> str:
    if read_as in _OPTIONS and not (read_as == "JPEG" and still.mode == "RGBA"):
        return read_as
    return "PNG" if still.mode == "RGBA" or read_as == "GIF" else "JPEG"


def _flat(image: Image.Image, shape: Shape) -> Image.Image:
    """The pixels in RGB or RGBA and sRGB, upright and small enough; nothing else comes along."""
    if shape.box is None:
        side = int(shape.pixels**0.5)
        image.draft("RGB", (side, side))  # a JPEG is decoded at a half or a quarter where that is enough
    profile, turn = image.info.get("icc_profile"), _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    see_through = image.has_transparency_data
    found = image if image.mode in {"L", "RGB", "RGBA", "CMYK", "LAB"} else _eight_bits(image, see_through=see_through)
    if found.mode == "RGB" and see_through:
        found = found.convert("RGBA")
    if shape.box is None:
        found = _within(found, shape.pixels)
    found = _in_srgb(found, profile)
    found = found.convert("RGBA" if see_through else "RGB")
    if turn is not None:
        found = found.transpose(turn)
    found.info.clear()
    return found


def _eight_bits(image: Image.Image, *, see_through: bool) -> Image.Image:
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("RGBA" if see_through else "RGB")


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """As the profile means the colours; without a usable one they are taken as they are."""
    if not isinstance(profile, bytes) or not profile:
        return image
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    base = image.convert("RGB") if alpha is not None else image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(base, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    assert changed is not None
    if alpha is not None:
        changed.putalpha(alpha)
    return changed


def _shaped(image: Image.Image, shape: Shape) -> Image.Image:
    """Cut to the proportions of a box and made as small as it; never larger."""
    if shape.box is None:
        return image
    width, height = shape.box
    scale = min(1.0, image.width / width, image.height / height)
    return ImageOps.fit(image, (max(1, round(width * scale)), max(1, round(height * scale))), Resampling.LANCZOS)


def _within(image: Image.Image, pixels: int) -> Image.Image:
    """The picture, or a smaller one of the same proportions with at most so many pixels."""
    scale = (pixels / (image.width * image.height)) ** 0.5
    if scale >= 1:
        return image
    size = max(1, int(image.width * scale)), max(1, int(image.height * scale))
    return image.resize(size, Resampling.LANCZOS, reducing_gap=2.0)


def _blurhash(image: Image.Image) -> str:
    tiny = image.resize((32, 32), Resampling.BOX)
    if tiny.mode == "RGBA":
        tiny = Image.alpha_composite(Image.new("RGBA", tiny.size, "white"), tiny)
    return encode_blurhash(tiny.convert("RGB").tobytes(), *tiny.size)


def _write(image: Image.Image, target: Path, form: str) -> None:
    image.save(target, format=form, **_OPTIONS[form])


# -- pictures that move ---------------------------------------------------------------------------------------------


def _make_animation(image: Image.Image, source: Path, into: Path, shape: Shape) -> Facts:
    """A GIF keeps its frames as they are; WebP and PNG become WebP, as does all that must fill a box.

    ``small`` stands still.
    """
    times = _decode_all(image)
    still = _frame(image, shape)
    if image.format == "GIF" and shape.box is None:
        (into / "original").write_bytes(strip_gif(source.read_bytes()))
        return _facts(image, "GIF", still, into, "PNG")
    rest: Any = _Rest(image, shape, len(times) - 1)
    save = {"save_all": True, "append_images": [rest], "duration": times, "loop": image.info.get("loop", 0)}
    still.save(into / "original", format="WEBP", quality=80, method=3, exif=b"", xmp=b"", **save)
    return _facts(still, "WEBP", still, into, "PNG")


def _decode_all(image: Image.Image) -> list[int]:
    """The milliseconds of each frame, which must decode; ends at the first."""
    times = []
    for number in range(MAX_FRAMES):
        try:
            image.seek(number)
        except EOFError:
            break
        image.load()
        times.append(round(image.info.get("duration", 0)) or _USUAL_MILLISECONDS)
    image.seek(0)
    return times


def _frame(image: Image.Image, shape: Shape) -> Image.Image:
    return _shaped(_flat(image, shape), shape)


class _Rest:
    """All frames but the first, as Pillow asks for them to be written: each is made then, for all need 400 MB."""

    def __init__(self, image: Image.Image, shape: Shape, number: int) -> None:
        self._image, self._shape, self.n_frames = image, shape, number
        self._made: Image.Image

    def seek(self, number: int) -> None:
        self._image.seek(number + 1)
        self._made = _frame(self._image, self._shape)

    @property
    def mode(self) -> str:
        return self._made.mode

    def getim(self) -> Any:
        return self._made.getim()
