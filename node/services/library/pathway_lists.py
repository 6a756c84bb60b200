"""Pathways that a person follows as lists in her apps: read-only, titled "Pathway: ...", their steps as posts.

Off until she asks for it on the page of her apps, because some apps let people edit every list.
"""

from sqlalchemy import Connection

from node.domain.pathways import KIND, steps_of
from node.domain.preferences import PATHWAY_LISTS
from node.domain.resources import title
from node.errors import Invalid, NotFound
from node.sentences import Sentence
from node.store.access import accounts
from node.store.database.windows import Window
from node.store.library import collections, resources, targets
from node.store.library.resources import Resource, Viewer
from node.store.people.lists import PersonList
from node.store.reading import entries
from node.store.reading.entries import Entry

MAX_LISTS = 50
_TITLE = 200  # characters of the pathway's


def list_followed(conn: Connection, me: int) -> list[PersonList]:
    """Those that she follows and may read, the newest first; none unless she wants them."""
    return [_as_list(each) for each in _followed(conn, me).values()]


def find(conn: Connection, me: int, list_id: int) -> Resource | None:
    """The pathway behind a list."""
    return _followed(conn, me).get(list_id)


def refuse_edit(conn: Connection, me: int, list_id: int) -> None:
    """Raises Invalid where a list is a pathway."""
    if find(conn, me, list_id) is not None:
        raise Invalid(Sentence("This list is a pathway. It is changed on its page, by whoever keeps it."))


def load(conn: Connection, me: int, list_id: int) -> PersonList:
    """Raises NotFound for what is no such list."""
    found = find(conn, me, list_id)
    if found is None:
        raise NotFound
    return _as_list(found)


def list_steps(conn: Connection, me: int, pathway: Resource, window: Window) -> list[Entry]:
    """The steps that are held here and she may read, as posts, in the order that apps page by: newest first."""
    iris = [step.iri for step in steps_of(pathway.record) if step.iri]
    known = targets.find_targets(conn, iris, Viewer(me)).values()
    ids = [each.object_id for each in known if each.readable and window.holds(each.object_id)]
    found = entries.load_entries(conn, ids, me)
    ordered = sorted(found, reverse=window.min_id is None)[: window.limit]
    return window.newest_first([found[i] for i in ordered])


def _followed(conn: Connection, me: int) -> dict[int, Resource]:
    own = accounts.load_settings(conn, me)
    if not own.preferences.get(PATHWAY_LISTS):
        return {}
    ids = collections.list_followed(conn, me, kind=KIND, limit=MAX_LISTS)
    held = resources.load_readable(conn, ids, Viewer(me))
    return {i: held[i] for i in ids if i in held}


def _as_list(pathway: Resource) -> PersonList:
    return PersonList(pathway.id, f"Pathway: {title(pathway.record)[:_TITLE]}", "list", exclusive=False)
