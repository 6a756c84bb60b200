from hypothesis import given
from hypothesis import strategies as st

from node.domain.uris import MAX_URI, host_of, is_web_uri, origin_of, same_origin
from tests.rows import each_row

NO_ADDRESS = [
    "",
    "learn.uni.example/ap",
    "//learn.uni.example/",
    "https:learn.uni.example",
    "https://",
    "https:///path",
    "ftp://learn.uni.example/",
    "javascript://learn.uni.example/%0aalert(1)",
    "tag:uni.example,2026:1",
    "https://user@learn.uni.example/",
    "https://user:word@learn.uni.example/",
    "https://learn.uni.example:x/",
    "https://learn.uni.example:123456/",
    "https://learn.uni.example/a b",
    "https://learn.uni.example/a\n",
    "https://learn.uni.example/\x00",
    " https://learn.uni.example/",
    "https://learn.uni.example\\@evil.example/",
    "https://-a.example/",
    "https://bücher.example/",
    "https://learn.uni.example/" + "a" * MAX_URI,
]


@each_row("text", [*NO_ADDRESS, None, 7, ["https://a.example/"]])
def test_is_no_address(text):
    assert not is_web_uri(text)


@each_row("text", NO_ADDRESS)
def test_what_is_no_address_has_no_origin(text):
    assert (origin_of(text), host_of(text)) == ("", "")
    assert not same_origin(text, text)


@each_row(
    "uri, origin, host",
    [
        ("https://learn.uni.example", "https://learn.uni.example", "learn.uni.example"),
        ("https://learn.uni.example/ap/o/1?x=1#key", "https://learn.uni.example", "learn.uni.example"),
        ("https://pfefferle.org?c=148", "https://pfefferle.org", "pfefferle.org"),
        ("HTTPS://LEARN.Uni.Example:443/", "https://learn.uni.example", "learn.uni.example"),
        ("https://learn.uni.example./", "https://learn.uni.example", "learn.uni.example"),
        ("https://learn.uni.example:0443/", "https://learn.uni.example", "learn.uni.example"),
        ("http://127.0.0.1:8081/x", "http://127.0.0.1:8081", "127.0.0.1:8081"),
        ("http://[::1]:80/x", "http://[::1]", "[::1]"),
        ("http://localhost:443/", "http://localhost:443", "localhost:443"),
        ("https://xn--bcher-kva.example/ü", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_origin_and_host_have_one_spelling(uri, origin, host):
    assert (origin_of(uri), host_of(uri)) == (origin, host)


@each_row(
    "other", ["http://a.example/", "https://a.example:8443/", "https://b.a.example/", "https://a.example.b.example/"]
)
def test_another_scheme_port_or_host_is_another_origin(other):
    assert same_origin("https://a.example/1", "https://A.example:443/2")
    assert not same_origin("https://a.example/1", other)


@given(st.text())
def test_any_text_has_an_answer(text):
    assert is_web_uri(text) == (origin_of(text) != "") == (host_of(text) != "")
