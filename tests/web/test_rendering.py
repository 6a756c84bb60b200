"""Templates: what they escape, what they never contain, and what every page has for those who cannot see it."""

import dataclasses
import json
import re
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any, ClassVar

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, UndefinedError
from lxml.html import HtmlElement, document_fromstring  # type: ignore[import-untyped]  # it carries no types

from tests.depth import DEPTH, examples
from tests.rows import each_row
from tests.web.samples import all_views, frame
from web import rendering
from web.assets import Assets
from web.design.page import ACCENTS, Page
from web.design.parts import Prose, SafeHtml, Text
from web.rendering import TEMPLATES, Renderer

RENDERER = Renderer(Assets())
VIEWS: dict[str, Any] = dict(all_views())
SOURCES = {str(path.relative_to(TEMPLATES)): path.read_text("utf-8") for path in sorted(TEMPLATES.rglob("*.html"))}
EVERY_VIEW = each_row("name", sorted(VIEWS))
EVERY_TEMPLATE = each_row("source", sorted(SOURCES))


@cache
def written(name: str) -> str:
    return RENDERER.render(VIEWS[name])


@cache
def rendered(name: str) -> HtmlElement:
    """The page of a view, made once for all tests, which only look at it."""
    return document_fromstring(written(name))


def texts(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


# What a page is


@EVERY_VIEW
def test_every_page_is_valid_to_a_strict_parser(name):
    html5lib.HTMLParser(strict=True).parse(written(name))


@EVERY_VIEW
def test_no_page_carries_style_or_script_of_its_own(name):
    page = rendered(name)
    assert not page.xpath("//style | //@style | //*[@*[starts-with(name(), 'on')]]")
    assert {script.get("type") for script in page.xpath("//script")} <= {"application/ld+json", "module"}
    assert all(script.get("src") and not script.text for script in page.xpath("//script[@type='module']"))


@EVERY_VIEW
def test_every_page_can_be_walked_by_its_landmarks_and_headings(name):
    page = rendered(name)
    assert [len(page.xpath(f"//{landmark}")) for landmark in ("main", "h1")] == [1, 1]
    assert len(page.xpath("/html/body/header")) == len(page.xpath("/html/body/footer")) == 1
    skip = page.xpath("/html/body/a[1]")[0]
    assert skip.get("href") == "#" + page.xpath("//main")[0].get("id")
    levels = [int(heading.tag[1]) for heading in page.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")]
    assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False)), levels
    assert all(nav.get("aria-label") or nav.get("aria-labelledby") for nav in page.xpath("//nav"))


@EVERY_VIEW
def test_ids_are_unique_and_every_reference_is_answered(name):
    page = rendered(name)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    named = page.xpath("//@aria-labelledby | //@aria-describedby | //label/@for")
    anchors = [href[1:] for href in page.xpath("//a/@href") if href.startswith("#")]
    assert {target for value in named for target in value.split()} | set(anchors) <= set(ids)


@EVERY_VIEW
def test_everything_that_can_be_used_has_a_name(name):
    page = rendered(name)
    labelled = set(page.xpath("//label/@for"))
    for control in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        assert control.get("id") in labelled
    for element in page.xpath("//a | //button | //summary"):
        assert texts(element) or element.get("aria-label") or element.xpath(".//img[@alt != '']"), element.attrib
    for element in page.xpath("//progress | //video | //audio"):
        assert element.get("aria-label")
    assert all(image.get("alt") is not None for image in page.xpath("//img"))


@EVERY_VIEW
def test_every_form_leads_to_an_own_path_and_every_post_carries_its_token(name):
    for form in rendered(name).xpath("//form"):
        assert re.match(r"/(?![/\\])", form.get("action"))
        if form.get("method") == "post":
            assert len(form.xpath(".//input[@type='hidden'][@name='csrf'][string-length(@value) > 0]")) == 1


def test_every_icon_is_in_the_sprite():
    sprite = (TEMPLATES.parent / "static" / "icons.svg").read_text("utf-8")
    used = {href.partition("#")[2] for name in VIEWS for href in rendered(name).xpath("//use/@href")}
    assert len(used) > 20
    assert used <= set(re.findall(r'<symbol id="([a-z]+)"', sprite))


# What templates may not do


@EVERY_TEMPLATE
def test_no_sentence_stands_outside_the_language_seam(source):
    """Between and inside tags of the source there is no word that `_()` has not seen."""
    plain = "".join(value for _, kind, value in Environment().lex(SOURCES[source]) if kind == "data")
    assert not re.search(r"[^\W\d_]{2,}", re.sub(r"<[^>]*>|&\w+;", " ", plain))
    spoken = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"{]*[A-Za-z][^"]*)"', SOURCES[source])
    assert not [value for value in spoken if value != "social.example"]


