"""Keys that sign and keys that verify: RSA and Ed25519, inside the limits of this node.

What a key may be is decided here once: RSA of 2,048 to 4,096 bits with an odd public exponent from 3 to 2^32,
or Ed25519. Nothing else gets past the constructors, so whoever holds one of these objects need not ask again.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
    load_pem_public_key,
)

from node.errors import SignatureInvalid

RSA_BITS = 2048
_RSA_MIN_BITS, _RSA_MAX_BITS = 2048, 4096
_RSA_MAX_EXPONENT = 2**32
#: A 4,096-bit key is 800 characters of PEM; what is far longer is not worth a parser's time.
_MAX_PEM_LENGTH = 4096
_PKCS1V15 = padding.PKCS1v15()
_SHA256 = hashes.SHA256()


class Algorithm(StrEnum):
    """How a key signs, by the names of the registry of RFC 9421 section 6.2."""

    RSA = "rsa-v1_5-sha256"
    ED25519 = "ed25519"


def generate_rsa() -> RSAPrivateKey:
    return rsa.generate_private_key(65537, RSA_BITS)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that others are known by. ``key_id`` is the exact id under which its owner publishes it."""

    key_id: str
    algorithm: Algorithm
    _native: RSAPublicKey | Ed25519PublicKey = field(repr=False)

    @classmethod
    def of(cls, key_id: str, native: object) -> Self:
        """Wraps a key of ``cryptography``; SignatureInvalid where its kind or its numbers are refused."""
        if isinstance(native, Ed25519PublicKey):
            return cls(key_id, Algorithm.ED25519, native)
        if isinstance(native, RSAPublicKey):
            _check_rsa(native, key_id)
            return cls(key_id, Algorithm.RSA, native)
        raise _refused(key_id, f"kind {type(native).__name__}")

    @classmethod
    def from_pem(cls, key_id: str, pem: str) -> Self:
        """Reads ``publicKeyPem`` as peers write it: SPKI or PKCS#1, any line ends.

        Raises SignatureInvalid: a key that cannot be read or is refused proves nothing.
        """
        if len(pem) > _MAX_PEM_LENGTH:
            raise _refused(key_id, f"{len(pem)} characters of PEM")
        try:
            native = load_pem_public_key(pem.strip().encode("ascii"))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise _refused(key_id, str(error)) from error
        return cls.of(key_id, native)

    @classmethod
    def from_ed25519(cls, key_id: str, raw: bytes) -> Self:
        """Reads the 32 bytes of RFC 8032; SignatureInvalid for any other length."""
        try:
            return cls.of(key_id, Ed25519PublicKey.from_public_bytes(raw))
        except ValueError as error:
            raise _refused(key_id, str(error)) from error

    @classmethod
    def from_pkcs1(cls, key_id: str, der: bytes) -> Self:
        """Reads the RSAPublicKey structure of RFC 8017 appendix A.1.1; SignatureInvalid for anything else."""
        try:
            key = cls.of(key_id, load_der_public_key(der))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise _refused(key_id, str(error)) from error
        if key.algorithm is not Algorithm.RSA or key.to_bytes() != der:
            raise _refused(key_id, "not the DER of an RSAPublicKey")
        return key

    def to_pem(self) -> str:
        """SPKI PEM with plain line feeds, as ``publicKey.publicKeyPem`` carries it."""
        return self._native.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")

    def to_bytes(self) -> bytes:
        """The bytes that a Multikey wraps: 32 of Ed25519, the PKCS#1 DER of RSA."""
        if self.algorithm is Algorithm.ED25519:
            return self._native.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return self._native.public_bytes(Encoding.DER, PublicFormat.PKCS1)

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether the holder of the private key signed exactly ``data``. Thread-safe."""
        native = self._native
        try:
            if isinstance(native, RSAPublicKey):
                native.verify(signature, data, _PKCS1V15, _SHA256)
            else:
                native.verify(signature, data)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of one of our actors. ``key_id`` is the id under which its public half is published."""

    key_id: str
    algorithm: Algorithm
    _native: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls, key_id: str, algorithm: Algorithm) -> Self:
        """A new key. RSA takes some 25 ms, most of them without the interpreter lock: call it in a thread."""
        if algorithm is Algorithm.ED25519:
            return cls(key_id, algorithm, Ed25519PrivateKey.generate())
        return cls(key_id, algorithm, generate_rsa())

    @classmethod
    def from_pkcs8(cls, key_id: str, der: bytes) -> Self:
        """Reads what ``to_pkcs8`` wrote; ValueError or SignatureInvalid where it is no key of ours."""
        # The bytes come from our own authenticated store. Proving again that the factors are primes costs as much
        # as 60 signatures, and each actor's first delivery after a restart would pay it.
        native = load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
        if isinstance(native, RSAPrivateKey | Ed25519PrivateKey):
            return cls(key_id, PublicKey.of(key_id, native.public_key()).algorithm, native)
        raise ValueError(f"{type(native).__name__} is not a kind of key that signs here")

    def to_pkcs8(self) -> bytes:
        """The private key as unencrypted PKCS#8 DER. Whoever stores it encrypts it."""
        return self._native.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.key_id, self.algorithm, self._native.public_key())

    @property
    def is_slow(self) -> bool:
        """Whether signing takes so long (a quarter of a millisecond) that it is worth a hop to a thread."""
        return self.algorithm is Algorithm.RSA

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data``. Thread-safe, and without the interpreter lock while it computes."""
        native = self._native
        if isinstance(native, RSAPrivateKey):
            return native.sign(data, _PKCS1V15, _SHA256)
        return native.sign(data)


def _check_rsa(native: RSAPublicKey, key_id: str) -> None:
    if not _RSA_MIN_BITS <= native.key_size <= _RSA_MAX_BITS:
        raise _refused(key_id, f"RSA of {native.key_size} bits")
    numbers = native.public_numbers()
    if numbers.e % 2 == 0 or not 3 <= numbers.e <= _RSA_MAX_EXPONENT:
        raise _refused(key_id, "RSA exponent out of range")
    if numbers.n % 2 == 0:
        raise _refused(key_id, "even RSA modulus")


def _refused(key_id: str, why: str) -> SignatureInvalid:
    return SignatureInvalid("The signing key is not one that this node accepts.", detail=f"{key_id}: {why}")
