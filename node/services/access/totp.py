"""Codes of the second factor: six digits that change every 30 seconds (RFC 6238 over RFC 4226, SHA-1 as apps expect).

>>> code_at(b"12345678901234567890", 59 // STEP_SECONDS)
'287082'
"""

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote

STEP_SECONDS = 30
_DIGITS = 6
#: A clock may be one step off, either way.
_DRIFT = (0, -1, 1)


def new_secret() -> bytes:
    """160 bits, as RFC 4226 (section 4) recommends."""
    return secrets.token_bytes(20)


def code_at(secret: bytes, step: int) -> str:
    """The code of one step (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}}"


def step_of(secret: bytes, code: str, now: int, *, after: int = 0) -> int | None:
    """The step whose code this is; None for a wrong one and for one that is not after the last one that was taken.

    ``now`` in milliseconds. Storing the answer as the next ``after`` makes each code work once (RFC 6238, 5.2).
    """
    digits, present = "".join(code.split()), now // 1000 // STEP_SECONDS
    steps = (present + drift for drift in _DRIFT)
    right = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), digits.encode())]
    return next((step for step in right if step > after), None)


def as_text(secret: bytes) -> str:
    """The secret as people type it: base32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def as_uri(secret: bytes, *, issuer: str, account: str) -> str:
    """What the QR code says to an app (Key Uri Format)."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='@')}"
    return f"otpauth://totp/{label}?secret={as_text(secret).replace(' ', '')}&issuer={quote(issuer, safe='')}"
