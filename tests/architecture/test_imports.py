"""Imports: down only, each module alone, and nothing that may not be in the product."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from node.cli import COMMANDS
from tests.architecture.sources import PACKAGES, ROOT, sources

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

_IMPORT_ALL = """
import importlib, os, sys
import aiohttp.web, alembic, cryptography.x509, jinja2, jsonschema, orjson, prometheus_client, psycopg, sqlalchemy
running = 0
for module in sys.argv[1:]:
    if running == 2:
        os.wait()
        running -= 1
    running += 1
    if not os.fork():
        try:
            importlib.import_module(module)
        except BaseException as error:
            os.write(1, f"{module}: {type(error).__name__}: {error}\\n".encode())
        os._exit(0)
while running:
    os.wait()
    running -= 1
"""


def test_imports_go_down_only() -> None:
    pytest.importorskip("importlinter", reason="import-linter comes with the tools of `make check`")
    command = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_each_module_imports_alone() -> None:
    """Forked from a process that holds the libraries only, so that no module leans on another having come first."""
    modules = [
        source.module for source in sources() if "migrations" not in source.path and "__main__" not in source.path
    ]
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", _IMPORT_ALL, *modules],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.stdout, answer.returncode) == ("", 0), answer.stderr


@pytest.mark.parametrize("name", sorted(TEST_ONLY))
def test_tools_of_the_tests_stay_out_of_the_product(name: str) -> None:
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
    script = (
        "from node.cli import COMMANDS, main\n"
        "for name, told in COMMANDS.items():\n"
        "    assert main.get_command(None, name).name == name, name\n"
        "    assert main.get_command(None, name).help, name\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ
    )
    assert answer.returncode == 0, answer.stderr


def test_packages_claim_their_types() -> None:
    for package in PACKAGES:
        assert (ROOT / package / "py.typed").exists()
