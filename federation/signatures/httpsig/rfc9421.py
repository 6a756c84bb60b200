"""RFC 9421, HTTP Message Signatures: the profile that the fediverse speaks.

Derived components of requests and plain fields, no component parameters, the algorithms of
``federation.signatures.keypairs``.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import http_sf

from federation.signatures.httpsig.claim import Claim, Scheme, check_length, join_lines
from federation.signatures.httpsig.digest import FIELDS, digest_of, format_content_digest
from federation.signatures.httpsig.message import Message, Target, format_date
from federation.signatures.keypairs import Algorithm, SigningKey
from node.errors import Malformed, NodeError, SignatureInvalid

_LINE = '"%s": %s'
_LABEL = "sig1"
_PARAMS = "@signature-params"
_PROFILE = ("@method", "@target-uri")
_DERIVED = frozenset({"@method", "@target-uri", "@authority", "@scheme", "@path", "@query", "@request-target"})
_METHOD = frozenset({"@method", "@request-target"})
_ALGORITHMS = frozenset(Algorithm)
_RELATIVE_TARGET = frozenset({"@path", "@request-target"})
#: Each label may cost a key fetch; nobody signs one request more often than with both kinds of key, twice.
MAX_LABELS = 4


@dataclass(frozen=True, slots=True)
class Ask:
    """What a peer's ``Accept-Signature`` asks for, where we can give it: pass it to ``httpsig.sign``."""

    label: str
    covered: tuple[str, ...]
    nonce: str | None = None
    tag: str | None = None


def sign(
    message: Message,
    key: SigningKey,
    *,
    now: int,
    body_digest: str | None = None,
    also: Sequence[str] = (),
    ask: Ask | None = None,
) -> dict[str, str]:
    """The header fields that sign ``message``; see ``federation.signatures.httpsig.sign``."""
    target = message.target()
    fields = {"Host": target.authority, "Date": format_date(now)}
    covered: tuple[str, ...] = _PROFILE
    if message.has_body():
        fields["Content-Digest"] = format_content_digest(body_digest or digest_of(message.body))
        covered = (*_PROFILE, "content-digest")
    label, asked = (ask.label, ask.covered) if ask else (_LABEL, ())
    names = tuple(dict.fromkeys((*covered, *asked, *also)))
    values = _values(message, target) | {name.lower(): value for name, value in fields.items()}
    values[_PARAMS] = _format_params(names, key, now, ask)
    signature = base64.b64encode(key.sign(join_lines((*names, _PARAMS), values, _LINE))).decode("ascii")
    return {**fields, "Signature-Input": f"{label}={values[_PARAMS]}", "Signature": f"{label}=:{signature}:"}


def read_claims(message: Message) -> tuple[Claim, ...]:
    """A claim for each label whose coverage and algorithm are acceptable, at least one.

    Raises Malformed for a label or parameter that stands twice, SignatureInvalid for everything else: the error of
    the first label where none is acceptable.
    """
    inputs, signatures = message.headers["signature-input"], message.headers.get("signature", "")
    check_length(inputs, signatures)
    members, values = _read_dictionary(inputs), _read_dictionary(signatures)
    if not 0 < len(members) <= MAX_LABELS:
        raise SignatureInvalid("The request has no signature, or too many.", detail=f"{len(members)} labels")
    claims: list[Claim] = []
    refusals: list[SignatureInvalid] = []
    for label, member in members.items():
        try:
            claims.append(_read_claim(message, member, values.get(label)))
        except SignatureInvalid as error:
            refusals.append(error)
    if not claims:
        raise refusals[0]
    return tuple(claims)


def signed_texts(message: Message, claim: Claim) -> Iterator[bytes]:
    """The signature base of section 2.5. There is one: peers of this scheme agree about the query."""
    yield join_lines((*claim.covered, _PARAMS), {**_values(message, message.target()), **claim.own}, _LINE)


def read_accept_signature(field: str, message: Message, algorithm: Algorithm) -> Ask | None:
    """What to sign so that the peer which answered ``message`` with this ``Accept-Signature`` is content.

    None where we cannot: it asks for a component that ``message`` does not have or that we do not implement, for
    another algorithm than the one we have a key for, for a certain key, or for an end (section 5.1).
    """
    try:
        check_length(field)
        members = _read_dictionary(field)
    except NodeError:
        return None
    given = _DERIVED.union(message.headers, ("host", "date"), ("content-digest",) if message.has_body() else ())
    asks = (_read_ask(label, member, given, algorithm) for label, member in members.items())
    return next((ask for ask in asks if ask is not None), None)


