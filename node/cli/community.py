"""``rhizome community``: found communities, see them, and govern them where nobody else can."""

import asyncio

import click
from sqlalchemy import Connection

from federation.actors.communities import NewCommunity, create_community, prepare_community
from federation.discovery.finding import find_account
from node.app.system import opened
from node.cli.shared import config_option, with_config
from node.config import Config
from node.domain.communities import Act, JoinPolicy, PostPolicy
from node.domain.community_drafts import CommunityDraft
from node.domain.deeds import Deed
from node.domain.visibility import Visibility
from node.errors import NotFound
from node.services import audit
from node.services.communities import communities as describing
from node.services.context import Unit
from node.services.governing import governing
from node.store.communities import communities
from node.store.people import actors
from node.store.posts import topics
from node.store.reading import showing

_ACTS = {
    "appoint": Act.APPOINT,
    "dismiss": Act.DISMISS,
    "ban": Act.BAN,
    "unban": Act.UNBAN,
    "invite": Act.INVITE,
    "uninvite": Act.UNINVITE,
    "admit": Act.ADMIT,
    "refuse": Act.REFUSE,
    "expel": Act.EXPEL,
}


@click.group("community")
@config_option
def command() -> None:
    """Found communities, list them, appoint moderators, ban people; works while the node runs."""


@command.command("add")
@click.argument("username", metavar="NAME")
@click.option("--display-name", required=True, metavar="TEXT", help="What it is called.")
@click.option("--purpose", default="", metavar="TEXT", help="What it is for, in Markdown.")
@click.option("--rule", "rules", multiple=True, metavar="TEXT", help="A rule; again for more.")
@click.option("--topic", "topics_", multiple=True, metavar="TAG", help="What it is about; again for more.")
@click.option("--language", "languages", multiple=True, metavar="TAG", help="Such as en; again for more.")
@click.option("--join", type=click.Choice([each.value for each in JoinPolicy]), default=JoinPolicy.OPEN.value)
@click.option("--write", type=click.Choice([each.value for each in PostPolicy]), default=PostPolicy.MEMBERS.value)
@click.option(
    "--read",
    type=click.Choice([Visibility.PUBLIC.value, Visibility.ORGANISATION.value, Visibility.COMMUNITY.value]),
    default=Visibility.PUBLIC.value,
    help="Who reads what is written in it.",
)
@click.option("--moderator", metavar="NAME", help="A member of this node who founds and governs it.")
@with_config
def add(
    config: Config,
    username: str,
    display_name: str,
    purpose: str,
    rules: tuple[str, ...],
    topics_: tuple[str, ...],
    languages: tuple[str, ...],
    join: str,
    write: str,
    read: str,
    moderator: str | None,
) -> None:
    """Found a community as @NAME."""
    draft = CommunityDraft(
        name=display_name,
        purpose=purpose,
        rules=list(rules),
        topics=list(topics_),
        languages=list(languages),
        join_policy=JoinPolicy(join),
        post_policy=PostPolicy(write),
        visibility=Visibility(read),
    )
    click.echo(asyncio.run(found(config, username, draft, moderator)))


async def found(config: Config, username: str, draft: CommunityDraft, moderator: str | None = None) -> str:
    """Found a community; answers its handle."""
    async with opened(config) as system:
        unit, box = system.node.unit(), config.secret_box
        new = prepare_community(unit, box, username, draft)
        return await system.node.store.write(_found, unit, new, moderator)


def _found(conn: Connection, unit: Unit, new: NewCommunity, moderator: str | None) -> str:
    founder = actors.find_local_actor(conn, moderator.removeprefix("@")) if moderator else None
    if moderator and founder is None:
        raise NotFound("There is nobody of this name here.", detail=moderator)
    made = create_community(conn, unit, new, founder_id=founder.id if founder else None)
    audit.record(conn, unit, None, "community.add", made.uri)
    return made.handle


@command.command("list")
@with_config
def list_(config: Config) -> None:
    """The communities of this node: name, members, threads, who joins, who reads."""
    for line in asyncio.run(_list(config)):
        click.echo(line)


async def _list(config: Config) -> list[str]:
    async with opened(config) as system:
        return await system.node.store.read(_lines)


def _lines(conn: Connection) -> list[str]:
    groups = actors.load_local_actors(conn, ["group"])
    ids = [group.id for group in groups]
    known, rows = communities.load_communities(conn, ids), showing.load_rows(conn, ids)
    threads = topics.count_topics(conn, ids)
    return [
        f"{group.handle}\t{rows[group.id].followers_count} members\t{threads.get(group.id, 0)} threads\t"
        f"join: {known[group.id].join_policy}\tread: {known[group.id].visibility}"
        + ("\tclosed" if known[group.id].is_archived else "")
        for group in groups
        if group.id in known
    ]


@command.command("govern")
@click.argument("username", metavar="NAME")
@click.argument("act", type=click.Choice(tuple(_ACTS)))
@click.argument("person", metavar="HANDLE")
@click.option("--reason", default="", metavar="TEXT", help="For the log, which members read.")
@with_config
def govern(config: Config, username: str, act: str, person: str, reason: str) -> None:
    """Appoint or dismiss a moderator, ban, invite or admit somebody, of any server: `govern metals appoint @ada@x.org`.

    It stands in the community's log as done by the community itself.
    """
    asyncio.run(_govern(config, username.removeprefix("@"), _ACTS[act], person, reason))
    click.echo(f"{act}: {person}")


async def _govern(config: Config, username: str, act: Act, person: str, reason: str) -> None:
    async with opened(config) as system:
        node, federation = system.node, system.federation
        found_ = await find_account(node.store, federation.client, federation.fetcher, person, own_host=config.host)
        await node.store.write(_perform, node.unit(), username, act, found_.uri, reason)


def _perform(conn: Connection, unit: Unit, username: str, act: Act, target: str, reason: str) -> None:
    group, _ = describing.find_community(conn, username)
    governing.perform_and_tell(conn, unit, group, Deed(act, group.uri, target, reason=reason))
    audit.record(conn, unit, None, f"community.{act}", group.uri, after={"target": target})


@command.command("close")
@click.argument("username", metavar="NAME")
@click.option("--successor", default="", metavar="URL", help="The community that goes on in its place.")
@with_config
def close(config: Config, username: str, successor: str) -> None:
    """Nobody joins and nobody writes any more; all of it can still be read."""
    asyncio.run(_close(config, username.removeprefix("@"), successor))
    click.echo("closed")


async def _close(config: Config, username: str, successor: str) -> None:
    async with opened(config) as system:
        await system.node.store.write(_archive, system.node.unit(), username, successor)


def _archive(conn: Connection, unit: Unit, username: str, successor: str) -> None:
    group, _ = describing.find_community(conn, username)
    describing.close(conn, unit, group, by=group.uri, successor=successor)
    audit.record(conn, unit, None, "community.close", group.uri)
