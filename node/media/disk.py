"""Media in a folder of the data folder: written whole or not at all, readable by the node alone."""

import asyncio
import os
from collections.abc import Collection
from pathlib import Path

from node.domain.media import is_key
from node.errors import NotFound, Unavailable
from node.ports import StoredFile


class DiskStorage:
    """Implements ``node.ports.MediaStore``. ``folder`` is made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, source: Path) -> None:
        await asyncio.to_thread(self._put, key, source)

    def _put(self, key: str, source: Path) -> None:
        target = self._path(key)
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = target.with_name(f".{target.name}.partial")
            with source.open("rb") as read, partial.open("wb") as written:
                while piece := read.read(1 << 20):
                    written.write(piece)
                written.flush()
                os.fsync(written.fileno())
            partial.chmod(0o600)
            partial.replace(target)
            _sync_folder(target.parent)
        except OSError as error:
            raise Unavailable("The file cannot be stored right now.", detail=str(error)) from error

    async def get(self, key: str, *, byte_range: str = "") -> StoredFile:  # noqa: ARG002 (whoever sends it reads ranges)
        path = self._path(key)
        if not await asyncio.to_thread(path.is_file):
            raise NotFound
        return StoredFile(path=path)

    async def delete(self, keys: Collection[str]) -> None:
        await asyncio.to_thread(self._delete, keys)

    def _delete(self, keys: Collection[str]) -> None:
        for key in keys:
            self._path(key).unlink(missing_ok=True)

    async def close(self) -> None:
        """Nothing is held open."""

    def _path(self, key: str) -> Path:
        if not is_key(key):
            raise NotFound
        return self._folder / key


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
