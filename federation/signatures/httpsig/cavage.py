"""draft-cavage-http-signatures-12: the one ``Signature`` field that every deployed server takes."""

import base64
import re
from collections.abc import Iterator, Sequence

from federation.signatures.httpsig.claim import Claim, Scheme, check_length, join_lines
from federation.signatures.httpsig.digest import digest_of, format_digest
from federation.signatures.httpsig.message import Message, format_date
from federation.signatures.keypairs import Algorithm, SigningKey
from node.errors import Malformed, SignatureInvalid

_LINE = "%s: %s"
_TARGET, _CREATED, _EXPIRES = "(request-target)", "(created)", "(expires)"
#: Peers write spaces around anything, leave numbers bare, and put parameters in any order. Every part is
#: possessive: a text that does not fit is given up after one pass.
_PARAMETER = re.compile(r'\s*+([a-z0-9_-]++)\s*+=\s*+(?:"([^"]*+)"|([^\s",]*+))\s*+(?:,|\Z)', re.IGNORECASE)
_SECONDS = re.compile(r"([0-9]{1,11})(?:\.[0-9]{1,9})?")

#: What the ``algorithm`` parameter may say. It decides nothing: the kind of the key does.
_ALGORITHMS = frozenset({"hs2019", "rsa-sha256", "ed25519"})
_NAMES = {Algorithm.RSA: "rsa-sha256", Algorithm.ED25519: "ed25519"}
_REQUIRED = (_TARGET, "host")
_REQUIRED_WITH_BODY = (_TARGET, "host", "digest")
_TIMES = frozenset({"date", _CREATED})
_NEW_TIMES = frozenset({_CREATED, _EXPIRES})
_SPECIAL = frozenset({_TARGET, _CREATED, _EXPIRES})


def sign(
    message: Message,
    key: SigningKey,
    *,
    now: int,
    include_query: bool = True,
    body_digest: str | None = None,
    also: Sequence[str] = (),
) -> dict[str, str]:
    """The header fields that sign ``message``; see ``federation.signatures.httpsig.sign``."""
    target = message.target()
    path = f"{target.path}{target.query}" if include_query else target.path
    fields = {"Host": target.authority, "Date": format_date(now)}
    covered = [_TARGET, "host", "date"]
    if message.has_body():
        fields["Digest"] = format_digest(body_digest or digest_of(message.body))
        covered += ["digest", "content-type"]
    names = tuple(dict.fromkeys((*covered, *also)))
    values = {**message.headers, **{name.lower(): value for name, value in fields.items()}}
    values[_TARGET] = f"{message.method.lower()} {path}"
    signature = base64.b64encode(key.sign(join_lines(names, values, _LINE))).decode("ascii")
    fields["Signature"] = (
        f'keyId="{key.key_id}",algorithm="{_NAMES[key.algorithm]}",headers="{" ".join(names)}",signature="{signature}"'
    )
    return fields


def read_claims(message: Message) -> tuple[Claim]:
    """The claim of the ``Signature`` field, with coverage and algorithm checked.

    Raises Malformed for a parameter that stands twice, SignatureInvalid for everything else.
    """
    parameters = _read_parameters(message.headers["signature"])
    try:
        key_id, signature = parameters["keyid"], base64.b64decode(parameters["signature"], validate=True)
    except (KeyError, ValueError) as error:
        raise SignatureInvalid("The signature field cannot be read.", detail=str(error)) from error
    algorithm = parameters.get("algorithm", "hs2019").lower()
    if algorithm not in _ALGORITHMS:
        raise SignatureInvalid("The signature names an unknown algorithm.", detail=algorithm[:80])
    covered = tuple(parameters.get("headers", _CREATED).lower().split())
    own = {f"({name})": parameters[name] for name in ("created", "expires") if name in parameters}
    _check_coverage(covered, own, message, algorithm)
    return (
        Claim(
            Scheme.CAVAGE,
            key_id,
            signature,
            covered,
            own,
            created_at=_read_seconds(own.get(_CREATED)),
            expires_at=_read_seconds(own.get(_EXPIRES)),
        ),
    )


def signed_texts(message: Message, claim: Claim) -> Iterator[bytes]:
    """The texts that the signature may have been made over: as sent, then without the query.

    Mobilizon and older Mastodon leave the query out of ``(request-target)``.
    """
    target = message.target()
    for query in dict.fromkeys((target.query, "")):
        values = {**message.headers, **claim.own, _TARGET: f"{message.method.lower()} {target.path}{query}"}
        yield join_lines(claim.covered, values, _LINE)


def _read_parameters(field: str) -> dict[str, str]:
    check_length(field)
    parameters: dict[str, str] = {}
    position = 0
    while position < len(field):
        found = _PARAMETER.match(field, position)
        if found is None:
            raise SignatureInvalid("The signature field cannot be read.", detail=field[position : position + 80])
        name, quoted, bare = found.groups()
        name = name.lower()
        if name in parameters:
            raise Malformed(f"The signature field has {name[:40]} twice.")
        parameters[name] = bare if quoted is None else quoted
        position = found.end()
    return parameters


def _check_coverage(covered: tuple[str, ...], own: dict[str, str], message: Message, algorithm: str) -> None:
    names = set(covered)
    for name in _REQUIRED_WITH_BODY if message.has_body() else _REQUIRED:
        if name not in names:
            raise SignatureInvalid(f"The signature does not cover {name}.")
    if names.isdisjoint(_TIMES):
        raise SignatureInvalid("The signature does not cover date.")
    if len(names) != len(covered):
        raise SignatureInvalid("The signature covers a field twice.")
    if algorithm != "hs2019" and not names.isdisjoint(_NEW_TIMES):
        raise SignatureInvalid("The signature covers created or expires, which its algorithm does not.")
    fields = names.difference(_SPECIAL)
    if not message.headers.keys() >= fields or not own.keys() >= names & _NEW_TIMES:
        raise SignatureInvalid("The signature covers a field that is not there.", detail=" ".join(covered)[:200])


def _read_seconds(text: str | None) -> int | None:
    """Seconds since 1970 as milliseconds. Fractions are allowed and dropped; other text is refused."""
    if text is None:
        return None
    found = _SECONDS.fullmatch(text)
    if found is None:
        raise SignatureInvalid("The signature has a time that is no number.", detail=text[:80])
    return int(found[1]) * 1000
