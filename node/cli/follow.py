"""``rhizome follow``: the organisation, or a person of this node, follows somebody."""

import asyncio

import click
from sqlalchemy import Connection

from federation.sending.outbox import follow_uri, record_follow_request
from node.app.system import opened
from node.cli.owners import find_account, load_owner
from node.cli.shared import with_config
from node.config import Config
from node.errors import Conflict
from node.services.context import Unit
from node.store.people import follows
from node.store.people.actors import Actor
from node.store.people.follows import Follow


@click.command("follow")
@click.argument("handle", metavar="@NAME@HOST")
@click.option("--owner", metavar="HANDLE", help="Who follows. [default: the organisation]")
@with_config
def command(config: Config, handle: str, owner: str | None) -> None:
    """Follow somebody on another node; a running node sends the request within seconds."""
    click.echo(asyncio.run(_follow(config, handle, owner)))


async def _follow(config: Config, handle: str, owner: str | None) -> str:
    async with opened(config) as system:
        store = system.node.store
        follower = await store.read(load_owner, owner, config.host)
        followed = await find_account(system, handle)
        state = await store.write(request_follow, system.node.unit(), follower, followed)
    told = "follows" if state == follows.ACCEPTED else "asks to follow"
    return f"{follower.handle} {told} {followed.handle}"


def request_follow(conn: Connection, unit: Unit, follower: Actor, followed: Actor) -> str:
    """Store the follow and have it sent; answers its state. One that waits for an answer is asked again."""
    if follower.id == followed.id:
        raise Conflict("Nobody follows herself.")
    known = follows.find_follow(conn, follower.id, followed.id)
    if known is not None and known.state == follows.ACCEPTED:
        return known.state
    if known is None:
        follow_id = unit.ids.new()
        is_open = followed.local and not followed.locked
        state = follows.ACCEPTED if is_open else follows.PENDING
        new = Follow(follow_id, follower.id, followed.id, follow_uri(unit, follow_id), state, unit.now)
        known = follows.save_follow(conn, new)
    if not followed.local:
        record_follow_request(conn, unit, known.id, followed.uri)
    return known.state
