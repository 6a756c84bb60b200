"""Signatures over HTTP requests: draft-cavage-12 and RFC 9421, signing and verifying.

Pure functions over bytes and header fields: no network, no clock, no store. A request comes in as ``Message``;
``read_claim`` does everything that needs no key, ``verify`` the rest (security rules IN7 and IN8).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from federation.signatures.httpsig import cavage, rfc9421
from federation.signatures.httpsig.claim import Claim, Scheme, check_digests, check_host, check_key_id, check_window
from federation.signatures.httpsig.digest import digest_of
from federation.signatures.httpsig.message import Message
from federation.signatures.httpsig.rfc9421 import Ask, read_accept_signature
from federation.signatures.keypairs import PublicKey, SigningKey
from node.errors import SignatureInvalid

__all__ = ["Ask", "Claim", "Message", "Scheme", "digest_of", "read_accept_signature", "read_claim", "sign", "verify"]

_READERS: Mapping[Scheme, Callable[[Message], tuple[Claim, ...]]] = {
    Scheme.CAVAGE: cavage.read_claims,
    Scheme.RFC9421: rfc9421.read_claims,
}
_TEXTS: Mapping[Scheme, Callable[[Message, Claim], Iterator[bytes]]] = {
    Scheme.CAVAGE: cavage.signed_texts,
    Scheme.RFC9421: rfc9421.signed_texts,
}


def sign(
    message: Message,
    key: SigningKey,
    *,
    scheme: Scheme,
    now: int,
    include_query: bool = True,
    body_digest: str | None = None,
    also: Sequence[str] = (),
    ask: Ask | None = None,
) -> dict[str, str]:
    """The header fields to add to ``message``: Host, Date, its digest and its signature.

    ``body_digest`` is ``digest_of(message.body)``, given by callers that send one body to many hosts. ``also`` names
    further fields of ``message`` to cover, such as ``collection-synchronization``. Two arguments are for second
    knocks: without ``include_query`` draft-cavage-12 signs the bare path, and ``ask`` is what the peer's
    ``Accept-Signature`` wants of RFC 9421. Thread-safe; nearly all the time is spent without the interpreter lock.
    Raises ValueError where a covered field is missing, ``content-type`` of a POST among them.
    """
    if scheme is Scheme.CAVAGE:
        return cavage.sign(message, key, now=now, include_query=include_query, body_digest=body_digest, also=also)
    return rfc9421.sign(message, key, now=now, body_digest=body_digest, also=also, ask=ask)


def read_claim(message: Message, *, now: int, hosts: Collection[str]) -> Claim:
    """Who is said to have signed, after every check that needs no key: coverage, algorithm, host, time, digest.

    ``hosts`` are the names this node answers to, lower-case and without default ports. ``Signature-Input`` makes it
    RFC 9421 for good; the schemes are never mixed. Raises Malformed (400) for duplicate parameters, and
    SignatureInvalid (401) for all else, unsigned requests included; its public sentence is a reason for the sender.
    """
    scheme = _scheme_of(message)
    check_host(message, hosts)
    claims: list[Claim] = []
    refusals: list[SignatureInvalid] = []
    for claim in _READERS[scheme](message):
        try:
            check_key_id(claim)
            check_window(claim, message, now)
            check_digests(claim, message)
            claims.append(claim)
        except SignatureInvalid as error:
            refusals.append(error)
    if not claims:
        raise refusals[0]
    return claims[0]._replace(others=tuple(claims[1:])) if len(claims) > 1 else claims[0]


def verify(message: Message, claim: Claim, key: PublicKey) -> None:
    """Holds when the owner of ``key`` signed ``message`` as ``claim`` says; raises SignatureInvalid otherwise.

    ``claim`` is what ``read_claim`` made of the same message, or one of its ``candidates``; ``key`` is the one that
    is published under exactly ``claim.key_id``. The algorithm is that of the key.
    """
    if key.key_id != claim.key_id:
        raise SignatureInvalid(detail=f"{key.key_id} is not {claim.key_id}")
    if claim.algorithm not in {None, key.algorithm}:
        raise SignatureInvalid(detail=f"{claim.algorithm} with a key for {key.algorithm}")
    try:
        proven = any(key.verifies(claim.signature, text) for text in _TEXTS[claim.scheme](message, claim))
    except ValueError as error:
        raise SignatureInvalid(detail=str(error)) from error
    if not proven:
        raise SignatureInvalid(detail=f"{claim.scheme} {claim.key_id}")


def _scheme_of(message: Message) -> Scheme:
    if "signature-input" in message.headers:
        return Scheme.RFC9421
    if "signature" in message.headers:
        return Scheme.CAVAGE
    raise SignatureInvalid("The request is not signed.")
