"""Whether a node is found where others look for it: by its name, over TLS, through the proxy, as another server would.

From the machine itself this is no proof: some networks lead to their own public address only from outside.
"""

import asyncio
import json
from collections.abc import Iterator
from http import HTTPStatus

from aiohttp import hdrs

import node
from federation.transport.address import AddressPolicy
from federation.transport.connection import Timeouts
from federation.transport.http import OutboundClient, Response
from node import log, proxies
from node.clock import SystemClock
from node.config import Config
from node.config.hosts import host_without_port
from node.errors import NodeError
from node.health import Check, State

_PATIENCE = Timeouts(total=10)
_NO_ANSWER = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}


def check_reachable(config: Config) -> Iterator[Check]:
    """What the public address answers while the node serves; and, where it is the node, how a request comes to it."""
    yield from asyncio.run(_look(config))


async def _look(config: Config) -> list[Check]:
    client = _client(config)
    try:
        problem = await _ask(client, config)
        found = [_found("reachable", config, problem, f"The node answers at {config.origin}.")]
        if not problem:
            problem = await _ask_for_proxies(client, config)
            found.append(_found("proxies", config, problem, "What stands in front of the node says who asks."))
        return found
    finally:
        await client.close()


def _found(name: str, config: Config, problem: str, well: str) -> Check:
    if problem:
        return Check(name, State.WARNING, log.one_line(f"{config.origin} {problem}.", 500))
    return Check(name, State.OK, well)


def _client(config: Config) -> OutboundClient:
    port = config.host.removeprefix(host_without_port(config.host)).removeprefix(":")
    policy = AddressPolicy(
        allow_loopback_peers=config.development, allowed_ports=frozenset({int(port)} if port else ())
    )
    return OutboundClient(
        policy,
        user_agent=f"Rhizome/{node.__version__} (check)",
        clock=SystemClock(),
        timeouts=_PATIENCE,
        proxy=config.federation.proxy,
    )


async def _ask(client: OutboundClient, config: Config) -> str:
    """What is wrong, as the end of a sentence that begins with the address; empty where nothing is."""
    try:
        answer = await client.get(f"{config.origin}/.well-known/nodeinfo", accept="application/json")
    except NodeError as error:
        return f"cannot be reached from here: {error.detail or error.public}"
    return _judge(config, answer)


async def _ask_for_proxies(client: OutboundClient, config: Config) -> str:
    """The same, as the node itself says it."""
    said = {
        proxies.TICKET: proxies.make_ticket(config.secret_box, SystemClock().now()),
        hdrs.X_FORWARDED_FOR: proxies.PROBE,
    }
    try:
        answer = await client.get_json(f"{config.origin}{proxies.PATH}", headers=said)
    except NodeError as error:
        return f"does not say how it is reached: {error.detail or error.public}"
    return str(answer.data.get("problem", "does not say how it is reached"))


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
