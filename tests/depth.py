"""How deep the property tests look: ``RHIZOME_TEST_DEPTH`` times as many examples as every day (``make test-deep``)."""

import os
from typing import Any

from hypothesis import settings

DEPTH = int(os.environ.get("RHIZOME_TEST_DEPTH", "1"))
#: Of a property that says nothing else.
_EVERY_DAY = 50


def examples(number: int, **more: Any) -> settings:
    """Settings of a property that is tried on so many examples every day."""
    return settings(max_examples=number * DEPTH, deadline=None, **more)


def set_depth() -> None:
    """Time is watched by the test, not by the example: a machine may be busy."""
    settings.register_profile("rhizome", examples(_EVERY_DAY))
    settings.load_profile("rhizome")
