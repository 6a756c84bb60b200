"""The storage that the configuration names."""

import secrets
import tempfile
from pathlib import Path

from node.clock import Clock
from node.config.settings import MediaSettings
from node.domain.media import make_key
from node.media.disk import DiskStorage
from node.media.s3 import S3Storage
from node.media.sigv4 import Credentials
from node.ports import MediaStore


def open_storage(settings: MediaSettings, folder: Path, clock: Clock) -> MediaStore:
    """``folder``: where media lie on disk."""
    if settings.storage == "disk":
        return DiskStorage(folder)
    credentials = Credentials(settings.access_key, settings.secret_key, settings.region)
    return S3Storage(clock, credentials, endpoint=settings.endpoint, bucket=settings.bucket)


async def try_storage(settings: MediaSettings, folder: Path, clock: Clock) -> None:
    """Store, find and remove a small file. Raises Unavailable, or NotFound where it was not found again."""
    storage, key = open_storage(settings, folder, clock), make_key(secrets.token_hex(16), "png")
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"trial")
        file.flush()
        try:
            await storage.put(key, Path(file.name))
            stored = await storage.get(key)
            if stored.pieces is not None:
                [piece async for piece in stored.pieces]
            await storage.delete([key])
        finally:
            await storage.close()
