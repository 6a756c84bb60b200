"""Seals small secrets, such as private keys, so that the database alone does not give them away.

AES-256-GCM with the key of the secrets file (NIST SP 800-38D). A sealed value begins with a format byte and the first
four bytes of a hash of its key, so that keys can be replaced while values of the old one are still around.
"""

import hashlib
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from node.errors import ConfigurationRefused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: What private keys of actors are sealed for.
ACTOR_KEY = "actor key"
SECOND_FACTOR = "second factor"
VAPID_KEY = "vapid key"
SETUP_LINK = "set-up link"
PUSH_TOKEN = "push token"  # noqa: S105 (a purpose, that of push_subscriptions.token_sealed)

_FORMAT = b"\x01"
_ID_BYTES = 4
_NONCE_BYTES = 12  # random: safe for 2**32 values of one key
_HEAD_BYTES = len(_FORMAT) + _ID_BYTES


def key_id(key: bytes) -> bytes:
    """Four bytes that tell keys apart and say nothing else about them."""
    return hashlib.sha256(b"rhizome key id\0" + key).digest()[:_ID_BYTES]


class SecretBox:
    """Seals with one key, opens with that and with those that it replaced.

    >>> box = SecretBox(bytes(32))
    >>> box.open(box.seal(b"private", purpose="actor key"), purpose="actor key")
    b'private'
    """

    __slots__ = ("_id", "_keys")

    def __init__(self, key: bytes, previous: Sequence[bytes] = ()) -> None:
        """``key`` and each of ``previous`` are 32 bytes."""
        self._keys = {key_id(each): each for each in (*previous, key)}
        self._id = key_id(key)

    def __repr__(self) -> str:
        return f"SecretBox({self._id.hex()})"

    def seal(self, data: bytes, *, purpose: str) -> bytes:
        """``data``, closed; 33 bytes longer. It opens only for the same ``purpose``."""
        head, nonce = _FORMAT + self._id, os.urandom(_NONCE_BYTES)
        return head + nonce + _cipher(self._keys[self._id]).encrypt(nonce, data, head + purpose.encode())

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """What was sealed for ``purpose``.

        ConfigurationRefused where it was changed, sealed for another purpose, or with a key that is not here.
        """
        head, nonce, data = (
            sealed[:_HEAD_BYTES],
            sealed[_HEAD_BYTES:][:_NONCE_BYTES],
            sealed[_HEAD_BYTES + _NONCE_BYTES :],
        )
        self.refuse_unless_held(sealed)
        from cryptography.exceptions import InvalidTag  # late, as the cipher is

        try:
            return _cipher(self._keys[head[len(_FORMAT) :]]).decrypt(nonce, data, head + purpose.encode())
        except (InvalidTag, ValueError):
            raise ConfigurationRefused(
                "A stored secret has been changed since it was sealed.", detail=purpose
            ) from None

    def refuse_unless_held(self, sealed: bytes) -> None:
        """ConfigurationRefused where the key that ``sealed`` was sealed with is not here."""
        if not sealed.startswith(_FORMAT) or sealed[len(_FORMAT) : _HEAD_BYTES] not in self._keys:
            raise ConfigurationRefused("The secrets file does not hold the key that a stored secret was sealed with.")

    def is_current(self, sealed: bytes) -> bool:
        """Whether ``sealed`` was sealed with the current key; if not, seal it again."""
        return sealed[:_HEAD_BYTES] == _FORMAT + self._id


def _cipher(key: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # late: a start looks only at the ids of keys

    return AESGCM(key)
