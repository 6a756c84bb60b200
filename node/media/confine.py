"""What is left to a process that decodes a stranger's file: that file, one folder, and the programs of the system.

Landlock (Linux 5.13, see landlock(7)): whoever takes the process over through a hole in a decoder reads neither the
database nor the secrets, writes nowhere else, and from Linux 6.7 on opens no TCP connection. Where the kernel has no
Landlock, the process is bounded by its limits alone.
"""

import ctypes
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import node

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # numbers of system calls, the same for every processor
_ASK_VERSION, _BENEATH, _NO_NEW_PRIVILEGES, _DIE_WITH_PARENT, _SIGKILL = 1, 1, 38, 1, 9

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_DIR, _REMOVE_FILE = (1 << bit for bit in range(6))
_MAKE_DIR, _MAKE_FILE, _TRUNCATE = 1 << 7, 1 << 8, 1 << 14
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_WORK = _READ_FILE | _READ_DIR | _WRITE_FILE | _TRUNCATE | _MAKE_DIR | _MAKE_FILE | _REMOVE_DIR | _REMOVE_FILE
_OF_FILES = _EXECUTE | _READ_FILE | _WRITE_FILE | _TRUNCATE
#: All rights over files that a version knows; what a version forbids beside files: TCP, signals and sockets elsewhere.
_ALL = {1: (1 << 13) - 1, 2: (1 << 14) - 1}
_ALL_LATER, _TCP, _ELSEWHERE = (1 << 15) - 1, 0b11, 0b11

#: Programs and libraries; of ``/etc`` only what they are found by, for the configuration lies there too.
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/alternatives", "/etc/ld.so.cache", "/sys/devices/system/cpu")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")


class _Ruleset(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("files", "net", "scoped")]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def confine(source: Path, into: Path) -> bool:
    """For good, and for all programs that it starts: read ``source``, work in ``into``; false where nothing does that.

    Raises OSError where the kernel has Landlock and refuses.
    """
    if sys.platform != "linux":
        return False
    system = ctypes.CDLL(None, use_errno=True)
    version = system.syscall(_CREATE, None, 0, _ASK_VERSION)
    if version < 1:
        return False
    rights = _ALL.get(version, _ALL_LATER)
    ruleset = _Ruleset(rights, _TCP if version >= 4 else 0, _ELSEWHERE if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    handle = _asked(system.syscall(_CREATE, ctypes.byref(ruleset), size, 0))
    for place, allowed in _places(source, into):
        with suppress(FileNotFoundError):
            _allow(system, handle, place, allowed & rights)
    _asked(system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _asked(system.syscall(_RESTRICT, handle, 0))
    os.close(handle)
    return True


def die_with_parent() -> None:
    """The process ends when the one that started it does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, _SIGKILL)


def _places(source: Path, into: Path) -> Iterator[tuple[Path, int]]:
    yield source, _READ_FILE
    yield into, _WORK
    yield from places_of_system()


@cache
def places_of_system() -> Sequence[tuple[Path, int]]:
    """What every such process may use; worth asking for before it is made."""
    programs = dict.fromkeys((*_SYSTEM, *_of_python(), *_of_programs()))
    return (
        *((Path(each), _READ) for each in programs),
        *((Path(each), _READ_FILE | _WRITE_FILE) for each in _DEVICES),
    )


def _of_python() -> Iterable[str]:
    """Where Pillow finds what it imports late, and our own modules."""
    library = str(Path(sys.base_prefix) / "lib")
    return {library, str(Path(node.__file__).parent), *map(sysconfig.get_path, ("purelib", "platlib", "stdlib"))}


def _of_programs() -> Iterator[str]:
    """Where FFmpeg lies, and where it really does: with what stands beside its own folder."""
    for place in filter(None, map(shutil.which, ("ffmpeg", "ffprobe"))):
        real = Path(place).resolve().parent
        yield from (str(Path(place).parent), str(real), str(real.parent / "lib"))


def _allow(system: ctypes.CDLL, ruleset: int, place: Path, allowed: int) -> None:
    handle = os.open(place, os.O_PATH | os.O_CLOEXEC)
    try:
        beneath = _Beneath(allowed if place.is_dir() else allowed & _OF_FILES, handle)
        _asked(system.syscall(_ADD_RULE, ruleset, _BENEATH, ctypes.byref(beneath), 0))
    finally:
        os.close(handle)


def _asked(answer: int) -> int:
    if answer < 0:
        raise OSError(ctypes.get_errno(), "Landlock")
    return answer
