"""Accounts elsewhere that show none of the keys that they had, without having said so by one of them.

Their server may have been set up anew, or their address belongs to somebody else by now. Who follows them here asks
again, which an owner who knows nothing of it may refuse; and what earlier owners deleted does not bind this one.
"""

from collections.abc import Collection

from sqlalchemy import Connection

from federation.sending.asking_again import AT_MOST, ask_anew
from federation.sending.recheck import recheck_handles
from federation.transport.address import registrable_domain
from node.clock import HOUR
from node.domain.actors import RemoteActor
from node.domain.numbers import number_in
from node.domain.uris import host_of
from node.ids import minted_at
from node.services.context import Unit
from node.store.people import actors, follows, remote_actors
from node.store.people.actors import Actor
from node.store.posts import burying

#: However often a server changes all its keys, it is asked so often and no more.
ASK_EVERY = HOUR


def save(conn: Connection, unit: Unit, remotes: Collection[RemoteActor]) -> None:
    """Store actors with the keys that their own hosts show now. Raises Conflict for one of ours."""
    renewed = remote_actors.load_renewed(conn, remotes)
    remote_actors.save_remote_actors(conn, unit.ids, unit.now, remotes)
    recheck_handles(conn, unit.ids, unit.now, remotes)
    for actor in actors.load_actors(conn, renewed).values():
        _ask(conn, unit, actor)
        burying.reopen_all_of(conn, actor.id, actor.uri)


def _ask(conn: Connection, unit: Unit, followed: Actor) -> None:
    """The follows stay until they are refused.

    Nobody is asked elsewhere than under the domain of the account: whoever has many followers here could have us send
    as many requests to a stranger, each hour, by changing its keys.
    """
    home = registrable_domain(host_of(followed.uri))
    if any(registrable_domain(host_of(inbox)) != home for inbox in (followed.inbox, followed.shared_inbox) if inbox):
        return
    standing = follows.load_out(conn, followed.id)
    due = [follow for follow in standing if unit.now - _asked_at(follow.uri) >= ASK_EVERY]
    ask_anew(conn, unit, due[:AT_MOST], {followed.id: followed})


def _asked_at(uri: str) -> int:
    """When a Follow of ours with this id was sent."""
    number = number_in(uri.rpartition("/")[2])
    return minted_at(number) if number is not None else 0
