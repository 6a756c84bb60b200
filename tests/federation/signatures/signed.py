"""Requests as peers sign them, made without the code under test."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from federation.signatures.httpsig import Message
from federation.signatures.keypairs import Algorithm, SigningKey

NOW = 1_790_000_000_000  # Mon, 21 Sep 2026 14:13:20 GMT
DATE = "Mon, 21 Sep 2026 14:13:20 GMT"
SECONDS = NOW // 1000
HOSTS = frozenset({"hub.example"})
BODY = b'{"type":"Follow","actor":"https://peer.example/users/ada"}'
ACTOR = "https://peer.example/users/ada"
ACTIVITY_JSON = "application/activity+json"


@cache
def rsa_key(key_id: str = f"{ACTOR}#main-key") -> SigningKey:
    return SigningKey.generate(key_id, Algorithm.RSA)


@cache
def ed25519_key(key_id: str = f"{ACTOR}#ed25519-key") -> SigningKey:
    return SigningKey.generate(key_id, Algorithm.ED25519)


def sha256(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def rsa_signature(key: SigningKey, text: str) -> str:
    """The signature in base64, straight from the library."""
    native: Any = key._native
    return base64.b64encode(
        native.sign(text.encode("utf-8", "surrogateescape"), padding.PKCS1v15(), hashes.SHA256())
    ).decode()


def cavage_message(
    names: Sequence[str],
    *,
    method: str = "POST",
    url: str = "https://hub.example/inbox",
    signed_target: str | None = None,
    body: bytes = BODY,
    fields: Mapping[str, str | None] | None = None,
    parameters: Mapping[str, str | None] | None = None,
    key: SigningKey | None = None,
    quote: Callable[[str], str] = '"{}"'.format,
    separators: tuple[str, str] = ("=", ","),
) -> Message:
    """A request signed by draft-cavage-12 over ``names``; ``None`` in ``fields`` or ``parameters`` takes one away."""
    key = key or rsa_key()
    target = url.removeprefix("https://hub.example")
    headers = {"host": "hub.example", "date": DATE, "content-type": ACTIVITY_JSON}
    if method == "POST":
        headers |= {"digest": f"SHA-256={sha256(body)}", "content-length": str(len(body))}
    headers = {name: value for name, value in {**headers, **(fields or {})}.items() if value is not None}
    given = {"keyId": key.key_id, "algorithm": "rsa-sha256", **(parameters or {})}
    known = {
        **headers,
        "(request-target)": f"{method.lower()} {signed_target or target}",
        "(created)": given.get("created"),
        "(expires)": given.get("expires"),
    }
    text = "\n".join(f"{name.lower()}: {known.get(name.lower())}" for name in names)
    given = {"headers": " ".join(names), "signature": rsa_signature(key, text), **given}
    equals, comma = separators
    pairs = [f"{name}{equals}{quote(value)}" for name, value in given.items() if value is not None]
    headers["signature"] = comma.join(pairs)
    return Message(method, url, headers, body)


def rfc9421_message(
    components: str = '"@method" "@target-uri" "content-digest"',
    parameters: str = f';created={SECONDS};keyid="{ACTOR}#main-key"',
    *,
    method: str = "POST",
    url: str = "https://hub.example/inbox",
    body: bytes = BODY,
    fields: Mapping[str, str | None] | None = None,
    key: SigningKey | None = None,
    label: str = "sig1",
) -> Message:
    """A request signed by RFC 9421 over ``components``, written as they stand in ``Signature-Input``."""
    key = key or rsa_key()
    headers: dict[str, str] = {"host": "hub.example", "date": DATE, "content-type": ACTIVITY_JSON}
    if method == "POST":
        headers["content-digest"] = f"sha-256=:{sha256(body)}:"
    headers |= {name: value for name, value in (fields or {}).items() if value is not None}
    for name in [name for name, value in (fields or {}).items() if value is None]:
        del headers[name]
    path, _, query = url.removeprefix("https://hub.example").partition("?")
    known = {
        **headers,
        "@method": method,
        "@target-uri": url,
        "@authority": "hub.example",
        "@scheme": "https",
        "@path": path,
        "@query": f"?{query}",
        "@request-target": url.removeprefix("https://hub.example"),
    }
    names = [name.strip('"') for name in components.split()]
    lines = [f'"{name}": {known.get(name, "")}' for name in names]
    text = "\n".join([*lines, f'"@signature-params": ({components}){parameters}'])
    headers["signature-input"] = f"{label}=({components}){parameters}"
    headers["signature"] = f"{label}=:{rsa_signature(key, text)}:"
    return Message(method, url, headers, body)
