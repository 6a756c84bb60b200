"""The wheel: complete, nothing more, and it runs where there is no checkout."""

import re
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import node
from tests.architecture.sources import PACKAGES, ROOT

_LOOK_INSIDE = """
import importlib.metadata, importlib.resources, sys
import node, node.guard, node.health, schemas, node.store.database.migrate

assert node.__file__.startswith(sys.prefix), node.__file__
assert schemas.load("config")["title"]
assert importlib.resources.files("web").joinpath("templates").is_dir()
assert any(each.name.endswith(".html") for each in importlib.resources.files("web").joinpath("templates").iterdir())
assert any(each.name.endswith(".css") for each in importlib.resources.files("web").joinpath("static", "css").iterdir())
migrations = importlib.resources.files("node.store").joinpath("migrations", "versions")
assert any(each.name.startswith(node.store.database.migrate.HEAD) for each in migrations.iterdir())
assert node.store.database.migrate.HEAD in node.store.database.migrate.known_versions()
node.guard.refuse_foreign_owners()
assert importlib.metadata.version("rhizome-node") == node.__version__
assert node.health.check_packages().state == "ok", node.health.check_packages()
print("fine")
"""


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    words = list(map(str, command))
    answer = subprocess.run(words, capture_output=True, text=True, cwd=cwd, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-d", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; what the wheel depends on is lent by this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    bare = ("--no-deps", "--no-index", "--no-compile")  # what runs compiles what it imports, a third of all
    run(sys.executable, "-m", "pip", "--python", python, "install", *bare, wheel, cwd=folder)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return folder


def test_wheel_holds_the_packages_and_nothing_else(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    info = f"rhizome_node-{node.__version__}.dist-info/"
    ours = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {name for name in held if not name.startswith(info)} == ours
    assert {f"{info}licenses/LICENSE", f"{info}entry_points.txt"} <= held


def test_source_distribution_holds_what_a_build_needs(built: Path) -> None:
    (found,) = built.glob("*.tar.gz")
    with tarfile.open(found) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"pyproject.toml", "LICENSE", "README.md", "Makefile", "config.example.toml"}
    wanted |= {"constraints.txt", "requirements.lock"}
    assert wanted | {"node/__init__.py", "tests/architecture/test_package.py"} <= names


def test_wheel_runs_without_the_checkout(environment: Path, tmp_path: Path) -> None:
    answer = run(environment / "bin" / "rhizome", "--version", cwd=tmp_path)
    assert answer.stdout == f"rhizome {node.__version__}\n"
    assert run(environment / "bin" / "python", "-P", "-c", _LOOK_INSIDE, cwd=tmp_path).stdout == "fine\n"


def test_wheel_makes_a_node(environment: Path, tmp_path: Path) -> None:
    rhizome, file = environment / "bin" / "rhizome", tmp_path / "rhizome.toml"
    run(rhizome, "init", "--config", file, "--host", "learn.example.org", "--name", "Example University", cwd=tmp_path)
    assert "in order" in run(rhizome, "check", "--config", file, cwd=tmp_path).stdout


def test_no_dependency_owns_our_names() -> None:
    """Style of packaging, guard 2: whatever is installed here besides the node has other names."""
    site = Path(sysconfig.get_paths()["purelib"])
    assert [package for package in PACKAGES if (site / package).exists()] == []


def _needed(name: str, extras: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
    """What a distribution asks for on this platform, with the extras that it asks for."""
    for text in requires(name) or ():
        wanted = Requirement(text)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
            yield canonicalize_name(wanted.name), frozenset(wanted.extras)


def test_few_packages_come_with_a_node():
    """DEP1, with the five for calendars and languages (ADR 18); each of the direct ones has its reason beside it."""
    found, waiting = set(), [("rhizome-node", frozenset())]
    while waiting:
        for each in _needed(*waiting.pop()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    assert len({name for name, _ in found}) <= 45
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    listed = text.split("dependencies = [")[1].split("\n]")[0].splitlines()
    pinned = (ROOT / "constraints.txt").read_text("utf-8").lower()
    bare = [line for line in listed if line.strip().startswith('"') and "#" not in line]
    assert bare == []
    assert {name for name, _ in found} <= _locked().keys()
    assert [name for name, _ in found if f"{name}==" not in pinned.replace("_", "-")] == []


def _locked() -> dict[str, tuple[str, list[str]]]:
    """What ``requirements.lock`` names: version and hashes of each package."""
    entries = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ").splitlines()
    found = {}
    for entry in entries:
        if entry and not entry.startswith("#"):
            wanted, *hashes = entry.split(" --hash=")
            requirement = Requirement(wanted.strip())
            found[canonicalize_name(requirement.name)] = (str(requirement.specifier), [each.strip() for each in hashes])
    return found


def test_the_lock_is_in_step_with_the_versions_that_the_tests_run_with():
    """DEP1: what a node is installed from, by hash. ``make lock`` writes it after a version has changed."""
    pinned = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines())
    versions = {canonicalize_name(name): f"=={version}" for name, version in pinned.items()}
    locked = _locked()
    assert {name: version for name, (version, _) in locked.items()} == {name: versions.get(name) for name in locked}
    hashed = re.compile(r"sha256:[0-9a-f]{64}").fullmatch
    assert [name for name, (_, hashes) in locked.items() if not hashes or not all(map(hashed, hashes))] == []
