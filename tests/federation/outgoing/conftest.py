"""The one outgoing client against servers that misbehave: security rules OUT1 to OUT10, each by its letter.

Everything runs on both event loops, because the node uses uvloop where it installs.
"""

import asyncio

import pytest

from federation.transport.http import OutboundClient
from node.clock import FixedClock
from tests.federation.outgoing.clients import DEVELOPMENT
from tests.loop import Loop
from tests.tls import Authority


@pytest.fixture(autouse=True, params=[asyncio.new_event_loop, Loop], ids=["asyncio", "uvloop"])
def _asyncio_loop_factory(request):
    """Overrides pytest-asyncio's own fixture for this module; its hook would change the names of all tests."""
    return request.param


@pytest.fixture
async def make_client():
    """Clients that may call loopback, unless told otherwise; closed at the end."""
    clients = []

    def make(policy=DEVELOPMENT, **options):
        client = OutboundClient(policy, user_agent="Rhizome/test", clock=FixedClock(), **options)
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
def client(make_client):
    return make_client()


@pytest.fixture(scope="module")
def authority():
    return Authority()
