"""Memory that is given back, where that can be."""

import importlib
import sys

import pytest


def test_a_python_that_was_built_without_libffi_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """The daily backup begins with the import of this module."""
    monkeypatch.delitem(sys.modules, "node.heap", raising=False)
    monkeypatch.setitem(sys.modules, "ctypes", None)
    heap = importlib.import_module("node.heap")
    heap.give_back()
