"""Proxies in front of a node are named rightly, or ``rhizome check`` says what is wrong (CFG4)."""

import asyncio
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import hdrs, web

from node.cli.reaching import check_reachable
from node.clock import MINUTE, SystemClock
from node.config import Config
from node.health import State
from node.proxies import PATH, PROBE, TICKET, find_problem, is_ticket, make_ticket
from node.secretbox import SecretBox
from tests.network import Peer, network
from tests.rows import each_row

OURS = [ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")]

#: remote, X-Forwarded-For, https, what is said
WAYS = (
    ("127.0.0.1", f"{PROBE}, 198.51.100.7", True, ""),  # nginx completes
    ("127.0.0.1", "198.51.100.7", True, ""),  # Caddy writes anew
    ("127.0.0.1", f"{PROBE},198.51.100.7, 10.0.0.2", True, ""),  # two of ours
    ("127.0.0.1", f"{PROBE}, 2001:DB8::7", True, ""),
    ("127.0.0.1", f"{PROBE}, 127.0.0.1", True, ""),  # asked from this machine
    ("198.51.100.7", PROBE, False, ""),  # nobody between, in development
    ("127.0.0.1", PROBE, False, ""),
    ("172.16.0.3", f"{PROBE}, 198.51.100.7", True, "by 172.16.0.3, which node.trusted_proxies does not name"),
    ("172.16.0.3", f"{PROBE}, 198.51.100.7", False, "by 172.16.0.3, which node.trusted_proxies does not name"),
    ("172.16.0.3", "", True, "by 172.16.0.3, which node.trusted_proxies does not name"),
    ("127.0.0.1", "", True, "by 127.0.0.1, which does not say for whom"),
    ("127.0.0.1", PROBE, True, "by 127.0.0.1, which believes any X-Forwarded-For"),
    ("127.0.0.1", f"{PROBE}, 198.51.100.7, 203.0.113.9", True, "by 203.0.113.9, too, which"),
    ("127.0.0.1", f"{PROBE}, unknown", True, "by 127.0.0.1, too, which"),
)


@each_row("remote, forwarded_for, is_https, told", WAYS)
def test_the_way_of_a_request_is_judged(remote: str, forwarded_for: str, is_https: bool, told: str) -> None:
    problem = find_problem(remote, forwarded_for, OURS, is_https=is_https)
    assert told in problem
    assert bool(told) == bool(problem), problem


BOX = SecretBox(bytes(32))
MADE = make_ticket(BOX, 10 * MINUTE)


@each_row(
    "ticket, box, now, good",
    (
        (MADE, BOX, 11 * MINUTE, True),
        (MADE, BOX, 11 * MINUTE + 1, False),
        (MADE, BOX, 9 * MINUTE - 1, False),
        (MADE, SecretBox(b"1" * 32), 10 * MINUTE, False),
        (MADE[:-8] + "AAAAAAA=", BOX, 10 * MINUTE, False),
        ("", BOX, 10 * MINUTE, False),
        ("ticket", BOX, 10 * MINUTE, False),
        ("ä", BOX, 10 * MINUTE, False),
    ),
)
def test_a_ticket_is_good_for_a_minute_and_for_these_secrets(ticket: str, box: SecretBox, now: int, good: bool) -> None:
    assert is_ticket(box, ticket, now) == good


def passing_on(peer: Peer, forwarded_for: Any) -> web.Application:
    """A proxy that tells the node whatever ``forwarded_for`` makes of what it was told."""

    async def pass_on(request: web.Request) -> web.Response:
        told = forwarded_for(request.headers.get(hdrs.X_FORWARDED_FOR, ""))
        kept = {name: value for name, value in request.headers.items() if name in {TICKET, hdrs.ACCEPT}}
        said = kept | {hdrs.HOST: peer.system.node.config.host} | ({hdrs.X_FORWARDED_FOR: told} if told else {})
        async with aiohttp.ClientSession() as http, http.get(peer.origin + request.path, headers=said) as answer:
            body = (await answer.text()).replace(peer.origin, f"http://{request.host}")
            return web.Response(text=body, status=answer.status, content_type=answer.content_type)

    app = web.Application()
    app.router.add_get("/{path:.*}", pass_on)
    return app


def behind(config: Config, port: int) -> Config:
    return replace(config, node=replace(config.node, host=f"127.0.0.1:{port}"))


@pytest.mark.parametrize("trusted", [["127.0.0.0/8"], []])
async def test_the_node_is_asked_through_its_proxy(tmp_path: Path, aiohttp_server: Any, trusted: list[str]) -> None:
    async with network(tmp_path, "uni", sections={"node": {"trusted_proxies": trusted}}) as net:
        (peer,) = net.peers
        config = peer.system.node.config
        completing, silent = [
            behind(config, (await aiohttp_server(passing_on(peer, change))).port)
            for change in (lambda told: f"{told}, 198.51.100.7", lambda _: "")
        ]
        for asked, told in (
            (config, "What stands in front of the node says who asks."),
            (completing, "What stands in front" if trusted else "which node.trusted_proxies does not name"),
            (silent, "which does not say for whom" if trusted else "which node.trusted_proxies does not name"),
        ):
            reachable, proxies = await asyncio.to_thread(lambda asked=asked: list(check_reachable(asked)))
            assert (reachable.state, told in proxies.told) == (State.OK, True), proxies.told
        for said in ({}, {TICKET: make_ticket(BOX, SystemClock().now())}):
            async with peer.http.get(peer.origin + PATH, headers=said) as answer:
                assert answer.status == 404
