"""The guard against other distributions that own our package names."""

import sys
from pathlib import Path

import pytest

from node.errors import ConfigurationRefused
from node.guard import find_foreign_owners, refuse_foreign_owners


def install(folder: Path, name: str, package: str) -> None:
    """What an installer leaves behind of a distribution with one package."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text(f"{package}/__init__.py,,\n{name}-1.0.dist-info/METADATA,,\n")


def test_this_environment_is_our_own() -> None:
    refuse_foreign_owners()


def test_our_own_distribution_is_no_stranger() -> None:
    assert find_foreign_owners({"node": ["rhizome-node"], "web": ["rhizome_node"]}) == {}


@pytest.mark.parametrize(("name", "package"), [("federation", "federation"), ("web.py", "web"), ("node", "node")])
def test_stranger_in_our_environment_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    install(tmp_path, name, package)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(ConfigurationRefused, match=f'"{package}" belongs to "{name}"'):
        refuse_foreign_owners()


def test_stranger_with_other_packages_is_welcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "nodes", "nodes")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    refuse_foreign_owners()
