"""A JSON-LD processor for tests, offline: what does a document mean to those who take JSON-LD by its word?

The contexts of AS2 and security are restated from their specifications (Activity Vocabulary, ActivityPub, Security
Vocabulary), because no test may fetch them and none of their files is part of the product. Those of others are empty.
"""

import functools
from typing import Any

from pyld import jsonld

from federation.vocab import AS, AS2, DATA_INTEGRITY, SECURITY

_SEC = "https://w3id.org/security#"
_TYPES = (
    "Accept Activity Add Announce Application Arrive Article Audio Block Collection CollectionPage Create Delete "
    "Dislike Document Event Flag Follow Group Ignore Image Invite Join Leave Like Link Listen Mention Move Note Object "
    "Offer OrderedCollection OrderedCollectionPage Organization Page Person Place Profile Question Read Reject "
    "Relationship Remove Service TentativeAccept TentativeReject Tombstone Travel Undo Update Video View Public"
)
_REFERENCES = (
    "actor anyOf attachment attributedTo audience bcc bto cc context current describes endpoints first followers "
    "following formerType generator href icon image inReplyTo instrument items last liked likes location next object "
    "oneOf origin outbox partOf prev preview proxyUrl relationship replies result sharedInbox shares streams subject "
    "tag target to uploadMedia url alsoKnownAs"
)
_TEXTS = "hreflang mediaType preferredUsername rel source units"
_TYPED = {
    "dateTime": "closed deleted endTime published startTime updated",
    "float": "accuracy altitude latitude longitude radius",
    "nonNegativeInteger": "height startIndex totalItems width",
    "duration": "duration",
}


def _as2() -> dict[str, Any]:
    context: dict[str, Any] = {
        "@vocab": "_:",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "as": AS,
        "ldp": "http://www.w3.org/ns/ldp#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "id": "@id",
        "type": "@type",
        "inbox": {"@id": "ldp:inbox", "@type": "@id"},
        "orderedItems": {"@id": "as:items", "@type": "@id", "@container": "@list"},
    }
    context |= {word: f"as:{word}" for word in f"{_TYPES} {_TEXTS}".split()}
    context |= {word: {"@id": f"as:{word}", "@type": "@id"} for word in _REFERENCES.split()}
    for kind, words in _TYPED.items():
        context |= {word: {"@id": f"as:{word}", "@type": f"xsd:{kind}"} for word in words.split()}
    for word in ("content", "name", "summary"):
        context |= {word: f"as:{word}", f"{word}Map": {"@id": f"as:{word}", "@container": "@language"}}
    return context


def _security() -> dict[str, Any]:
    return {
        "id": "@id",
        "type": "@type",
        "sec": _SEC,
        "owner": {"@id": "sec:owner", "@type": "@id"},
        "publicKey": {"@id": "sec:publicKey", "@type": "@id"},
        "publicKeyPem": "sec:publicKeyPem",
        "signature": "sec:signature",
        "signatureValue": "sec:signatureValue",
        "expires": {"@id": "sec:expiration", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"},
    }


def _data_integrity(**of_proof: str) -> dict[str, Any]:
    """Its terms are protected; the versions of the context differ in how they define ``proof``."""
    words = "DataIntegrityProof cryptosuite proofValue"
    references = "proofPurpose verificationMethod"
    return (
        {"@protected": True, "proof": {"@id": f"{_SEC}proof", "@type": "@id", **of_proof}}
        | {word: f"{_SEC}{word}" for word in words.split()}
        | {word: {"@id": f"{_SEC}{word}", "@type": "@id"} for word in references.split()}
    )


AUTHORS_DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v1"
"""The older context for proofs, as Fedify and others write it."""

_BUNDLED = {
    AS2: _as2(),
    SECURITY: _security(),
    DATA_INTEGRITY: _data_integrity(),
    AUTHORS_DATA_INTEGRITY: _data_integrity(**{"@container": "@graph"}),
}


def _load(url: str, options: Any = None) -> dict[str, Any]:
    return {"contextUrl": None, "documentUrl": url, "document": {"@context": _BUNDLED.get(url, {})}}


_options: dict[str, Any] = {"documentLoader": _load, "processingMode": "json-ld-1.1"}


def expand(document: dict[str, Any]) -> dict[str, Any]:
    """The one node that the document describes, its properties under full addresses."""
    (node,) = jsonld.expand(document, _options)
    return node


def compact(document: dict[str, Any], context: Any) -> dict[str, Any]:
    """The document written again with another context."""
    return jsonld.compact(document, context, _options)


@functools.cache
def addresses() -> frozenset[str]:
    """Every address that the AS2 context defines."""
    words = [
        word for word in _as2() if not word.startswith("@") and word not in {"id", "type", "xsd", "as", "ldp", "vcard"}
    ]
    node = expand({"@context": AS2, "type": words})
    return frozenset(node["@type"])
