"""Passwords: argon2id, in threads, two at a time (AUT9).

argon2 is loaded when somebody first signs in (start-up budget).
"""

import asyncio
from functools import cache
from typing import TYPE_CHECKING

from node.errors import Invalid, Problem

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 256
_AT_ONCE = 2
_semaphores: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher, Type

    return PasswordHasher(time_cost=2, memory_cost=47_104, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)


@cache
def _dummy() -> str:
    """What an unknown account is checked against, so that it costs the same."""
    return _hasher().hash("no account has this password")


def check_strength(password: str) -> None:
    """Raises Invalid for what is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        problem = Problem("$.password", f"{SHORTEST} to {LONGEST} characters", f"{len(password)}")
        raise Invalid(f"A password has {SHORTEST} to {LONGEST} characters.", problems=[problem])


def hash_password(password: str) -> str:
    """For commands; the serving process uses ``hash_in_thread``."""
    check_strength(password)
    return _hasher().hash(password)


async def hash_in_thread(password: str) -> str:
    check_strength(password)
    async with _semaphore():
        return await asyncio.to_thread(_hasher().hash, password)


async def is_right(stored: str | None, password: str) -> bool:
    """Whether this is the password behind ``stored``; ``None`` (no such account) costs the same and is never right."""
    async with _semaphore():
        return await asyncio.to_thread(_verify, stored or "", password)


def _verify(stored: str, password: str) -> bool:
    from argon2.exceptions import VerificationError

    try:
        matches = _hasher().verify(stored or _dummy(), password[:LONGEST])
    except VerificationError:
        return False
    return bool(stored) and matches is True


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher().check_needs_rehash(stored)


def _semaphore() -> asyncio.Semaphore:
    loop = asyncio.get_running_loop()
    if loop not in _semaphores:
        _semaphores.clear()
        _semaphores[loop] = asyncio.Semaphore(_AT_ONCE)
    return _semaphores[loop]
