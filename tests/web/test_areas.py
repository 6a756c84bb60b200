"""Areas load with the first request for them, and every address of theirs is found."""

from importlib import import_module

from aiohttp import web

from tests.rows import each_row
from web.areas import Area, add_areas
from web.routes import AREAS


@each_row("area", AREAS)
def test_every_address_of_an_area_is_under_one_of_its_prefixes(area: Area) -> None:
    prefixes = [prefix.rstrip("/") for prefix in area.prefixes]
    outside = [
        each.path
        for each in import_module(area.module).ROUTES
        if not any(f"{each.path}/".startswith(f"{prefix}/") for prefix in prefixes)
    ]
    assert outside == []


async def test_an_address_is_looked_for_in_one_area_after_the_other(aiohttp_client) -> None:
    app = web.Application()
    add_areas(app, AREAS)
    client = await aiohttp_client(app)
    for method, path, status in [
        ("GET", "/api/v1/streaming/health", 200),
        ("PATCH", "/api/v1/streaming/health", 405),
        ("DELETE", "/settings", 405),
        ("GET", "/api/nothing", 404),
        ("GET", "/nothing/at/all", 404),
    ]:
        async with client.request(method, path) as answer:
            assert answer.status == status, path
