"""Memory that was needed once, given back to the system.

Free pages inside the heaps that glibc keeps for each thread stay with the process: after a backup 6 MiB.
"""

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Nothing happens where the C library knows no such call."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
