"""The documents say what the software does: links, keys, commands and activities are compared with it."""

import importlib
import inspect
import pkgutil
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from click import Context, Group

from federation import builders
from federation.handlers import HANDLERS
from federation.sending import outbox
from federation.vocab import ACTIVITY_TYPES
from node.cli import COMMANDS, main
from tests.rows import each_row

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_COMMAND = re.compile(r"(?:^|[`/ ])rhizome ([a-z]+)(?: ([a-z]+))?", re.MULTILINE)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@each_row("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    links = _LINK.findall(document.read_text("utf-8"))
    near = [link.partition("#")[0] for link in links if "://" not in link and not link.startswith(("#", "mailto:"))]
    assert [link for link in near if not (document.parent / link).exists()] == []


@each_row("document", DOCUMENTS)
def test_commands_exist(document):
    """Within code only: what a reader may copy."""
    code = re.findall(r"```.*?```|`[^`\n]+`", document.read_text("utf-8"), re.DOTALL)
    named = {found[1] for each in code for found in _COMMAND.finditer(each)}
    assert named <= COMMANDS.keys()


@each_row("document", DOCUMENTS)
def test_commands_take_their_words(document):
    """Each call of rhizome in code names a command that there is, and options that it has."""
    for call in _calls(document):
        command, words = main, list(call)
        while isinstance(command, Group) and words and not words[0].startswith("-"):
            command = command.get_command(Context(main), words.pop(0)) or pytest.fail(f"{call}: no such command")
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        known = {each for parameter in command.params for each in (*parameter.opts, *parameter.secondary_opts)}
        assert options <= known | {"--help", "--version", "--config", "--json"}, call


def _calls(document: Path) -> list[list[str]]:
    """The words after ``rhizome`` of each call in code, by whatever path and user."""
    lines = (line.partition(" #")[0].strip(" `") for line in _code(document).splitlines())
    found = (re.search(r"(?:^|[/=] ?|\$ )rhizome ([a-z]+ .*|[a-z]+)$", line) for line in lines)
    return [shlex.split(each[1]) for each in found if each]


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {found for path in DOCUMENTS for found in re.findall(r"`?make ([a-z-]+)", _code(path))}
    assert named <= targets


def _code(path: Path) -> str:
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", path.read_text("utf-8"), re.DOTALL))


def test_every_configuration_key_is_documented():
    example = tomllib.loads((ROOT / "config.example.toml").read_text("utf-8"))
    keys = {f"{section}.{key}" for section, values in example.items() for key in values}
    documented = set(
        re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", (ROOT / "docs/admin/install.md").read_text(), re.MULTILINE)
    )
    assert documented == keys


def test_decisions_are_numbered_without_gaps():
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text("utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. ")
        assert all(f"**{part}" in text for part in ("Context.", "Choice.", "Alternatives", "Consequences."))


def test_every_activity_is_in_federation_md():
    text = (ROOT / "FEDERATION.md").read_text("utf-8")
    taken, sent = text.split("## Activities that are taken in")[1].split("## Activities that are sent")
    named = {word for line in taken.splitlines() if line.startswith("| `") for word in re.findall(r"`(\w+)`", line)}
    assert named == HANDLERS.keys()
    names = [each.name for each in pkgutil.iter_modules(builders.__path__, "federation.builders.")]
    modules = [outbox, *map(importlib.import_module, names)]
    source = re.sub(r"^_PROVEN = .*$", "", "".join(map(inspect.getsource, modules)), flags=re.MULTILINE)
    written = set(re.findall(r'"([A-Z][A-Za-z]+)"', source)) & ACTIVITY_TYPES
    assert set(re.findall(r"`(\w+)`", sent.strip().split("\n\n")[0])) == written


def test_federation_md_has_the_parts_of_fep_67ff():
    text = (ROOT / "FEDERATION.md").read_text("utf-8")
    assert "## Supported federation protocols and standards" in text
    assert "## Supported FEPs" in text


def test_each_row_of_the_threat_model_names_a_test():
    rows = [line for line in (ROOT / "THREAT_MODEL.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    surfaces = [row for row in rows if not row.startswith("| surface")]
    assert surfaces
    assert all("](tests/" in row for row in surfaces)
