"""The header with which each delivery tells how the sender's catalogue stands.

    Rhizome-Catalogue: id="https://learn.uni.example/ap/a/uni/catalogue", revision="1042", digest="c33f..."

A header of its own name, because Mastodon would read a second ``Collection-Synchronization`` as part of the first.
"""

import re

from node.domain.catalogues import State
from node.domain.numbers import number_in
from node.domain.uris import is_web_uri

NAME = "Rhizome-Catalogue"

_PARAMETER = re.compile(r'\s*([a-z]{1,16})\s*=\s*"([^"\\]{0,2048})"\s*(?:,|$)')
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MAX_HEADER = 4_096


def write_header(state: State) -> str:
    """The value of the header.

    >>> write_header(State("https://a.example/c", 7, "00ff"))
    'id="https://a.example/c", revision="7", digest="00ff"'
    """
    return f'id="{state.uri}", revision="{state.revision}", digest="{state.digest}"'


def read_header(value: str) -> State | None:
    """What a peer announces; None for what is no such announcement. Parameters we do not know are passed over."""
    if len(value) > _MAX_HEADER:
        return None
    found = dict(_PARAMETER.findall(value))
    uri, digest, revision = found.get("id", ""), found.get("digest", ""), number_in(found.get("revision", ""))
    if not is_web_uri(uri) or revision is None or not _DIGEST.fullmatch(digest):
        return None
    return State(uri, revision, digest)
