"""Whether a node is found where others look for it: by its name, over TLS, through the proxy, as another server would.

From the machine itself this is no proof: some networks lead to their own public address only from outside.
"""

import asyncio
import json
from http import HTTPStatus

import node
from federation.transport.address import AddressPolicy
from federation.transport.connection import Timeouts
from federation.transport.http import OutboundClient, Response
from node import log
from node.clock import SystemClock
from node.config import Config
from node.config.hosts import host_without_port
from node.errors import NodeError
from node.health import Check, State

_PATIENCE = Timeouts(total=10)
_NO_ANSWER = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}


def check_reachable(config: Config) -> Check:
    """What ``/.well-known/nodeinfo`` of the public address answers, while the node serves."""
    problem = asyncio.run(_ask(config))
    if problem:
        return Check("reachable", State.WARNING, log.one_line(f"{config.origin} {problem}.", 500))
    return Check("reachable", State.OK, f"The node answers at {config.origin}.")


async def _ask(config: Config) -> str:
    """What is wrong, as the end of a sentence that begins with the address; empty where nothing is."""
    port = config.host.removeprefix(host_without_port(config.host)).removeprefix(":")
    policy = AddressPolicy(
        allow_loopback_peers=config.development, allowed_ports=frozenset({int(port)} if port else ())
    )
    client = OutboundClient(
        policy,
        user_agent=f"Rhizome/{node.__version__} (check)",
        clock=SystemClock(),
        timeouts=_PATIENCE,
        proxy=config.federation.proxy,
    )
    try:
        answer = await client.get(f"{config.origin}/.well-known/nodeinfo", accept="application/json")
    except NodeError as error:
        return f"cannot be reached from here: {error.detail or error.public}"
    finally:
        await client.close()
    return _judge(config, answer)


def _judge(config: Config, answer: Response) -> str:
    if not answer.url.startswith(f"{config.origin}/"):
        return f"leads elsewhere, to {answer.url}"
    if answer.status == HTTPStatus.MISDIRECTED_REQUEST:
        return "reaches the node under another name: the proxy has to pass the original Host header"
    if answer.status in _NO_ANSWER:
        return f"reaches a proxy that gets no answer ({answer.status}): it has to call {config.node.listen}"
    if answer.status != HTTPStatus.OK or not _is_ours(config, answer.body):
        return f"is answered by something else (status {answer.status})"
    return ""


def _is_ours(config: Config, body: bytes) -> bool:
    try:
        return any(link["href"].startswith(f"{config.origin}/") for link in json.loads(body)["links"])
    except (ValueError, TypeError, LookupError, AttributeError):
        return False
