"""A real browser without a window, driven over its DevTools protocol: loads pages, measures them, takes pictures."""

import asyncio
import base64
import json
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    # Drawing is a third of what pages cost here, and nobody watches: one process less, no second way to draw, no copies
    # of pages that were left.
    "--in-process-gpu",
    "--disable-gpu-compositing",
    "--disable-smooth-scrolling",
    "--process-per-site",
    # A page is looked at once: what the compiler and a process for the network alone cost does not come back.
    "--js-flags=--no-opt",
    "--enable-features=NetworkServiceInProcess2",
    "--disable-features=BackForwardCache,PaintHolding,RenderDocument,SpareRendererForSitePerProcess",
    "--remote-debugging-port=0",
)


def find_chromium() -> str | None:
    """The browser's program, or None where none is installed."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Tab:
    """One page of the browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, session: str) -> None:
        self._socket, self._session, self._count = socket, session, 0
        self.complaints: list[str] = []

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the browser for something; what it complains about meanwhile is kept in ``complaints``."""
        self._count += 1
        await self._socket.send_json(
            {"id": self._count, "sessionId": self._session, "method": method, "params": parameters}
        )
        while True:
            message = await self._socket.receive_json()
            if message.get("id") == self._count:
                assert "error" not in message, message
                return dict(message["result"])
            self._note(message)

    async def wait_for(self, event: str) -> None:
        while True:
            message = await self._socket.receive_json()
            if message.get("method") == event:
                return
            self._note(message)

    async def open(self, url: str, *, width: int = 1280, dark: bool = False) -> None:
        """Load a page at a width and colour scheme, until all of it is there."""
        await self.show(width=width, dark=dark)
        await self.call("Page.navigate", url=url)
        await self.wait_for("Page.loadEventFired")

    async def show(self, *, width: int, dark: bool = False, media: str = "screen") -> None:
        """Show the page that is open at another width, in another colour scheme, or as for paper. Nothing moves."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        await self.call("Emulation.setDeviceMetricsOverride", **metrics)
        features = {"prefers-color-scheme": "dark" if dark else "light", "prefers-reduced-motion": "reduce"}
        named = [{"name": name, "value": value} for name, value in features.items()]
        await self.call("Emulation.setEmulatedMedia", media=media, features=named)

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page. The page's own policy does not apply to it."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def press(self, key: str) -> None:
        """One key, down and up (Tab, Enter and Escape)."""
        code = {"Tab": 9, "Enter": 13, "Escape": 27}[key]
        for kind in ("rawKeyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    async def picture(self) -> bytes:
        """The whole page as PNG."""
        answer = await self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("method") == "Log.entryAdded":
            self.complaints.append(json.dumps(message["params"]["entry"]))


@asynccontextmanager
async def browse(program: str, profile: Path, *flags: str) -> AsyncIterator[Tab]:
    """Start a browser with a fresh profile and perhaps more flags, hand out one tab, end the browser."""
    process = await asyncio.create_subprocess_exec(
        program,
        *FLAGS,
        *flags,
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30):
            address = await _devtools_address(process)
        async with aiohttp.ClientSession() as http, http.ws_connect(address, max_msg_size=0) as socket:
            yield await _first_tab(socket)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()  # also what its own processes hold open: the loop may be closed next


async def _devtools_address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    while line := await process.stderr.readline():
        if b"DevTools listening on " in line:
            return line.decode().split(" listening on ")[1].strip()
    raise RuntimeError("the browser ended before it was ready")


async def _first_tab(socket: aiohttp.ClientWebSocketResponse) -> Tab:
    await socket.send_json({"id": -1, "method": "Target.createTarget", "params": {"url": "about:blank"}})
    target = (await _answer(socket, -1))["targetId"]
    parameters = {"targetId": target, "flatten": True}
    await socket.send_json({"id": -2, "method": "Target.attachToTarget", "params": parameters})
    tab = Tab(socket, (await _answer(socket, -2))["sessionId"])
    for domain in ("Page", "Log", "Runtime"):
        await tab.call(f"{domain}.enable")
    return tab


async def _answer(socket: aiohttp.ClientWebSocketResponse, number: int) -> dict[str, Any]:
    while True:
        message = await socket.receive_json()
        if message.get("id") == number:
            return dict(message["result"])
