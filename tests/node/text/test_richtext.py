import re
import time
from typing import Any

import bleach  # noqa: TID251 (the second opinion that the ban speaks of)
import html5lib
from hypothesis import example, given
from hypothesis import strategies as st

from node.text import richtext
from node.text.markup_depth import nests_deeper_than
from node.text.richtext import (
    ATTRIBUTES,
    MAX_ARTICLE_BYTES,
    MAX_POST_BYTES,
    REL,
    TAGS,
    URL_SCHEMES,
    as_paragraphs,
    clean,
    clean_loose,
    clean_plain_field,
    cut,
)
from tests.depth import examples
from tests.node.text.attacks import ATTACKS
from tests.rows import each_row
from tests.shared import shared_files

Element = tuple[str, dict[str, str], list[Any]]


def tree(markup: str) -> Element:
    """What a browser would build of the markup: (tag, attributes, children and texts)."""
    fragment = html5lib.parseFragment(markup, treebuilder="etree", namespaceHTMLElements=False)
    return _element(fragment)


def _element(node: Any) -> Element:
    children: list[Any] = [node.text] if node.text else []
    for child in node:
        children.append(_element(child) if isinstance(child.tag, str) else ("comment", {}, []))
        if child.tail:
            children.append(child.tail)
    return node.tag, dict(node.attrib), children


def elements(node: Element):
    for child in node[2]:
        if not isinstance(child, str):
            yield child
            yield from elements(child)


def depth(node: Element) -> int:
    return 1 + max((depth(child) for child in node[2] if not isinstance(child, str)), default=0)


def second_opinion(markup: str) -> str:
    """The same allow list in bleach, which rests on another parser."""
    allowed = {tag: [*names, "rel"] if tag == "a" else list(names) for tag, names in ATTRIBUTES.items()}
    return bleach.clean(markup, tags=set(TAGS), attributes=allowed, protocols=set(URL_SCHEMES), strip=True)


def assert_harmless(markup: str) -> None:
    cleaned = clean(markup)
    built = tree(cleaned)
    for tag, attributes, _ in elements(built):
        assert tag in TAGS
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, frozenset()) | ({"rel"} if tag == "a" else set())
        assert attributes.keys() <= allowed
        assert attributes.get("rel", REL) == REL
        assert attributes.get("href", "https:").partition(":")[0].lower() in URL_SCHEMES
        assert all(
            re.match(r"(mention|hashtag|ellipsis|invisible|quote-inline|(h|p|u|dt|e)-.*)\Z", name)
            for name in class_of(attributes)
        )
    assert tree(second_opinion(cleaned)) == built, "bleach finds something left to remove"


def class_of(attributes: dict[str, str]) -> list[str]:
    return attributes.get("class", "").split()


# -- what must go ---------------------------------------------------------------------------------------------------


@each_row("markup", ATTACKS)
def test_nothing_active_stays(markup):
    assert_harmless(markup)


@each_row("markup", ATTACKS)
def test_nothing_active_stays_inside_of_other_markup(markup):
    assert_harmless(f"<ul><li><a href='https://a.example/'>{markup}</a></li></ul><p>{markup}")


GONE = {
    "<script>alert(1)</script>hi": "hi",
    "<style>p{}</style>hi": "hi",
    "<svg onload=x><text>drawn</text></svg>hi": "hi",
    "<math><mi>x</mi></math>hi": "hi",
    "<form><button>hi</button></form>": "hi",
    "<iframe src=x></iframe><object>hi</object>": "hi",
    "<h1>hi</h1>": "hi",
    "<p onclick=x style=x id=x name=x>hi</p>": "<p>hi</p>",
    "<p><!-- a -->hi</p>": "<p>hi</p>",
    "<img src=https://a.example/x.png alt=x>hi": "hi",
    "<a href='java&Tab;script:x'>hi</a>": f'<a rel="{REL}">hi</a>',
    "<a href='/local'>hi</a>": f'<a rel="{REL}">hi</a>',
    "<a href='tel:1'>hi</a>": f'<a rel="{REL}">hi</a>',
    f"<a href='https://a.example/{'x' * 2048}'>hi</a>": f'<a rel="{REL}">hi</a>',
    "a < b & c > d": "a &lt; b &amp; c &gt; d",
    "a > b": "a &gt; b",
    "x\x00y\x1bz\ud800": "xyz",
}


