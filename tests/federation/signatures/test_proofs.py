"""Integrity proofs, against the vector of FEP-8b32 and every rule of its verifier."""

import contextlib
import copy
import json
import struct

import jcs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import assume, given
from hypothesis import strategies as st

from federation.signatures import proofs
from federation.signatures.keypairs import SigningKey
from federation.signatures.multikey import decode_multibase, decode_multikey, encode_multibase
from federation.signatures.proofs import add_proof, proof_key_id, verify_proof
from node.clock import MINUTE, from_rfc3339
from node.domain.canonical import canonical_json
from node.errors import Malformed, SignatureInvalid
from tests.depth import examples
from tests.federation.signatures.signed import NOW, ed25519_key, rsa_key
from tests.rows import each_row
from tests.shared import shared_data

CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"]
DOCUMENT = {
    "@context": CONTEXT,
    "id": "https://peer.example/activities/1",
    "type": "Create",
    "actor": "https://peer.example/users/ada",
    "object": {"type": "Note", "content": "Grüße", "replies": 3, "longitude": -71.184902, "tag": [], "bto": None},
}
KEY = ed25519_key()


def signed(document=None):
    return add_proof(DOCUMENT if document is None else document, KEY, created_at=NOW)


def with_proof(document, **members):
    """The document with members of its proof changed; None takes one away."""
    proof = {name: value for name, value in {**document["proof"], **members}.items() if value is not None}
    return {**document, "proof": proof}


def signed_with(key=KEY, **members):
    """A document whose proof truly signs other options than ours, or is made with another key."""
    options = {name: value for name, value in {**signed()["proof"], **members}.items() if value is not None}
    del options["proofValue"]
    value = encode_multibase(key.sign(proofs._signed_bytes(DOCUMENT, options)))
    return {**DOCUMENT, "proof": {**options, "proofValue": value}}


def vector():
    return json.loads(shared_data("payloads/vectors/fep-8b32-eddsa-jcs-2022.json").read_text())


def test_the_vector_of_the_fep_is_signed():
    case = vector()
    created_at = from_rfc3339(case["created"])
    assert created_at is not None
    secret = decode_multibase(case["ed25519SecretKeyMultibase"])
    assert secret[:2] == bytes.fromhex("8026")
    native = Ed25519PrivateKey.from_private_bytes(secret[2:])
    pkcs8 = native.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    key = SigningKey.from_pkcs8(case["verificationMethod"], pkcs8)
    assert add_proof(case["unsigned"], key, created_at=created_at) == case["signed"]


def test_the_vector_of_the_fep_is_verified():
    case = vector()
    [method] = case["actor"]["assertionMethod"]
    assert proof_key_id(case["signed"]) == method["id"]
    key = decode_multikey(method["id"], method["publicKeyMultibase"])
    assert verify_proof(case["signed"], key, now=NOW) == case["unsigned"]


def test_a_proof_is_added_to_a_copy():
    before = copy.deepcopy(DOCUMENT)
    document = add_proof(DOCUMENT, KEY, created_at=NOW + 999)
    assert before == DOCUMENT
    proof = document.pop("proof")
    assert document == DOCUMENT
    assert proof.pop("proofValue").startswith("z")
    assert proof == {
        "@context": CONTEXT,
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": KEY.key_id,
        "proofPurpose": "assertionMethod",
        "created": "2026-09-21T14:13:20Z",
    }


def test_a_proof_takes_the_place_of_another():
    assert add_proof({**signed(), "signature": {}}, KEY, created_at=NOW) == signed()


def test_it_survives_the_wire():
    assert verify_proof(json.loads(json.dumps(signed())), KEY.public, now=NOW) == DOCUMENT


def test_a_document_without_context_is_signed_without_one():
    bare = {name: value for name, value in DOCUMENT.items() if name != "@context"}
    document = signed(bare)
    assert "@context" not in document["proof"]
    assert verify_proof(document, KEY.public, now=NOW) == bare
    with pytest.raises(SignatureInvalid):
        verify_proof({**document, "@context": CONTEXT}, KEY.public, now=NOW)


