"""The loop that nodes are served on, for tests: a test that hangs in it ends.

pytest-timeout raises from a handler of a signal. uvloop waits in C: what a handler raises there is told to the loop's
handler of exceptions, and the loop waits on. Here what the loop runs for is cancelled: the report shows where it hung,
fixtures are torn down, and the next test gets its turn.
"""

import asyncio
from typing import Any

import pytest
import uvloop


class Loop(uvloop.Loop):
    """Stops what it runs for where a test is told to fail meanwhile."""

    _awaited: asyncio.Future[Any] | None = None

    def run_until_complete(self, future: Any) -> Any:
        self._awaited = awaited = asyncio.ensure_future(future, loop=self)
        return super().run_until_complete(awaited)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        failed = context.get("exception")
        if self._awaited is not None and isinstance(failed, pytest.fail.Exception):
            self._awaited.cancel(str(failed))
        else:
            super().call_exception_handler(context)
