"""What administrators are told to install keeps the rules for it (BAK2, CFG7, DEP5)."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.rows import each_row

GUIDES = ROOT / "docs" / "admin"
COPIES = re.compile(r".*\b(cp|rsync|scp|tar)\b.*sqlite3")
MEBIBYTES = {"M": 1, "G": 1024}


def units(guide: str, kind: str) -> list[str]:
    """The unit files of a guide that hold a section ``[kind]``."""
    blocks = re.findall(r"^```ini\n(.*?)^```", (GUIDES / guide).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [block for block in blocks if f"[{kind}]" in block]


def service(text: str) -> dict[str, str]:
    """What a unit says of its service; of a key that comes twice, the last."""
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text)
    return dict(parser["Service"])


@each_row(
    "key, value",
    (
        ("User", "rhizome"),
        ("NoNewPrivileges", "true"),
        ("CapabilityBoundingSet", ""),
        ("ProtectSystem", "strict"),
        ("ReadWritePaths", "/var/lib/rhizome"),
        ("LimitNOFILE", "4096"),
    ),
)
def test_the_packaged_service_may_do_little(key: str, value: str) -> None:
    """CFG7: no root, no new privileges, a read-only system with one folder of its own, bounded files."""
    assert service(units("deploy.md", "Service")[0])[key] == value


def test_the_packaged_service_is_bounded_in_memory() -> None:
    limit = service(units("deploy.md", "Service")[0])["MemoryMax"]
    assert int(limit[:-1]) * MEBIBYTES[limit[-1]] <= 1024


def test_systemd_finds_the_service_well_shut(tmp_path: Path) -> None:
    """Its own mark, from 0 (shut) to 10 (open)."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    unit = tmp_path / "rhizome.service"
    unit.write_text(units("deploy.md", "Service")[0])
    command = ("systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit))
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if "unrecognized option" in found.stderr:
        pytest.skip("this systemd judges installed units only")
    assert found.returncode == 0, found.stdout + found.stderr


def test_advisories_are_read_and_weaknesses_mended_in_time() -> None:
    """DEP5: what we promise of it."""
    promised = (ROOT / "SECURITY.md").read_text("utf-8")
    for words in ("corrected in a release within seven days", "advisories about those packages are read every week"):
        assert words in promised


def test_nobody_is_told_to_copy_the_file_of_a_running_node() -> None:
    """BAK2; the one copy by hand is that of a node that stands."""
    guide = (GUIDES / "backup.md").read_text("utf-8")
    assert "never copy `rhizome.sqlite3` of a running node by hand" in guide
    assert not [
        line for page in GUIDES.glob("*.md") for line in page.read_text("utf-8").split("\n") if COPIES.match(line)
    ]
