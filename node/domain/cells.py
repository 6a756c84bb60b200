"""Lines and cells of CSV files that people open in a spreadsheet, which would run some of them as formulas (HTM10)."""

import csv
import io
from collections.abc import Iterator

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines_of(text: str) -> Iterator[list[str]]:
    r"""The lines of a CSV file, which may end as on any system; blank ones are empty. Raises csv.Error.

    >>> list(lines_of("\ufeffa,b\rc"))
    [['a', 'b'], ['c']]
    """
    return csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=None))


def harmless(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would run it.

    >>> harmless("=1+1"), harmless("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def as_meant(cell: str) -> str:
    """The cell as it was before ``harmless``.

    >>> as_meant("'=1+1"), as_meant("'tis")
    ('=1+1', "'tis")
    """
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
