"""Secrets as they are stored."""

import hashlib


def hash_of(secret: str) -> str:
    """How a token, a session or a one-time link is stored: 256 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
