"""What docstrings, comments and documents name is there: modules with what is in them, folders and files."""

import functools
import re
from collections.abc import Iterator
from pathlib import Path

from node.config.schema import keys
from tests.architecture.sources import PACKAGES, ROOT, sources

_ROOTS = "|".join((*PACKAGES, "tests", "benchmarks"))
_DOTTED = re.compile(rf"[`(]((?:{_ROOTS})(?:\.\w+)+)[`)]")
_SAID = re.compile(r'"""[\s\S]*?"""|#.*')
_PATH = re.compile(rf"`((?:{_ROOTS})/[\w./*-]+)`")
#: What somebody adds, as examples, and what a command writes.
_NOT_YET = {
    "benchmarks/baseline.json",
    "benchmarks/results/latest.json",
    "node/cli/NAME.py",
    "node/store/migrations/versions/NNNN_topic.py",
    "node/translations/fr.po",
}


def _prose() -> Iterator[tuple[str, str]]:
    """Places and what they say: documents, docstrings, comments."""
    for document in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        yield document.relative_to(ROOT).as_posix(), document.read_text("utf-8")
    for source in sources():
        yield source.path, "\n".join(_SAID.findall(source.text))


@functools.cache
def _is_there(name: str) -> bool:
    """A module, or up to two names in one: a class and its method, a table."""
    parts = name.split(".")
    for number in range(len(parts), max(0, len(parts) - 3), -1):
        place, rest = ROOT.joinpath(*parts[:number]), parts[number:]
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file() and all(re.search(rf"\b{each}\b", file.read_text("utf-8")) for each in rest):
                return True
    return name in _KEYS


_KEYS = frozenset(keys()) | {key.rpartition(".")[0] for key in keys()}


def test_what_prose_names_is_there() -> None:
    gone = [f"{place}: {name}" for place, text in _prose() for name in _DOTTED.findall(text) if not _is_there(name)]
    gone += [
        f"{place}: {path}"
        for place, text in _prose()
        for path in _PATH.findall(text)
        if path not in _NOT_YET and not any(Path(ROOT).glob(path.rstrip("/")))
    ]
    assert gone == []


_RULE = re.compile(r"\b(?:ADM|API|AUT|BAK|CFG|DEP|HAR|HTM|IN|MED|OUT|REL|STR)\d{1,2}\b")
_SPAN = re.compile(r"\b([A-Z]+)(\d+) to \1(\d+)\b")


def _rules_in(text: str) -> set[str]:
    spans = {f"{name}{number}" for name, low, high in _SPAN.findall(text) for number in range(int(low), int(high) + 1)}
    return {*_RULE.findall(text), *spans}


def test_rules_that_code_names_are_written_down() -> None:
    written = _rules_in((ROOT / "docs/develop/rules.md").read_text("utf-8"))
    product = {name for source in sources() for name in _rules_in(source.text)}
    tests = {name for path in (ROOT / "tests").rglob("*.py") for name in _rules_in(path.read_text("utf-8"))}
    assert product - written == set(), "nobody who reads these names can look them up"
    assert written - product - tests == set(), "nothing is held to these"
