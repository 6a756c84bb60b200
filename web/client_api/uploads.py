"""Requests that carry files: bounded like the largest file, unlike other requests; they go to disk as they arrive."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.web_request import FileField

from node.errors import Invalid
from node.state import NODE, Node
from web.client_api.parameters import Parameters, read_parameters

#: Beside the files: names, descriptions, boundaries.
_ROOM = 1_048_576


async def read_with_files(request: web.Request, *, files: int = 1) -> Parameters:
    """The parameters of a request that may carry so many files. Raises Invalid where they are too large."""
    node: Node = request.app[NODE]
    most = files * node.uploads.largest_bytes + _ROOM
    try:
        return await read_parameters(request.clone(client_max_size=most))
    except web.HTTPRequestEntityTooLarge:
        raise Invalid(f"A file has at most {node.uploads.largest_bytes >> 20} MiB.") from None


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
    with field.file as source, place.open("wb") as target:
        shutil.copyfileobj(source, target)