@EVERY_TEMPLATE
def test_every_address_passes_a_filter(source):
    for name, value in re.findall(r'\b(href|src|poster|action)="([^"]*\{\{[^"]*)"', SOURCES[source]):
        wanted = ("|path }}",) if name == "action" else ("|href }}", "|webcal }}")
        assert value.endswith(wanted) or value.startswith(("{{ asset(", "#{{")), value


@EVERY_TEMPLATE
def test_no_template_switches_escaping_off(source):
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", SOURCES[source])


def test_a_name_that_a_view_lacks_is_an_error():
    @dataclass(frozen=True)
    class Half:
        page: Page
        template: ClassVar[str] = "sign_in.html"

    with pytest.raises(UndefinedError):
        RENDERER.render(Half(page=frame.page()))


# Escaping

NOT_PROSE = {
    "accent", "circuit", "csrf", "effect", "form", "href", "key", "kind", "live", "media_type", "path", "section",
    "template", "mode", "scopes", "state", "ticket", "tone", "url", "visibility",
}  # fmt: skip


def spoiled(value, instead, field=""):
    """A copy of a view whose every plain text is what ``instead`` says for it."""
    if isinstance(value, SafeHtml) or field in NOT_PROSE or field.endswith(("_path", "_url")):
        return value
    if isinstance(value, str):
        return instead(value) if value else value
    if isinstance(value, tuple):
        return tuple(spoiled(item, instead, field) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {f.name: spoiled(getattr(value, f.name), instead, f.name) for f in dataclasses.fields(value)}
        return replace(value, **changes | chosen(value))
    return value


def chosen(value):
    """Fields whose values are ours and stay, by name."""
    names = ["action", "search_path", "software", "base_url", *(["language"] if isinstance(value, Page) else [])]
    return {name: getattr(value, name) for name in names if hasattr(value, name)}


def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(str(element.tag), tuple(sorted(element.attrib))) for element in document_fromstring(html).iter()]


def each_its_own(make):
    """A new text for each that a view has; what was equal stays equal, what differed differs."""
    known: dict[str, str] = {}
    return lambda value: known.setdefault(value, f"{make()}{len(known)}")


@cache
def plain_shape(name: str) -> list[tuple[str, tuple[str, ...]]]:
    return shape(RENDERER.render(spoiled(VIEWS[name], each_its_own(lambda: "word"))))


#: What texts that try to be markup are made of.
HOSTILE = [
    *"<>\"'&;/=` abcps\N{RIGHT-TO-LEFT OVERRIDE}{}%", "<script>", "</script>", "<img src=x onerror=", "<!--", "-->",
    "]]>", "</title>", "</textarea>", "<style>", "{{", "{%", "&lt;", "&#60;", "javascript:", '" autofocus x="',
]  # fmt: skip


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_text_of_others_never_becomes_markup(name):
    """Whatever its texts are, a page keeps its elements and their attributes: those that a harmless word gives."""
    for number in range(DEPTH):
        chance = Random(f"{name} {number}")  # the same in each run, another for each page
        hostile = each_its_own(lambda chance=chance: f"<{''.join(chance.choices(HOSTILE, k=chance.randint(1, 20)))}>")
        assert shape(RENDERER.render(spoiled(VIEWS[name], hostile))) == plain_shape(name)


def test_hostile_text_arrives_as_the_words_that_it_is():
    text = '"><script>alert(1)</script>'
    page = document_fromstring(RENDERER.render(spoiled(VIEWS["resource"], lambda _: text)))
    assert text in texts(page.xpath("//h1")[0])
    assert not page.xpath("//script[not(@type)]")


def test_only_safe_html_passes_as_markup():
    """Everything else is escaped (HTM6)."""
    view = VIEWS["person"]
    shown = RENDERER.render(replace(view, bio=Prose(value=SafeHtml("<p><em>hello</em></p>"))))
    assert "<em>hello</em>" in shown
    shown = RENDERER.render(replace(view, bio=Prose(value="<p><em>hello</em></p>")))
    assert "<em>hello</em>" not in shown


def test_safe_html_does_not_outlive_a_change():
    for changed in (SafeHtml("<b>") + "<script>", SafeHtml("<b>x")[1:], SafeHtml("{}").format("<script>")):
        assert not hasattr(changed, "__html__")


@examples(50)
@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))
def test_json_in_a_page_cannot_end_its_script_and_reads_back_the_same(value):
    """JSON stays within its block (HTM7)."""
    written = rendering.json_script({"value": value})
    assert not set("<>&\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}") & set(written)
    assert json.loads(written) == {"value": value}


@each_row(
    "address",
    ["javascript:alert(1)", "JavaScript:x", " https://x.example", "data:text/html,x", "//evil.example", "/\\evil", "x"],
)
def test_addresses_that_are_not_safe_lead_nowhere(address):
    assert rendering.href(address) == "#"


@each_row("address", ["/r/x", "https://a.example/b?c=d", "http://127.0.0.1:8000/", "#top", "?q=x"])
def test_addresses_that_are_safe_stay(address):
    assert rendering.href(address) == address


