"""A test that holds a table of rows as one test: a row costs microseconds, a test of its own milliseconds.

For what is computed from its row alone. ``pytest.mark.parametrize`` stays for rows that need a fresh node, a fresh
database or a place of their own in the report.
"""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest

Test = Callable[..., None]


def each_row(names: str, table: Iterable[Any]) -> Callable[[Test], Test]:
    """Run the test with every row, a value or as many as there are ``names``; all rows that fail are told.

    What else the test asks for are fixtures, which its rows share. A row may be a ``pytest.param`` with an id.
    """
    keys = [name.strip() for name in names.split(",")]
    rows = [_values(row, keys) for row in table]

    def decorate(test: Test) -> Test:
        assert not inspect.iscoroutinefunction(test), "a table of rows is for tests that wait for nothing"

        @functools.wraps(test)
        def every(**fixtures: Any) -> None:
            failed: list[Exception] = []
            skipped: list[BaseException] = []
            for row in rows:
                try:
                    test(**row, **fixtures)
                except pytest.skip.Exception as reason:
                    skipped.append(reason)
                except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 (told below, all together)
                    told = error if isinstance(error, Exception) else AssertionError(str(error))
                    told.add_note("Row: " + ", ".join(f"{name}={value!r}" for name, value in row.items()))
                    failed.append(told.with_traceback(error.__traceback__))
            if failed:
                raise ExceptionGroup(f"{len(failed)} of {len(rows)} rows fail", failed)
            if len(skipped) == len(rows):
                pytest.skip(str(skipped[0]) if skipped else "the table is empty")

        asked = inspect.signature(test)
        others = [parameter for name, parameter in asked.parameters.items() if name not in keys]
        every.__signature__ = asked.replace(parameters=others)  # type: ignore[attr-defined]  # what pytest reads
        return every

    return decorate


def _values(row: Any, keys: list[str]) -> dict[str, Any]:
    """The row by its names."""
    if hasattr(row, "marks"):  # a pytest.param
        assert not row.marks
        row = row.values if len(keys) > 1 else row.values[0]
    return dict(zip(keys, row if len(keys) > 1 else (row,), strict=True))
