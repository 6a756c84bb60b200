"""Static files: one address per content, kept for ever, nothing guessed."""

import gzip
import re

import pytest
from aiohttp import web

from web.assets import MEDIA_TYPES, PREFIX, STATIC, Assets

ASSETS = Assets()


@pytest.fixture
async def client(aiohttp_client):
    app = web.Application()
    app.router.add_get(PREFIX + "{name}", ASSETS.serve)
    return await aiohttp_client(app, auto_decompress=False)


async def test_an_asset_is_kept_for_ever_and_its_type_is_not_guessed(client):
    answer = await client.get(ASSETS.url("icons.svg"), headers={"Accept-Encoding": "identity"})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert await answer.read() == (STATIC / "icons.svg").read_bytes()


async def test_browsers_that_can_get_it_compressed(client):
    answer = await client.get(ASSETS.url("rhizome.css"), headers={"Accept-Encoding": "gzip, br"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    plain = await client.get(ASSETS.url("rhizome.css"), headers={"Accept-Encoding": "identity"})
    assert gzip.decompress(await answer.read()) == await plain.read()


async def test_a_copy_that_is_fresh_is_not_sent_again(client):
    first = await client.get(ASSETS.url("mark.svg"))
    again = await client.get(ASSETS.url("mark.svg"), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")


@pytest.mark.parametrize("name", ["icons.svg", "icons.000000000000.svg", "..%2Fassets.py", "tokens.css"])
async def test_nothing_else_is_served(client, name):
    assert (await client.get(PREFIX + name)).status == 404


def test_every_file_has_an_address_and_a_media_type():
    for path in STATIC.iterdir():
        assert path.is_dir() or path.suffix in MEDIA_TYPES
        assert path.is_dir() or re.fullmatch(
            rf"/static/{path.stem}\.[0-9a-f]{{12}}\{path.suffix}", ASSETS.url(path.name)
        )


def test_what_the_style_sheet_names_is_there_under_its_own_address():
    sheet = ASSETS.find(ASSETS.url("rhizome.css").removeprefix(PREFIX))
    assert sheet is not None
    named = set(re.findall(r'url\("([^"]+)"\)', sheet.body.decode()))
    assert named == {ASSETS.url("shoots.svg"), ASSETS.url("roots.svg")}


def test_every_part_of_the_style_sheet_is_in_the_bundle():
    sheet = ASSETS.find(ASSETS.url("rhizome.css").removeprefix(PREFIX))
    assert sheet is not None
    for part in (STATIC / "css").iterdir():
        assert part.read_text("utf-8").splitlines()[0] in sheet.body.decode()


def test_drawings_hold_nothing_that_a_browser_would_run_or_fetch():
    for path in STATIC.glob("*.svg"):
        drawing = path.read_text("utf-8")
        assert not re.search(r"<script|<style|style=|\son\w+=|href=|url\(", drawing), path.name
