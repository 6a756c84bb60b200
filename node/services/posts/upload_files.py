"""Files on their way in: what is in them, what a row of ``media`` says of them, and how they are swept away."""

import secrets
import shutil
from pathlib import Path
from typing import Any

from node.domain.media import FORMS, HEAD_BYTES, Form, MediaKind, make_key
from node.media.facts import Facts, Stored


def look_at(source: Path) -> tuple[int, bytes]:
    """How many bytes a file has, and the first of them."""
    with source.open("rb") as file:
        return source.stat().st_size, file.read(HEAD_BYTES)


def as_it_came(form: Form) -> Facts:
    return Facts(kind=form.kind.value, original=Stored(form.name))


def columns_of(facts: Facts) -> dict[str, Any]:
    """The columns of what the worker process made, with keys by chance."""
    token, small = secrets.token_hex(16), facts.small
    form = FORMS[facts.original.form]
    return {
        "kind": MediaKind(facts.kind).value,
        "media_type": form.media_type,
        "key": make_key(token, form.suffix),
        "small_key": make_key(token, FORMS[small.form].suffix, small=True) if small else "",
        "width": facts.original.width,
        "height": facts.original.height,
        "small_width": small.width if small else 0,
        "small_height": small.height if small else 0,
        "duration": facts.duration,
        "frame_rate": facts.frame_rate,
        "blurhash": facts.blurhash,
    }


def bytes_of(folder: Path) -> int:
    return sum(place.stat().st_size for place in (folder / "original", folder / "small") if place.exists())


def sweep(folder: Path, before: int) -> None:
    if not folder.exists():
        return
    for place in folder.iterdir():
        if place.stat().st_mtime * 1000 < before:
            shutil.rmtree(place, ignore_errors=True)
