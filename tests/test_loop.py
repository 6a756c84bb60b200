import asyncio
import signal
import threading

import pytest

from tests.loop import Loop


def _fail(*_: object) -> None:
    pytest.fail("too long")


def _tell_to_fail() -> None:
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)


def test_what_hangs_ends_when_a_signal_says_so():
    """As pytest-timeout does; without it the loop waits for ever. It can be used again, as that of a module is."""
    before = signal.signal(signal.SIGUSR1, _fail)
    try:
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.get_loop().call_soon(threading.Timer(0.02, _tell_to_fail).start)
            with pytest.raises(asyncio.CancelledError, match="too long"):
                runner.run(asyncio.wait_for(asyncio.Event().wait(), 5))
            assert runner.run(asyncio.sleep(0, "well")) == "well"
    finally:
        signal.signal(signal.SIGUSR1, before)
