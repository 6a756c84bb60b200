"""Files of strangers: recognised by content, decoded in the worker process, written anew; the wrong ones refused."""

import asyncio
import io
import random
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pillow_heif
import pytest
import pytest_asyncio
from PIL import Image, ImageCms

from node.domain.media import FORMS, HEAD_BYTES, read_focus, recognise
from node.errors import Invalid
from node.media.blurhash import encode_blurhash
from node.media.facts import ATTACHED, AVATAR, HEADER, MAX_FRAMES, Facts, Shape, Stored
from node.media.gif import strip_gif
from node.media.processor import Processor
from tests import media_files as files
from tests.rows import each_row

needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="FFmpeg is not installed")


@pytest_asyncio.fixture(loop_scope="module", scope="module", name="worker")
async def _worker() -> AsyncIterator[Processor]:
    processor = Processor()
    yield processor
    await processor.close()


pillow_heif.register_heif_opener()
pytestmark = pytest.mark.asyncio(loop_scope="module")


def laid(folder: Path, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    source = folder / "source"
    source.write_bytes(data)
    return source


async def made(worker: Processor, folder: Path, data: bytes, shape: Shape = ATTACHED) -> tuple[Facts, Path]:
    """What becomes of a file, and the folder with what was written."""
    form = recognise(data[:HEAD_BYTES])
    assert form is not None
    source = laid(folder, data)
    if form.demuxer:
        return await worker.recording(source, folder, form), folder
    return await worker.picture(source, folder, form, shape), folder


# -- recognised by content ------------------------------------------------------------------------------------------

FTYP = b"\x00\x00\x00\x20ftyp"


@each_row(
    "head, name",
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"GIF87a", "GIF"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WEBP"),
        (b"RIFF\0\0\0\0WAVEfmt ", "WAV"),
        (FTYP + b"avif\0\0\0\0mif1", "AVIF"),
        (FTYP + b"mif1\0\0\0\0mif1avif", "AVIF"),
        (FTYP + b"heic\0\0\0\0mif1", "HEIF"),
        (FTYP + b"isom\0\0\0\0iso2", "MP4"),
        (FTYP + b"qt  \0\0\0\0qt  ", "MOV"),
        (FTYP + b"M4A \0\0\0\0isom", "M4A"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "WEBM"),
        (b"OggS\0\2\0\0\0\0\x01vorbis", "OGG"),
        (b"OggS\0\2\0\0\0\0\x80theora", "OGV"),
        (b"fLaC\0", "FLAC"),
        (b"ID3\x04", "MP3"),
        (b"\xff\xfb\x90", "MP3"),
        (b"\xff\xf1\x50", "AAC"),
    ],
)
async def test_a_file_is_what_its_first_bytes_say(head, name):
    assert recognise(head) is FORMS[name]


@each_row(
    "head",
    [
        b"",
        b"\xff",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>",
        b"\xef\xbb\xbf<html>",
        b"\xff\xfe<\0h\0t\0m\0l\0",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"MZ\x90",
        b"#!/bin/sh",
        b"II*\0",  # TIFF
        b"8BPS",
        b"BM6\0",
        b"%!PS-Adobe",
        b"#EXTM3U\nhttp://127.0.0.1/",
        b"ffconcat version 1.0",
        b"\x1aE\xdf\xa3\x42\x82\x88matroska",
        FTYP + b"evil\0\0\0\0evil",
        b"ID3\x04\0\0\0\0\0\0<html><script>alert(1)</script>",
        FTYP + b"isom\0\0\0\0iso2<!DOCTYPE html>",
        b"RIFF\0\0\0\0WAVE%PDF-1.4",
    ],
)
async def test_everything_else_is_taken_for_nothing(head):
    assert recognise(head) is None


@each_row("text", ["", "1", "1,2,3", "a,b", "2,0", "0,-1.01", "nan,0", "inf,inf", "0;0"])
async def test_a_focus_is_two_numbers_from_minus_one_to_one(text):
    with pytest.raises(Invalid):
        read_focus(text)


