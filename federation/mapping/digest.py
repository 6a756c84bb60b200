"""The digest of an object that catalogue synchronisation compares (federation reference 4.2)."""

from collections.abc import Mapping
from typing import Any

from node.domain.canonical import sha256_of

UNCOUNTED = frozenset(
    {
        # added on the way, or about the object rather than in it
        "@context",
        "proof",
        "signature",
        "replies",
        "likes",
        "shares",
        "revision",
        "digest",
        # counters
        "participantCount",
        "remainingAttendeeCapacity",
        "answerCount",
    }
)


def article_digest(document: Mapping[str, Any]) -> str:
    """Lower-case hexadecimal SHA-256 of the canonical form (RFC 8785) of what the object itself says."""
    return sha256_of({key: value for key, value in document.items() if key not in UNCOUNTED})
