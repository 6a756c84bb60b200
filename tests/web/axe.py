"""axe-core, the accessibility checker, in the page that a tab of the browser shows (``make setup`` installs it)."""

import json
from collections.abc import Collection
from pathlib import Path

from tests.web.chromium import Tab

_FILE = Path(__file__).parents[1] / "clients" / "javascript" / "node_modules" / "axe-core" / "axe.min.js"
#: The dearest rule by far: more than all others together.
CONTRAST = "color-contrast"
#: What depends on width and colours; everything else is the same in each.
LOOKS = (CONTRAST, "link-in-text-block", "target-size")
IS_HERE = _FILE.is_file()
_RUN = """axe.run(document, %s).then((found) => found.violations.map((each) => `${each.id}: ${each.help}: ${
  each.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${node.any.concat(node.all, node.none)
    .map((check) => check.message).join("; ")})`).join(" | ")}`))"""


async def load(tab: Tab) -> None:
    """Bring the checker into the page that is open; the page's own policy does not see it."""
    await tab.evaluate(f"{_FILE.read_text('utf-8')}; 0")


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
