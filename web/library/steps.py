"""The buttons at the steps of a pathway in its form: move, take out, search, put in; nothing typed is lost.

What is put in is looked for in this order: a page of ours, what is known of other servers, the other server itself. An
address that leads to nothing known here stays in the pathway as an address, with the words of whoever puts it there.
"""

from dataclasses import replace

from aiohttp import web
from sqlalchemy import Connection

from federation.fetching.pasted import get_pasted
from federation.state import FEDERATION
from node.domain.numbers import number_in
from node.domain.pathways import MAX_STEPS, Action, action_for
from node.domain.search import parse
from node.domain.uris import is_web_uri
from node.errors import NodeError
from node.sentences import Sentence
from node.state import NODE
from node.store.library.resources import Viewer
from node.store.library.targets import Target, find_targets
from node.store.posts.objects import find_rows
from node.store.reading.by_url import find_by_url
from node.store.search import everything
from node.store.search.everything import Hit
from node.store.search.wishes import Wish
from web.library.form import MAX_BLOCKS, Form
from web.library.sections.pathway import FIELDS, FIND, FOUND, numbers
from web.lookups import in_time, take_turn

_LOOKED_THROUGH = 40  # of what a search finds, people and threads among it


def is_step(pressed: str) -> bool:
    """Whether a button belongs to the steps."""
    return pressed.startswith("step-")


async def press(request: web.Request, actor_id: int, form: Form, pressed: str) -> Form:
    """The form as it is after a button."""
    act, _, number = pressed.removeprefix("step-").partition("-")
    place = -1 if (told := number_in(number, digits=3)) is None else told
    values = dict(form.values)
    if act == "find":
        return await _search(request, actor_id, form)
    if act == "add":
        return await _add(request, actor_id, form, form.text(FIND))
    if act == "take":
        return await _add(request, actor_id, form, form.text(f"{FOUND}-{place}"))
    if act in {"up", "down"}:
        return replace(form, values=moved(values, place, -1 if act == "up" else 1))
    return replace(form, values=without(values, place)) if act == "out" else form


# -- places ---------------------------------------------------------------------------------------------------------


def moved(values: dict[str, str], number: int, by: int) -> dict[str, str]:
    """The fields with a step one place further up (-1) or down (1)."""
    order = numbers(values)
    place = order.index(number) if number in order else -1
    if place < 0 or not 0 <= place + by < len(order):
        return values
    other = order[place + by]
    swapped = {number: other, other: number}
    steps = {f"step-{each}{name}": f"step-{swapped[each]}{name}" for each in swapped for name in FIELDS}
    rest = {key: value for key, value in values.items() if key not in steps}
    return rest | {steps[key]: value for key, value in values.items() if key in steps}


def without(values: dict[str, str], number: int) -> dict[str, str]:
    taken = {f"step-{number}{name}" for name in FIELDS}
    return {key: value for key, value in values.items() if key not in taken}


def _with(form: Form, **step: str) -> Form:
    """The form with one more step, and nothing found any more."""
    order = numbers(form.values)
    if len(order) >= MAX_STEPS:
        return form.with_problems({FIND: Sentence("A pathway has at most {n} steps.", n=MAX_STEPS)})
    # Numbers of steps that were taken out are used again only where there are no more.
    number = max([*order, -1]) + 1
    values = {key: value for key, value in form.values.items() if not key.startswith(f"{FOUND}-")}
    if number >= MAX_STEPS:
        values, number = _closed_up(values), len(order)
    step = {"": "", "name": "", **step}
    made = {f"step-{number}{'-' if name else ''}{name}": value for name, value in step.items()}
    return replace(form, values={**values, **made, FIND: ""})


def _closed_up(values: dict[str, str]) -> dict[str, str]:
    """The steps numbered without gaps."""
    place = {number: str(new) for new, number in enumerate(numbers(values))}
    names = {f"step-{old}{name}": f"step-{new}{name}" for old, new in place.items() for name in FIELDS}
    return {names.get(key, key): value for key, value in values.items()}


# -- what is put in -------------------------------------------------------------------------------------------------


async def _search(request: web.Request, actor_id: int, form: Form) -> Form:
    node, typed = request.app[NODE], form.text(FIND)
    values = {key: value for key, value in form.values.items() if not key.startswith(f"{FOUND}-")}
    if not typed or is_web_uri(typed):
        return await _add(request, actor_id, form, typed)
    own = form.base["id"] if form.base and not form.is_new else ""
    found = await node.store.read(_find, actor_id, typed, node.clock.now())
    hits = [each for each in found if each.iri != own][:MAX_BLOCKS]
    for number, each in enumerate(hits):
        named = {"": each.iri, "-name": each.name, "-kind": each.kind}
        values |= {f"{FOUND}-{number}{name}": value for name, value in named.items()}
    form = replace(form, values=values)
    return form if hits else form.with_problems({FIND: Sentence("Nothing in the library fits these words.")})


def _find(conn: Connection, actor_id: int, typed: str, now: int) -> list[Target]:
    """Resources and events that this person may read."""
    viewer = Viewer(actor_id)
    wish = Wish(query=parse(typed), viewer=viewer, limit=_LOOKED_THROUGH)
    iris = [iri for hit in everything.find(conn, wish, now).hits if (iri := _iri(hit))]
    targets = find_targets(conn, iris, viewer)
    return [targets[iri] for iri in iris if iri in targets and targets[iri].readable]


def _iri(hit: Hit) -> str:
    if hit.resource is not None:
        return hit.resource.record["id"]
    return hit.row.uri if hit.row is not None and hit.starts_at is not None else ""


async def _add(request: web.Request, actor_id: int, form: Form, typed: str) -> Form:
    if not typed:
        return form.with_problems({FIND: Sentence("Type words, or an address.")})
    if not is_web_uri(typed):
        return _with(form, name=typed[:300], action=Action.PRACTISE.value)
    node = request.app[NODE]
    found = await node.store.read(_at, node.config.origin, actor_id, typed)
    if found is None and not typed.startswith(f"{node.config.origin}/"):
        found = await _elsewhere(request, actor_id, typed)
    if found is not None:
        return _with(form, id=found.iri, name=found.name, action=action_for(found.kind).value)
    if typed.startswith(f"{node.config.origin}/"):
        return form.with_problems({FIND: Sentence("There is no resource and no event at this address.")})
    return _with(form, id=typed, name=typed[:300], action=Action.USE.value)


def _at(conn: Connection, origin: str, actor_id: int, address: str) -> Target | None:
    """What is behind an address, as far as it is known here and this person may read it."""
    target = find_by_url(conn, origin, address)
    row = find_rows(conn, [target.object_id]).get(target.object_id) if target.object_id is not None else None
    iri = row.uri if row else address
    found = find_targets(conn, [iri], Viewer(actor_id)).get(iri)
    return found if found is not None and found.readable else None


async def _elsewhere(request: web.Request, actor_id: int, address: str) -> Target | None:
    """What another server has at an address, where it answers soon; nothing where it is no such thing."""
    node, federation = request.app[NODE], request.app[FEDERATION]

    async def look() -> str:
        document = await get_pasted(federation.fetcher, federation.client, address, as_actor_id=actor_id)
        await federation.fetcher.take_in(document)
        return str(document["id"])

    try:
        take_turn(request)
        uri = await in_time(look())
    except NodeError:
        return None
    return await node.store.read(_at, node.config.origin, actor_id, uri)