@each_row("path", ["https://evil.example/", "//evil.example", "/\\evil.example", "", "sign-in"])
def test_a_form_never_leads_elsewhere(path):
    with pytest.raises(ValueError, match="own path"):
        rendering.own_path(path)


def test_words_are_isolated_and_carry_their_language():
    """Letters that turn the direction stay with their word (HTM9)."""
    assert rendering.text(Text(value="Guten Tag", language="de")) == '<bdi lang="de">Guten Tag</bdi>'
    assert rendering.text(Text(value="Hello", language="en")) == "<bdi>Hello</bdi>"


# What single pages promise


@pytest.mark.parametrize("name", ["sign_in", "sign_in_wrong"])
def test_the_sign_in_page_holds_one_form_with_a_name_and_a_password(name):
    page = rendered(name)
    assert len(page.xpath("//form")) == 1
    form = page.xpath("//form")[0]
    assert form.get("method") == "post"
    assert len(form.xpath(".//input[@type='text' or @type='email']")) == 1
    assert len(form.xpath(".//input[@type='password']")) == 1
    assert len(form.xpath(".//button[@type='submit']")) == 1
    assert form.xpath(".//input[@name='next']/@value") == ["/"]


def test_setup_errors_stand_beside_their_fields_and_above_the_form():
    page = rendered("setup_wrong")
    for name in ("user_name", "password"):
        field = page.xpath(f"//input[@name='{name}']")[0]
        assert field.get("aria-invalid") == "true"
        error = page.get_element_by_id(f"{name}-error")
        assert error.get("id") in field.get("aria-describedby")
        assert texts(error) in texts(page.xpath("//*[@role='alert']")[0])
    assert page.xpath("//input[@name='email']")[0].get("aria-invalid") is None
    assert page.xpath("//title")[0].text.startswith("Please check")
    assert page.xpath("//input[@type='password']/@value") == [""]


def test_the_front_page_names_origin_and_host_of_what_came_from_others():
    network = rendered("home").xpath("//section[@aria-labelledby='network']")[0]
    for origin in (frame.MUSEUM, frame.UNIVERSITY):
        cards = [texts(card) for card in network.xpath(".//article") if origin.organisation in texts(card)]
        assert cards
        assert all(origin.host in card for card in cards)


def test_a_remote_resource_says_where_it_is_from_and_links_to_the_original():
    page = rendered("remote_resource")
    head = page.xpath("//article/header")[0]
    assert frame.UNIVERSITY.organisation in texts(head)
    assert "https://lernen.hochschule-nordheim-weserbergland.example/r/x" in head.xpath(".//a/@href")
    assert head.xpath(".//h1/bdi/@lang") == ["de"]


def test_the_head_of_a_resource_tells_programs_what_it_is():
    page = rendered("resource")
    head = {meta.get("property") or meta.get("name"): meta.get("content") for meta in page.xpath("//head/meta")}
    assert head["og:title"].startswith("Dementia-friendly wards")
    assert head["og:url"] == "https://learn.hospital.example/r/dementia-friendly-wards"
    assert head["fediverse:creator"] == "@brigid@learn.hospital.example"
    assert page.xpath("//link[@rel='canonical']/@href") == [head["og:url"]]
    assert page.xpath("//link[@rel='alternate'][@type='application/activity+json']/@href") == ["/ap/o/01JRES"]
    assert json.loads(page.xpath("//script[@type='application/ld+json']")[0].text)["name"] == "Wards & corridors"


def test_people_who_do_not_want_to_be_found_are_not_indexed():
    assert rendered("person").xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert not rendered("home").xpath("//meta[@name='robots']")


def test_a_search_keeps_the_filters_that_are_on():
    form = rendered("catalogue").xpath("//form[@role='search']")[0]
    kept = {field.get("name"): field.get("value") for field in form.xpath(".//input")}
    assert kept == {"q": "corridor", "kind": "video", "origin": "learn.museum.example"}


def test_what_an_administrator_changes_is_a_post_form_and_remote_text_is_text():
    page = rendered("queue")
    actions = [form.get("action") for form in page.xpath("//main//form[@method='post']")]
    assert actions == ["/admin/queue/116230/retry", "/admin/queue/116230/discard"]
    assert "<script>alert(1)</script>" in page.xpath("//pre")[0].text


def test_development_mode_is_told_to_administrators():
    assert "Development mode" in texts(rendered("overview"))
    view = VIEWS["overview"]
    page = replace(view.page, site=replace(view.page.site, development=False))
    assert "Development mode" not in RENDERER.render(replace(view, page=page))


@each_row("accent", ACCENTS)
def test_the_accent_is_a_class_that_the_style_sheet_knows(accent):
    shown = RENDERER.render(replace(VIEWS["error"], page=frame.page(site=frame.site(accent))))
    assert f'class="accent-{accent}"' in shown
    tokens = (TEMPLATES.parent / "static" / "css" / "tokens.css").read_text("utf-8")
    assert tokens.count(f".accent-{accent} {{") == 2
