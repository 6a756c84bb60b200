"""Signatures of requests to S3-compatible services: AWS Signature Version 4, in headers. Pure functions.

By hand because it is this page of hashing; the packages that offer it bring a client or a framework along. The tests
compare it with botocore, request by request.
"""

import datetime as dt
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote

_ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_HASH = sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whose request it is, and of which region."""

    access_key: str
    secret_key: str = field(repr=False)
    region: str


def sign_request(
    credentials: Credentials, method: str, host: str, path: str, headers: Mapping[str, str], body_hash: str, now: int
) -> dict[str, str]:
    """The headers to send: ``headers`` with ``Host``, date, hash of the body (SHA-256, hexadecimal) and authorization.

    ``path`` is unquoted and without a query; ``now`` in milliseconds since 1970.
    """
    moment = dt.datetime.fromtimestamp(now / 1000, dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    sent = {**headers, "Host": host, "X-Amz-Content-Sha256": body_hash, "X-Amz-Date": moment}
    signed = {name.lower(): " ".join(value.split()) for name, value in sent.items()}
    names = ";".join(sorted(signed))
    lines = [method, quote(path), "", *(f"{name}:{signed[name]}" for name in sorted(signed)), "", names, body_hash]
    scope = f"{moment[:8]}/{credentials.region}/s3/aws4_request"
    request_hash = sha256("\n".join(lines).encode()).hexdigest()
    to_sign = f"{_ALGORITHM}\n{moment}\n{scope}\n{request_hash}"
    signature = hmac.new(_signing_key(credentials, scope), to_sign.encode(), sha256).hexdigest()
    sent["Authorization"] = (
        f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return sent


def _signing_key(credentials: Credentials, scope: str) -> bytes:
    key = f"AWS4{credentials.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), sha256)
    return key
