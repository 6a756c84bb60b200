"""Every sentence exists in every language, and code says its sentences so that they can be found."""

import ast
import re
from dataclasses import replace

import pytest
from babel.messages.catalog import Catalog

from node.translations import FOLDER, SOURCE, spoken
from tests import translations
from tests.rows import each_row
from tests.translations import ROOT, faults, fields, merged, read, sentences_of_the_node, written
from tests.web.samples import all_views
from web.assets import Assets
from web.language import Language
from web.rendering import Renderer

OTHERS = sorted(spoken() - {SOURCE})
HOW = "`make messages` lists what is missing; write it into node/translations/*.po"


def test_german_is_spoken():
    assert "de" in OTHERS


@pytest.mark.dear("reads every module and every template of the node")
@pytest.mark.parametrize("tag", OTHERS)
def test_nothing_is_left_untranslated_and_no_value_is_lost(tag):
    assert faults(merged(read(tag))) == [], HOW


@pytest.mark.parametrize("tag", OTHERS)
def test_the_file_is_as_the_command_writes_it(tag):
    """In its order and without what nobody says any more, so that changes of several people join."""
    assert (FOLDER / f"{tag}.po").read_bytes() == written(merged(read(tag))), "run `make messages`"


def test_a_missing_translation_and_a_lost_value_are_found():
    catalogue = Catalog(locale="de")
    catalogue.add("Nobody has said this yet", "")
    catalogue.add("By {name}", "Von {nom}")
    catalogue.add(("{n} thing", "{n} things"), ("{n} Ding", "alle {m} Dinge"))
    assert [fault.partition(":")[0] for fault in faults(catalogue)] == [
        "not translated",
        "other names in braces",
        "other names in braces",
    ]


_FORMAL = re.compile(r"(?<![.:!?] )(?<!\n)(?<!^)\b(Sie|Ihnen|Ihre?[mnrs]?)\b")


def test_german_says_du():
    """``docs/develop/languages.md``; at the beginning of a sentence the words may mean others."""
    said = [form for each in read("de") for form in ([each.string] if isinstance(each.string, str) else each.string)]
    assert [text for text in said if _FORMAL.search(text)] == []


def test_plurals_are_sentences_with_a_number():
    assert [one for one, many in sentences_of_the_node() if many and (fields(one) ^ fields(many)) - {"n"}] == []


@pytest.mark.parametrize("tag", OTHERS)
def test_a_page_says_only_sentences_that_are_known(monkeypatch, tag):
    """What templates and views say is in the catalogue, however it got there."""
    known = {one for one, _ in sentences_of_the_node()}
    unknown = set()

    def found(self, message, plural, values):
        if message and message not in known:
            unknown.add(message)
        return message

    monkeypatch.setattr(Language, "_found", found)
    renderer = Renderer(Assets())
    for view in all_views().values():
        renderer.render(replace(view, page=replace(view.page, language=tag)))
    assert unknown == set()


# Pages are made in these packages; what starts like a sentence there has to be one.
PAGES = [
    path
    for path in sorted((ROOT / "web").rglob("*.py"))
    if path.parent.name not in {"client_api", "entities", "learning_api", "streaming"} and path.name != "tokens.py"
]
_SENTENCE = re.compile(r"[A-Z][a-z\u2019']* [a-z]|[A-Z][a-z]+[.!?]$")
_FOR_READERS = {"title", "label", "text", "error", "reason", "message", "summary", "hint", "notice"}
_SAME_EVERYWHERE = {"JSON", "ActivityPub"}


@each_row("path", PAGES)
def test_what_pages_say_is_marked_as_a_sentence(path):
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    excused = {id(inner) for node in nodes if _marks(node) for inner in ast.walk(node)}
    excused |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    bare = []
    for node in nodes:
        for value, is_told in _constants(node):
            if id(value) in excused or not isinstance(value.value, str) or value.value in _SAME_EVERYWHERE:
                continue
            if _SENTENCE.match(value.value) or (is_told and re.search("[A-Za-z]{2}", value.value)):
                bare.append(value.value)
    assert bare == [], 'write Sentence("...") from node.sentences'


def _marks(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return isinstance(node, ast.JoinedStr)
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    return name in translations.MARKING or name == "Refusal"  # which OAuth tells to apps


def _constants(node: ast.AST):
    if isinstance(node, ast.Constant):
        yield node, False
    if isinstance(node, ast.Call):
        yield from ((each.value, True) for each in node.keywords if each.arg in _FOR_READERS and _is_text(each.value))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
