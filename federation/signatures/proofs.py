"""Object integrity proofs: FEP-8b32 with the cryptosuite ``eddsa-jcs-2022`` of W3C Data Integrity.

What is signed is SHA-256 of the canonical proof options followed by SHA-256 of the canonical document (RFC 8785).
Integers that a double cannot hold exactly are refused on both sides: one signature would stand for two documents.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from federation.signatures.keypairs import Algorithm, PublicKey, SigningKey
from federation.signatures.multikey import decode_multibase, encode_multibase
from node.clock import MINUTE, from_rfc3339, to_rfc3339
from node.domain.canonical import canonical_json
from node.errors import Malformed, SignatureInvalid

TYPE = "DataIntegrityProof"
CRYPTOSUITE = "eddsa-jcs-2022"
PURPOSE = "assertionMethod"
#: Not part of what is signed: the proof itself, and the Linked Data signature that others may have added after it.
_UNSIGNED = frozenset({"proof", "signature"})
_EXPIRY_GRACE = MINUTE


def add_proof(document: Mapping[str, Any], signing_key: SigningKey, *, created_at: int) -> dict[str, Any]:
    """A copy of ``document`` that carries a proof by ``signing_key``, in place of any proof it had.

    ``@context`` has to be complete before: it is signed too, and should name
    ``https://w3id.org/security/data-integrity/v2``. ``created_at`` is written in whole seconds. Raises ValueError
    for a key that is not Ed25519, Malformed for a document that has no canonical form.
    """
    if signing_key.algorithm is not Algorithm.ED25519:
        raise ValueError(f"{CRYPTOSUITE} signs with Ed25519, not {signing_key.algorithm}")
    unsecured = _unsecured(document)
    proof: dict[str, Any] = {"@context": document["@context"]} if "@context" in document else {}
    proof |= {
        "type": TYPE,
        "cryptosuite": CRYPTOSUITE,
        "verificationMethod": signing_key.key_id,
        "proofPurpose": PURPOSE,
        "created": to_rfc3339(created_at // 1000 * 1000),
    }
    signature = signing_key.sign(_signed_bytes(unsecured, proof))
    return {**unsecured, "proof": proof | {"proofValue": encode_multibase(signature)}}


def verify_proof(document: Mapping[str, Any], public_key: PublicKey, *, now: int) -> dict[str, Any]:
    """The document as the owner of ``public_key`` signed it; raises SignatureInvalid where he did not.

    Use what is returned, not what arrived: contexts that somebody appended are gone from it, and so are the proof
    and any Linked Data signature. ``document`` is JSON inside the limits of our reader. That the key belongs to the
    ``actor`` or ``attributedTo`` of the document is for the caller to establish.
    """
    proof = _find_proof(document)
    if proof is None:
        raise SignatureInvalid("The document has no proof that this node reads.")
    if public_key.algorithm is not Algorithm.ED25519 or proof["verificationMethod"] != public_key.key_id:
        raise SignatureInvalid("The proof was made with another key.", detail=public_key.key_id)
    _check_options(proof, now)
    signed = _restore_context(_unsecured(document), proof)
    try:
        signature = decode_multibase(proof["proofValue"])
        proven = public_key.verifies(signature, _signed_bytes(signed, proof))
    except (ValueError, Malformed) as error:
        raise SignatureInvalid("The proof cannot be read.", detail=str(error)[:200]) from error
    if not proven:
        raise SignatureInvalid("The proof does not fit the document.", detail=public_key.key_id)
    return signed


def proof_key_id(document: Mapping[str, Any]) -> str | None:
    """The id of the key to fetch before ``verify_proof``; None where there is no proof that we read."""
    proof = _find_proof(document)
    return None if proof is None else str(proof["verificationMethod"])


def _find_proof(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first proof of our cryptosuite. Several proofs of one document are each made without the others."""
    proofs = document.get("proof")
    for proof in proofs if isinstance(proofs, list) else [proofs]:
        if (
            isinstance(proof, Mapping)
            and proof.get("type") == TYPE
            and proof.get("cryptosuite") == CRYPTOSUITE
            and isinstance(proof.get("verificationMethod"), str)
        ):
            return proof
    return None


def _check_options(proof: Mapping[str, Any], now: int) -> None:
    if proof.get("proofPurpose") != PURPOSE:
        raise SignatureInvalid("The proof was made for another purpose.", detail=str(proof.get("proofPurpose"))[:80])
    if not isinstance(proof.get("proofValue"), str):
        raise SignatureInvalid("The proof has no value.")
    _read_time(proof, "created")
    expires_at = _read_time(proof, "expires")
    if expires_at is not None and now > expires_at + _EXPIRY_GRACE:
        raise SignatureInvalid("The proof has expired.", detail=str(proof["expires"]))


def _read_time(proof: Mapping[str, Any], name: str) -> int | None:
    """The instant of an optional time of the proof; SignatureInvalid where it is there and is none."""
    if name not in proof:
        return None
    at = from_rfc3339(proof[name]) if isinstance(proof[name], str) else None
    if at is None:
        raise SignatureInvalid("The proof has a time that cannot be read.", detail=f"{name}={str(proof[name])[:80]}")
    return at


def _unsecured(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in _UNSIGNED}


def _restore_context(unsecured: dict[str, Any], proof: Mapping[str, Any]) -> dict[str, Any]:
    """Gives the document the context that was signed, which has to be the beginning of the one that arrived."""
    if "@context" not in proof:
        return unsecured
    signed, arrived = _as_list(proof["@context"]), _as_list(unsecured.get("@context", []))
    if arrived[: len(signed)] != signed:
        raise SignatureInvalid("The document has another context than its proof.")
    return {**unsecured, "@context": proof["@context"]}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _signed_bytes(unsecured: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    return _hash(options) + _hash(unsecured)


def _hash(document: Mapping[str, Any]) -> bytes:
    """SHA-256 of the canonical form; Malformed where there is none (inexact integers, lone surrogates, NaN)."""
    return hashlib.sha256(canonical_json(document, exact=True)).digest()