# -- pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["JPEG", "MPO", "PNG", "WEBP", "AVIF", "HEIF"])
async def test_what_a_telephone_adds_is_gone_and_the_picture_stands_upright(worker, tmp_path, form):
    data = files.photograph(form)
    assert files.PLACE.encode() in data
    facts, folder = await made(worker, tmp_path, data)
    assert (facts.original.width, facts.original.height) == (40, 80)
    for name in ("original", "small"):
        written = (folder / name).read_bytes()
        assert files.PLACE.encode() not in written
        assert b"Exif" not in written
        with Image.open(io.BytesIO(written)) as image:
            assert not image.getexif()
            assert "comment" not in image.info
            red, blue = image.getpixel((20, 30)), image.getpixel((20, 70))
            assert red[0] > 200 > red[2]
            assert blue[2] > 200 > blue[0]
            assert image.getpixel((36, 4))[1] > 90  # the green corner, now at the top right


@pytest.mark.parametrize("form", ["WEBP", "PNG"])
async def test_what_animations_say_is_gone_too(worker, tmp_path, form):
    exif = Image.Exif()
    exif[0x010F] = f"maker {files.PLACE}"
    data = files.animation(form, exif=exif)
    assert files.PLACE.encode() in data
    _, folder = await made(worker, tmp_path, data)
    for name in ("original", "small"):
        assert files.PLACE.encode() not in (folder / name).read_bytes()


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "RGBA", "LA", "I;16"])
async def test_colours_of_every_kind_are_read(worker, tmp_path, mode):
    form = "JPEG" if mode == "CMYK" else "PNG"
    source = Image.new("I;16", (8, 8), 40_000) if mode == "I;16" else files.painting(16, 16).convert(mode)
    facts, folder = await made(worker, tmp_path, files.encoded(source, form))
    assert facts.original.form == form
    with Image.open(folder / "original") as image:
        assert image.mode == ("RGBA" if mode in {"RGBA", "LA"} else "RGB")
        if mode == "I;16":
            assert abs(image.getpixel((1, 1))[0] - 40_000 // 256) <= 1


async def test_colours_are_brought_to_srgb(worker, tmp_path):
    """A profile that swaps nothing but says Lab-like whites would show; a broken one is passed over."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for number, profile in enumerate((srgb, b"no profile at all")):
        data = files.encoded(files.painting(), "PNG", icc_profile=profile)
        _, folder = await made(worker, tmp_path / str(number), data)
        with Image.open(folder / "original") as image:
            assert "icc_profile" not in image.info
            assert image.getpixel((40, 20)) == (0, 0, 255)


async def test_a_large_picture_becomes_smaller_and_its_preview_small(worker, tmp_path):
    facts, _ = await made(worker, tmp_path, files.picture("JPEG", 4_400, 2_200))
    assert facts.original.width * facts.original.height <= 3840 * 2160
    assert abs(facts.original.width / facts.original.height - 2) < 0.01
    assert facts.small is not None
    assert facts.small.width * facts.small.height <= 640 * 360


@pytest.mark.parametrize(
    ("shape", "size", "becomes"),
    [
        (AVATAR, (900, 600), (400, 400)),
        (AVATAR, (90, 60), (60, 60)),
        (HEADER, (3_000, 500), (1500, 500)),
        (HEADER, (300, 300), (300, 100)),
    ],
)
async def test_pictures_of_profiles_fill_their_box_and_never_grow(worker, tmp_path, shape, size, becomes):
    facts, _ = await made(worker, tmp_path, files.picture("WEBP", *size), shape)
    assert (facts.original.width, facts.original.height) == becomes
    assert facts.small is not None
    assert facts.small.form == "PNG"


async def test_an_animation_still_moves_and_says_nothing_else(worker, tmp_path):
    data = files.animation(frames=4)
    assert files.PLACE.encode() in data
    facts, folder = await made(worker, tmp_path, data + b"<script>alert(1)</script>")
    written = (folder / "original").read_bytes()
    assert facts.original.form == "GIF"
    assert files.PLACE.encode() not in written
    assert not written.endswith(b"</script>")
    with Image.open(folder / "original") as image, Image.open(folder / "small") as still:
        assert (image.n_frames, image.info["loop"], image.info["duration"]) == (4, 0, 100)
        assert getattr(still, "n_frames", 1) == 1


@pytest.mark.parametrize("form", ["WEBP", "PNG"])
async def test_other_animations_become_webp(worker, tmp_path, form):
    facts, folder = await made(worker, tmp_path, files.animation(form))
    assert facts.original.form == "WEBP"
    with Image.open(folder / "original") as image:
        assert image.n_frames == 3


@pytest.mark.parametrize("form", ["WEBP", "PNG"])
async def test_other_animations_are_turned_upright_and_keep_their_times(worker, tmp_path, form):
    exif = Image.Exif()
    exif[0x0112] = 6
    data = files.animation(form, duration=[40, 300, 100], loop=2, exif=exif)
    facts, folder = await made(worker, tmp_path, data)
    assert (facts.original.width, facts.original.height) == (24, 32)
    assert facts.small is not None
    assert (facts.small.width, facts.small.height) == (24, 32)
    with Image.open(folder / "original") as image:
        assert (image.size, image.n_frames, image.info["loop"]) == ((24, 32), 3, 2)
        times = []
        for number in range(3):
            image.seek(number)
            image.load()
            times.append(image.info["duration"])
            assert abs(image.convert("RGB").getpixel((12, 16))[1] - number * 40) < 12
        assert times == [40, 300, 100]


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
async def test_moving_pictures_of_profiles_fill_their_box(worker, tmp_path, form):
    facts, folder = await made(worker, tmp_path, files.animation(form, width=90, height=60), AVATAR)
    assert facts.original == Stored("WEBP", 60, 60)
    with Image.open(folder / "original") as image, Image.open(folder / "small") as still:
        assert (image.size, image.n_frames, still.size, still.format) == ((60, 60), 3, (60, 60), "PNG")
        assert files.PLACE.encode() not in (folder / "original").read_bytes()


def broken(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(files.bomb(), "pixels", id="pixel bomb"),
        pytest.param(files.png(16_000, 1), "damaged", id="header without data"),
        pytest.param(files.png(0, 5), ".", id="no width"),
        pytest.param(files.png(2**31 - 1, 2**31 - 1), "pixels", id="largest header"),
        pytest.param(files.animation(frames=MAX_FRAMES + 1, width=2, height=2), "frames", id="too many frames"),
        pytest.param(files.large_animation(60, 1_500, 1_500), "too large", id="large animation"),
        *(
            pytest.param(broken(files.picture(form, 300, 200)), ".", id=f"half a {form}")
            for form in ("PNG", "WEBP", "JPEG", "AVIF")
        ),
        pytest.param(broken(files.animation(frames=9, width=90)), ".", id="half an animation"),
        pytest.param(b"\xff\xd8\xff" + b"<svg onload=alert(1)>" * 20, ".", id="a JPEG by three bytes"),
        pytest.param(b"GIF89a" + b"\xff" * 200, ".", id="a GIF by six bytes"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\0" * 100, ".", id="a PNG by eight bytes"),
        pytest.param(FTYP + b"heic\0\0\0\0mif1" + b"\0" * 100, ".", id="a HEIC by its brand"),
    ],
)
async def test_what_is_wrong_is_refused_with_a_sentence(worker, tmp_path, data, words):
    with pytest.raises(Invalid, match=words) as caught:
        await made(worker, tmp_path, data)
    assert caught.value.public.endswith(".")


async def test_noise_after_every_beginning_never_ends_the_worker(worker, tmp_path):
    """It may be refused; what comes next is served all the same."""
    noise = random.Random(7)
    for number, name in enumerate(("JPEG", "PNG", "GIF", "WEBP", "AVIF")):
        good = bytearray(files.picture(name, 40, 30))
        for _ in range(12):
            good[noise.randrange(16, len(good))] = noise.randrange(256)
        source = laid(tmp_path / str(number), bytes(good))
        with suppress(Invalid):
            await worker.picture(source, source.parent, FORMS[name], ATTACHED)
    facts, _ = await made(worker, tmp_path, files.picture())
    assert facts.original.form == "JPEG"


async def test_a_worker_that_dies_harms_nobody(tmp_path):
    """Too little memory to begin with: the order fails, and the next one finds a new process."""
    processor = Processor()
    try:
        await made(processor, tmp_path / "a", files.picture())
        process = processor._pictures._process
        assert process is not None
        process.kill()
        await process.wait()
        facts, _ = await made(processor, tmp_path / "b", files.picture())
        assert facts.original.form == "JPEG"
    finally:
        await processor.close()


async def test_a_worker_that_runs_out_of_time_is_ended(tmp_path):
    processor = Processor(seconds=0)
    with pytest.raises(Invalid, match="cannot be processed"):
        await made(processor, tmp_path, files.picture())
    await processor.close()


async def test_memory_of_the_worker_is_bounded(tmp_path):
    processor = Processor(memory_mib=200)
    try:
        with pytest.raises(Invalid, match="memory"):
            await made(processor, tmp_path / "large", files.png(7_000, 4_600, bytes(876) * 4_600))
        facts, _ = await made(processor, tmp_path / "small", files.picture())
        assert facts.original.form == "JPEG"
    finally:
        await processor.close()


async def test_an_order_that_is_given_up_leaves_no_answer_for_the_next(tmp_path):
    processor = Processor()
    try:
        await made(processor, tmp_path / "first", files.picture())
        task = asyncio.create_task(made(processor, tmp_path / "a", files.picture("PNG", 3_000, 2_000)))
        await asyncio.wait({task}, timeout=0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        facts, _ = await made(processor, tmp_path / "b", files.picture("JPEG", 32, 16))
        assert (facts.original.width, facts.original.height) == (32, 16)
    finally:
        await processor.close()


CONFINED = """
import os, socket, subprocess, sys
from pathlib import Path
from node.media.confine import confine
source, into, secret, port = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
print(confine(source, into))
def tried(what):
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "done"
print(tried(source.read_bytes), tried(lambda: (into / "original").write_bytes(b"x")))
print(tried(lambda: subprocess.run(["/bin/sh", "-c", "true"], check=True)))
print(tried(secret.read_bytes), tried(lambda: secret.write_bytes(b"")), tried(lambda: list(secret.parent.iterdir())))
print(tried(lambda: source.write_bytes(b"")), tried(lambda: (into / "link").symlink_to(secret)))
other = subprocess.run(["/bin/cat", secret], capture_output=True)
print(tried(Path("/proc/self/environ").read_bytes), other.returncode)
print(tried(lambda: socket.create_connection(("127.0.0.1", port))), tried(lambda: os.kill(os.getppid(), 0)))
"""


async def test_a_decoder_that_is_taken_over_reaches_its_file_and_one_folder(tmp_path):
    """Neither database nor secrets, nor the network, nor the process that serves."""
    source, secret = laid(tmp_path / "in", b"picture"), tmp_path / "data" / "secrets.toml"
    (tmp_path / "out").mkdir()
    secret.parent.mkdir()
    secret.write_text("key")
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    words = ("-c", CONFINED, source, tmp_path / "out", secret, str(port))
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.PIPE)
    told = (await process.communicate())[0].decode().splitlines()
    server.close()
    if told[0] == "False":
        pytest.skip("this kernel has no Landlock")
    assert told[1:3] == ["done done", "done"]
    assert told[3] == "PermissionError PermissionError PermissionError"
    assert told[4] == "PermissionError PermissionError"
    assert told[5] == "PermissionError 1"
    assert told[6] == "PermissionError PermissionError"  # Linux 6.12
    assert secret.read_text() == "key"


async def test_orders_are_carried_out_with_no_more_rights_than_they_need(worker, tmp_path):
    """What its folder leads to by a link stays as it is."""
    facts, folder = await made(worker, tmp_path, files.picture())
    assert facts.original.form == "JPEG"
    (out := tmp_path / "out").mkdir()
    (out / "original").symlink_to(laid(tmp_path / "data", b"ours"))
    with pytest.raises(Invalid):
        await worker.picture(folder / "source", out, FORMS["JPEG"], ATTACHED)
    assert (tmp_path / "data" / "source").read_bytes() == b"ours"


async def test_a_gif_that_breaks_off_is_no_gif():
    whole = files.animation()
    assert strip_gif(strip_gif(whole)) == strip_gif(whole)
    for end in range(14, len(whole) - 2, 7):
        with pytest.raises(Invalid):
            strip_gif(whole[:end])


@pytest.mark.parametrize(
    ("pixels", "size", "told"),
    [
        (bytes([255, 255, 255]) * 4, (2, 2), "L~TSUA~qfQ~q~q~qfQ~qfQfQfQfQ"),
        (bytes(range(30)) * 5, (10, 5), None),
    ],
)
async def test_a_blurhash_has_28_letters(pixels, size, told):
    found = encode_blurhash(pixels, *size)
    assert len(found) == 28
    assert told in {None, found}


# -- recordings -----------------------------------------------------------------------------------------------------


@needs_ffmpeg
@pytest.mark.parametrize(
    ("name", "options", "form", "kind"),
    [
        ("a.mp4", (), "MP4", "video"),
        ("a.mov", (), "MP4", "video"),
        ("a.webm", ("-deadline", "realtime"), "WEBM", "video"),
        ("a.mp4", ("-vn",), "M4A", "audio"),
        ("a.mp3", ("-vn",), "MP3", "audio"),
        ("a.ogg", ("-vn",), "OGG", "audio"),
        ("a.flac", ("-vn",), "FLAC", "audio"),
    ],
)
async def test_recordings_lose_their_metadata(worker, tmp_path, name, options, form, kind):
    data = files.recording(tmp_path, name, *options)
    assert files.PLACE.encode() in data
    facts, folder = await made(worker, tmp_path / "made", data)
    assert (facts.original.form, facts.kind) == (form, kind)
    assert 0.8 < facts.duration < 1.3
    written = (folder / "original").read_bytes()
    assert files.PLACE.encode() not in written
    again = recognise(written[:HEAD_BYTES])
    assert again is not None
    assert again.name == form
    if kind == "video":
        assert (facts.original.width, facts.original.height, facts.frame_rate) == (64, 48, 10.0)
        assert facts.small is not None
        assert facts.blurhash


@needs_ffmpeg
async def test_an_animated_gif_becomes_a_silent_video(worker, tmp_path):
    (tmp_path / "source").write_bytes(files.animation(frames=5, width=33, height=25))
    facts = await worker.attached_picture(tmp_path / "source", tmp_path, FORMS["GIF"], ATTACHED)
    assert facts == replace(facts, kind="gifv", duration=0.5)
    assert (facts.original.form, facts.original.width, facts.original.height) == ("MP4", 32, 24)
    assert facts.small is not None
    assert facts.small.form == "JPEG"


@needs_ffmpeg
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(FTYP + b"isom\0\0\2\0isomiso2" + b"\0" * 400, id="a head alone"),
        pytest.param(b"ID3\x04\0\0\0\0\0\0" + b"\0" * 900, id="an empty MP3"),
        pytest.param(files.wav()[:40], id="half a WAV"),
        pytest.param(b"OggS" + b"\0" * 300, id="an empty Ogg"),
        pytest.param(b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + b"\0" * 300, id="an empty WebM"),
    ],
)
async def test_recordings_that_cannot_be_read_are_refused(worker, tmp_path, data):
    with pytest.raises(Invalid, match="cannot be read"):
        await made(worker, tmp_path, data)
