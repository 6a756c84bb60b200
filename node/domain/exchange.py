"""Files with follows, blocks and the like, as Mastodon writes and reads them: CSV, one thing on each line."""

import csv
import enum
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from node.domain.cells import as_meant, harmless, lines_of
from node.errors import Invalid
from node.sentences import Sentence

MAX_BYTES = 1_000_000
MAX_LINES = 10_000
_MAX_CELL = 2_048


class Kind(enum.StrEnum):
    FOLLOWS = "follows"
    BLOCKS = "blocks"
    MUTES = "mutes"
    DOMAINS = "domains"
    BOOKMARKS = "bookmarks"
    LISTS = "lists"


#: The name that each file has elsewhere, and its first line where it has one.
FILE_NAMES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.FOLLOWS: "following_accounts.csv",
        Kind.BLOCKS: "blocked_accounts.csv",
        Kind.MUTES: "muted_accounts.csv",
        Kind.DOMAINS: "blocked_domains.csv",
        Kind.BOOKMARKS: "bookmarks.csv",
        Kind.LISTS: "lists.csv",
    }
)
_HEADERS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.FOLLOWS: ("Account address", "Show boosts", "Notify on new posts", "Languages"),
        Kind.MUTES: ("Account address", "Hide notifications"),
    }
)
_FIRST_CELLS = frozenset({"account address", "#domain", "#account", "#uri"})
_WIDTH = 4


def write(kind: Kind, rows: Iterable[Sequence[str]]) -> str:
    """The file. A cell that a spreadsheet would run as a formula begins with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if kind in _HEADERS:
        writer.writerow(_HEADERS[kind])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def read(data: bytes) -> list[list[str]]:
    r"""The lines of a file, without its first where that names the columns. Raises Invalid for what is no such file.

    >>> read(b"Account address,Show boosts\nada@uni.example,true\n")
    [['ada@uni.example', 'true']]
    """
    if len(data) > MAX_BYTES:
        raise Invalid("This file is too large.")
    try:
        text = data.decode("utf-8-sig")
        lines = list(_lines(text))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid("This is not a CSV file in UTF-8.") from error
    if len(lines) > MAX_LINES:
        raise Invalid(Sentence("A file has at most {n} lines.", n=MAX_LINES))
    if not lines:
        raise Invalid("There is nothing in this file.")
    return lines


def _lines(text: str) -> Iterator[list[str]]:
    for number, row in enumerate(lines_of(text)):
        cells = [as_meant(cell.strip())[:_MAX_CELL] for cell in row[:_WIDTH]]
        if not any(cells) or (number == 0 and cells[0].lower() in _FIRST_CELLS):
            continue
        yield cells


def flag(cells: Sequence[str], place: int, *, default: bool) -> bool:
    """A yes or no in a column that may be missing."""
    text = cells[place].lower() if place < len(cells) else ""
    return text in {"true", "1", "yes"} if text else default
