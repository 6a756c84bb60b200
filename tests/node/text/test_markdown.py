import sys
import time

from hypothesis import given
from hypothesis import strategies as st

from node.domain.words import MAX_MARKDOWN, handles_in, hashtags_in
from node.text.markdown import Words, profile_link, render_markdown, render_plain
from node.text.richtext import REL, TAGS, clean
from tests.depth import examples
from tests.node.text.test_richtext import assert_harmless, elements, tree
from tests.rows import each_row

WORDS = Words({"ada": "https://u.example/@ada", "ben@x.example": "https://x.example/@ben"}, "https://u.example/tags/")

MENTION, HASHTAG = f'class="u-url mention" rel="{REL}"', f'class="mention hashtag" rel="tag {REL}"'

RENDERED = {
    "plain": ("Hi there", "<p>Hi there</p>"),
    "line break": ("a\nb", "<p>a<br>\nb</p>"),
    "emphasis": ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>"),
    "heading one step down": ("# a\n\n###### b", "<h2>a</h2>\n<h4>b</h4>"),
    "list": ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
    "markup is text": ("<b>a</b> <script>b</script>", "<p>&lt;b&gt;a&lt;/b&gt; &lt;script&gt;b&lt;/script&gt;</p>"),
    "link": ("[a](https://b.example/)", f'<p><a href="https://b.example/" rel="{REL}">a</a></p>'),
    "script link": ("[a](javascript:x)", "<p>[a](javascript:x)</p>"),
    "picture": ("![a](https://b.example/c.png)", f'<p>!<a href="https://b.example/c.png" rel="{REL}">a</a></p>'),
    "mention": (
        "Hi @Ada!",
        f'<p>Hi <span class="h-card"><a href="https://u.example/@ada" {MENTION}>@<span>Ada</span></a></span>!</p>',
    ),
    "mention elsewhere": (
        "@ben@x.example.",
        f'<p><span class="h-card"><a href="https://x.example/@ben" {MENTION}>@<span>ben</span></a></span>.</p>',
    ),
    "unknown mention": ("@eve & @ada@evil.example", "<p>@eve &amp; @ada@evil.example</p>"),
    "mail": ("ada@u.example", "<p>ada@u.example</p>"),
    "hashtag": (
        "#Casting",
        f'<p><a href="https://u.example/tags/Casting" {HASHTAG}>#<span>Casting</span></a></p>',
    ),
    "no hashtag": ("#2026 a#b &#35;", "<p>#2026 a#b #</p>"),
    "in code": ("`@ada #a https://a.example`", "<p><code>@ada #a https://a.example</code></p>"),
    "in a link": ("[@ada #a](https://b.example/)", f'<p><a href="https://b.example/" rel="{REL}">@ada #a</a></p>'),
    "address": (
        "(https://a.example/b_c_d).",
        f'<p>(<a href="https://a.example/b_c_d" rel="{REL}"><span class="invisible">https://</span><span>a.example/b_c_d</span></a>).</p>',
    ),
}


@each_row("text, expected", RENDERED.values())
def test_rendering(text, expected):
    assert render_markdown(text, WORDS) == expected


def test_a_long_address_is_shown_short_and_copied_whole():
    address = "https://a.example/" + "b" * 60
    shown = render_markdown(address)
    assert f'href="{address}"' in shown
    assert '<span class="ellipsis">a.example/bbbbbbbbbbbbbbbbbbbb</span><span class="invisible">bbb' in shown


def test_without_words_nothing_is_guessed():
    assert render_markdown("@ada #a") == "<p>@ada #a</p>"


def test_what_is_too_long_is_shown_as_typed():
    assert render_markdown("*a* " * MAX_MARKDOWN).startswith("<p>*a* *a* ")


