"""Codes of the second factor against the vectors of RFC 6238, appendix B, and what a code may not do twice."""

import base64
from urllib.parse import parse_qs, urlsplit

from node.services.access import totp
from tests.rows import each_row

SECRET = b"12345678901234567890"
VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
}


@each_row("seconds, code", VECTORS.items())
def test_vectors_of_the_rfc(seconds, code):
    assert totp.code_at(SECRET, seconds // 30) == code[-6:]


def test_a_code_is_taken_one_step_early_or_late_and_once():
    now = 1_793_000_000_000
    step = now // 30_000
    for drift in (-1, 0, 1):
        assert totp.step_of(SECRET, totp.code_at(SECRET, step + drift), now) == step + drift
    for drift in (-2, 2):
        assert totp.step_of(SECRET, totp.code_at(SECRET, step + drift), now) is None
    code = totp.code_at(SECRET, step)
    assert totp.step_of(SECRET, f" {code[:3]} {code[3:]} ", now, after=step - 1) == step
    assert totp.step_of(SECRET, code, now, after=step) is None
    for nonsense in ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦"):
        assert totp.step_of(SECRET, nonsense, now) is None


def test_what_apps_read_is_the_secret():
    uri = urlsplit(totp.as_uri(SECRET, issuer="Uni & Museum", account="ada@learn.uni.example"))
    query = parse_qs(uri.query)
    assert (uri.scheme, uri.netloc, query["issuer"]) == ("otpauth", "totp", ["Uni & Museum"])
    assert base64.b32decode(query["secret"][0]) == SECRET