def test_one_context_may_stand_without_a_list():
    document = signed({**DOCUMENT, "@context": CONTEXT[0]})
    for arrived in (CONTEXT[0], CONTEXT[:1], CONTEXT):
        assert verify_proof({**document, "@context": arrived}, KEY.public, now=NOW)["@context"] == CONTEXT[0]


def test_contexts_added_on_the_way_are_not_believed():
    document = {**signed(), "@context": [*CONTEXT, {"content": "https://evil.example/ignored"}]}
    assert verify_proof(document, KEY.public, now=NOW) == DOCUMENT


def test_a_linked_data_signature_does_not_disturb():
    document = {**signed(), "signature": {"type": "RsaSignature2017"}}
    assert verify_proof(document, KEY.public, now=NOW) == DOCUMENT


def test_the_proof_that_we_read_is_found_among_others():
    document = signed()
    document["proof"] = [{"type": "DataIntegrityProof", "cryptosuite": "ecdsa-jcs-2019"}, "x", document["proof"]]
    assert proof_key_id(document) == KEY.key_id
    assert verify_proof(document, KEY.public, now=NOW) == DOCUMENT


@each_row("document", [
    {}, {"proof": None}, {"proof": []}, {"proof": "z"}, {"proof": [None, 1]},
    with_proof(signed(), type="Ed25519Signature2020"), with_proof(signed(), type=["DataIntegrityProof"]),
    with_proof(signed(), cryptosuite="eddsa-rdfc-2022"), with_proof(signed(), verificationMethod=None),
    with_proof(signed(), verificationMethod={"id": KEY.key_id}),
])  # fmt: skip
def test_without_a_proof_that_we_read_there_is_none(document):
    assert proof_key_id(document) is None
    with pytest.raises(SignatureInvalid, match="no proof"):
        verify_proof(document, KEY.public, now=NOW)


REFUSED = {
    "no value": with_proof(signed(), proofValue=None),
    "value is a list": with_proof(signed(), proofValue=[signed()["proof"]["proofValue"]]),
    "value in another base": with_proof(signed(), proofValue="u" + signed()["proof"]["proofValue"][1:]),
    "value of another size": with_proof(signed(), proofValue="z11"),
    "value of somebody else": with_proof(signed(), proofValue=signed({})["proof"]["proofValue"]),
    "truly another purpose": signed_with(proofPurpose="authentication"),
    "truly no purpose": signed_with(proofPurpose=None),
    "truly expired": signed_with(expires="2026-09-21T14:12:19Z"),
    "end that is no time": signed_with(expires="soon"),
    "end that is a number": signed_with(expires=NOW),
    "creation that is no time": signed_with(created="yesterday"),
    "changed creation": with_proof(signed(), created="2026-09-21T14:13:21Z"),
    "removed creation": with_proof(signed(), created=None),
    "added end": with_proof(signed(), expires="2030-01-01T00:00:00Z"),
    "other context": {**signed(), "@context": [CONTEXT[0]]},
    "contexts in another order": {**signed(), "@context": CONTEXT[::-1]},
    "context put first": {**signed(), "@context": [{"content": "x"}, *CONTEXT]},
    "no context": {name: value for name, value in signed().items() if name != "@context"},
    "shorter context in both": {**with_proof(signed(), **{"@context": CONTEXT[:1]}), "@context": CONTEXT},
    "context taken from the proof": with_proof(signed(), **{"@context": None}),
    "truly another key": signed_with(verificationMethod=f"{KEY.key_id}-2"),
    "added member": {**signed(), "to": []},
    "removed member": {name: value for name, value in signed().items() if name != "actor"},
    "integer that a double cannot hold": {**signed(), "number": 2**53},
    "not a number": {**signed(), "number": float("nan")},
    "lone surrogate": {**signed(), "text": "\ud800"},
}


