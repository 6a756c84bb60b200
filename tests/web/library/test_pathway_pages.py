"""Pathways on pages: made from what is here, elsewhere and in words, walked by learners, of whom nobody else hears."""

import html
import re

import pytest

from node.domain import pathways
from node.store.library import resources
from tests.records import pathway_record, record
from tests.statements import counted
from tests.web.conftest import Site
from tests.web.library.test_editor import FORM, NEW, send
from tests.web.test_events import written

pytestmark = pytest.mark.usefixtures("each_database")

PATHWAY = {**FORM, "kind": "pathway", "name-0": "From atoms to alloys"}


def fields_of(page: str) -> dict[str, str]:
    """What the form of a page holds about steps, as a browser would send it."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        values = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        name = values.get("name", "")
        if re.match(r"(step|found)-", name) and (values.get("type") != "checkbox" or "checked" in tag):
            found[name] = html.unescape(values.get("value", ""))
    for name, inside in re.findall(r'<select id="(step-[^"]*)"(.*?)</select>', page, re.DOTALL):
        if chosen := re.search(r'value="([^"]*)" selected', inside):
            found[name] = chosen[1]
    for name, inside in re.findall(r'<textarea id="(step-[^"]*)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL):
        found[name] = html.unescape(inside)
    return found


class Pen:
    """The form of a pathway in a browser without script: each button sends all of it and gets it back."""

    def __init__(self, site: Site, csrf: str, path: str = NEW, **fields: str) -> None:
        self.site, self.path, self.fields = site, path, {**PATHWAY, "csrf": csrf, **fields}
        self.steps: dict[str, str] = {}

    async def press(self, do: str, status: int = 200, /, **typed: str) -> str:
        self.steps |= typed
        text = await send(self.site, self.path, status, **{**self.fields, **self.steps, "do": do})
        if status in {200, 422}:
            self.steps = fields_of(text)
        return text

    @property
    def names(self) -> list[str]:
        numbers = sorted(int(key[5:]) for key in self.steps if re.fullmatch(r"step-\d+", key))
        return [self.steps[f"step-{number}-name"] for number in numbers]


@pytest.fixture
async def pen(site: Site) -> Pen:
    await site.set_up()
    return Pen(site, await site.csrf(f"{NEW}?kind=pathway"))


async def _stored(site: Site, place: str) -> resources.Resource:
    slug = place.partition("?")[0].removeprefix("/r/")
    return await site.store.read(resources.load_by_slug, slug, resources.ANYBODY)


async def test_a_pathway_is_made_of_what_is_here_what_is_elsewhere_and_words(pen: Pen) -> None:
    site = pen.site
    made = await site.peer.publish(record(id="https://x.example/1", name={"en": "Bells of brass"}))
    event = (await written(site, title="Open foundry")).partition("?")[0]
    assert "Its steps" in await site.get(f"{NEW}?kind=pathway")
    text = await pen.press("step-find", **{"step-find": "brass"})
    assert "Bells of brass" in text
    await pen.press("step-take-0")
    await pen.press("step-add", **{"step-find": site.peer.origin + event})
    await pen.press("step-add", **{"step-find": "https://far.example/film"})
    await pen.press("step-find", **{"step-find": "https://far.example/film-2"})
    await pen.press("step-add", **{"step-find": "Talk to a <founder>"})
    assert pen.names == [
        "Bells of brass", "Open foundry", "https://far.example/film", "https://far.example/film-2",
        "Talk to a <founder>",
    ]  # fmt: skip
    await pen.press("step-up-4")
    await pen.press("step-out-2")
    assert pen.names == ["Bells of brass", "Open foundry", "Talk to a <founder>", "https://far.example/film-2"]
    told = {"step-3-action": "meet", "step-3-optional": "on", "step-3-note": "Bring <cake>", "step-4-name": "A film"}
    place = await pen.press("publish", 303, **told)
    found = await _stored(site, place)
    steps = pathways.steps_of(found.record)
    assert [(each.name, each.action.value, each.optional) for each in steps] == [
        ("Bells of brass", "use", False), ("Open foundry", "attend", False), ("Talk to a <founder>", "meet", True),
        ("A film", "use", False),
    ]  # fmt: skip
    assert steps[0].iri == "https://x.example/1"
    assert "ItemList" in found.record["type"]
    page = await site.get(found.path)
    for text in ("Bells of brass", event, "Bring &lt;cake&gt;", "Talk to a &lt;founder&gt;", "far.example", "Optional"):
        assert text in page, text
    assert made.url.removeprefix(site.peer.origin) in page
    assert '"@type": "ItemList"' in page or '"ItemList"' in page
    assert "From atoms to alloys" in await site.get("/pathways")
    assert "From atoms to alloys" in await site.get("/search?q=atoms&kind=pathway")


async def test_an_edit_keeps_what_the_form_does_not_show(pen: Pen) -> None:
    site = pen.site
    place = await pen.press("publish", 303, **{"step-0": "", "step-0-name": "Ask", "step-0-action": "ask"})
    found = await _stored(site, place)
    full = {**pathway_record(), "id": found.record["id"]}
    await site.peer.publish(full)
    found = await _stored(site, place)
    page = await site.get(f"{found.path}/edit")
    edit = Pen(site, await site.csrf(f"{found.path}/edit"), f"{found.path}/edit", version=str(found.version))
    edit.steps = fields_of(page)
    await edit.press("step-down-0")
    await edit.press("publish", 303)
    again = (await _stored(site, place)).record["hasPart"]
    parts = full["hasPart"]
    assert again == [parts[1], parts[0], parts[2]]


async def test_what_is_wrong_is_told_and_nothing_is_lost(pen: Pen) -> None:
    site = pen.site
    assert "A pathway has one step at least." in await pen.press("publish", 422)
    await pen.press("step-add", **{"step-find": "Practise"})
    assert "Nothing in the library" in await pen.press("step-find", 422, **{"step-find": "zzz"})
    assert "Type words" in await pen.press("step-find", 422, **{"step-find": " "})
    origin = site.peer.origin
    assert "no resource and no event" in await pen.press("step-add", 422, **{"step-find": f"{origin}/r/nothing"})
    assert pen.names == ["Practise"]
    assert "Say what one does" in await pen.press("publish", 422, **{"step-0-name": " "})
    one = {**pen.fields, "step-0": "", "step-0-name": "A"}
    for unknown, status in (("step-up-7", 200), ("step-out-x", 200), ("step-", 200), ("step-take-3", 422)):
        await send(site, NEW, status, **{**one, "do": unknown})
    place = await pen.press("publish", 303, **{"step-0-name": "Practise", "step-0-action": "fly", "step-find": ""})
    (step,) = pathways.steps_of((await _stored(site, place)).record)
    assert step.action.value == "practise"


async def test_a_step_is_never_for_fewer_people_than_the_pathway(pen: Pen) -> None:
    site = pen.site
    form = {**FORM, "name-0": "Notes of mine", "visibility": "private", "csrf": pen.fields["csrf"], "do": "publish"}
    item = (await send(site, NEW, 303, **form)).partition("?")[0]
    await pen.press("step-add", **{"step-find": site.peer.origin + item})
    assert pen.names == ["Notes of mine"]
    assert "“Notes of mine” is for fewer people than this list." in await pen.press("publish", 422)
    place = await pen.press("publish", 303, visibility="private", owner="me")
    assert "Notes of mine" in await site.get(place.partition("?")[0])


async def test_a_learner_notes_how_far_she_is_and_nobody_else_hears(pen: Pen) -> None:
    site = pen.site
    made = await site.peer.publish(pathway_record(id="https://x.example/p"))
    path = made.url.removeprefix(site.peer.origin)
    csrf = await site.csrf(path)
    place = await site.post(f"{path}/progress", csrf=csrf, step="1", do="done")
    assert place.endswith("#step-1")
    assert "You have done this step." in await site.get(place)
    page = await site.get(await site.post(f"{path}/progress", csrf=csrf, step="3", do="skipped"))
    assert "You leave this step out." in page
    assert "You have done 1 of 2 steps. Only you see this." in page
    assert "You have done 1 of 2 steps." in await site.get("/pathways")
    async with site.peer.http.get(site.peer.origin + path) as answer:
        stranger = await answer.text()
    assert "You have done" not in stranger
    assert "progress" not in stranger
    _, document = await site.peer.get(made.uri)
    assert "skipped" not in str(document)
    await site.post(f"{path}/progress", csrf=csrf, step="1", do="open")
    assert "You have done 0 of 2" in await site.get(path)
    await site.post(f"{path}/progress", 404, csrf=csrf, step="none", do="done")
    await site.post(f"{path}/progress", 422, csrf=csrf, step="1", do="burn")
    await site.post(f"{path}/progress", 403, csrf="x", step="1", do="done")


async def test_her_own_from_anothers_begins_with_its_steps(pen: Pen) -> None:
    site = pen.site
    made = await site.peer.publish(pathway_record(id="https://x.example/p"))
    slug = made.url.rsplit("/", 1)[1]
    own = Pen(site, pen.fields["csrf"], **{"from": slug})
    own.steps = fields_of(await site.get(f"{NEW}?from={slug}"))
    await own.press("step-out-1")
    found = await _stored(site, await own.press("publish", 303))
    assert [each.name for each in pathways.steps_of(found.record)] == ["Casting basics", "Talk to a founder"]
    assert found.record["isBasedOn"][0]["id"] == "https://x.example/p"


async def test_a_withdrawn_step_stays_with_what_it_was(pen: Pen) -> None:
    site = pen.site
    form = {**FORM, "name-0": "Bells of brass", "csrf": pen.fields["csrf"], "do": "publish"}
    item = (await send(site, NEW, 303, **form)).partition("?")[0]
    await pen.press("step-add", **{"step-find": site.peer.origin + item})
    path = (await pen.press("publish", 303)).partition("?")[0]
    await site.post(f"{item}/withdraw", csrf=await site.csrf(f"{item}/withdraw"))
    page = await site.get(path)
    assert "Bells of brass" in page
    assert "It has been withdrawn. This is what it was." in page


async def test_statements_do_not_grow_with_steps(pen: Pen) -> None:
    site, seen = pen.site, []
    for most in (1, 8):
        parts = []
        for number in range(most):
            await site.peer.publish(record(id=f"https://x.example/{most}-{number}"))
            parts.append({"id": f"https://x.example/{most}-{number}", "name": "A"})
        made = await site.peer.publish(pathway_record(id=f"https://x.example/p{most}", hasPart=parts))
        with counted(site.store) as statements:
            await site.get(made.url.removeprefix(site.peer.origin))
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 34, seen


async def test_whoever_wants_pathways_as_lists_in_apps_says_so(pen: Pen) -> None:
    site, path = pen.site, "/settings/apps"
    for on in (True, False):
        csrf = await site.csrf(path)
        await site.post(f"{path}/lists", csrf=csrf, **({"pathway-lists": "on"} if on else {}))
        assert ("checked" in (await site.get(path)).partition("pathway-lists")[2][:200]) is on
