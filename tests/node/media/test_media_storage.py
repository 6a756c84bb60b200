"""Where media lie: a folder, or a bucket of a real S3-speaking server on loopback; how requests are signed."""

import datetime as dt
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from node.clock import FixedClock
from node.domain.media import is_key, make_key
from node.errors import NotFound, Unavailable
from node.media.disk import DiskStorage
from node.media.s3 import S3Storage
from node.media.sigv4 import EMPTY_HASH, Credentials, sign_request
from node.ports import MediaStore, StoredFile
from tests import s3 as server
from tests.rows import each_row
from tests.s3 import BUCKET

KEY = make_key("0123456789abcdef0123456789abcdef", "png")
CREDENTIALS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-central-1")
s3 = server.s3
DATA = bytes(range(256)) * 1_000


@pytest.fixture(params=["disk", "s3"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MediaStore]:
    if request.param == "disk":
        yield DiskStorage(tmp_path / "media")
        return
    made = S3Storage(FixedClock(), CREDENTIALS, endpoint=request.getfixturevalue("s3"), bucket=BUCKET)
    yield made
    await made.close()


async def content(stored: StoredFile) -> bytes:
    if stored.path is not None:
        return stored.path.read_bytes()
    assert stored.pieces is not None
    return b"".join([piece async for piece in stored.pieces])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(DATA)
    path.chmod(0o644)
    return path


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_what_is_put_is_there_until_it_is_deleted(storage: MediaStore, source: Path) -> None:
    with pytest.raises(NotFound):
        await storage.get(KEY)
    await storage.put(KEY, source)
    assert await content(await storage.get(KEY)) == DATA
    await storage.put(KEY, source)  # a job that runs again
    await storage.delete([KEY, make_key("f" * 32, "mp4")])
    with pytest.raises(NotFound):
        await storage.get(KEY)


async def test_parts_can_be_asked_for(storage: MediaStore, source: Path) -> None:
    await storage.put(KEY, source)
    stored = await storage.get(KEY, byte_range="bytes=10-19")
    if stored.path is None:  # a file on disk is cut by whoever sends it
        assert stored.status == 206
        assert stored.headers["Content-Range"] == "bytes 10-19/256000"
        assert await content(stored) == bytes(range(10, 20))
    await storage.delete([KEY])


@each_row("key", ["", "../secrets.toml", "/etc/passwd", "01/23/../x.png", KEY + "/x", KEY.upper(), "01/23/" + "0" * 32])
async def test_nothing_but_keys_is_touched(storage: MediaStore, source: Path, key: str) -> None:
    assert not is_key(key)
    with pytest.raises(NotFound):
        await storage.get(key)
    with pytest.raises(NotFound):
        await storage.put(key, source)
    with pytest.raises(NotFound):
        await storage.delete([key])


async def test_files_on_disk_are_for_the_node_alone(tmp_path: Path, source: Path) -> None:
    await DiskStorage(tmp_path / "media").put(KEY, source)
    assert mode(tmp_path / "media" / KEY) == 0o600
    assert mode(tmp_path / "media" / "01" / "23") == 0o700


async def test_a_storage_that_is_away_says_so(tmp_path: Path, source: Path, held_port: int) -> None:
    gone = S3Storage(FixedClock(), CREDENTIALS, endpoint=f"http://127.0.0.1:{held_port}", bucket=BUCKET)
    with pytest.raises(Unavailable):
        await gone.put(KEY, source)
    await gone.close()
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(Unavailable):
        await DiskStorage(tmp_path / "media").put(KEY, source)


async def test_a_bucket_that_is_not_there_is_no_missing_file(s3: str, source: Path) -> None:
    elsewhere = S3Storage(FixedClock(), CREDENTIALS, endpoint=s3, bucket="nobody")
    with pytest.raises((Unavailable, NotFound)):
        await elsewhere.put(KEY, source)
    await elsewhere.close()


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("GET", f"/{BUCKET}/{KEY}", {}, b""),
        ("GET", f"/{BUCKET}/{KEY}", {"Range": "bytes=0-9"}, b""),
        ("PUT", f"/{BUCKET}/{KEY}", {"Content-Type": "image/png", "Cache-Control": "public,  max-age=1"}, b"data"),
        ("DELETE", f"/base/{BUCKET}/a b~c", {}, b""),
    ],
)
def test_requests_are_signed_as_botocore_does(
    method: str, path: str, headers: dict[str, str], body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FixedClock()
    moment = dt.datetime.fromtimestamp(clock.now() / 1000, dt.UTC)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda remove_tzinfo=True: moment.replace(tzinfo=None))
    body_hash = sha256(body).hexdigest() if body else EMPTY_HASH
    ours = sign_request(CREDENTIALS, method, "s3.example:9000", path, headers, body_hash, clock.now())
    theirs = AWSRequest(method, f"https://s3.example:9000{quote(path)}", headers=dict(headers), data=body)
    theirs.context["payload_signing_enabled"] = True
    credentials = BotoCredentials(CREDENTIALS.access_key, CREDENTIALS.secret_key)
    S3SigV4Auth(credentials, "s3", CREDENTIALS.region).add_auth(theirs)
    assert ours["Authorization"] == theirs.headers["Authorization"]
