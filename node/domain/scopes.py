"""What a token of the client API may do: scopes, from the wide to the narrow.

``read`` covers every ``read:...``, ``write`` every ``write:...``; ``follow`` is an older bundle of both sides of
blocks, follows and mutes; ``push`` and ``profile`` stand alone.
"""

from collections.abc import Collection

_READ = (
    "accounts",
    "blocks",
    "bookmarks",
    "favourites",
    "filters",
    "follows",
    "lists",
    "mutes",
    "notifications",
    "search",
    "statuses",
)
_WRITE = (
    "accounts",
    "blocks",
    "bookmarks",
    "conversations",
    "favourites",
    "filters",
    "follows",
    "lists",
    "media",
    "mutes",
    "notifications",
    "reports",
    "statuses",
)
_FOLLOW = frozenset(f"{side}:{what}" for side in ("read", "write") for what in ("blocks", "follows", "mutes"))

#: In the order in which they are announced.
SCOPES = (
    "profile",
    "read",
    *(f"read:{what}" for what in _READ),
    "write",
    *(f"write:{what}" for what in _WRITE),
    "follow",
    "push",
)


def covers(granted: Collection[str], wanted: str) -> bool:
    """Whether a token with these scopes may do what needs ``wanted``.

    >>> covers({"read"}, "read:statuses"), covers({"follow"}, "write:blocks"), covers({"read:lists"}, "read")
    (True, True, False)
    """
    return wanted in granted or wanted.partition(":")[0] in granted or ("follow" in granted and wanted in _FOLLOW)
