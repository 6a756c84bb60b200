"""Refuses to start where another distribution owns one of our package names.

``node``, ``federation``, ``schemas`` and ``web`` are all in use on PyPI. Installed beside this one, such a
distribution overwrites our files without a word, and its removal deletes them (docs/adr). The node is an application
with an environment of its own; this notices when that was not heeded.
"""

import importlib.metadata
import re
from collections.abc import Iterable, Mapping

from node.errors import ConfigurationRefused

DISTRIBUTION = "rhizome-node"
PACKAGES = ("node", "federation", "schemas", "web")


def find_foreign_owners(owners: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Which of our packages another distribution owns too: package -> distribution.

    ``owners`` is what ``importlib.metadata.packages_distributions`` says.

    >>> find_foreign_owners({"node": ["rhizome-node", "node"], "web": ["Rhizome.Node"], "click": ["click"]})
    {'node': 'node'}
    """
    return {
        package: name for package in PACKAGES for name in owners.get(package, ()) if _normalised(name) != DISTRIBUTION
    }


def refuse_foreign_owners() -> None:
    """ConfigurationRefused where another installed distribution owns a package of ours."""
    foreign = find_foreign_owners(importlib.metadata.packages_distributions())
    if foreign:
        told = [f'the package "{package}" belongs to "{name}" as well' for package, name in foreign.items()]
        raise ConfigurationRefused(
            f"{DISTRIBUTION} shares its environment with another distribution: {', '.join(told)}. One has overwritten "
            "files of the other. Install the node into a fresh environment of its own."
        )


def _normalised(name: str) -> str:
    """The form in which names of distributions are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
