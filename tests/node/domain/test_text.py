"""Language maps and plain text."""

import time

import pytest

from node.domain.text import (
    by_two_letters,
    clean,
    clean_json,
    closest,
    has_markup,
    hashtag,
    language_of,
    paragraphs,
    pick,
    plain,
    shorten,
)
from node.errors import Malformed
from tests.rows import each_row


@each_row(
    "wanted, available, found",
    [
        (["de"], ["en", "de"], "de"),
        (["de-AT"], ["en", "de"], "de"),
        (["de-AT"], ["de", "de-AT"], "de-AT"),
        (["DE-at"], ["de-AT"], "de-AT"),
        (["pt"], ["pt-BR"], "pt-BR"),
        (["zh-Hant-TW"], ["zh-Hans", "zh-Hant"], "zh-Hant"),
        (["fr", "en"], ["en"], "en"),
        (["fr"], ["en"], None),
        ([], ["en"], None),
    ],
)
def test_the_closest_language_is_found(wanted, available, found):
    assert closest(wanted, available) == found


def test_a_text_is_picked_by_wish_then_default_then_english():
    texts = {"de": "Gießen", "en": "Casting", "fr": "Moulage"}
    assert pick(texts, ["fr-CA"], "de") == "Moulage"
    assert pick(texts, ["it"], "de") == "Gießen"
    assert pick(texts, ["it"]) == "Casting"
    assert pick({"sv": "x", "nl": "y"}, []) == "y"
    assert pick({}, ["en"]) == ""
    assert language_of({}, ["en"]) is None


def test_two_letter_maps_prefer_the_plain_tag_and_drop_what_has_none():
    assert by_two_letters({"de-AT": "a", "de": "b", "tlh": "c", "en-US": "d"}) == {"de": "b", "en": "d"}


@each_row(
    "markup, text",
    [
        ("<p>One<br>two</p><ul><li>three</li></ul>", "One\ntwo\n\nthree"),
        ("<script>alert(1)</script>A &lt;b&gt;", "A <b>"),
        ("a < b and c > d", "a < b and c > d"),
        ("<p>unclosed", "unclosed"),
        ("&#0;x&nbsp;y", "\ufffdx y"),
        ("", ""),
    ],
)
def test_markup_becomes_what_a_reader_would_see(markup, text):
    assert plain(markup) == text


@each_row("piece", ["<", "<p", "<p>", "</p>\n", "&", "<script>", "<!--", "\n ", "<a <b"])
def test_plain_text_takes_time_in_proportion_to_its_length(piece):
    text = piece * (200_000 // len(piece))
    start = time.thread_time()
    plain(text)
    has_markup(text)
    assert time.thread_time() - start < 2


def test_only_what_looks_like_html_is_taken_for_it():
    assert has_markup("<p>x</p>")
    assert has_markup("R&amp;D")
    assert not has_markup("if a < b and c > d")
    assert not has_markup("List<String> & AT&T;")


def test_long_texts_are_cut_between_words():
    assert shorten("one two  three", 99) == "one two three"
    assert shorten("one two three", 9) == "one two…"
    assert shorten("a" * 50, 10) == "a" * 9 + "…"
    assert len(shorten("word " * 100, 80)) <= 80


def test_plain_text_becomes_escaped_paragraphs():
    assert paragraphs("a <b>\nc\n\n \nd & e") == "<p>a &lt;b&gt;<br>c</p><p>d &amp; e</p>"
    assert paragraphs(" \n\n ") == ""


@each_row(
    "words, name",
    [
        ("phase diagrams", "PhaseDiagrams"),
        ("C++", None),
        ("2026", None),
        ("Barrierefreiheit & Recht", "BarrierefreiheitRecht"),
        ("DNA-Analyse", "DNAAnalyse"),
        ("日本 語", "日本語"),
        ("casting", "casting"),
        ("", None),
    ],
)
def test_words_become_hashtags(words, name):
    assert hashtag(words) == name


def test_characters_that_no_database_takes_are_dropped_everywhere():
    assert clean("a\x00b\x1f\ud800c\ufffe\n\t") == "abc\n\t"
    assert clean_json({"k\x00": ["\x01v", {"x": "y\x00"}], "n": 1}) == {"k": ["v", {"x": "y"}], "n": 1}


def test_deep_nesting_is_refused_without_exhausting_the_stack():
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(Malformed, match="64"):
        clean_json(value)
