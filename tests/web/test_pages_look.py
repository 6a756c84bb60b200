"""What only a browser can tell: pages fit, contrast holds, a keyboard is enough, the policy blocks nothing of ours.

Set ``RHIZOME_PICTURES=folder`` to keep a picture of every page at every width, and of the widest in the dark.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from tests.depth import DEPTH
from tests.web import axe
from tests.web.chromium import Browser, Tab
from tests.web.samples import all_views
from tests.web.samples.server import build_sample_app
from web.assets import STATIC
from web.design.page import ACCENTS

#: Widths, and whether in the dark. Each change costs a layout.
SIGHTS = ((1280, True), (1280, False), (768, False), (320, False))
AXE = "/axe.js"
PICTURES = os.environ.get("RHIZOME_PICTURES")
TOKENS = (STATIC / "css" / "tokens.css").read_text("utf-8")

schemes = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])

# Contrast of every visible piece of text against what is really behind it (WCAG 2.2, 1.4.3).
CONTRAST = """(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const over = ([r, g, b, a = 1], under) => [r, g, b].map((value, i) => value * a + under[i] * (1 - a));
  const luminance = (colour) => {
    const [r, g, b] = colour.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, two) => {
    const [high, low] = [luminance(one), luminance(two)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const grounds = new Map();
  const behind = (e) => {
    if (e === null) return [255, 255, 255];
    if (!grounds.has(e)) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      grounds.set(e, colour.length === 3 || colour[3] === 1 ? colour : over(colour, behind(e.parentElement)));
    }
    return grounds.get(e);
  };
  const faults = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest(".hidden, script")) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ground = behind(element);
    const found = ratio(over(parse(style.color), ground), ground);
    if (found < (large ? 3 : 4.5)) faults.push(`${found.toFixed(2)} ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  return faults;
})()"""

# Targets that stand alone are at least 24 pixels high and wide (WCAG 2.2, 2.5.8); links in sentences are exempt.
TARGETS = """[...document.querySelectorAll(
    "button, input:not([type=hidden]), select, summary, .button, .chip, .site-nav a, .menu-open, .brand, "
    + ".facets a, .sorts a, .crumbs a, .area-nav a, .files a, .more")]
  .filter((e) => e.checkVisibility())
  .map((e) => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => box.width < 24 || box.height < 24)
  .map(([e, box]) => `${e.className || e.tagName} ${box.width}x${box.height}`)"""

# Links amid words are underlined: their colour alone tells not everybody (WCAG 2.2, 1.4.1).
LINKS = """[...document.querySelectorAll("p a[href]")]
  .filter((e) => [...e.parentElement.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && /\\w/.test(n.data)))
  .filter((e) => e.checkVisibility() && !getComputedStyle(e).textDecorationLine.includes("underline"))
  .map((e) => e.outerHTML.slice(0, 80))"""

MEASURED = f"[document.scrollingElement.scrollWidth, {TARGETS}, {LINKS}, {CONTRAST}]"

SPOILED = """(() => {
  document.querySelector("main").innerHTML +=
    "<p id=wide>Read <a href=/ id=bare>more</a></p><button id=small>x</button>";
  wide.style.cssText = "width: 400px; color: #999";
  bare.style.cssText = "text-decoration: none";
  small.style.cssText = "all: unset";
})()"""

FOCUSED = """(() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
  return {name: e.textContent.trim(), href: e.getAttribute("href"), id: e.id, top: box.top, left: box.left,
          outline: parseFloat(style.outlineWidth), line: style.outlineStyle};
})()"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tab(chromium: Browser) -> AsyncIterator[Tab]:
    """Where pages are measured and used."""
    async with chromium.tab(drawn=bool(PICTURES)) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def window(chromium: Browser) -> AsyncIterator[Tab]:
    """Where pages are drawn, too, and have the keyboard where they say."""
    async with chromium.tab(drawn=True) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address() -> AsyncIterator[str]:
    app = build_sample_app()
    app.router.add_get(AXE, axe.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/sample/"
    await runner.cleanup()


async def keep(tab: Tab, name: str) -> None:
    if PICTURES:
        picture = await tab.picture()
        await asyncio.to_thread(_write, Path(PICTURES, f"{name}.png"), picture)


def _write(path: Path, picture: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)


@pytest.mark.parametrize("name", sorted(all_views()))
@pytest.mark.asyncio(loop_scope="module")
async def test_a_page_fits_every_width_and_can_be_read(tab: Tab, address: str, name: str):
    tab.complaints.clear()
    width, dark = SIGHTS[0]
    await tab.open(address + name, width=width, dark=dark)
    if PICTURES:
        for width, dark in SIGHTS:
            await tab.show(width=width, dark=dark)
            await keep(tab, f"{name}-{width}-{'dark' if dark else 'light'}")
    await tab.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true })")
    for width, dark in SIGHTS:
        await tab.show(width=width, dark=dark)
        assert await tab.evaluate(MEASURED) == [width, [], [], []]
    if axe.IS_HERE:  # how it looks is measured above, and by axe on pages of a real node (test_pages_real)
        await axe.link(tab, AXE)
        assert await axe.violations(tab, without=() if DEPTH > 1 else axe.LOOKS) == []
    if axe.IS_HERE and DEPTH > 1:
        await tab.show(width=1280, dark=True)
        assert await axe.violations(tab, *axe.LOOKS) == []
    assert tab.complaints == [], "the browser refused something of ours"


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_wrong_is_found(tab: Tab, address: str):
    await tab.open(address + "error", width=320)
    await tab.evaluate(SPOILED)
    width, *faults = await tab.evaluate(MEASURED)
    assert width > 320
    assert all(faults), faults


@pytest.mark.asyncio(loop_scope="module")
async def test_axe_core_finds_what_is_wrong(tab: Tab, address: str):
    """The checker runs, and its rules are on: a page that is spoiled on purpose does not pass."""
    if not axe.IS_HERE:
        pytest.skip("axe-core is not installed: npm ci in tests/clients/javascript")
    await tab.open(address + "error")
    await axe.link(tab, AXE)
    await tab.evaluate("document.querySelector('h1').style.color = 'rgb(250, 250, 245)'")
    await tab.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x><button></button>')")
    found = {each.partition(":")[0] for each in await axe.violations(tab)}
    assert {"color-contrast", "image-alt", "button-name"} <= found


@pytest.mark.parametrize("name", ["home", "gallery"])
@schemes
@pytest.mark.asyncio(loop_scope="module")
async def test_every_accent_can_be_read(tab: Tab, address: str, name: str, dark: bool):
    await tab.open(address + name, dark=dark)
    for accent in ACCENTS:
        await tab.evaluate(f"document.documentElement.className = 'accent-{accent}'")
        assert await tab.evaluate(CONTRAST) == []
        await keep(tab, f"{name}-{accent}-{'dark' if dark else 'light'}")


@pytest.mark.asyncio(loop_scope="module")
async def test_the_picture_of_a_page_is_not_blank(window: Tab, address: str):
    """Style sheet and drawings arrived: the same page without them is a much smaller picture."""
    await window.open(address + "home")
    dressed = await window.picture()
    assert dressed.startswith(b"\x89PNG")
    await window.evaluate("document.querySelector('link[rel=stylesheet]').remove()")
    assert len(dressed) > 1.5 * len(await window.picture())


@pytest.mark.asyncio(loop_scope="module")
async def test_a_keyboard_is_enough(tab: Tab, address: str):
    """The first stop is the skip link, which shows itself and leads to the content; each further stop shows a ring."""
    await tab.open(address + "catalogue")
    await tab.press("Tab")
    first = await tab.evaluate(FOCUSED)
    assert first["href"] == "#content"
    assert first["top"] >= 0
    await tab.press("Enter")
    assert (await tab.evaluate(FOCUSED))["id"] == "content"
    stops = []
    for _ in range(12):
        await tab.press("Tab")
        stops.append(await tab.evaluate(FOCUSED))
    assert all(stop["outline"] >= 2 and stop["line"] == "solid" for stop in stops)
    assert [stop["id"] for stop in stops].count("q") == 1
    assert all(stop["href"] != "/" for stop in stops), "the header was skipped"


#: Notes every stop of the keyboard until it comes round: what has no ring, or nothing to see, is a fault.
STOPS = """(() => {
  const usable = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const lone = (e) => e.type !== "radio" || e.checked
    || (!e.form.querySelector(`[name="${e.name}"]:checked`) && e === e.form.querySelector(`[name="${e.name}"]`));
  const told = (e) => `${e.tagName} ${(e.textContent || e.name).trim().slice(0, 40)}`;
  const all = [...document.querySelectorAll(usable)].filter((e) => e.checkVisibility() && !e.disabled && lone(e));
  const stops = new Set(), faults = [];
  document.addEventListener("focusin", ({ target: e }) => {
    if (!e.matches(usable) || stops.has(e)) return;
    stops.add(e);
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) faults.push(`no ring: ${told(e)}`);
    if (box.width < 2 || box.height < 2) faults.push(`not to be seen: ${told(e)}`);
  });
  window.walked = () => [faults, [...stops].map(told), all.map(told)];
  return all.length + 6 * all.filter((e) => /^date/.test(e.type)).length;  // day, month, year, and so on
})()"""
#: Pages of which each has other things to use.
WALKED = ("resource", "event-member", "thread_page", "compose_thread", "members")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_keyboard_comes_to_everything_in_the_order_of_the_page(tab: Tab, address: str):
    for name in WALKED:
        await tab.open(address + name)
        for _ in range(await tab.evaluate(STOPS)):
            await tab.press("Tab")
        faults, stops, usable = await tab.evaluate("walked()")
        assert faults == [], name
        assert stops == usable, name


@pytest.mark.asyncio(loop_scope="module")
async def test_a_form_that_comes_back_begins_at_what_is_wrong(window: Tab, address: str):
    """No way through the head of the page again: the summary has the keyboard, its first link is the next stop."""
    await window.open(address + "compose_wrong")
    assert "problems" in await window.evaluate("document.activeElement.className")
    await window.press("Tab")
    await window.press("Enter")
    await window.press("Tab")
    assert await window.evaluate("document.activeElement.closest('form') !== null")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_narrow_screen_gets_its_menu(tab: Tab, address: str):
    seen = "document.querySelector('#menu').checkVisibility()"
    await tab.open(address + "catalogue", width=320)
    assert await tab.evaluate(seen) is False
    await tab.press("Tab")
    await tab.press("Tab")
    await tab.press("Tab")
    assert (await tab.evaluate(FOCUSED))["href"] == "#menu"
    await tab.press("Enter")
    assert await tab.evaluate(seen) is True
    assert await tab.evaluate("document.scrollingElement.scrollWidth") == 320
    assert await tab.evaluate(TARGETS) == []
    await tab.press("Tab")
    assert (await tab.evaluate(FOCUSED))["href"] == "/", "the keyboard goes on inside the menu"
    await tab.press("Escape")
    assert await tab.evaluate(seen) is False
    assert (await tab.evaluate(FOCUSED))["href"] == "#menu"
    await tab.show(width=1280)
    assert await tab.evaluate(seen) is True


@pytest.mark.asyncio(loop_scope="module")
async def test_the_buttons_of_a_step_stand_in_one_row_on_a_phone(tab: Tab, address: str):
    for tag in ("en", "de"):
        await tab.open(f"{address}pathway_page?lang={tag}", width=360)
        tops = await tab.evaluate(
            "[...document.querySelectorAll('#step-3 .button')].map((each) => each.getBoundingClientRect().top)"
        )
        assert len(tops) == 3
        assert len(set(tops)) == 1, tag


@pytest.mark.asyncio(loop_scope="module")
async def test_what_folds_away_is_open_where_there_is_room(tab: Tab, address: str):
    for name, folded, inside in (("catalogue", ".facets", ".group"), ("peers", ".area-nav details", "a")):
        shown = f"document.querySelector('{folded} {inside}').checkVisibility({{contentVisibilityAuto: true}})"
        for width, visible in ((1280, True), (320, False)):
            await tab.open(address + name, width=width)
            assert (
                await tab.evaluate(f"document.querySelector('{folded} {inside}').offsetHeight > 0 && {shown}")
                is visible
            )
            assert await tab.evaluate(f"document.querySelector('{folded} > summary').checkVisibility()") is not visible
    assert "Peers" in await tab.evaluate("document.querySelector('.area-nav summary').textContent")


@pytest.mark.asyncio(loop_scope="module")
async def test_paper_gets_the_words_without_the_furniture(tab: Tab, address: str):
    await tab.open(address + "resource", width=768)
    await tab.show(width=768, media="print")
    seen = "(q) => [...document.querySelectorAll(q)].filter((e) => e.checkVisibility()).length"
    assert await tab.evaluate(f"({seen})('.site-nav, .horizon, form, .skip')") == 0
    assert await tab.evaluate(f"({seen})('h1, .pairs, .files')") > 3


# Marks what stands out by its ground alone, and then names those that have no line around them either. What is drawn
# or pictured, the skip link and the field of a form keep theirs.
GROUNDS = """(() => {
  const none = "rgba(0, 0, 0, 0)", ground = (e) => getComputedStyle(e).backgroundColor;
  const behind = (e) => { while ((e = e.parentElement)) if (ground(e) !== none) return ground(e); };
  const kept = "svg, img, input, progress, mark, .skip, .soil, .soil *, [aria-hidden], [aria-hidden] *";
  for (const e of document.querySelectorAll(`body *:not(${kept})`))
    if (e.checkVisibility() && ![none, behind(e)].includes(ground(e))) e.dataset.ground = "";
})()"""
LINELESS = """[...document.querySelectorAll("[data-ground]")]
  .filter((e) => !parseFloat(getComputedStyle(e).borderBottomWidth))
  .map((e) => `${e.tagName}.${e.className}`)"""


@pytest.mark.parametrize(
    "name",
    ["gallery", "community_page", "poll_thread", "courses", "search", "events", "remote_resource", "admin_network"],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_whoever_chooses_the_colours_sees_lines_where_others_see_grounds(tab: Tab, address: str, name: str):
    await tab.open(address + name, width=320)
    await tab.evaluate(GROUNDS)
    assert await tab.evaluate("document.querySelectorAll('[data-ground]').length") > 0
    await tab.show(width=320, forced=True)
    assert await tab.evaluate(LINELESS) == []
    await tab.show(width=1280)


# The tokens by themselves, so that contrast is guarded on machines without a browser, too.


def palette(accent: str, *, dark: bool) -> dict[str, str]:
    """The colours that hold for an accent in a scheme, read from the style sheet in its own order."""
    light, _, night = TOKENS.partition("@media (prefers-color-scheme: dark)")
    found: dict[str, str] = {}
    for sheet in (light, night) if dark else (light,):
        for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet.removeprefix(" {")):
            names = {name.strip() for name in re.sub(r"/\*.*?\*/", "", selectors, flags=re.DOTALL).split(",")}
            if names & {":root", f".accent-{accent}"}:
                found |= dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", body))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT_ON: dict[str, tuple[str, ...]] = {
    "ground": ("ink", "ink-soft", "accent", "good", "bad"),
    "surface": ("ink", "ink-soft", "accent", "good", "bad", "warn"),
    "sunken": ("ink", "ink-soft", "accent"),
    "accent-soft": ("ink", "ink-soft", "accent"),
    "good-soft": ("ink", "good"),
    "bad-soft": ("ink", "bad"),
    "warn-soft": ("ink", "warn"),
    "accent": ("on-accent",),
    "deep": ("on-deep", "on-deep-soft"),
    "mark": ("ink", "ink-soft"),
    **{f"tint-{n}": ("ink",) for n in range(1, 7)},
}
SHAPES_ON: dict[str, tuple[str, ...]] = {
    "surface": ("edge", "accent", "bad"),
    "ground": ("edge", "accent"),
    "deep": ("root",),
}


@pytest.mark.parametrize("accent", ACCENTS)
@schemes
def test_the_tokens_keep_their_contrast(accent: str, dark: bool):
    colours = palette(accent, dark=dark)
    pairs: list[tuple[str, str, float]] = [(t, b, 4.5) for b, names in TEXT_ON.items() for t in names]
    pairs += [(shape, b, 3.0) for b, names in SHAPES_ON.items() for shape in names]
    faults = [
        (t, b, round(contrast(colours[t], colours[b]), 2))
        for t, b, least in pairs
        if contrast(colours[t], colours[b]) < least
    ]
    assert not faults


def test_only_the_tokens_hold_colours():
    for sheet in (STATIC / "css").glob("*.css"):
        if sheet.name not in {"tokens.css", "print.css"}:
            found: list[Any] = re.findall(r"#[0-9a-f]{3,8}\b|\b(?:hsl|oklch)\(", sheet.read_text("utf-8"))
            assert not found, sheet.name
