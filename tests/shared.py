"""The third-party documents that tests read where they are present (beside the checkout, never in it)."""

from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(relative: str) -> Path:
    """A file or folder of the shared test data; skips the test where it is absent."""
    path = _ROOT / relative
    if not path.exists():
        pytest.skip(f"the shared test data ({relative}) is not beside this checkout")
    return path


def shared_files(relative: str, pattern: str = "**/*.json") -> list[Path]:
    """The files below a folder of the shared data, for parametrising; empty where it is absent."""
    return sorted((_ROOT / relative).glob(pattern))
