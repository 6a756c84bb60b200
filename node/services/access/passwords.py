"""Passwords: argon2id, in threads, two at a time (AUT9)."""

import asyncio
import os
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from node.errors import Invalid, Problem
from node.sentences import Sentence

SHORTEST, LONGEST = 12, 256
_AT_ONCE = 2
_semaphores: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash takes: RFC 9106 section 3.1."""

    rounds: int
    memory_kib: int
    lanes: int

    @property
    def head(self) -> str:
        """How a hash of this cost begins (PHC string format)."""
        return f"$argon2id$v=19$m={self.memory_kib},t={self.rounds},p={self.lanes}$"


#: What new hashes cost.
TODAY = Cost(rounds=2, memory_kib=47_104, lanes=1)


def _hash(password: str) -> str:
    rounds, memory_kib, lanes = TODAY.rounds, TODAY.memory_kib, TODAY.lanes
    made = Argon2id(salt=os.urandom(16), length=32, iterations=rounds, lanes=lanes, memory_cost=memory_kib)
    return made.derive_phc_encoded(password.encode("utf-8", "replace"))


@cache
def _dummy() -> str:
    """What an unknown account is checked against, so that it costs the same."""
    return _hash("no account has this password")


def check_strength(password: str) -> None:
    """Raises Invalid for what is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        problem = Problem(
            "$.password", Sentence("{least} to {most} characters", least=SHORTEST, most=LONGEST), f"{len(password)}"
        )
        raise Invalid(
            Sentence("A password has {least} to {most} characters.", least=SHORTEST, most=LONGEST), problems=[problem]
        )


def hash_password(password: str) -> str:
    """For commands; the serving process uses ``hash_in_thread``."""
    check_strength(password)
    return _hash(password)


async def hash_in_thread(password: str) -> str:
    check_strength(password)
    async with _semaphore():
        return await asyncio.to_thread(_hash, password)


async def is_right(stored: str | None, password: str) -> bool:
    """Whether this is the password behind ``stored``; ``None`` (no such account) costs the same and is never right."""
    async with _semaphore():
        return await asyncio.to_thread(_verify, stored or "", password)


def _verify(stored: str, password: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password[:LONGEST].encode("utf-8", "replace"), stored or _dummy())
    except (InvalidKey, ValueError):
        return False
    return bool(stored)


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return not stored.startswith(TODAY.head)


def _semaphore() -> asyncio.Semaphore:
    loop = asyncio.get_running_loop()
    if loop not in _semaphores:
        _semaphores.clear()
        _semaphores[loop] = asyncio.Semaphore(_AT_ONCE)
    return _semaphores[loop]
