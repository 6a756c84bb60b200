"""What somebody does with filtered news: lets their authors in, or lets the news go. Units of work."""

from collections.abc import Collection

from sqlalchemy import Connection

from node.services.context import Unit
from node.services.news import happened, news
from node.store.news import notification_lists as lists


def accept_requests(conn: Connection, unit: Unit, owner_id: int, ids: Collection[int]) -> int:
    """What these people did stands among the other news, and so does what they do from now on; how many there were."""
    found = lists.load_requests(conn, owner_id, ids)
    lists.accept_requests(conn, owner_id, [each.actor_id for each in found])
    if found:
        news.tell(conn, unit, happened.Merged(owner_id))
    return len(found)


def dismiss_requests(conn: Connection, _unit: Unit, owner_id: int, ids: Collection[int]) -> int:
    """What they did is gone; what they do from now on makes a new request. How many there were."""
    found = lists.load_requests(conn, owner_id, ids)
    lists.dismiss_requests(conn, owner_id, [each.actor_id for each in found])
    return len(found)
