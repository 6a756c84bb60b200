"""axe-core, the accessibility checker, in the page that a tab of the browser shows (``make setup`` installs it)."""

import json
from collections.abc import Collection
from pathlib import Path

from aiohttp import web

from tests.web.chromium import Tab

_FILE = Path(__file__).parents[1] / "clients" / "javascript" / "node_modules" / "axe-core" / "axe.min.js"
#: What depends on width and colours, and costs more than all others together; everything else is the same in each.
LOOKS = ("color-contrast", "link-in-text-block", "target-size")
IS_HERE = _FILE.is_file()
_LINK = """new Promise((done, fail) => {
  const script = Object.assign(document.createElement("script"), {src: %s, onload: () => done(), onerror: fail});
  document.head.append(script);
})"""
_RUN = """axe.run(document, %s).then((found) => found.violations.map((each) => `${each.id}: ${each.help}: ${
  each.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${node.any.concat(node.all, node.none)
    .map((check) => check.message).join("; ")})`).join(" | ")}`))"""


async def load(tab: Tab) -> None:
    """Bring the checker into the page that is open; the page's own policy does not see it."""
    await tab.evaluate(f"{_FILE.read_text('utf-8')}; 0")


async def serve(request: web.Request) -> web.StreamResponse:
    """The checker as a script, for ``link``."""
    return web.FileResponse(_FILE, headers={"Cache-Control": "max-age=3600"})


async def link(tab: Tab, path: str) -> None:
    """The same from a path of the page's own origin: the browser compiles it once for all pages that link it."""
    await tab.evaluate(_LINK % json.dumps(path))


async def violations(tab: Tab, *rules: str, without: Collection[str] = ()) -> list[str]:
    """What breaks WCAG 2.2 A or AA or a best practice, by all rules (but those left out) or these, with the elements
    that do.
    """
    wish: dict[str, object] = {"resultTypes": ["violations"], "preload": False, "iframes": False}
    if rules:
        wish["runOnly"] = list(rules)
    wish["rules"] = {rule: {"enabled": False} for rule in without}
    found = await tab.evaluate(_RUN % json.dumps(wish))
    return [str(each) for each in found]
