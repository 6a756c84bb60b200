"""What goes to a push service: encrypted for one app, and signed with the node's own key.

``aes128gcm`` is RFC 8291 over RFC 8188; ``aesgcm`` the draft before it (draft-ietf-webpush-encryption-04), which the
relays of older apps speak. The signature is VAPID, RFC 8292. Pure functions over bytes.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from node.errors import Invalid

POINT_BYTES, AUTH_BYTES, SALT_BYTES = 65, 16, 16
_RECORD_BYTES = 4_096
#: What one record holds beside padding delimiter and tag.
MAX_PLAIN = _RECORD_BYTES - 17 - (SALT_BYTES + 4 + 1 + POINT_BYTES)


@dataclass(frozen=True, slots=True)
class Recipient:
    """The keys of an app: a point of P-256, uncompressed, and a secret."""

    point: bytes
    auth: bytes


@dataclass(frozen=True, slots=True)
class Encrypted:
    """A body and the headers that describe it."""

    body: bytes
    headers: Mapping[str, str]


def read_recipient(p256dh: str, auth: str) -> Recipient:
    """The keys as apps send them, in base64 of either alphabet. Raises Invalid for what cannot be such."""
    try:
        found = Recipient(decode(p256dh), decode(auth))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), found.point)
    except ValueError:
        raise Invalid("Validation failed: the keys of the subscription cannot be used") from None
    if len(found.point) != POINT_BYTES or len(found.auth) != AUTH_BYTES:
        raise Invalid("Validation failed: the keys of the subscription cannot be used")
    return found


def encrypt(plain: bytes, recipient: Recipient) -> Encrypted:
    """For an app that speaks RFC 8291."""
    return encrypt_with(plain, recipient, ec.generate_private_key(ec.SECP256R1()), os.urandom(SALT_BYTES))


def encrypt_with(plain: bytes, recipient: Recipient, own: ec.EllipticCurvePrivateKey, salt: bytes) -> Encrypted:
    """The same with a given key and salt, which must never be used twice."""
    point, shared = _agree(own, recipient)
    ikm = _hkdf(recipient.auth, shared, b"WebPush: info\0" + recipient.point + point, 32)
    key = _hkdf(salt, ikm, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, ikm, b"Content-Encoding: nonce\0", 12)
    header = salt + _RECORD_BYTES.to_bytes(4) + bytes([len(point)]) + point
    return Encrypted(header + AESGCM(key).encrypt(nonce, plain + b"\x02", None), {"Content-Encoding": "aes128gcm"})


def encrypt_draft(plain: bytes, recipient: Recipient) -> Encrypted:
    """For an app, or its relay, that speaks the draft."""
    return encrypt_draft_with(plain, recipient, ec.generate_private_key(ec.SECP256R1()), os.urandom(SALT_BYTES))


def encrypt_draft_with(plain: bytes, recipient: Recipient, own: ec.EllipticCurvePrivateKey, salt: bytes) -> Encrypted:
    """The same with a given key and salt, which must never be used twice."""
    point, shared = _agree(own, recipient)
    ikm = _hkdf(recipient.auth, shared, b"Content-Encoding: auth\0", 32)
    context = b"P-256\0" + b"".join(len(each).to_bytes(2) + each for each in (recipient.point, point))
    key = _hkdf(salt, ikm, b"Content-Encoding: aesgcm\0" + context, 16)
    nonce = _hkdf(salt, ikm, b"Content-Encoding: nonce\0" + context, 12)
    headers = {
        "Content-Encoding": "aesgcm",
        "Encryption": f"salt={encode(salt)}",
        "Crypto-Key": f"dh={encode(point)}",
    }
    return Encrypted(AESGCM(key).encrypt(nonce, b"\0\0" + plain, None), headers)


def _agree(own: ec.EllipticCurvePrivateKey, recipient: Recipient) -> tuple[bytes, bytes]:
    """Our point, and the secret that only the app can compute as well."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), recipient.point)
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return point, own.exchange(ec.ECDH(), theirs)


def _hkdf(salt: bytes, ikm: bytes, info: bytes, size: int) -> bytes:
    """RFC 5869 for at most 32 bytes: one round."""
    return _mac(_mac(salt, ikm), info + b"\x01")[:size]


def _mac(key: bytes, data: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(data)
    return made.finalize()


# -- who sends --------------------------------------------------------------------------------------------------------


def vapid_token(key: ec.EllipticCurvePrivateKey, *, audience: str, subject: str, expires_at_seconds: int) -> str:
    """A JWT (ES256) that says who sends: ``audience`` is the origin of the push service (RFC 8292 section 2)."""
    claims: dict[str, Any] = {"aud": audience, "exp": expires_at_seconds, "sub": subject}
    signed = f"{encode(orjson.dumps({'typ': 'JWT', 'alg': 'ES256'}))}.{encode(orjson.dumps(claims))}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{encode(r.to_bytes(32) + s.to_bytes(32))}"


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Base64 of either alphabet, with padding or without. Raises ValueError."""
    plain = text.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