@each_row("markup, expected", GONE.items())
def test_the_words_stay(markup, expected):
    assert clean(markup) == expected


KEPT = [
    "<p>a<br>b</p>",
    "<p><b>a</b><strong>b</strong><i>c</i><em>d</em><u>e</u><s>f</s><del>g</del></p>",
    "<h2>a</h2><h3>b</h3><h4>c</h4>",
    "<pre><code>a &lt; b</code></pre><blockquote><p>q</p></blockquote>",
    '<ol start="3" reversed=""><li value="9">a</li></ol><ul><li>b</li></ul>',
    "<ruby>\u6f22<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
    '<p lang="de-AT" dir="rtl">a</p>',
    f'<a href="https://a.example/?a=1&amp;b=2" class="u-url mention" rel="{REL}">@<span>a</span></a>',
    f'<a href="mailto:a@b.example" rel="{REL}">a</a>',
    '<p class="quote-inline">RE: a</p><span class="quote-inline"><br>RE: a</span>',
    '<span class="h-card p-name dt-start e-content">a</span><span class="invisible">https://</span>',
]


@each_row("markup", KEPT)
def test_what_is_allowed_stays_as_it_is(markup):
    assert clean(markup) == markup
    assert_harmless(markup)


@each_row(
    "given_, kept",
    [
        ('<p lang="de&quot;x">a</p>', "<p>a</p>"),
        ('<p dir="up">a</p>', "<p>a</p>"),
        ('<p dir="RTL">a</p>', '<p dir="rtl">a</p>'),
        ('<ol start="1e9">a</ol>', "<ol>a</ol>"),
        ('<li value="99999999">a</li>', "<li>a</li>"),
        ('<span class="btn h-card mention2">a</span>', '<span class="h-card">a</span>'),
        ('<span class="btn">a</span>', "<span>a</span>"),
        ('<p class="mention">a</p>', "<p>a</p>"),
        ('<p class="mention quote-inline">RE: b</p>', '<p class="quote-inline">RE: b</p>'),
        ('<div class="quote-inline">RE: b</div>', "RE: b"),
    ],
)
def test_attribute_values_are_looked_at(given_, kept):
    assert clean(given_) == kept


# -- whatever comes -------------------------------------------------------------------------------------------------

_OTHERS = (
    "div script style svg math table td form img title textarea iframe noscript template select option button font "
    "nobr marquee object h1 mi desc"
)
NAMES = st.sampled_from([*sorted(TAGS), *_OTHERS.split()])
_VALUES = (
    "https://a.example/|javascript:x|JAVA\tscript:x|data:x|/x|mailto:a@b.example|mention|x||h-card btn|de|ltr|3|-->|"
    "<b>|&#106;avascript:x|x y|\"|'"
)
VALUES = st.sampled_from(_VALUES.split("|"))
ATTRIBUTE_NAMES = st.sampled_from([*sorted(set().union(*ATTRIBUTES.values())), "onclick", "style", "id", "src", "rel"])
TEXTS = st.sampled_from(
    ["x", "&lt;", "&", "<", ">", "]]>", "<!--", "-->", "<![CDATA[", "\x00", "\u202e", "é", "\n", "<?x"]
)


def tag_with(name: str, attributes: list[tuple[str, str]], quote: str) -> str:
    return f"<{name}" + "".join(f" {key}={quote}{value}{quote}" for key, value in attributes) + ">"