@each_row("unit", ["[", "[a](", "![", "*a **b ", "a\n", "> ", "[a]: b\n", "@a", "https://", "_a", "\\"])
def test_the_worst_text_costs_a_moment(unit):
    before = time.process_time()
    render_markdown((unit * MAX_MARKDOWN)[:MAX_MARKDOWN], WORDS)
    assert time.process_time() - before < 2


@examples(50)
@given(st.text(alphabet="ab1@#_*`[]()<>!\\\n -./:&\"'", max_size=60) | st.text(max_size=40))
def test_any_text_is_rendered_to_something_harmless(text):
    rendered = render_markdown(text, WORDS)
    assert all(tag in TAGS for tag, _, _ in elements(tree(rendered)))
    assert_harmless(rendered.replace(f'rel="tag {REL}"', ""))


TYPED = {
    "lines and paragraphs": (" a\n b \r\n\n \nc\0", "<p>a<br> b</p><p>c</p>"),
    "other ends of lines": ("a\rb\r\rc", "<p>a<br>b</p><p>c</p>"),
    "markup is text": ('*a* <b> "&amp;"', '<p>*a* &lt;b&gt; "&amp;amp;"</p>'),
    "mention": (
        "Hi @Ada!",
        f'<p>Hi <span class="h-card"><a href="https://u.example/@ada" {MENTION}>@<span>Ada</span></a></span>!</p>',
    ),
    "hashtag": ("#a", f'<p><a href="https://u.example/tags/a" {HASHTAG}>#<span>a</span></a></p>'),
    "address": (
        "https://a.example/?b&c",
        f'<p><a href="https://a.example/?b&amp;c" rel="{REL}"><span class="invisible">https://</span><span>a.example/?b&amp;c</span></a></p>',
    ),
}


@each_row("text, expected", TYPED.values())
def test_text_as_it_was_typed(text, expected):
    assert render_plain(text, WORDS) == expected


def test_a_page_that_is_no_address_of_the_web_is_no_link():
    assert render_plain("@ada", Words({"ada": "javascript:x"})) == "<p>@ada</p>"


def test_typed_text_that_would_become_too_long_has_no_links():
    assert render_plain("#a " * (MAX_MARKDOWN // 3), WORDS).startswith("<p>#a #a ")


def without_addresses(node):
    """A tree as ``clean`` leaves it, which takes away addresses that no browser can read."""
    tag, attributes, children = node
    assert attributes.get("href", "https://").startswith(("https://", "http://"))
    kept = {name: value for name, value in attributes.items() if name != "href"}
    return tag, kept, [child if isinstance(child, str) else without_addresses(child) for child in children]


@examples(50)
@given(
    st.text(alphabet="ab1@#_.:/&;<>\"'= \n\r\t\0\xa0", max_size=60) | st.text(max_size=40),
    st.sampled_from(["", "https://"]),
)
def test_typed_text_holds_nothing_to_be_cleaned(text, scheme):
    rendered = render_plain(scheme + text, WORDS).replace(f'rel="tag {REL}"', f'rel="{REL}"')
    assert without_addresses(tree(clean(rendered))) == without_addresses(tree(rendered))
    assert_harmless(rendered)


def test_handles():
    assert handles_in("@Ada @ada @ben@X.example, a@b.example x/@c @d. (@e)") == ("ada", "ben@x.example", "d", "e")


def test_words_of_a_text_that_nobody_may_post_are_not_kept():
    """A request of a megabyte has room for 60 MB of them."""
    text = "#a " * MAX_MARKDOWN
    references = sys.getrefcount(text)
    assert hashtags_in(text) == ("a",)
    assert sys.getrefcount(text) == references


def test_hashtags():
    assert hashtags_in("#Casting #casting #Gießen #2026 #a1 x#no https://a.example/#top") == ("Casting", "Gießen", "a1")


def test_a_profile_link_proves_both_ways():
    assert profile_link("https://ada.example/") == (
        f'<a href="https://ada.example/" rel="me {REL}"><span class="invisible">https://</span><span>ada.example/</span></a>'
    )
