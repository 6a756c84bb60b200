"""Addresses of media: of our own files, and of other servers' files through our proxy. Pure functions over a key.

Readers never load anything from another server, so an address of one is given as an address of ours that carries it
and a signature: only what this node itself once showed can be fetched through it (MED8).
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256

from node.domain.uris import is_web_uri
from node.errors import NotFound

STORED, REMOTE = "/media/", "/media/remote/"
_PURPOSE = b"rhizome media proxy 1"
_SIGNATURE_BYTES = 16
_LONGEST = 4_096


def proxy_key(secret_key: bytes) -> bytes:
    """The key of the proxy's signatures, derived from the node's own."""
    return hmac.digest(secret_key, _PURPOSE, sha256)


@dataclass(frozen=True, slots=True)
class MediaLinks:
    """``keys``: the first one signs, all are believed. ``public_url``: where stored files are served if not here."""

    origin: str
    keys: tuple[bytes, ...] = field(repr=False)
    public_url: str = ""

    def stored(self, key: str) -> str:
        """The address of a stored file; empty for an empty key."""
        if not key:
            return ""
        return f"{self.public_url}/{key}" if self.public_url else f"{self.origin}{STORED}{key}"

    def key_of(self, url: str) -> str:
        """The key of one of our stored files by its address; empty for any other address."""
        for base in (f"{self.public_url}/" if self.public_url else "", f"{self.origin}{STORED}"):
            if base and url.startswith(base):
                return url.removeprefix(base)
        return ""

    def proxied(self, url: str) -> str:
        """The address under which a reader gets a file of another server from us.

        Addresses of ours stay as they are; what is no web address becomes empty.
        """
        if not url or self.is_own(url):
            return url
        if not is_web_uri(url) or len(url) > _LONGEST:
            return ""
        named = url.encode()
        return f"{self.origin}{REMOTE}{_encode(self._sign(self.keys[0], named))}/{_encode(named)}"

    def is_own(self, url: str) -> bool:
        return url.startswith((f"{self.origin}/", f"{self.public_url}/" if self.public_url else f"{self.origin}/"))

    def read_proxied(self, signature: str, named: str) -> str:
        """The address that ``proxied`` was given. Raises NotFound for what this node did not sign."""
        try:
            sent, address = _decode(signature), _decode(named)
            url = address.decode()
        except ValueError:
            raise NotFound from None
        if not any(hmac.compare_digest(self._sign(key, address), sent) for key in self.keys):
            raise NotFound
        return url

    def still(self, url: str) -> str:
        """The variant of a profile picture of ours that does not move; other addresses as they are."""
        stem, dot, suffix = url.rpartition(".")
        return f"{stem}-s.png" if dot and suffix in {"gif", "webp"} and self.key_of(url) else url

    def _sign(self, key: bytes, named: bytes) -> bytes:
        return hmac.digest(key, named, sha256)[:_SIGNATURE_BYTES]


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
