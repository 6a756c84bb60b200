"""Uploads through the client API: what is taken and how it comes back, and what is refused with nothing kept."""

import errno
import io
import os
import shutil

import aiohttp
import pillow_heif
import pytest
from PIL import Image
from sqlalchemy import func, select

from node.clock import HOUR
from node.services.posts import uploads
from node.store.tables import media as table
from tests import costs
from tests import media_files as files
from tests.client import App, app_of
from web import uploads as receiving

UPLOAD, ONE = "v2/media", "v1/media"
needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="FFmpeg is not installed")
pillow_heif.register_heif_opener()


def form(data: bytes, *, name: str = "x.bin", content_type: str = "application/octet-stream", **words: str | bytes):
    """A multipart form as apps send it."""
    made = aiohttp.FormData()
    made.add_field("file", io.BytesIO(data), filename=name, content_type=content_type)
    for word, value in words.items():
        if isinstance(value, bytes):
            made.add_field(word, value, filename="t", content_type="image/png")
        else:
            made.add_field(word, value)
    return made


@pytest.fixture
def own_worker(monkeypatch) -> None:
    """The node starts worker processes of its own and ends them."""
    monkeypatch.setattr(uploads, "Processor", costs.Processor)


@pytest.fixture
async def app(site) -> App:
    return await app_of(site.peer, "ann")


async def upload(app: App, data: bytes, status: int = 200, *, path: str = UPLOAD, **more):
    return await app.call("POST", path, status, data=form(data, **more))


