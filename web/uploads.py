"""Requests that carry files: bounded like the largest file, unlike other requests; they go to disk as they arrive."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import web
from aiohttp.web_request import FileField

from node.errors import Invalid, Malformed, Unavailable
from node.sentences import Sentence
from node.state import NODE, Node
from web.posted import read_posted

#: Beside the files: names, descriptions, boundaries.
_ROOM = 1_048_576


@asynccontextmanager
async def roomy(request: web.Request, *, files: int) -> AsyncIterator[web.Request]:
    """The same request, to be read once, with room for so many files; what it brings is let go afterwards.

    Raises Invalid where it is larger.
    """
    node: Node = request.app[NODE]
    largest = node.uploads.largest_bytes
    wide = request.clone(client_max_size=files * largest + _ROOM)
    try:
        yield wide
    except web.HTTPRequestEntityTooLarge:
        raise Invalid(Sentence("A file has at most {n} MiB.", n=largest >> 20)) from None
    finally:
        await _let_go(wide)


async def _let_go(request: web.Request) -> None:
    """Close the files of a form that was read; whatever was not read, or could not be, stays as it is."""
    if request.content_type == "multipart/form-data" and request.content.at_eof():
        with suppress(Malformed):
            for value in (await read_posted(request)).values():
                if isinstance(value, FileField):
                    value.file.close()


@asynccontextmanager
async def on_disk(request: web.Request, *fields: FileField | None) -> AsyncIterator[list[Path | None]]:
    """The files of a request under names of ours, gone afterwards; None for each that was not sent."""
    node: Node = request.app[NODE]
    async with node.uploads.scratch() as folder:
        places: list[Path | None] = []
        for number, field in enumerate(fields):
            place = folder / f"upload-{number}" if field is not None else None
            if field is not None and place is not None:
                await asyncio.to_thread(_copy, field, place)
            places.append(place)
        yield places


def _copy(field: FileField, place: Path) -> None:
    """Raises Unavailable where the disk has no room for it."""
    try:
        with place.open("wb") as target:
            shutil.copyfileobj(field.file, target)
    except OSError as error:
        raise Unavailable("The file cannot be stored right now.", detail=str(error)) from error