@each_row("document", REFUSED.values())
def test_every_rule_is_held(document):
    with pytest.raises(SignatureInvalid):
        verify_proof(document, KEY.public, now=NOW)


def test_an_end_has_a_minute_of_grace():
    document = signed_with(expires="2026-09-21T14:13:20Z")
    assert verify_proof(document, KEY.public, now=NOW + MINUTE) == DOCUMENT
    with pytest.raises(SignatureInvalid, match="expired"):
        verify_proof(document, KEY.public, now=NOW + MINUTE + 1)


def test_endless_nesting_is_refused():
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(SignatureInvalid):
        verify_proof({**signed(), "deep": deep}, KEY.public, now=NOW)


def test_a_key_of_another_id_or_kind_proves_nothing():
    for other in (ed25519_key(f"{KEY.key_id}-2"), rsa_key(KEY.key_id), SigningKey.generate(KEY.key_id, KEY.algorithm)):
        with pytest.raises(SignatureInvalid):
            verify_proof(signed(), other.public, now=NOW)


def test_the_cryptosuite_is_for_ed25519_alone():
    with pytest.raises(SignatureInvalid, match="another key"):
        verify_proof(signed_with(rsa_key(KEY.key_id)), rsa_key(KEY.key_id).public, now=NOW)


def test_what_cannot_be_signed_is_a_fault_of_the_caller():
    for document, key in (
        (DOCUMENT, rsa_key()),
        ({"n": 2**53}, KEY),
        ({"n": float("inf")}, KEY),
        ({"t": "\udfff"}, KEY),
    ):
        with pytest.raises((ValueError, Malformed)):
            add_proof(document, key, created_at=NOW)


NUMBERS = {
    # RFC 8785 appendix B
    "0000000000000000": "0", "8000000000000000": "0", "0000000000000001": "5e-324", "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308", "4340000000000000": "9007199254740992",
    "4430000000000000": "295147905179352830000", "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23", "444b1ae4d6e2ef4e": "999999999999999700000", "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7", "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332", "becbf647612f3696": "-0.0000033333333333333333",
}  # fmt: skip


@each_row("bits, text", NUMBERS.items())
def test_numbers_are_written_as_ecmascript_does(bits, text):
    [number] = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical_json(number) == text.encode()


def test_keys_are_sorted_by_utf_16():
    """RFC 8785 section 3.2.3: a surrogate pair sorts before U+E000."""
    assert canonical_json({"\ue000": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ue000":1}'.encode()


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8")),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)
documents = st.dictionaries(st.text(st.characters(codec="utf-8")), values, max_size=5)


@examples(50)
@given(documents)
def test_the_canonical_form_is_that_of_another_implementation(document):
    assert canonical_json(document) == jcs.canonicalize(document)


@examples(50)
@given(documents)
def test_what_we_sign_we_verify(document):
    unsecured = {name: value for name, value in document.items() if name not in {"proof", "signature"}}
    received = json.loads(json.dumps(add_proof(document, KEY, created_at=NOW)))
    assert verify_proof(received, KEY.public, now=NOW) == unsecured


@examples(50)
@given(documents, st.text(st.characters(codec="utf-8")), values)
def test_any_changed_member_breaks_it(document, name, value):
    received = add_proof(document, KEY, created_at=NOW)
    assume(name not in {"proof", "signature", "@context"})
    assume(name not in received or jcs.canonicalize(received[name]) != jcs.canonicalize(value))
    with pytest.raises(SignatureInvalid):
        verify_proof({**received, name: value}, KEY.public, now=NOW)


@examples(50)
@given(st.dictionaries(st.sampled_from([*signed()["proof"], "expires", "domain"]), values))
def test_any_proof_gets_an_answer(members):
    document = {**DOCUMENT, "proof": {**signed()["proof"], **members}}
    proof_key_id(document)
    with contextlib.suppress(SignatureInvalid):
        verify_proof(document, KEY.public, now=NOW)
