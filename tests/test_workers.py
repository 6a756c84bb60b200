"""The forked processes that tests run in."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = """
import os
import pytest

@pytest.fixture(scope="module")
def shared():
    yield
    print("taken down")

def test_passes(shared, tmp_path):
    (tmp_path / "file").write_text("own")

def test_fails():
    print("what it printed")
    assert {value} == 2

def test_skips():
    pytest.skip("no reason")

def test_dies(shared):
    os.kill(os.getpid(), 9)

def test_comes_after(shared, capfd):
    print("own")
    assert capfd.readouterr().out == "own\\n"

def test_is_named(record_property):
    record_property("name", "value")
"""


def run(folder: Path, *options: str) -> str:
    words = [sys.executable, "-m", "pytest", "-p", "tests.workers", *options]
    environment = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


def test_workers_tell_what_became_of_each_test_and_another_goes_on_where_one_dies(tmp_path: Path):
    for value, name in enumerate(("test_first.py", "test_second.py"), 1):
        (tmp_path / name).write_text(TESTS.replace("{value}", str(value)))
    told = run(tmp_path, "-n2", "-rA")
    assert "3 failed, 7 passed, 2 skipped" in told
    assert told.count("the process of this test ended: signal 9") == 4  # each with its summary
    assert told.count("\nwhat it printed\n") == 2  # of the first, which fails, and the second, which passes
    assert "FAILED test_first.py::test_fails - assert 1 == 2" in told
    assert "PASSED test_second.py::test_fails" in told