def _format_params(names: tuple[str, ...], key: SigningKey, now: int, ask: Ask | None) -> str:
    components = " ".join([f'"{name}"' for name in names])
    params = f"({components});created={now // 1000};keyid={_quote(key.key_id)}"
    if ask and ask.nonce is not None:
        params += f";nonce={_quote(ask.nonce)}"
    if ask and ask.tag is not None:
        params += f";tag={_quote(ask.tag)}"
    return params


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _values(message: Message, target: Target) -> dict[str, str]:
    """Every component of a request that we can resolve (section 2.2), fields among them."""
    relative = f"{target.path}{target.query}"
    return {
        **message.headers,
        "@method": message.method,
        "@target-uri": message.url.partition("#")[0],
        "@authority": target.authority,
        "@scheme": target.scheme,
        "@path": target.path,
        "@query": target.query or "?",
        "@request-target": relative,
    }


def _read_dictionary(field: str) -> dict[str, Any]:
    try:
        members = http_sf.parse(field.encode("ascii"), tltype="dictionary", on_duplicate_key=_refuse)
    except ValueError as error:
        raise SignatureInvalid("The signature fields cannot be read.", detail=str(error)[:200]) from error
    return cast("dict[str, Any]", members)


def _refuse(name: str, context: str) -> None:
    raise Malformed(f"The signature fields have the {context} {name[:40]} twice.")


def _read_claim(message: Message, member: Any, value: Any) -> Claim:
    covered, parameters = _read_components(member)
    if not isinstance(value, tuple) or not isinstance(value[0], bytes):
        raise SignatureInvalid("The signature fields do not hold the same labels.")
    key_id, algorithm = parameters.get("keyid"), parameters.get("alg")
    if type(key_id) is not str:
        raise SignatureInvalid("The signature names no key.")
    if algorithm is not None and (type(algorithm) is not str or algorithm not in _ALGORITHMS):
        raise SignatureInvalid("The signature names an unknown algorithm.", detail=str(algorithm)[:80])
    _check_coverage(covered, parameters, message)
    return Claim(
        Scheme.RFC9421,
        key_id,
        value[0],
        covered,
        {_PARAMS: http_sf.ser([member])},
        algorithm=Algorithm(algorithm) if algorithm else None,
        created_at=_read_seconds(parameters, "created"),
        expires_at=_read_seconds(parameters, "expires"),
    )


def _read_components(member: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    if not isinstance(member, tuple) or not isinstance(member[0], list):
        raise SignatureInvalid("The signature does not list what it covers.")
    items, parameters = member
    if any(type(name) is not str or own_parameters for name, own_parameters in items):
        raise SignatureInvalid("The signature covers a component with parameters, which this node does not implement.")
    return tuple(name for name, _ in items), parameters


def _check_coverage(covered: tuple[str, ...], parameters: dict[str, Any], message: Message) -> None:
    names = set(covered)
    if names.isdisjoint(_METHOD):
        raise SignatureInvalid("The signature does not cover @method.")
    if "@target-uri" not in names and ("@authority" not in names or names.isdisjoint(_RELATIVE_TARGET)):
        raise SignatureInvalid("The signature does not cover @target-uri.")
    if message.has_body() and names.isdisjoint(FIELDS):
        raise SignatureInvalid("The signature does not cover content-digest.")
    if "created" not in parameters and "date" not in names:
        raise SignatureInvalid("The signature does not say when it was made.")
    if len(names) != len(covered):
        raise SignatureInvalid("The signature covers a component twice.")
    for name in covered:
        if name not in _DERIVED and name not in message.headers:
            raise SignatureInvalid("The signature covers a component that is not there.", detail=name[:80])


def _read_seconds(parameters: dict[str, Any], name: str) -> int | None:
    value = parameters.get(name)
    if value is None:
        return None
    if type(value) is not int:
        raise SignatureInvalid("The signature has a time that is no number.", detail=str(value)[:80])
    return value * 1000


def _read_ask(label: str, member: Any, given: frozenset[str], algorithm: Algorithm) -> Ask | None:
    try:
        covered, parameters = _read_components(member)
    except SignatureInvalid:
        return None
    texts = [parameters.get(name) for name in ("nonce", "tag")]
    acceptable = (
        given.issuperset(covered)
        and len(set(covered)) == len(covered)
        and parameters.get("created", True) is True
        and parameters.get("alg", algorithm) == algorithm
        and parameters.keys() <= {"created", "alg", "nonce", "tag"}
        and all(text is None or type(text) is str for text in texts)
    )
    return Ask(label, covered, *texts) if acceptable else None
