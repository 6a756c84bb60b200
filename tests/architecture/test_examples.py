"""Examples in docstrings are true: those of whichever module has some."""

import doctest
from importlib import import_module

from tests.architecture.sources import sources
from tests.rows import each_row

WITH_EXAMPLES = [source.module for source in sources() if ">>> " in source.text and "/migrations/" not in source.path]


@each_row("name", WITH_EXAMPLES)
def test_the_examples_of_a_module_are_true(name):
    assert doctest.testmod(import_module(name)).failed == 0
