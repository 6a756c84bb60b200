"""Configuration files changed by a command: what was asked for, and nothing else."""

import tomllib

import pytest

from node.config.editing import with_values
from node.errors import Conflict
from tests.rows import each_row

URL = "postgresql://ann@/rhizome"


@each_row(
    "before, after",
    [
        ('[node]\nhost = "a"', f'[node]\nhost = "a"\n[database]\nurl = "{URL}"\n'),
        ('# ours\n[ database ] # which\n\nurl=""  # none\npool = 3\n[node]\n', f'url = "{URL}"'),
        ("[database]\n[node]\nurl = 'of the node'\n", f"[database]\nurl = \"{URL}\"\n[node]\nurl = 'of the node'\n"),
        ("[node]\nname = \"Größe\"\n\n[database]\n  url = 'x'\n# end", f'\n[database]\nurl = "{URL}"\n# end\n'),
    ],
)
def test_one_value_changes(before: str, after: str) -> None:
    changed = with_values(before, "database", {"url": URL})
    assert after in changed
    read, wanted = tomllib.loads(changed), tomllib.loads(before)
    assert read == {**wanted, "database": {**wanted.get("database", {}), "url": URL}}


@each_row(
    "text",
    [
        'database = { url = "" }\n[node]\n',
        'database.url = ""\n[node]\n',
        '[database]\nurl = """\n"""\n',
        '[node]\ndescription = """\n[database]\nurl = ""\n"""\n',
    ],
)
def test_what_is_written_in_another_way_is_left_to_people(text: str) -> None:
    with pytest.raises(Conflict, match="only a person should change"):
        with_values(text, "database", {"url": URL})