STARTS = st.builds(
    tag_with, NAMES, st.lists(st.tuples(ATTRIBUTE_NAMES, VALUES), max_size=3), st.sampled_from(['"', "'", ""])
)
SOUP = st.lists(STARTS | NAMES.map("</{}>".format) | TEXTS, max_size=20).map("".join)
TREES = st.recursive(
    TEXTS,
    lambda inner: st.builds(
        lambda start, children: f"{start}{''.join(children)}</{re.match('<([a-z0-9]+)', start)[1]}>",  # type: ignore[index]
        STARTS,
        st.lists(inner, max_size=4),
    ),
    max_leaves=15,
)


@examples(60)
@given(SOUP | TREES)
@example("<math><mi><b>x</mi></math>")
def test_a_second_sanitiser_finds_nothing_left_to_remove(markup):
    assert_harmless(markup)


@examples(60)
@given(SOUP | TREES)
def test_clean_text_stays_as_it_is_when_it_is_cleaned_again(markup):
    """So what is stored can be cleaned by a shorter list (docs/adr/0005)."""
    once = clean(markup)
    assert clean(once) == once


@examples(50)
@given(st.text())
def test_any_text_is_taken(text):
    assert_harmless(text)


@each_row("path", shared_files("payloads"))
def test_what_peers_send_is_harmless_afterwards(path):
    """Every string of every recorded payload, as if it were content."""
    for text in re.findall(r'"((?:[^"\\]|\\.){20,60000})"', path.read_text()):
        assert_harmless(text.replace('\\"', '"').replace("\\n", "\n"))


# -- size and depth -------------------------------------------------------------------------------------------------

DEEP = {
    "div": "<div>",
    "list": "<ul><li>",
    "fonts": "<font a=1><font a=2><font a=3>",
    "wrong order": "<b><i></b></i>",
    "end tag in a value": '<div title="</div>">',
    "end tag in a comment": "<div><!-- </div> -->",
    "comment that does not end": "<div><!--!></div>-->",
    "quotation mark as a name": '<p "><div>">',
    "end tag behind a border": "<i><marquee></i></marquee>",
    "end tag in a cell": "<div><table><td></div></td></table>",
    "end tag in a title": "<div><title></div></title>",
    "hidden by a title": "<title><!--</title><div>",
    "svg title": "<svg><title><div>",
    "template": "<div><template></div></template>",
    "self-closing": "<div/>",
    "upper case": "<DIV><div></DIV >",
}


@each_row("unit", DEEP.values())
def test_deep_nesting_is_shown_as_text(unit):
    markup = unit * 250 + "<b>words</b>"
    assert nests_deeper_than(richtext.MAX_DEPTH, markup)
    cleaned = clean(markup)
    assert "<" not in cleaned.replace("<p>", "").replace("</p>", "").replace("<br>", "")


FLAT = {
    "paragraphs": "<p>a</p>",
    "paragraphs without end": "<p>a",
    "items without end": "<li>a",
    "breaks": "a<br>",
    "links": '<p><a href="https://a.example/" title="1 > 0">a</a> <span class="x">b</span></p>',
    "comments": "<!-- wp:paragraph --><p>a</p><!-- /wp:paragraph -->",
    "iframes": '<p>a</p><iframe src="https://a.example/"></iframe>',
    "tables": "<table><tr><td>a</td></tr></table>",
}


@each_row("unit", FLAT.values())
def test_long_flat_markup_is_cleaned(unit):
    markup = unit * 1000
    assert not nests_deeper_than(richtext.MAX_DEPTH, markup)
    assert "&lt;" not in clean(markup, max_bytes=MAX_ARTICLE_BYTES)


@examples(60)
@given(st.lists(STARTS | NAMES.map("</{}>".format) | TEXTS, min_size=3, max_size=8).map("".join))
def test_the_count_is_never_less_than_what_a_parser_nests(unit):
    """A parser may add a row and a body to a table, hence three levels for one."""
    markup = unit * 40
    if not nests_deeper_than(30, markup):
        assert depth(tree(markup)) <= 3 * 31 + 2


