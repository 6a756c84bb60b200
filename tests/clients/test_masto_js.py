"""masto.js, which Elk and Phanpy are built on, drives a live node: a person's day with her app."""

import asyncio
import shutil
from pathlib import Path

import orjson
import pytest

from tests.clients.living import greet, living
from tests.clients.pictures import png

FOLDER = Path(__file__).parent / "javascript"


@pytest.fixture(scope="session")
def library() -> Path:
    """The folder with the library installed."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node.js is not installed")
    if not (FOLDER / "node_modules" / "masto").is_dir():
        pytest.skip("masto is not installed: npm ci in tests/clients/javascript")
    return FOLDER


async def test_a_day_with_masto_js(library: Path, tmp_path: Path) -> None:
    async with living(tmp_path, "uni", "museum") as (uni, museum):
        ada, eve = await uni.add_actor("ada"), await museum.add_actor("eve")
        token = await uni.token(ada)
        picture = tmp_path / "square.png"
        picture.write_bytes(png())
        friend = f"@eve@{eve.host}"
        process = await asyncio.create_subprocess_exec(
            *("node", "drive.mjs", uni.origin, token, friend, str(picture)),
            cwd=library,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        greeting = f"Hello @ada@{ada.host} from the museum"
        (out, error), _ = await asyncio.wait_for(
            asyncio.gather(process.communicate(), greet(museum, eve, greeting)), 90
        )
        assert process.returncode == 0, error.decode()[-3000:]
        assert orjson.loads(out) == {
            "me": "ada",
            "version": orjson.loads(out)["version"],
            "heard": [True, True],
            "alt": "A violet square",
            "options": ["this", "that"],
            "flags": [True, 1, True],
            "edited": True,
            "thread": True,
            "friend": f"eve@{eve.host}",
            "following": True,
            "home": [True, True],
            "notified": "mention",
            "told": ["mention", f"eve@{eve.host}", True],
            "grouped": ["mention"],
            "removed": "Which one?",
        }
