"""How often clients may ask: told with every answer, refused where it is too often (API8)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.clock import MINUTE, FixedClock, from_rfc3339
from node.ratelimit import Taken, Window
from node.services.access import oauth
from tests.network import Peer, running_peer
from web.state import WEB

API = "/api/learning/v1/resources"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def peer(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Peer]:
    async with running_peer(tmp_path, "uni", clock=clock, sections={"limits": {"exempt": []}}) as made:
        yield made


async def ask(peer: Peer, token: str = "", *, method: str = "GET", path: str = API) -> tuple[int, int, int]:
    """Status, limit and what is left."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with peer.http.request(method, peer.origin + path, headers=headers) as answer:
        await answer.read()
        limit, left = answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]
        return answer.status, int(limit), int(left)


def test_a_window_lets_a_burst_through_and_begins_anew() -> None:
    window = Window(3, 1_000)
    assert [window.take("a", 10).left for _ in range(3)] == [2, 1, 0]
    assert window.take("a", 900) == Taken(3, 0, 1_010, is_over=True)
    assert window.take("b", 900).left == 2
    assert window.take("a", 1_010) == Taken(3, 2, 2_010)
    assert not window.take("a", 5).is_over, "a clock that was set back locks nobody out"


async def test_strangers_are_counted_by_address_and_bad_tokens_buy_nothing(peer: Peer, clock: FixedClock) -> None:
    assert await ask(peer) == (200, 300, 299)
    assert (await ask(peer, "invented-1"))[1:] == (300, 298)
    assert (await ask(peer, "invented-2"))[1:] == (300, 297)
    for _ in range(297):
        await ask(peer)
    async with peer.http.get(peer.origin + API) as answer:
        assert answer.status == 429
        assert answer.headers["Retry-After"] == "300"
        assert answer.headers["X-RateLimit-Remaining"] == "0"
        assert from_rfc3339(answer.headers["X-RateLimit-Reset"]) == clock.now() + 5 * MINUTE
    async with peer.http.get(f"{peer.origin}/api/v1/instance") as answer:
        assert (answer.status, list(await answer.json())) == (429, ["error"])
    async with peer.http.get(f"{peer.origin}/", headers={"Accept": "text/html"}) as answer:
        assert answer.status == 200, "pages are not the API"
        assert "X-RateLimit-Limit" not in answer.headers
    clock.advance(5 * MINUTE)
    assert await ask(peer) == (200, 300, 299)


async def test_each_token_counts_for_itself_and_all_of_them_for_their_person(peer: Peer) -> None:
    ann = await peer.add_actor("ann")
    tokens = [await peer.token(ann) for _ in range(6)]
    assert (await ask(peer, tokens[0]))[1:] == (300, 299)
    assert (await ask(peer, tokens[1]))[1:] == (300, 299)
    assert (await ask(peer))[1:] == (300, 299)
    rates = peer.runner.app[WEB].rates
    for _ in range(1_498 - 10):
        rates.by_account.take(str(ann.id), peer.unit().now)
    assert await ask(peer, tokens[2]) == (200, 1_500, 9)


async def test_tokens_of_apps_count_as_strangers_too(peer: Peer) -> None:
    app, _ = await peer.store.write(
        lambda conn: oauth.register_app(
            conn, peer.unit(), name="x", website="", redirect_uris=[oauth.OUT_OF_BAND], scopes=("read",)
        )
    )
    token, _ = await peer.store.write(oauth.give_app_token, peer.unit(), app, "read")
    await ask(peer)
    assert (await ask(peer, token))[1:] == (300, 298)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v2/media"),
        ("POST", "/api/v1/media"),
        ("DELETE", "/api/v1/statuses/1"),
        ("POST", "/api/v1/statuses/1/unreblog"),
    ],
)
async def test_uploads_and_deletions_are_fewer(peer: Peer, method: str, path: str) -> None:
    ann = await peer.add_actor("ann")
    token = await peer.token(ann)
    assert (await ask(peer, token, method=method, path=path))[1:] == (30, 29)
    assert (await ask(peer, token, path=path))[1] == 300


async def test_exempt_networks_are_told_and_not_refused(tmp_path: Path) -> None:
    async with running_peer(tmp_path, "uni") as exempt:
        for _ in range(300):
            exempt.runner.app[WEB].rates.by_address.take("127.0.0.1", exempt.unit().now)
        assert (await ask(exempt))[0] == 200
