"""Digests of a body: ``Digest`` (RFC 3230) beside draft-cavage-12, ``Content-Digest`` (RFC 9530) beside RFC 9421.

Both carry the same SHA-256 in base64. ``digest_of`` computes that text once; a fan-out passes it to every ``sign``.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from hmac import compare_digest

from node.errors import SignatureInvalid


def digest_of(body: bytes) -> str:
    """SHA-256 of the body in base64.

    >>> digest_of(b"")
    '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    """
    return base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")


def format_digest(digest: str) -> str:
    """The ``Digest`` field."""
    return f"SHA-256={digest}"


def format_content_digest(digest: str) -> str:
    """The ``Content-Digest`` field."""
    return f"sha-256=:{digest}:"


def _sha256_bytes(body: bytes) -> str:
    return f":{digest_of(body)}:"


def _sha512_bytes(body: bytes) -> str:
    return f":{base64.b64encode(hashlib.sha512(body).digest()).decode('ascii')}:"


#: Per field the algorithms that count, and how each spells the digest of a body. Others prove nothing.
_SPELLINGS: Mapping[str, Mapping[str, Callable[[bytes], str]]] = {
    "digest": {"sha-256": digest_of},
    "content-digest": {"sha-256": _sha256_bytes, "sha-512": _sha512_bytes},
}
FIELDS = frozenset(_SPELLINGS)


def check_digest(field: str, value: str, body: bytes) -> None:
    """Holds when every digest that ``field`` (of ``FIELDS``) claims is the body's, and at least one counts.

    Names of algorithms may be in any case, as peers write them. Compares in constant time; raises SignatureInvalid.
    """
    spellings = _SPELLINGS[field]
    # A set, so that a digest repeated a thousand times costs one hash; a second value is wrong, and ends the search.
    members = {member.strip() for member in value.split(",")}
    named = [(name.lower(), text) for name, _, text in [member.partition("=") for member in members]]
    claimed = [(name, text) for name, text in named if name in spellings]
    if not claimed:
        raise SignatureInvalid("The digest names no SHA-256 of the body.")
    if not all(_equal(text, spellings[name](body)) for name, text in claimed):
        raise SignatureInvalid("The digest does not match the body.")


def _equal(text: str, expected: str) -> bool:
    return compare_digest(text.encode("utf-8", "replace"), expected.encode("ascii"))
