"""The configuration of a node: file, environment and command line in, frozen dataclasses out.

    config = load(Path("rhizome.toml"))
    config.origin                                    # "https://learn.example.org"

Later sources win: defaults of the schema, the file, ``RHIZOME_SECTION__KEY``, the command line. What is wrong is told
in sentences with source, path, value and a suggestion (``ConfigurationRefused``, exit code 78). Nothing is read when
this package is imported.
"""

from node.config.hosts import host_without_port, is_testing_host, make_handle
from node.config.loading import configure, load
from node.config.settings import Address, Config, Network

__all__ = [
    "Address",
    "Config",
    "Network",
    "configure",
    "host_without_port",
    "is_testing_host",
    "load",
    "make_handle",
]
