"""A push service and the app behind it: takes messages on loopback, and decrypts what only the app can read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import orjson
from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from node.webpush import decode, encode


def derive(salt: bytes, secret: bytes, info: bytes, size: int) -> bytes:
    """HKDF of the library: another way than the product's."""
    return HKDF(hashes.SHA256(), size, salt, info).derive(secret)


@dataclass
class AppKeys:
    """What an app keeps for itself."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"0123456789abcdef"

    @property
    def point(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def shared(self, point: bytes) -> bytes:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        return self.private.exchange(ec.ECDH(), theirs)

    def decrypt(self, body: bytes) -> bytes:
        """RFC 8291."""
        salt, record, size, point, text = body[:16], body[16:20], body[20], body[21:86], body[86:]
        assert size == 65
        assert len(text) <= int.from_bytes(record)  # one record (RFC 8291, section 4)
        ikm = derive(self.auth, self.shared(point), b"WebPush: info\0" + self.point + point, 32)
        key = derive(salt, ikm, b"Content-Encoding: aes128gcm\0", 16)
        plain = AESGCM(key).decrypt(derive(salt, ikm, b"Content-Encoding: nonce\0", 12), text, None)
        assert plain.endswith(b"\x02")
        return plain[:-1]

    def decrypt_draft(self, body: bytes, encryption: str, crypto_key: str) -> bytes:
        """draft-ietf-webpush-encryption-04."""
        salt = decode(encryption.removeprefix("salt="))
        point = decode(crypto_key.partition(";")[0].removeprefix("dh="))
        ikm = derive(self.auth, self.shared(point), b"Content-Encoding: auth\0", 32)
        context = b"P-256\0\0\x41" + self.point + b"\0\x41" + point
        key = derive(salt, ikm, b"Content-Encoding: aesgcm\0" + context, 16)
        plain = AESGCM(key).decrypt(derive(salt, ikm, b"Content-Encoding: nonce\0" + context, 12), body, None)
        assert plain[:2] == b"\0\0"
        return plain[2:]


def read_vapid(token: str, key: str) -> dict[str, object]:
    """The claims of a JWT that this key has signed; raises InvalidSignature."""
    signed, _, signature = token.rpartition(".")
    raw = decode(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(key))
    public.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
    head, claims = (orjson.loads(decode(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    return claims


@dataclass
class PushService:
    """``status`` is what it answers from now on."""

    origin: str
    status: int = 201
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"{self.origin}/push/1"

    def subscription(self, keys: AppKeys, **more: object) -> dict[str, object]:
        return {"endpoint": self.endpoint, "keys": {"p256dh": encode(keys.point), "auth": encode(keys.auth)}, **more}

    async def take(self, request: web.Request) -> web.Response:
        self.taken.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        return web.Response(status=self.status)


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    service = PushService("")
    app = web.Application()
    app.router.add_post("/push/1", service.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.2.0.1", 0)
    await site.start()
    service.origin = f"http://127.2.0.1:{runner.addresses[0][1]}"
    yield service
    await runner.cleanup()
