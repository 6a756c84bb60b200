"""A node whose media lie in a bucket: the same addresses, parts and headers as from a folder."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import boto3
import pytest
from PIL import Image

from tests import media_files as files
from tests import s3 as server
from tests.client import App, app_of
from tests.network import running_peer
from tests.s3 import BUCKET

s3 = server.s3


@asynccontextmanager
async def started(tmp_path: Path, s3: str, **more: str) -> AsyncIterator[App]:
    media = {"storage": "s3", "endpoint": s3, "bucket": BUCKET, "access_key": "x", "secret_key": "y", **more}
    async with running_peer(tmp_path, "uni", sections={"media": media}) as peer:
        yield await app_of(peer, "ann")


@pytest.fixture
async def app(tmp_path: Path, s3: str) -> AsyncIterator[App]:
    async with started(tmp_path, s3) as made:
        yield made


async def upload(app: App, data: bytes, status: int = 200) -> Any:
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(data), filename="x")
    return await app.call("POST", "v2/media", status, data=form)


def keys(s3: str) -> set[str]:
    place = {"endpoint_url": s3, "aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
    return {each["Key"] for each in boto3.client("s3", **place).list_objects_v2(Bucket=BUCKET).get("Contents", ())}


async def test_files_come_from_the_bucket_as_they_come_from_a_folder(app: App, s3: str) -> None:
    before = keys(s3)
    made = await upload(app, files.picture("PNG", 300, 200))
    assert len(keys(s3) - before) == 2
    assert not (app.peer.system.node.config.data_dir / "media").exists()
    async with app.peer.http.get(made["url"]) as answer:
        data = await answer.read()
        assert answer.content_type == "image/png"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "immutable" in answer.headers["Cache-Control"]
        etag = answer.headers["ETag"]
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (300, 200)
    async with app.peer.http.get(made["url"], headers={"Range": "bytes=1-3"}) as answer:
        assert (answer.status, await answer.read()) == (206, b"PNG")
        assert answer.headers["Content-Range"] == f"bytes 1-3/{len(data)}"
    async with app.peer.http.get(made["url"], headers={"Range": "bytes=9999999-"}) as answer:
        assert answer.status == 416
    async with app.peer.http.get(made["url"], headers={"If-None-Match": etag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    async with app.peer.http.head(made["url"]) as answer:
        assert (answer.status, answer.headers["Content-Length"]) == (200, str(len(data)))
    await app.delete(f"v1/media/{made['id']}")
    while await app.peer.system.worker.drain():
        pass
    assert keys(s3) == before
    async with app.peer.http.get(made["url"]) as answer:
        assert answer.status == 404


async def test_a_host_of_its_own_may_serve_the_bucket(tmp_path: Path, s3: str) -> None:
    async with started(tmp_path, s3, public_url="https://media.example.org/learn/") as app:
        made = await upload(app, files.picture("PNG"))
        assert made["url"].startswith("https://media.example.org/learn/")
        async with app.peer.http.get(f"{app.peer.origin}/", headers={"Accept": "text/html"}) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "img-src 'self' https://media.example.org data:;" in policy
            assert "media-src 'self' https://media.example.org;" in policy


async def test_a_storage_that_is_away_loses_nothing(tmp_path: Path, held_port: int) -> None:
    async with started(tmp_path, f"http://127.0.0.1:{held_port}") as app:
        refused = await upload(app, files.picture("PNG"), 503)
        assert "storage" in refused["error"]
