"""base58btc and Multikey, against the vectors of FEP-521a."""

import contextlib
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from federation.signatures.keypairs import Algorithm
from federation.signatures.multikey import decode_multibase, decode_multikey, encode_multibase, encode_multikey
from node.errors import SignatureInvalid
from tests.depth import examples
from tests.federation.signatures.signed import ed25519_key, rsa_key
from tests.rows import each_row
from tests.shared import shared_data

ID = "https://peer.example/users/ada#key"


@each_row(
    "data, text",
    [
        (b"", "z"),
        (b"\0\0", "z11"),
        (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
        (bytes.fromhex("0000287fb4cd"), "z11233QC4"),
    ],
)
def test_base58btc_vectors(data, text):
    """The last two stand in draft-msporny-base58 section 5."""
    assert encode_multibase(data) == text
    assert decode_multibase(text) == data


@given(st.binary(max_size=600))
@example(bytes(600))
def test_every_byte_string_survives(data):
    assert decode_multibase(encode_multibase(data)) == data


@each_row("text", ["", "1", "m11", "Z11", "z0", "zO", "zI", "zl", "z ", "zé", "z" + "2" * 1024])
def test_other_text_is_no_base58btc(text):
    with pytest.raises(ValueError):
        decode_multibase(text)


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_the_vectors_of_the_fep(kind):
    cases = json.loads(shared_data("payloads/vectors/fep-521a-multikey.json").read_text())["cases"]
    [case] = [case for case in cases if case["kind"] == kind]
    text = case["multikey"]["publicKeyMultibase"]
    key = decode_multikey(case["multikey"]["id"], text)
    assert key.to_bytes() == bytes.fromhex(case.get("rawHex") or case["pkcs1DerHex"])
    assert key.algorithm is Algorithm[kind.upper()]
    assert encode_multikey(key) == text


@pytest.mark.parametrize("key", [rsa_key, ed25519_key])
def test_a_key_survives(key):
    assert decode_multikey(key().key_id, encode_multikey(key().public)) == key().public


def spelt(code, data):
    return encode_multibase(bytes.fromhex(code) + data)


OTHERS = {
    "nothing": "",
    "no bytes": "z",
    "another base": "u7QEu",
    "pem": ed25519_key().public.to_pem(),
    "no key behind the code": spelt("ed01", b""),
    "a byte too many": spelt("ed01", bytes(33)),
    "the code of the other kind": spelt("8524", ed25519_key().public.to_bytes()),
    "the other kind": spelt("ed01", rsa_key().public.to_bytes()),
    "the code of private keys": spelt("8026", ed25519_key().public.to_bytes()),
    "the code of key agreement": spelt("ec01", ed25519_key().public.to_bytes()),
    "bytes behind the key": spelt("8524", rsa_key().public.to_bytes() + bytes(1)),
}


@each_row("text", OTHERS.values())
def test_other_multikeys_are_refused(text):
    with pytest.raises(SignatureInvalid):
        decode_multikey(ID, text)


@examples(60)
@given(st.one_of(st.text(), st.binary(max_size=40).map(encode_multibase), st.binary().map(lambda b: spelt("8524", b))))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(SignatureInvalid):
        assert encode_multikey(decode_multikey(ID, text)) == text