@each_row("unit", [*DEEP.values(), *FLAT.values(), '<a "></a>', "&amp;", "<", "</p>", "<a b=", "<!--"])
def test_the_worst_markup_costs_milliseconds(unit):
    """Rule HTM4: the parser alone would need seconds; two seconds here leave room for a busy machine."""
    markup = (unit * MAX_ARTICLE_BYTES)[:MAX_ARTICLE_BYTES]
    before = time.process_time()
    clean(markup, max_bytes=MAX_ARTICLE_BYTES)
    assert time.process_time() - before < 2


def test_what_the_cleaner_fails_at_is_shown_as_text(monkeypatch):
    """A panic in its Rust comes as an error that is no ``Exception``, which would end whoever runs jobs."""

    class Panic(BaseException):
        pass

    class Broken:
        def clean(self, markup):
            raise Panic(markup)

    monkeypatch.setattr(richtext, "_cleaner", Broken)
    assert clean("<p>a &lt; b</p><img src=x onerror=alert(1)><script>alert(1)</script>") == "<p>a &lt; b</p>"


def test_what_is_too_long_is_cut_and_shown_as_text():
    cleaned = clean("<p>é</p><b>" + "ö" * MAX_POST_BYTES)
    assert cleaned.startswith("<p>é</p><p>ö")
    assert MAX_POST_BYTES - 100 < len(cleaned.encode()) <= MAX_POST_BYTES + 100
    assert len(clean("ö" * MAX_POST_BYTES).encode()) == MAX_POST_BYTES


# -- plain text -----------------------------------------------------------------------------------------------------

PLAIN = {
    "Ada": "Ada",
    " Ada \n\t Lovelace\u2028x ": "Ada Lovelace x",
    "a < b > c": "a < b > c",
    "I <3 you": "I <3 you",
    "<b>Ada</b>": "Ada",
    "<<b>script>alert(1)<</b>/script>": "alert(1)",
    "Ada<img src=x onerror=alert(1)": "Ada< img src=x onerror=alert(1)",
    "Ada</p": "Ada< /p",
    "<!-- x -->Ada<?x?>": "Ada",
    "Ada\n<!-->\nLovelace": "Ada Lovelace",
    "<" * 50 + "b" + ">" * 50: "<" * 49 + ">" * 49,
    "A\x00d\x1ba\ud800": "Ada",
    "R&amp;D": "R&amp;D",
    "": "",
}


@each_row("text, expected", PLAIN.items())
def test_plain_fields(text, expected):
    assert clean_plain_field(text) == expected


def test_plain_fields_are_cut():
    assert clean_plain_field("Ada Lovelace", 4) == "Ada"


@examples(60)
@given(st.text(alphabet="<>/!?ab \n\"'=-", max_size=60) | st.sampled_from(ATTACKS) | st.lists(TEXTS).map("".join))
def test_a_plain_field_holds_no_tag_also_when_it_stands_in_html(text):
    shown = clean_plain_field(text)
    assert list(elements(tree(f"<p>{shown}</p>"))) == [("p", {}, [html_text] if (html_text := to_text(shown)) else [])]
    assert clean_plain_field(shown) == shown


def to_text(markup: str) -> str:
    """What the text of a paragraph would read as."""
    return "".join(child for child in tree(markup)[2] if isinstance(child, str))


def test_loose_fields_with_line_breaks_are_plain_text():
    assert clean_loose("I'm Nick\n\nR&amp;D > all\nmore") == "<p>I'm Nick</p><p>R&amp;D &gt; all<br>more</p>"
    assert clean_loose("<p>a\nb</p><script>x</script>") == "<p>a\nb</p>"
    assert clean_loose("a &lt;b> c\nd") == "<p>a &lt;b&gt; c<br>d</p>"


def test_paragraphs_are_escaped():
    assert as_paragraphs("a <b>\nc\n\nd\x00") == "<p>a &lt;b&gt;<br>c</p><p>d</p>"


@given(st.text(max_size=30), st.integers(0, 40))
def test_cutting_keeps_characters_whole(text, size):
    short = cut(text, size)
    assert text.startswith(short) or not text.isprintable()
    assert len(short.encode("utf-8", "replace")) <= size or short == text
