"""The arithmetic of catalogue synchronisation: digests that change with each entry, bucket by bucket.

The digest of a set of entries is the XOR of one hash per live entry, so that adding, changing and taking away an entry
costs the same whatever the size of the catalogue, in any order. What travels is told in docs/federation/catalogues.md.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

BUCKETS = 256
EMPTY = "0" * 64


@dataclass(frozen=True, slots=True)
class State:
    """What the owner of a catalogue says about it: where its log ends and what all live entries add up to."""

    uri: str
    revision: int
    digest: str


def entry_hash(uri: str, digest: str) -> str:
    """SHA-256 of the entry's id, a line feed and the digest of its object: 64 hexadecimal digits."""
    return hashlib.sha256(f"{uri}\n{digest}".encode()).hexdigest()


def bucket_of(uri: str) -> int:
    """The first byte of SHA-256 of the entry's id.

    >>> bucket_of("https://learn.uni.example/ap/o/1")
    109
    """
    return hashlib.sha256(uri.encode()).digest()[0]


def combine(*digests: str) -> str:
    """The XOR of digests; of one twice it is what it was before.

    >>> combine(entry_hash("a", "1"), entry_hash("b", "2"), entry_hash("a", "1")) == entry_hash("b", "2")
    True
    """
    total = 0
    for digest in digests:
        total ^= int(digest, 16)
    return f"{total:064x}"


def digest_of_entries(entries: Iterable[tuple[str, str]]) -> str:
    """The digest of ``(id, object digest)`` pairs, computed from scratch."""
    return combine(*(entry_hash(uri, digest) for uri, digest in entries))


def etag_of(state: State) -> str:
    """The entity tag of a catalogue in this state, without quotes.

    It begins with the revision. A part of the digest follows, because an owner restored from a backup may come to the
    same revision with other entries, and "not modified" must never be said of that.

    >>> etag_of(State("https://learn.uni.example/ap/a/uni/catalogue", 1042, "c33f48cd341ef046" + "0" * 48))
    '1042-c33f48cd341ef046'
    """
    return f"{state.revision}-{state.digest[:16]}"
