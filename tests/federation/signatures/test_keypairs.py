"""Keys: what is read, what is refused, and that no secret shows."""

import base64
import json
import textwrap

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from federation.signatures.keypairs import Algorithm, PublicKey, SigningKey
from node.errors import SignatureInvalid
from tests import costs
from tests.depth import examples
from tests.federation.signatures.signed import ed25519_key, rsa_key
from tests.rows import each_row
from tests.shared import shared_data

ID = "https://peer.example/users/ada#main-key"


@pytest.fixture(params=[rsa_key, ed25519_key], ids=["rsa", "ed25519"])
def key(request):
    return request.param()


def test_a_signature_holds_for_its_bytes_alone(key):
    signature = key.sign(b"text")
    assert key.public.verifies(signature, b"text")
    assert not key.public.verifies(signature, b"Text")
    assert not key.public.verifies(signature[:-1], b"text")
    assert not key.public.verifies(b"", b"text")


def test_a_private_key_survives_storage(key):
    again = SigningKey.from_pkcs8(key.key_id, key.to_pkcs8())
    assert again.algorithm is key.algorithm
    assert key.public.verifies(again.sign(b"text"), b"text")


def test_a_public_key_survives_pem(key):
    assert PublicKey.from_pem(key.key_id, key.public.to_pem()) == key.public


def test_no_secret_shows(key):
    assert repr(key) == f"SigningKey(key_id='{key.key_id}', algorithm={key.algorithm!r})"


def test_generated_keys_are_of_the_sizes_promised():
    public = costs.generate_rsa().public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    assert (public.key_size, public.public_numbers().e) == (2048, 65537)
    assert len(ed25519_key().public.to_bytes()) == 32


def test_pem_is_taken_as_peers_write_it():
    spki = rsa_key().public.to_pem()
    pkcs1 = rsa_key().public._native.public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
    assert pkcs1.startswith("-----BEGIN RSA PUBLIC KEY-----")
    for pem in (spki, pkcs1):
        for respelt in (pem, pem.rstrip(), pem.replace("\n", "\r\n"), f"\n\n {pem} \n"):
            assert PublicKey.from_pem(ID, respelt).to_pem() == spki


@pytest.mark.parametrize("name", ["mastodon/objects/person", "peertube/objects/person", "wordpress/objects/group"])
def test_keys_of_real_actors_are_read(name):
    document = json.loads(shared_data(f"payloads/{name}.json").read_text())
    key = PublicKey.from_pem(document["publicKey"]["id"], document["publicKey"]["publicKeyPem"])
    assert key.algorithm is Algorithm.RSA


def pem_of(public):
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def pem_of_numbers(modulus, exponent):
    """SPKI written by hand, since the library makes no such key."""

    def tlv(tag, content):
        length = len(content)
        size = bytes([length]) if length < 128 else bytes([0x82, length >> 8, length & 255])
        return bytes([tag]) + size + content

    def integer(number):
        return tlv(2, number.to_bytes(number.bit_length() // 8 + 1))

    key = tlv(0x30, integer(modulus) + integer(exponent))
    der = tlv(0x30, bytes.fromhex("300d06092a864886f70d0101010500") + tlv(3, b"\0" + key))
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"


MODULUS = 2**2047 + 15

REFUSED = {
    "rsa of 1024 bits": lambda: pem_of_numbers(2**1023 + 1155, 65537),
    "rsa of 2047 bits": lambda: pem_of_numbers(2**2046 + 15, 65537),
    "rsa of 4097 bits": lambda: pem_of_numbers(2**4096 + 15, 65537),
    "rsa of 16384 bits": lambda: pem_of_numbers(2**16383 + 15, 65537),
    "exponent 1": lambda: pem_of_numbers(MODULUS, 1),
    "even exponent": lambda: pem_of_numbers(MODULUS, 65536),
    "huge exponent": lambda: pem_of_numbers(MODULUS, 2**32 + 1),
    "even modulus": lambda: pem_of_numbers(MODULUS + 1, 65537),
    "elliptic curve": lambda: pem_of(ec.generate_private_key(ec.SECP256R1()).public_key()),
    "dsa": lambda: pem_of(dsa.generate_private_key(1024).public_key()),
    "x25519": lambda: pem_of(X25519PrivateKey.generate().public_key()),
    "a private key": lambda: (
        Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    ),
    "no pem": lambda: "key",
    "nothing": lambda: "",
    "not ASCII": lambda: rsa_key().public.to_pem().replace("A", "Ä", 1),
    "cut": lambda: rsa_key().public.to_pem().replace("A", "", 1),
    "endless": lambda: rsa_key().public.to_pem() + "\n" * 5000,
}


@each_row("pem", REFUSED.values())
def test_other_keys_are_refused(pem):
    with pytest.raises(SignatureInvalid) as refusal:
        PublicKey.from_pem(ID, pem())
    assert ID in refusal.value.detail
    assert ID not in refusal.value.public


@each_row("exponent", [3, 65537, 2**32 - 1])
@each_row("modulus", [MODULUS, 2**4095 + 15])
def test_keys_at_the_limits_are_read(modulus, exponent):
    assert PublicKey.from_pem(ID, pem_of_numbers(modulus, exponent)).algorithm is Algorithm.RSA


@examples(50)
@given(st.one_of(st.text(), st.binary().map(lambda data: pem_of_bytes(data))))
def test_any_text_is_read_or_refused(text):
    with pytest.raises(SignatureInvalid):
        PublicKey.from_pem(ID, text)


def pem_of_bytes(data):
    return f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(data).decode()}\n-----END PUBLIC KEY-----"


@pytest.mark.parametrize("length", [0, 31, 33])
def test_ed25519_has_32_bytes(length):
    with pytest.raises(SignatureInvalid):
        PublicKey.from_ed25519(ID, bytes(length))


def test_pkcs1_is_the_structure_alone():
    der = rsa_key().public.to_bytes()
    assert PublicKey.from_pkcs1(ID, der).to_bytes() == der
    spki = rsa_key().public._native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    other = ed25519_key().public._native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for wrong in (spki, other, der[:-1], der + b"\0", b""):
        with pytest.raises(SignatureInvalid):
            PublicKey.from_pkcs1(ID, wrong)


def test_a_stored_key_of_another_kind_is_an_error():
    other = ec.generate_private_key(ec.SECP256R1())
    weak = rsa.generate_private_key(65537, 1024)
    for native, error in ((other, ValueError), (weak, SignatureInvalid)):
        with pytest.raises(error):
            SigningKey.from_pkcs8(ID, native.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError):
        SigningKey.from_pkcs8(ID, b"no key")
