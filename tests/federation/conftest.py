"""Nodes speak with each other on the loop that they are served on."""

import pytest
import uvloop


@pytest.fixture(scope="session")
def _asyncio_loop_factory():
    """Overrides pytest-asyncio's own fixture: of what nodes cost here, a sixth was the loop of the standard library."""
    return uvloop.new_event_loop
