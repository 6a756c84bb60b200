"""``rhizome`` and ``python -m node``."""

import os
import sys
import traceback
from types import TracebackType

from node import log
from node.cli import main as command


def main() -> None:
    """Run the command line. Whatever it writes is nobody else's business (CFG2)."""
    os.umask(0o077)
    sys.excepthook = _crash
    command(prog_name="rhizome")


def _crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A crash report without secrets (CFG3)."""
    sys.stderr.write(log.mask("".join(traceback.format_exception(kind, error, trace))))


if __name__ == "__main__":
    main()
