"""A real browser without a window, driven over its DevTools protocol: loads pages, measures them, takes pictures.

Its start takes a second of processor time, so tests share one (the fixture ``chromium``); each tab has cookies and
storage of its own.
"""

import asyncio
import base64
import json
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

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
    # A page is looked at once: what the compilers, threads beside the script and a process for the network alone cost
    # does not come back.
    "--js-flags=--no-opt --no-maglev --single-threaded",
    "--enable-features=NetworkServiceInProcess2",
    "--disable-features=BackForwardCache,PaintHolding,RenderDocument,SpareRendererForSitePerProcess",
    "--remote-debugging-port=0",
)

#: A browser that does not end by itself within this time is killed.
_END_SECONDS = 10
#: How far the page is. What is not drawn learns only from its layout that it needs icons, and that they are there.
_STATE = "(document.body.getBoundingClientRect(), document.readyState)"
#: Seconds after which a page is laid out again that is not yet complete.
_LAYOUT_AGAIN = 0.1


class Tab:
    """One page of the browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, session: str) -> None:
        self._socket, self._session, self._count = socket, session, 0
        self._shown: dict[str, dict[str, Any]] = {}
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

    async def carry(self, cookies: aiohttp.abc.AbstractCookieJar, url: str) -> None:
        """Go on with the cookies of somebody else, at the site of this URL."""
        for cookie in cookies:
            await self.call("Network.setCookie", name=cookie.key, value=cookie.value, url=url)

    async def open(self, url: str, *, width: int = 1280, dark: bool = False) -> None:
        """Load a page at a width and colour scheme, until all of it is there."""
        await self.show(width=width, dark=dark)
        await self.call("Page.navigate", url=url)
        await self.arrive()

    async def arrive(self) -> None:
        """Wait until all of the page that was asked for is there: after a link, or a form that was sent."""
        await self.wait_for("Page.domContentEventFired")
        while await self.evaluate(_STATE) != "complete":  # asked from here: a page without script waits for nothing
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wait_for("Page.loadEventFired"), _LAYOUT_AGAIN)

    async def show(self, *, width: int, dark: bool = False, forced: bool = False, media: str = "screen") -> None:
        """Show the page that is open at another width, in another colour scheme, in colours that the reader chose, or
        as for paper. Nothing moves.
        """
        features = {
            "prefers-color-scheme": "dark" if dark else "light",
            "prefers-reduced-motion": "reduce",
            "forced-colors": "active" if forced else "none",
        }
        named = [{"name": name, "value": value} for name, value in features.items()]
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        wanted: dict[str, dict[str, Any]] = {
            "Emulation.setDeviceMetricsOverride": metrics,
            "Emulation.setEmulatedMedia": {"media": media, "features": named},
        }
        for method, parameters in wanted.items():
            if self._shown.get(method) != parameters:  # styles and layout are worked out again for each
                await self.call(method, **parameters)
        self._shown = wanted

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


class Browser:
    """A browser that runs."""

    def __init__(self, address: str) -> None:
        self._address = address

    @asynccontextmanager
    async def tab(self, *, drawn: bool = False) -> AsyncIterator[Tab]:
        """A tab that shares nothing with others.

        It costs half of one that is drawn: its pages have their layout, scripts and keyboard, but neither they nor the
        window around them are painted. There is no picture of it, ``autofocus`` focuses nothing, and
        ``requestAnimationFrame`` calls nobody. Whatever a tab is, its page takes itself for the one that is used.
        """
        async with aiohttp.ClientSession() as http, http.ws_connect(self._address, max_msg_size=0) as socket:
            context = await _ask(socket, "Target.createBrowserContext", disposeOnDetach=True)
            target = await _ask(socket, "Target.createTarget", url="about:blank", hidden=not drawn, **context)
            session = await _ask(socket, "Target.attachToTarget", flatten=True, **target)
            tab = Tab(socket, session["sessionId"])
            for domain in ("Page", "Log", "Runtime"):
                await tab.call(f"{domain}.enable")
            await tab.call("Emulation.setFocusEmulationEnabled", enabled=True)
            yield tab


async def _ask(socket: aiohttp.ClientWebSocketResponse, method: str, **parameters: Any) -> dict[str, Any]:
    """Ask the browser itself."""
    await socket.send_json({"id": 0, "method": method, "params": parameters})
    while True:
        message = await socket.receive_json()
        if message.get("id") == 0:
            assert "error" not in message, message
            return dict(message["result"])


@contextmanager
def started(profile: Path) -> Iterator[Browser]:
    """Start a browser with a fresh profile; it ends with all that it started. Skips the test where none is
    installed.
    """
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no chromium on this machine")
    words = [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        # A pipe that nobody empties would hold the browser up after 64 KiB of complaints.
        rest = threading.Thread(target=deque, args=(process.stderr, 0), daemon=True)
        try:
            address = _devtools_address(process)
            rest.start()
            yield Browser(address)
        finally:
            process.terminate()
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            if rest.ident is not None:
                rest.join(_END_SECONDS)  # also what its own processes hold open


def _devtools_address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if "DevTools listening on " in line:
            return line.split(" listening on ")[1].strip()
    raise RuntimeError("the browser ended before it was ready")
