"""Multikey and the multibase spelling of its bytes (FEP-521a, W3C Controlled Identifiers section 2.2.2).

A Multikey value is ``z`` and the base58btc text of a two-byte code followed by the key: ``0xed01`` and 32 bytes
for Ed25519, ``0x8524`` and PKCS#1 DER for RSA.
"""

from collections.abc import Callable

from federation.signatures.keypairs import Algorithm, PublicKey
from node.errors import SignatureInvalid

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
#: An RSA key of 4,096 bits needs 722 letters. The bound keeps the big-number arithmetic of a stranger's text short.
_MAX_LENGTH = 1024

_CODES = {Algorithm.ED25519: b"\xed\x01", Algorithm.RSA: b"\x85\x24"}
_READERS: dict[bytes, Callable[[str, bytes], PublicKey]] = {
    b"\xed\x01": PublicKey.from_ed25519,
    b"\x85\x24": PublicKey.from_pkcs1,
}


def encode_multibase(data: bytes) -> str:
    """The bytes as multibase base58btc.

    >>> encode_multibase(bytes([0, 1]))
    'z12'
    """
    number = int.from_bytes(data)
    letters: list[str] = []
    while number:
        number, pair = divmod(number, 58 * 58)  # half as many divisions of a large number
        letters += (_ALPHABET[pair % 58], _ALPHABET[pair // 58])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(letters)).lstrip("1")


def decode_multibase(text: str) -> bytes:
    """The bytes that ``encode_multibase`` spelt; ValueError for other text, and for more than 1,024 letters."""
    if not text.startswith("z") or len(text) > _MAX_LENGTH:
        raise ValueError("not base58btc multibase of a usable length")
    letters = text[1:]
    number = 0
    try:
        for letter in letters:
            number = number * 58 + _VALUES[letter]
    except KeyError as error:
        raise ValueError("not a letter of base58btc") from error
    zeros = len(letters) - len(letters.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def encode_multikey(key: PublicKey) -> str:
    """``publicKeyMultibase`` of a key."""
    return encode_multibase(_CODES[key.algorithm] + key.to_bytes())


def decode_multikey(key_id: str, text: str) -> PublicKey:
    """The key that a ``publicKeyMultibase`` holds.

    Raises SignatureInvalid for other codes, other bases and keys outside the limits of
    ``federation.signatures.keypairs``.
    """
    try:
        data = decode_multibase(text)
        reader = _READERS[data[:2]]
    except (ValueError, KeyError) as error:
        raise SignatureInvalid("The signing key cannot be read.", detail=f"{key_id}: {text[:80]}") from error
    return reader(key_id, data[2:])
