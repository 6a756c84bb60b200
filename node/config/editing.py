"""Values of a configuration file changed; all other lines, comments included, stay as they were written."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from node.config.schema import toml
from node.errors import Conflict


def with_values(text: str, section: str, values: Mapping[str, Any]) -> str:
    r"""The text of a file with these values in a section.

    >>> print(with_values("[log]\nlevel = 'info'\n# or text:\nformat = 'json'\n[node]", "log", {"level": "debug"}))
    [log]
    level = "debug"
    # or text:
    format = 'json'
    [node]
    <BLANKLINE>

    Raises Conflict where the text is written so that anything else would change.
    """
    lines = text.splitlines()
    begin = _find(lines, rf"\s*\[\s*{section}\s*\]")
    if begin is None:
        begin = len(lines)
        lines.append(f"[{section}]")
    rest = lines[begin + 1 :]
    end = _find(rest, r"\s*\[")
    inside, after = rest[:end], rest[len(rest) if end is None else end :]
    for name, value in values.items():
        written, place = f"{name} = {toml(value)}", _find(inside, rf"\s*{name}\s*=")
        if place is None:
            inside.insert(0, written)
        else:
            inside[place] = written
    changed = "\n".join([*lines[: begin + 1], *inside, *after, ""])
    wanted = tomllib.loads(text)
    if _read(changed) != {**wanted, section: {**wanted.get(section, {}), **values}}:
        raise Conflict(f"The section [{section}] is written in a way that only a person should change.")
    return changed


def _find(lines: list[str], pattern: str) -> int | None:
    return next((place for place, line in enumerate(lines) if re.match(pattern, line)), None)


def _read(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
