"""Imports: down only, never in a circle, and nothing that may not be in the product."""

import graphlib
import re
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path

import click
import pytest
from jinja2 import Environment, nodes

from node.cli import COMMANDS, main
from tests.architecture.sources import PACKAGES, ROOT, sources
from tests.rows import each_row

pytestmark = pytest.mark.dear("whichever comes first reads every module there is")

#: Installed for tests and development only; the second column may import it late.
TEST_ONLY = {
    "bleach": (),
    "botocore": (),
    "flask": (),
    "hatchling": (),
    "html5lib": (),
    "http_message_signatures": (),
    "hypothesis": (),
    "moto": (),
    "pyld": (),
    "pytest": (),
    "rdflib": ("schemas/vocabularies_build.py",),
}


@each_row("path", sorted((ROOT / "web" / "templates").rglob("*.html")))
def test_templates_use_what_they_import(path: Path) -> None:
    tree = Environment(extensions=["jinja2.ext.do"]).parse(path.read_text("utf-8"))
    imported = {name for each in tree.find_all(nodes.FromImport) for name in each.names}
    assert imported <= {each.name for each in tree.find_all(nodes.Name)}


def test_imports_go_down_only() -> None:
    pytest.importorskip("importlinter", reason="import-linter comes with the tools of `make check`")
    command = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_no_module_needs_another_to_have_come_first() -> None:
    """What modules import as they load has no circle, so that each can be the first."""
    modules = {source.module for source in sources()}
    needed = {
        source.module: {found for found in map(modules_of(modules), source.imports_at_load()) if found}
        - {source.module}
        for source in sources()
    }
    try:
        tuple(graphlib.TopologicalSorter(needed).static_order())
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def modules_of(modules: Collection[str]) -> Callable[[str], str]:
    """Dotted name -> the module of ours that it lies in; empty for what is not ours."""

    def module_of(name: str) -> str:
        if name in modules:
            return name
        parent = name.rpartition(".")[0]
        return parent if parent in modules else ""

    return module_of


@each_row("name", sorted(TEST_ONLY))
def test_tools_of_the_tests_stay_out_of_the_product(name: str) -> None:
    """Bleach and the like are for tests alone (DEP3)."""
    using = {source.path for source in sources() for found in source.imports() if found.partition(".")[0] == name}
    assert using <= set(TEST_ONLY[name])


def test_the_product_never_imports_its_tests() -> None:
    for source in sources():
        assert not {found.partition(".")[0] for found in source.imports()} & {"tests", "benchmarks", "setuptools"}


def test_every_command_has_its_module() -> None:
    modules = {source.path for source in sources()}
    assert {f"node/cli/{name}.py" for name in COMMANDS} <= modules
    extra = {path for path in modules if re.fullmatch(r"node/cli/[a-z]+\.py", path)}
    for path in extra - {f"node/cli/{name}.py" for name in COMMANDS}:
        text = next(source.text for source in sources() if source.path == path)
        assert not re.search(r"^def command\(", text, re.MULTILINE), f"{path} is not in node.cli.COMMANDS"


def test_overview_says_of_a_command_what_the_command_says() -> None:
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        assert (command.name, bool(command.help)) == (name, True)


def test_packages_claim_their_types() -> None:
    for package in PACKAGES:
        assert (ROOT / package / "py.typed").exists()
