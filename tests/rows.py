"""A test that holds a table of rows as one test: a row costs microseconds, a test of its own milliseconds.

For what is computed from its row alone, and for rows that share a node because each of them changes nothing there or
makes what it needs anew. ``pytest.mark.parametrize`` stays for rows that need a fresh node, a fresh database or a place
of their own in the report.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

Test = Callable[..., Any]


def each_row(names: str, table: Iterable[Any]) -> Callable[[Test], Test]:
    """Run the test with every row, a value or as many as there are ``names``; all rows that fail are told.

    What else the test asks for are fixtures, which its rows share. A row may be a ``pytest.param`` with an id.
    """
    keys = [name.strip() for name in names.split(",")]
    rows = [_values(row, keys) for row in table]

    def decorate(test: Test) -> Test:
        every: Test
        if inspect.iscoroutinefunction(test):

            @functools.wraps(test)
            async def every(**fixtures: Any) -> None:
                told = _Told()
                for row in rows:
                    with told.of(row):
                        await test(**row, **fixtures)
                told.end(len(rows))

        else:

            @functools.wraps(test)
            def every(**fixtures: Any) -> None:
                told = _Told()
                for row in rows:
                    with told.of(row):
                        test(**row, **fixtures)
                told.end(len(rows))

        asked = inspect.signature(test)
        others = [parameter for name, parameter in asked.parameters.items() if name not in keys]
        every.__signature__ = asked.replace(parameters=others)  # type: ignore[attr-defined]  # what pytest reads
        return every

    return decorate


class _Told:
    """What became of the rows."""

    def __init__(self) -> None:
        self._failed: list[Exception] = []
        self._skipped: list[BaseException] = []

    @contextmanager
    def of(self, row: dict[str, Any]) -> Iterator[None]:
        try:
            yield
        except pytest.skip.Exception as reason:
            self._skipped.append(reason)
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 (told at the end, all together)
            told = error if isinstance(error, Exception) else AssertionError(str(error))
            told.add_note("Row: " + ", ".join(f"{name}={value!r}" for name, value in row.items()))
            self._failed.append(told.with_traceback(error.__traceback__))

    def end(self, count: int) -> None:
        """Of so many rows."""
        if self._failed:
            raise ExceptionGroup(f"{len(self._failed)} of {count} rows fail", self._failed)
        if len(self._skipped) == count:
            pytest.skip(str(self._skipped[0]) if self._skipped else "the table is empty")


def _values(row: Any, keys: list[str]) -> dict[str, Any]:
    """The row by its names."""
    if hasattr(row, "marks"):  # a pytest.param
        assert not row.marks
        row = row.values if len(keys) > 1 else row.values[0]
    return dict(zip(keys, row if len(keys) > 1 else (row,), strict=True))
