"""The guard against other distributions that own our package names."""

from pathlib import Path

import pytest

from node.errors import ConfigurationRefused
from node.guard import refuse_foreign_owners, refuse_other_host


def install(folder: Path, name: str, package: str) -> None:
    """What an installer leaves behind of a distribution with one package."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text(f"{name}-1.0.dist-info/METADATA,,\n{package}/__init__.py,,\n{package}/a.py,,\n")
    (folder / package).mkdir(exist_ok=True)


def test_this_environment_is_our_own() -> None:
    refuse_foreign_owners()


@pytest.mark.parametrize("name", ["rhizome-node", "rhizome_node"])
def test_our_own_distribution_is_no_stranger(tmp_path: Path, name: str) -> None:
    install(tmp_path, name, "node")
    refuse_foreign_owners([str(tmp_path)])


@pytest.mark.parametrize(
    ("name", "package"), [("federation", "federation"), ("web.py", "web"), ("node", "node"), ("schemas", "schemas")]
)
def test_stranger_in_our_environment_is_named(tmp_path: Path, name: str, package: str) -> None:
    install(tmp_path, "rhizome_node", "node")
    install(tmp_path, name, package)
    with pytest.raises(ConfigurationRefused, match=f'"{package}" belongs to "{name}" as well.*fresh environment'):
        refuse_foreign_owners([str(tmp_path)])


def test_stranger_with_other_packages_is_welcome(tmp_path: Path) -> None:
    install(tmp_path, "rhizome_node", "node")
    install(tmp_path, "nodes", "nodes")
    install(tmp_path, "webnode", "my_node")
    refuse_foreign_owners([str(tmp_path), str(tmp_path / "absent")])


def test_host_of_a_node_never_changes() -> None:
    refuse_other_host(None, "learn.example.org")
    refuse_other_host("learn.example.org", "learn.example.org")
    with pytest.raises(ConfigurationRefused, match=r'belongs to "learn\.example\.org".*data folder of its own'):
        refuse_other_host("learn.example.org", "learn.example.org:8443")
