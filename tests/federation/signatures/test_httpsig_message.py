"""A request as signatures see it: fields, target, dates, digests."""

import base64
import hashlib
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.signatures.httpsig.digest import check_digest, digest_of, format_content_digest, format_digest
from federation.signatures.httpsig.message import Message, format_date, parse_date
from node.errors import SignatureInvalid
from tests.rows import each_row


def test_fields_are_joined_in_order_and_found_in_any_case():
    message = Message.of("post", "https://a.example/", [("Accept", " a "), ("HOST", "h"), ("accept", "b")])
    assert message.method == "POST"
    assert message.headers == {"accept": "a, b", "host": "h"}


@each_row(
    "url, target",
    [
        ("https://A.example:443/x/y?q=1#f", ("https", "a.example", "/x/y", "?q=1")),
        ("HTTP://a.example:80", ("http", "a.example", "/", "")),
        ("http://a.example:443/", ("http", "a.example:443", "/", "")),
        ("https://a.example?", ("https", "a.example", "/", "?")),
        ("http://[::1]:8080/x?y?z", ("http", "[::1]:8080", "/x", "?y?z")),
    ],
)
def test_the_target_is_taken_apart(url, target):
    assert Message("GET", url, {}).target() == target


@each_row("url", ["", "/inbox", "//a.example/", "a.example", "1://x"])
def test_a_target_without_origin_is_none(url):
    with pytest.raises(ValueError, match="absolute"):
        Message("GET", url, {}).target()


@given(st.integers(0, 253_402_300_799))
def test_dates_survive(seconds):
    assert parse_date(format_date(seconds * 1000 + 999)) == seconds * 1000
    assert format_date(seconds * 1000) == formatdate(seconds, usegmt=True)


@given(st.text())
def test_other_dates_are_none(text):
    assert parse_date(text) is None


@pytest.mark.parametrize(
    "text", ["Sun, 06 Nov 1994 24:49:37 GMT", "00 Nov 1994 08:49:37 GMT", "06 Foo 1994 08:49:37 GMT"]
)
def test_impossible_dates_are_none(text):
    assert parse_date(text) is None


@given(st.binary())
def test_digests_are_those_of_the_body(body):
    check_digest("digest", format_digest(digest_of(body)), body)
    check_digest("content-digest", format_content_digest(digest_of(body)), body)
    for field, value in (
        ("digest", format_digest(digest_of(body))),
        ("content-digest", format_content_digest(digest_of(body))),
    ):
        with pytest.raises(SignatureInvalid, match="does not match"):
            check_digest(field, value, body + b"\0")


def test_content_digest_may_be_sha_512():
    text = base64.b64encode(hashlib.sha512(b"x").digest()).decode()
    check_digest("content-digest", f"sha-512=:{text}:", b"x")
