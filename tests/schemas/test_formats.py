"""The format checkers against what their standards allow and what people write instead."""

from schemas.formats import FORMATS, TOLERANT_FORMATS
from tests.rows import each_row

VALID = {
    "uri": [
        "https://example.org",
        "http://w3id.org/kim/schulfaecher/s1009",
        "https://example.org:8443/a%20b?c=d&e=(f)#g",
        "http://[2001:db8::1]:8080/x",
        "urn:uuid:4062c64d-b0ac-4941-95c2-8116f137326d",
        "doi:10.1000/182",
        "mailto:ada@example.org",
    ],
    "iri": ["https://example.org/übung", "https://例え.example/資料", "urn:isbn:9783161484100"],
    "web-url": ["https://example.org/a.mp4", "HTTP://example.org/"],
    "date": ["2026-03-01", "2024-02-29", "0001-01-01"],
    "date-time": ["2026-03-01T09:00:00Z", "2026-03-01t09:00:00.123+02:00", "2016-12-31T23:59:60Z"],
    "duration": ["PT25M", "P6W", "P1DT12H", "P1Y2M3DT4H5M6.5S", "PT0S"],
    "language-tag": ["en", "de-AT", "zh-Hant-TW", "sl-rozaj-biske", "x-private", "und", "en-a-bbb-x-a-ccc"],
    "media-type": ["video/mp4", "application/vnd.h5p+zip", "image/svg+xml"],
}
INVALID = {
    "uri": [
        "",
        "example.org",
        "/a",
        "https://",
        "https:///a",
        "https://example.org/a b",
        "https://example.org/ü",
        "https://example.org/%zz",
        "https://example.org:99999/",
        "a" * 40 + ":x",
        "https://example.org/#a#b",
    ],
    "iri": [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "https://example.org/<script>",
        "https://example.org/a\nb",
        "https://example.org/\u202e",
        "https://a/" + "b" * 2048,
        "https://example.org/\ud800",
    ],
    "web-url": ["ftp://example.org/", "https://user:secret@example.org/", "urn:isbn:1", "//example.org/a"],
    "date": [
        "2026-02-30",
        "2026-3-1",
        "20260301",
        "2026-W01-1",
        "04-10-2020",
        "2020/11/05",
        "2026-03-01T09:00:00Z",
        "２０２６-03-01",
    ],
    "date-time": [
        "2026-03-01",
        "2026-03-01T09:00:00",
        "2026-03-01 09:00:00Z",
        "2026-03-01T25:00:00Z",
        "2026-03-01T09:00:00+0100",
    ],
    "duration": ["", "P", "PT", "47m58s", "T47M58S", "P1DT", "PT1.5H", "-PT1M", "P１D"],
    "language-tag": ["", "e", "en_US", "de-", "english language", "a-DE", "en-" + "a" * 40],
    "media-type": ["", "video", "video/", "chemical/x-pdb", "video/mp4; codecs=x", "video/ mp4"],
}


@each_row("name, text", [(name, text) for name, texts in VALID.items() for text in texts])
def test_what_a_standard_allows_is_accepted(name, text):
    assert FORMATS[name].holds(text)


@each_row("name, text", [(name, text) for name, texts in INVALID.items() for text in texts])
def test_what_it_does_not_allow_is_refused(name, text):
    assert not FORMATS[name].holds(text)


def test_every_format_has_both_kinds_of_examples():
    assert set(FORMATS) == set(VALID) == set(INVALID)


def test_only_the_tolerant_instant_may_lack_its_offset():
    assert TOLERANT_FORMATS["date-time"].holds("2019-07-03T10:00:00")
    assert not TOLERANT_FORMATS["date-time"].holds("2019-07-03 10:00:00")
    assert {name for name in FORMATS if FORMATS[name] != TOLERANT_FORMATS[name]} == {"date-time"}
