"""The storage that the configuration names."""

from pathlib import Path

from node.clock import Clock
from node.config.settings import MediaSettings
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
