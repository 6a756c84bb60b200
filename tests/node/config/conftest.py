"""A folder with secrets that a configuration may stand in."""

from pathlib import Path

import pytest

from tests.node.config.texts import KEY_TEXT, write_private


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_private(tmp_path / "secrets.toml", f'key = "{KEY_TEXT}"\n')
    return tmp_path
