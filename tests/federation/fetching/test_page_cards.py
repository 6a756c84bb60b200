"""What pages say of themselves for cards: read without trust, bounded, and plain."""

from federation.fetching.link_check import leads_back
from federation.fetching.page_cards import read_card
from tests.rows import each_row

URL = "https://a.example/page"
PAGE = b"""<!doctype html><html lang="de"><head><title>Plain title</title>
<meta property="og:title" content="Casting &amp; <b>more</b> <script>alert(1)</script>">
<meta property="og:description" content="What it is about">
<meta property="og:image" content="/pictures/cover.png"><meta property="og:image:width" content="1200">
<meta property="og:site_name" content="Museum"><meta name="author" content="Ada">
<meta property="article:published_time" content="2026-03-01T10:00:00+01:00"></head><body>x</body></html>"""


def test_open_graph_is_read_and_made_plain():
    card = read_card(PAGE, "text/html; charset=utf-8", URL)
    assert "<" not in card["title"]
    assert card["title"].startswith("Casting & more")
    assert card["description"] == "What it is about"
    assert card["image"] == "https://a.example/pictures/cover.png"
    assert (card["width"], card["height"]) == (1200, 0)
    assert (card["provider_name"], card["author_name"], card["language"]) == ("Museum", "Ada", "de")
    assert card["published_at"] == 1_772_355_600_000


@each_row(
    "body, content_type",
    [
        (b"", "text/html"),
        (b"<p>no title", "text/html"),
        (b"<title>x</title>", "application/pdf"),
        (b'{"title": "x"}', "application/json"),
        (b"\xff\xfe\x00<title>", "text/html; charset=nonsense"),
        (b"<title>" * 10_000, "text/html"),
    ],
)
def test_what_is_no_page_gives_no_card(body, content_type):
    assert not read_card(body, content_type, URL)


@each_row("charset", ["undefined", "idna", "punycode", "unicode_escape", "zlib", "utf-7", "charmap", "rot13", "x" * 40])
def test_what_is_no_charset_of_a_page_is_not_believed(charset):
    page = b"<title>K\xc3\xbcche \\x41</title>" + b"a" * 200_000 + b"-" + b"z" * 200_000
    assert read_card(page, f"text/html; charset={charset}", URL)["title"] == "Küche \\x41"


@each_row("markup", ["<", "<![", "<a ", "<!--", "&#", "a<b>", "<title>x", "</", '<a b="', "&lt;", "<script></script>"])
def test_what_no_parser_is_made_for_breaks_nothing(markup):
    """HTM5: some made the parser raise; half a MiB of others held up the node for seconds."""
    for page in ("{}", "<title>{}", "<title>x</title>{}", '<meta property="og:title" content="{}">'):
        read_card(page.format(markup * (16_000 // len(markup))).encode(), "text/html", URL)
        leads_back(page.format(markup * (16_000 // len(markup))), [URL])


@each_row("image", ["javascript:alert(1)", "data:image/png;base64,AA", "file:///etc/passwd", "//[", ""])
def test_pictures_are_web_addresses(image):
    page = f'<title>x</title><meta property="og:image" content="{image}">'.encode()
    assert read_card(page, "text/html", URL)["image"] == ""


def test_a_charset_is_believed():
    page = '<meta charset="iso-8859-1"><title>Öffentlich</title>'.encode("iso-8859-1")
    assert read_card(page, "text/html", URL)["title"] == "Öffentlich"
