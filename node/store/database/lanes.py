"""Which of the processes at one SQLite database this one is: each holds the lock of a file in a folder beside it.

The ids that a process mints carry its lane (``node.ids``), so that a node and the commands beside it never mint the
same one. The system lets go of the lock when a process ends, however it ends.
"""

import fcntl
import os
from pathlib import Path

from node.ids import LANES

#: Beside the database; its files are empty, and hold nothing once nobody runs.
FOLDER = ".lanes"


class LaneLock:
    """The lane of one store, while it is held; 0 is left to the node that serves."""

    def __init__(self, database: Path) -> None:
        self._folder = database.with_name(FOLDER)
        self._handle: int | None = None
        self.lane: int | None = None

    def take(self) -> None:
        """Take the first lane that is free; none where all are taken, or where nothing can be written."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self.lane = next(filter(self._holds, range(1, LANES)), None)
        except OSError:
            self.lane = None

    def _holds(self, lane: int) -> bool:
        handle = os.open(self._folder / str(lane), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
        self._handle = self.lane = None
