"""What comments and docstrings send a reader to is there: ``domain.opinions.Outcome``, ``node.errors``."""

import ast
import functools
import re

import pytest

from tests.architecture.sources import Source, sources

#: A module of ours, by its whole name or as neighbours call it; of two parts it may be a setting (``node.host``).
_REFERENCE = re.compile(r"\b(?:node|federation|web|schemas|domain|services|store)(?:\.[a-z_]\w*)+(?:\.[A-Z]\w*)?\b")
_TOLD = re.compile(r'#[^\n]*|"""(?s:.*?)"""')
_ROOTS = ("", "node.", "federation.", "web.")
_KNOWN = {each.module: each for each in sources()}


@pytest.mark.dear("whichever comes first reads every module there is")
def test_what_a_comment_names_exists() -> None:
    wrong = [f"{source.path}: {name}" for source in sources() for name in _named(source) if not _exists(name)]
    assert wrong == []


def test_a_name_that_is_not_there_is_found() -> None:
    assert _exists("store.people.follows.ACCEPTED")
    assert not _exists("store.people.follows.REFUSED")
    assert not _exists("store.follows.ACCEPTED")


def _named(source: Source) -> set[str]:
    told = "\n".join(_TOLD.findall(source.text))
    return {name for name in _REFERENCE.findall(told) if name.count(".") > 1}


@functools.cache
def _exists(name: str) -> bool:
    return any(_is_there(f"{root}{name}") for root in _ROOTS)


def _is_there(name: str) -> bool:
    """Whether it is a module, or something that a module or one of its classes has."""
    module = name
    while module and module not in _KNOWN:
        module = module.rpartition(".")[0]
    rest = name.removeprefix(module).strip(".")
    return bool(module) and (not rest or set(rest.split(".")) <= _names(_KNOWN[module].tree))


def _names(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for each in ast.walk(tree):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(each.name)
        elif isinstance(each, ast.Name | ast.Attribute) and isinstance(each.ctx, ast.Store):
            found.add(each.id if isinstance(each, ast.Name) else each.attr)
    return found
