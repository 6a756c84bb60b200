"""Lists of people: their owners make, change and fill them; nobody else sees them. Units of work."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from node.errors import Invalid, NotFound
from node.sentences import Sentence
from node.services.context import Unit
from node.store.people import lists
from node.store.people.lists import PersonList

MAX_LISTS, MAX_TITLE, MAX_MEMBERS = 50, 255, 500
POLICIES = ("none", "list", "followed")


def load(conn: Connection, me: int, list_id: int) -> PersonList:
    """Raises NotFound for what is not there or is somebody else's."""
    found = lists.find_list(conn, me, list_id)
    if found is None:
        raise NotFound
    return found


def create(conn: Connection, unit: Unit, me: int, title: str, replies_policy: str, *, exclusive: bool) -> PersonList:
    if len(lists.load_lists(conn, me)) >= MAX_LISTS:
        raise Invalid(Sentence("There can be at most {n} lists.", n=MAX_LISTS))
    new = _checked(PersonList(unit.ids.new(), title.strip(), replies_policy, exclusive))
    lists.insert_list(conn, me, new, unit.now)
    return new


def change(
    conn: Connection,
    me: int,
    list_id: int,
    *,
    title: str | None = None,
    replies_policy: str | None = None,
    exclusive: bool | None = None,
) -> PersonList:
    """What is None stays as it is."""
    found = load(conn, me, list_id)
    changed = _checked(
        replace(
            found,
            title=found.title if title is None else title.strip(),
            replies_policy=found.replies_policy if replies_policy is None else replies_policy,
            exclusive=found.exclusive if exclusive is None else exclusive,
        )
    )
    lists.update_list(conn, changed)
    return changed


def _checked(value: PersonList) -> PersonList:
    if not value.title or len(value.title) > MAX_TITLE:
        raise Invalid(Sentence("A list needs a title of at most {n} characters.", n=MAX_TITLE))
    if value.replies_policy not in POLICIES:
        raise Invalid(Sentence("replies_policy is one of {policies}.", policies=", ".join(POLICIES)))
    return value


def delete(conn: Connection, me: int, list_id: int) -> None:
    lists.delete_list(conn, load(conn, me, list_id).id)


def add(conn: Connection, unit: Unit, me: int, list_id: int, members: Sequence[int]) -> None:
    """Put people on a list: all or, where Invalid is raised, nobody (not followed, or too many)."""
    found = load(conn, me, list_id)
    if set(members) - lists.load_followed_among(conn, me, members):
        raise Invalid("Only accounts that you follow can be on a list.")
    present = {member for _, member in lists.list_members_of(conn, found.id, None)}
    if len(present | set(members)) > MAX_MEMBERS:
        raise Invalid(Sentence("A list has at most {n} members.", n=MAX_MEMBERS))
    lists.insert_members(conn, found.id, [(unit.ids.new(), member) for member in members])


def remove(conn: Connection, me: int, list_id: int, members: Sequence[int]) -> None:
    lists.delete_members(conn, load(conn, me, list_id).id, members)
