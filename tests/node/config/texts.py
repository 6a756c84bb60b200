"""Configurations as text, and what they are read as."""

import base64
from pathlib import Path

import pytest

from node.config import Config, load
from node.errors import ConfigurationRefused

ROOT = Path(__file__).parents[3]
KEY = bytes(range(32))
KEY_TEXT = base64.b64encode(KEY).decode()
MINIMAL = '[node]\nhost = "learn.example.org"\n'


def write_private(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    file.chmod(0o600)
    return file


def load_text(folder: Path, text: str, environ: dict[str, str] | None = None, **overrides) -> Config:
    file = write_private(folder / "rhizome.toml", text)
    return load(file, environ=environ or {}, overrides=overrides)


def refusal(folder: Path, text: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationRefused) as caught:
        load_text(folder, text, environ)
    return caught.value.public


def development(host: str, scheme: str = "http") -> str:
    return f'[node]\nhost = "{host}"\nscheme = "{scheme}"\n[development]\nallow_loopback_peers = true\n'
