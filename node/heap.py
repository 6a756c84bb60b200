"""Memory that was needed once, given back to the system.

Free pages inside the heaps that glibc keeps for each thread stay with the process: after a backup 6 MiB.
"""

from contextlib import suppress


def give_back() -> None:
    """Nothing happens where the C library knows no such call, or Python was built without a way to it."""
    with suppress(ImportError, OSError, AttributeError):
        import ctypes  # late: it may be missing, and this is all that needs it

        ctypes.CDLL(None).malloc_trim(0)
