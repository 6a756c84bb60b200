"""The product's source files, as the architecture tests read them."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGES = ("node", "federation", "schemas", "web")


class Source(NamedTuple):
    """One module of the product."""

    path: str  # node/store/database/engine.py
    text: str

    @property
    @functools.cache  # noqa: B019 - the sources live as long as the process
    def tree(self) -> ast.Module:
        """What it says, parsed; most tests that are collected with these ask for none."""
        return ast.parse(self.text, self.path)

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @functools.cache  # noqa: B019 - the same
    def imports(self) -> tuple[str, ...]:
        """Dotted names that it imports, wherever in the file: ``xml.etree.ElementTree``, ``os.path.join``."""
        return tuple(name for each in ast.walk(self.tree) for name in _imported(each))

    def imports_at_load(self) -> Iterator[str]:
        """Of those, what is imported as the module loads: outside of functions, and not for types alone. Of
        ``from node import errors`` only the longer name, where it is a module.
        """
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            each = waiting.pop()
            is_late = isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            if is_late or (isinstance(each, ast.If) and "TYPE_CHECKING" in ast.unparse(each.test)):
                continue
            yield from (name for name in _imported(each) if not isinstance(each, ast.ImportFrom) or name != each.module)
            waiting += ast.iter_child_nodes(each)

    @functools.cache  # noqa: B019 - the same
    def calls(self) -> tuple[tuple[str, ast.Call], ...]:
        """What it calls, as written: ``loop.create_connection``, ``eval``."""
        return tuple((ast.unparse(each.func), each) for each in ast.walk(self.tree) if isinstance(each, ast.Call))


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


@functools.cache
def sources() -> tuple[Source, ...]:
    """All modules of the product."""
    files = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    return tuple(Source(file.relative_to(ROOT).as_posix(), file.read_text("utf-8")) for file in files)