async def test_a_full_disk_is_told_as_one(app, monkeypatch):
    def full(source, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(receiving.shutil, "copyfileobj", full)
        answer = await app.ask("POST", UPLOAD, data=form(files.picture("PNG", 9, 9)))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
    assert await stored(app) == 0
    await upload(app, files.picture("PNG", 9, 9))


async def fetch(app: App, url: str, **headers: str) -> tuple[aiohttp.ClientResponse, bytes]:
    async with app.peer.http.get(url, headers=headers) as answer:
        return answer, await answer.read()


async def stored(app: App) -> int:
    return await app.peer.store.read(lambda conn: conn.scalar(select(func.count()).select_from(table)))


async def work(app: App) -> None:
    while await app.peer.system.worker.drain():
        pass


def folder_of(app: App) -> list[str]:
    folder = app.peer.system.node.config.data_dir / "media"
    return [place.name for place in folder.rglob("*") if place.is_file()]


# -- taken ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("own_worker")
async def test_pictures_of_every_form(app):
    for name in ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"):
        made = await upload(app, files.picture(name, 90, 60), description=" A  field ", focus="0.5,-0.25")
        assert made["type"] == "image"
        assert made["description"] == "A  field"
        assert made["meta"]["focus"] == {"x": 0.5, "y": -0.25}
        assert made["meta"]["original"] == {"width": 90, "height": 60, "size": "90x60", "aspect": 1.5}
        assert made["meta"]["small"]["width"] == 90
        assert len(made["blurhash"]) == 28
        assert await app.get(f"{ONE}/{made['id']}") == made
        for url in (made["url"], made["preview_url"]):
            _, data = await fetch(app, url)
            with Image.open(io.BytesIO(data)) as image:
                assert image.size == (90, 60)


async def test_a_file_is_served_so_that_nothing_of_it_can_run(app):
    made = await upload(app, files.picture("PNG"), name="../../x.html", content_type="text/html")
    answer, data = await fetch(app, made["url"])
    assert (answer.status, answer.content_type) == (200, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "x.html" not in str(answer.headers) + made["url"]
    again, _ = await fetch(app, made["url"], **{"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304
    part, some = await fetch(app, made["url"], Range="bytes=0-7")
    assert (part.status, some) == (206, data[:8])
    assert part.headers["Content-Range"] == f"bytes 0-7/{len(data)}"
    assert (await App(app.peer).ask("HEAD", made["url"].removeprefix(app.peer.origin))).status == 200
    for wrong in (made["url"][:-4] + ".html", made["url"].replace("/media/", "/media/../media/x"), made["url"] + "/.."):
        answer, _ = await fetch(app, wrong)
        assert answer.status == 404


async def test_words_and_thumbnail_change_until_a_post_shows_it(app):
    made = await upload(app, files.picture())
    path = f"{ONE}/{made['id']}"
    changed = await app.put(path, description="A boat", focus="0,1")
    assert (changed["description"], changed["meta"]["focus"]) == ("A boat", {"x": 0.0, "y": 1.0})
    thumbnail = aiohttp.FormData()
    thumbnail.add_field("thumbnail", files.picture("PNG", 20, 20), filename="t.png")
    pictured = await app.call("PUT", path, data=thumbnail)
    assert pictured["description"] == "A boat"
    assert pictured["meta"]["small"]["size"] == "20x20"
    assert pictured["preview_url"] != made["preview_url"]
    await app.put(path, 422, description="x" * 1_501)
    await app.put(path, 422, focus="3,0")
    await work(app)
    assert len(folder_of(app)) == 2  # the first thumbnail is gone


async def test_what_is_deleted_is_gone_with_its_files(app):
    made = await upload(app, files.picture())
    assert len(folder_of(app)) == 2
    await app.delete(f"{ONE}/{made['id']}")
    await app.get(f"{ONE}/{made['id']}", 404)
    await work(app)
    assert folder_of(app) == []
    answer, _ = await fetch(app, made["url"])
    assert answer.status == 404


@needs_ffmpeg
async def test_a_video_is_processed_while_its_owner_asks(app, tmp_path):
    made = await upload(app, files.recording(tmp_path, "a.mp4"), 202, description="Sparks")
    assert made["url"] is None
    waiting = await app.get(f"{ONE}/{made['id']}", 206)
    assert (waiting["url"], waiting["type"]) == (None, "video")
    await work(app)
    done = await app.get(f"{ONE}/{made['id']}")
    assert done["meta"]["original"]["frame_rate"] == "10000/1000"
    assert done["meta"]["length"] == "0:00:01.00"
    assert done["description"] == "Sparks"
    assert done["blurhash"]
    answer, data = await fetch(app, done["url"], Range="bytes=4-7")
    assert (answer.status, answer.content_type, data) == (206, "video/mp4", b"ftyp")
    await work(app)
    assert len(folder_of(app)) == 2  # what was uploaded is gone


@needs_ffmpeg
async def test_a_recording_that_cannot_be_read_says_so_later(app):
    made = await upload(app, b"ID3\x04\0\0\0\0\0\0" + b"\0" * 900, 202)
    await work(app)
    assert "cannot be read" in (await app.get(f"{ONE}/{made['id']}", 422))["error"]
    await work(app)
    assert folder_of(app) == []


@needs_ffmpeg
async def test_clients_of_old_wait_for_a_recording(app, tmp_path):
    made = await upload(app, files.recording(tmp_path, "a.mp3", "-vn"), path=ONE, thumbnail=files.picture("PNG"))
    assert (made["type"], made["meta"]["small"]["size"]) == ("audio", "64x48")
    gif = await upload(app, files.animation(frames=5))
    assert gif["type"] == "gifv"


async def test_without_ffmpeg_recordings_are_kept_as_they_came(app):
    app.peer.system.node.uploads.processor.has_ffmpeg = False
    made = await upload(app, files.wav(), name="x.exe")
    assert made["type"] == "audio"
    assert made["preview_url"].endswith(".png")
    answer, data = await fetch(app, made["url"])
    assert (answer.content_type, data) == ("audio/wav", files.wav())
    assert (await upload(app, files.animation()))["type"] == "image"
    answer, _ = await fetch(app, made["preview_url"])
    assert answer.content_type == "image/png"


# -- refused --------------------------------------------------------------------------------------------------------

WRONG = {
    "nothing": b"",
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "PDF": b"%PDF-1.7 ...",
    "an archive": b"PK\x03\x04" + b"\0" * 60,
    "a playlist": b"#EXTM3U\nfile:///etc/passwd\n",
    "a pixel bomb": files.bomb(),
    "half a picture": files.picture("PNG", 300, 200)[:200],
    "a beginning": b"\x89PNG\r\n\x1a\n<script>",
    "a recording with a page in it": b"ID3\x04\0\0\0\0\0\0<html><script>alert(1)</script>",
}


async def test_files_that_are_wrong_are_refused_and_not_kept(app):
    for what, data in WRONG.items():
        refused = await upload(app, data, 422, name="photo.jpg", content_type="image/jpeg")
        assert refused["error"].endswith("."), what
    for words in ({"description": "x" * 1_501}, {"focus": "9,9"}, {"focus": "west"}):
        await upload(app, files.picture(), 422, **words)
    await upload(app, files.picture(), 422, thumbnail=b"<svg/>")
    await app.post(UPLOAD, 422, description="no file")
    await app.post(UPLOAD, 422, file="a text")
    assert await stored(app) == 0
    assert folder_of(app) == []


async def test_a_polyglot_loses_its_second_nature(app):
    made = await upload(app, files.picture("JPEG") + b"<script>alert(1)</script>PK\x03\x04")
    _, data = await fetch(app, made["url"])
    assert b"script" not in data
    assert b"PK\x03\x04" not in data


async def test_what_is_too_large_is_refused(app):
    too_large = await upload(app, files.picture("PNG") + bytes(17 * 1_048_576), 422)
    assert "16 MiB" in too_large["error"]
    assert "40 MiB" in (await upload(app, files.wav() + bytes(41 * 1_048_576), 422))["error"]
    assert await stored(app) == 0


async def test_without_room_on_the_disk_nothing_is_taken(app, monkeypatch):
    monkeypatch.setattr(app.peer.system.node.uploads, "_is_disk_low", lambda: True)
    assert "no room" in (await upload(app, files.picture(), 503))["error"]
    assert await stored(app) == 0


async def test_media_of_others_are_not_there(site, app):
    made = await upload(app, files.picture())
    eve = await app_of(site.peer, "eve")
    path = f"{ONE}/{made['id']}"
    await eve.get(path, 404)
    await eve.put(path, 404, description="mine")
    await eve.delete(path, 404)
    await App(site.peer).get(path, 401)
    await App(site.peer).call("POST", UPLOAD, 401, data=form(files.picture()))
    reader = App(site.peer, await site.peer.token(app.me, "read write:statuses"), app.me)
    await reader.get(path, 403)
    await upload(reader, files.picture(), 403)
    assert (await app.get(path))["description"] is None


async def test_a_post_shows_its_uploads_and_nobody_else_s(app) -> None:
    first, second = [await upload(app, files.picture(), description=text) for text in ("one", "two")]
    body = {"status": "Look", "media_ids": [second["id"], first["id"]]}
    made = await app.call("POST", "v1/statuses", json=body)
    assert [each["description"] for each in made["media_attachments"]] == ["two", "one"]
    assert (await app.get(f"v1/statuses/{made['id']}"))["media_attachments"] == made["media_attachments"]
    eve = await app_of(app.peer, "eve")
    foreign = await upload(eve, files.picture())
    for used in (first["id"], foreign["id"], "99"):
        await app.call("POST", "v1/statuses", 422, json={"status": "Again", "media_ids": [used]})
    assert len(await app.get(f"v1/accounts/{app.me.id}/statuses")) == 1


async def test_what_nothing_shows_is_gone_after_a_day_however_often_it_is_touched(site, app) -> None:
    """MED7, from the upload to the file: the schedule removes it within the hour after."""
    loose, shown = await upload(app, files.picture()), await upload(app, files.picture())
    await app.post("v1/statuses", status="Look", media_ids=[shown["id"]])
    await site.peer.system.schedule.start()
    for hours, is_there in ((1, True), (22, True), (2, False)):
        site.clock.advance(hours * HOUR)
        await work(app)
        assert len(folder_of(app)) == (4 if is_there else 2)
        await app.put(f"{ONE}/{loose['id']}", 200 if is_there else 404, description=f"After {hours} hours")
    assert [name for name in folder_of(app) if name in shown["url"]]
