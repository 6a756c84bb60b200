"""Pages of a node with some content, as their reader gets them: axe-core, a keyboard, and German throughout."""

import pytest
from lxml.html import document_fromstring

from node.domain.visibility import Visibility
from tests.client import app_of
from tests.notes import publish_note
from tests.records import full_record
from tests.translations import read
from tests.web import axe

PAGES = (
    "/?as=guest",
    "/",
    "/resources",
    "/r/reading-a-phase-diagram",
    "/resources/new",
    "/courses",
    "/events",
    "/events/new",
    "/calendar",
    "/questions",
    "/questions/new",
    "/compose",
    "/notifications",
    "/network",
    "/@ada",
    "/settings",
    "/settings/security",
    "/settings/data",
    "/settings/pictures",
    "/about",
    "/admin",
    "/admin/people",
    "/admin/members",
    "/admin/queue",
    "/admin/policies",
    "/admin/house",
    "/admin/network",
    "/nothing-here",
)

#: The ones with the most to press; the samples show all others to axe-core (test_pages_look.py).
KEY = (
    "/",
    "/r/reading-a-phase-diagram",
    "/resources/new",
    "/events",
    "/events/new",
    "/calendar",
    "/questions/new",
    "/notifications",
    "/network",
    "/settings",
    "/admin",
    "/admin/people",
)

# Every stop of the keyboard on the page that is open: what it is, whether it shows itself, whether it has a ring.
STOP = """(() => {
  const e = document.activeElement;
  if (e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return {what: (e.id || e.name || e.textContent.trim() || e.tagName).slice(0, 40), ring,
          seen: box.width > 0 && box.height > 0, href: e.getAttribute('href'), tag: e.tagName};
})()"""
_MOST_STOPS = 20


@pytest.fixture
async def house(site):
    """A node with a resource, a member besides ada, and a post that mentions her."""
    await site.set_up()
    await site.peer.publish(full_record())
    ben = await app_of(site.peer, "ben")
    await site.store.write(publish_note, site.peer.unit(), ben.me.id, "@ada #casting is fun", Visibility.PUBLIC)
    return site


@pytest.mark.dear("a browser looks at every page of a node")
async def test_pages_can_be_used_by_everybody(house, chromium):
    if not axe.IS_HERE:
        pytest.skip("axe-core is not installed: npm ci in tests/clients/javascript")
    async with chromium.tab() as tab:
        await tab.carry(house.browser.cookie_jar, house.peer.origin)
        for path in KEY:
            await tab.open(house.peer.origin + path)
            await axe.load(tab)
            assert await axe.violations(tab) == [], path
            await _walk(tab, path)
            await tab.evaluate("document.activeElement.blur()")
            await tab.show(width=320, dark=True)
            assert await axe.violations(tab, *axe.LOOKS) == [], path
            assert await tab.evaluate("document.scrollingElement.scrollWidth") == 320, path


async def _walk(tab, path):
    """The first stop is the skip link; each stop is to be seen and has a ring."""
    stops = []
    for _ in range(_MOST_STOPS):
        await tab.press("Tab")
        stops.append(await tab.evaluate(STOP))
    assert stops[0]["href"] == "#content", path
    assert [stop for stop in stops if stop and not (stop["ring"] and stop["seen"])] == [], path


@pytest.mark.dear("every page of a node, drawn in German")
async def test_german_pages_hold_no_english_sentence(house):
    """Whatever stands on a page in words of ours stands there in German, also what came through code and store."""
    english = {each.id for each in read("de") if each.id and isinstance(each.id, str) and each.string != each.id}
    for path in PAGES:
        joint = "&" if "?" in path else "?"
        text = await house.get(f"{path}{joint}lang=de", 404 if path == "/nothing-here" else 200)
        page = document_fromstring(text)
        assert page.get("lang") == "de", path
        said = {
            each.strip()
            for each in page.xpath("//*[not(self::script)]/text() | //@aria-label | //@placeholder | //@title")
        }
        assert said & english - _SAME == set(), path


#: Words that German vocabularies use.
_SAME = frozenset({"Audio"})
