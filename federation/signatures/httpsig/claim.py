"""What a signed request claims, and the checks that need no key and are the same for both schemes."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import NamedTuple

from federation.signatures.httpsig.digest import FIELDS, check_digest
from federation.signatures.httpsig.message import Message, parse_date
from federation.signatures.keypairs import Algorithm
from node.clock import HOUR, MINUTE
from node.errors import SignatureInvalid

#: How far a clock may be wrong, either way.
SKEW = HOUR
#: A sender that sets an end himself gets no hour of grace after it.
EXPIRY_GRACE = MINUTE
#: How long a signature with a creation time and no end is meant to hold, before the skew.
DEFAULT_LIFE = 5 * MINUTE
LONGEST_LIFE = 12 * HOUR
#: Nobody needs longer signature fields, and repeated lines could otherwise join to a megabyte.
MAX_FIELD_LENGTH = 8190
MAX_ID_LENGTH = 2048


class Scheme(StrEnum):
    """How a signature is laid into the fields of a request."""

    CAVAGE = "cavage"
    RFC9421 = "rfc9421"


class Claim(NamedTuple):
    """One signature as read from a request: who is said to have signed what, and when.

    ``covered`` names the components in the order of signing. ``own`` holds the values of those that stand in the
    signature field itself. ``algorithm`` is set where the key has to be of that kind. ``signature`` is the decoded
    value, so (``key_id``, ``signature``) recognises a repeated request however its text was respelt.
    Times are milliseconds. ``others`` are further signatures of the same request that passed the same checks.
    """

    scheme: Scheme
    key_id: str
    signature: bytes
    covered: tuple[str, ...]
    own: Mapping[str, str]
    algorithm: Algorithm | None = None
    created_at: int | None = None
    expires_at: int | None = None
    others: tuple["Claim", ...] = ()

    @property
    def candidates(self) -> tuple["Claim", ...]:
        """This claim and its ``others``; one verified candidate is enough."""
        return (self, *self.others)


def join_lines(covered: tuple[str, ...], values: Mapping[str, str], line: str) -> bytes:
    """The text that is signed: one ``line`` (a format of name and value) per covered component.

    Raises ValueError where a component is missing or is not text of HTTP; a value with a line break could pass
    itself off as further components.
    """
    try:
        text = "\n".join([line % (name, values[name]) for name in covered])
    except KeyError as error:
        raise ValueError(f"no {error.args[0]} to sign") from error
    if text.count("\n") != len(covered) - 1 or "\r" in text:
        raise ValueError("a signed value has a line break")
    return text.encode("utf-8", "surrogateescape")


def check_length(*fields: str) -> None:
    """The signature fields are of a size that somebody might need."""
    if max(map(len, fields)) > MAX_FIELD_LENGTH:
        raise SignatureInvalid("The signature is too long to be one.")


def check_key_id(claim: Claim) -> None:
    """The claim names a key by something that can be an id."""
    if not 0 < len(claim.key_id) <= MAX_ID_LENGTH:
        raise SignatureInvalid("The signature names no key.", detail=f"{len(claim.key_id)} characters")


def check_host(message: Message, hosts: Collection[str]) -> None:
    """The request was meant for this node, whatever way it came. ``hosts`` are lower-case, without default ports."""
    try:
        target = message.target()
    except ValueError as error:
        raise SignatureInvalid("The request has no usable target.", detail=message.url[:200]) from error
    named = message.headers.get("host", target.authority).lower()
    ours = named in hosts or named.removesuffix(":443" if target.scheme == "https" else ":80") in hosts
    if not ours or target.authority not in hosts:
        raise SignatureInvalid("The request was signed for another host.", detail=f"{named[:200]} {target.authority}")


def check_window(claim: Claim, message: Message, now: int) -> None:
    """The signature was made recently and has not run out (federation reference 2.1, step 6)."""
    if "date" in claim.covered:
        date_at = parse_date(message.headers["date"])
        if date_at is None:
            raise SignatureInvalid("The date of the request cannot be read.", detail=message.headers["date"][:80])
        if abs(now - date_at) > SKEW:
            raise SignatureInvalid("The date of the request is too far from now.", detail=message.headers["date"])
    if claim.created_at is not None:
        life = DEFAULT_LIFE + SKEW if claim.expires_at is None else LONGEST_LIFE
        if not claim.created_at - SKEW <= now <= claim.created_at + life:
            raise SignatureInvalid("The signature was made too far from now.", detail=f"created_at={claim.created_at}")
    if claim.expires_at is not None and now > claim.expires_at + EXPIRY_GRACE:
        raise SignatureInvalid("The signature has expired.", detail=f"expires_at={claim.expires_at}")


def check_digests(claim: Claim, message: Message) -> None:
    """Every digest that the signature covers is the body's."""
    for field in FIELDS.intersection(claim.covered):
        check_digest(field, message.headers[field], message.body)
