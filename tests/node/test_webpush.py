"""Encryption for push services against the example of the RFC, and against an app that decrypts in another way."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from node.errors import Invalid
from node.webpush import (
    MAX_PLAIN,
    Recipient,
    decode,
    encode,
    encrypt,
    encrypt_draft,
    encrypt_with,
    read_recipient,
    vapid_token,
)
from tests.push_service import AppKeys, read_vapid
from tests.rows import each_row

# RFC 8291 section 5 and appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
OWN = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6"
    "cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_rfc():
    own = ec.derive_private_key(int.from_bytes(decode(OWN)), ec.SECP256R1())
    made = encrypt_with(PLAIN, Recipient(decode(POINT), decode(AUTH)), own, decode(SALT))
    assert encode(made.body) == BODY
    assert made.headers == {"Content-Encoding": "aes128gcm"}


@each_row("size", [0, 1, 500, MAX_PLAIN])
def test_an_app_reads_both_forms_and_nobody_sees_the_same_twice(size):
    keys = AppKeys()
    recipient, plain = Recipient(keys.point, keys.auth), b"x" * size
    first, second = encrypt(plain, recipient), encrypt(plain, recipient)
    assert keys.decrypt(first.body) == plain
    assert first.body != second.body
    draft = encrypt_draft(plain, recipient)
    assert draft.headers["Content-Encoding"] == "aesgcm"
    assert keys.decrypt_draft(draft.body, draft.headers["Encryption"], draft.headers["Crypto-Key"]) == plain


def test_the_token_names_audience_and_end_and_is_signed():
    key, other = ec.generate_private_key(ec.SECP256R1()), AppKeys()
    token = vapid_token(key, audience="https://push.example", subject="https://a.example/", expires_at_seconds=99)
    public = AppKeys(private=key).point
    claims = read_vapid(token, encode(public))
    assert claims == {"aud": "https://push.example", "exp": 99, "sub": "https://a.example/"}
    with pytest.raises(InvalidSignature):
        read_vapid(token, encode(other.point))


@each_row(
    "p256dh, auth",
    [
        ("", AUTH),
        (POINT, ""),
        (POINT, AUTH + "AA"),
        (POINT[:-4], AUTH),
        ("A" * 87, AUTH),
        ("B" + "A" * 86, AUTH),
        (POINT, "???"),
        (encode(b"\x02" + decode(POINT)[1:33]), AUTH),
    ],
)
def test_keys_that_are_none_are_refused(p256dh, auth):
    with pytest.raises(Invalid):
        read_recipient(p256dh, auth)


def test_keys_are_read_in_either_alphabet():
    padded = POINT.replace("-", "+").replace("_", "/") + "="
    assert read_recipient(padded, AUTH + "==") == read_recipient(POINT, AUTH)
