"""The key by which push services know this node (VAPID, RFC 8292): one P-256 pair, made when first asked for."""

import base64
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from sqlalchemy import Connection

from node.secretbox import VAPID_KEY, SecretBox
from node.store import facts


@dataclass(frozen=True, slots=True)
class VapidKey:
    """``public`` is the uncompressed point in base64url without padding, as browsers and apps want it."""

    public: str
    private: ec.EllipticCurvePrivateKey = field(repr=False)


def load_key(conn: Connection, box: SecretBox) -> VapidKey:
    """The node's key. It never changes: subscriptions of apps are bound to it. Call it where writing is allowed."""
    sealed = facts.load_fact(conn, facts.VAPID)
    if sealed is None:
        made = ec.generate_private_key(ec.SECP256R1())
        der = made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        facts.save_fact(conn, facts.VAPID, base64.b64encode(box.seal(der, purpose=VAPID_KEY)).decode())
        return _key(made)
    found = load_der_private_key(box.open(base64.b64decode(sealed), purpose=VAPID_KEY), None)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    return _key(found)


def _key(private: ec.EllipticCurvePrivateKey) -> VapidKey:
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return VapidKey(base64.urlsafe_b64encode(point).rstrip(b"=").decode(), private)
