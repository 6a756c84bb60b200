"""``/communities``: those that somebody has joined, those that invite her, and all that she may know of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from node.domain.communities import JoinPolicy
from node.domain.numbers import number_in
from node.domain.text import plain, shorten
from node.domain.visibility import Visibility
from node.sentences import Sentence
from node.services.context import Unit
from node.state import NODE
from node.store.communities import communities, community_invitations, community_members, community_roles
from node.store.communities.communities import Community
from node.store.people import actors
from node.store.people.follows import ACCEPTED
from node.store.posts import topics
from node.store.reading import showing
from node.text import descriptions
from web.communities.views import CommunityCard, ListView
from web.communities.words import JOINING, PARTS
from web.design.cards import actor_card
from web.design.frame import html, page_of
from web.design.lists import Paging
from web.design.parts import Link
from web.design.reader import reader_of
from web.viewer import viewer_of

PATH = "/communities"
_PAGE, _SUMMARY = 30, 220


@dataclass(frozen=True, slots=True)
class Found:
    """Ids in their order, and what is known of each."""

    mine: Sequence[int]
    invited: Sequence[int]
    others: Sequence[int]
    communities: Mapping[int, Community]
    people: Mapping[int, Any]
    threads: Mapping[int, int]
    parts: Mapping[int, str]


async def show_list(request: web.Request) -> web.Response:
    viewer, node = viewer_of(request), request.app[NODE]
    before = number_in(request.query.get("before", ""))
    found = await node.store.read(_find, node.unit(), viewer.actor_id, before)
    listed = found.others[:_PAGE]
    is_more = len(found.others) > _PAGE
    view = ListView(
        page=page_of(request, PATH, title=Sentence("Communities"), section=PATH),
        mine=_cards(request, found, found.mine),
        invitations=_cards(request, found, found.invited),
        others=_cards(request, found, listed),
        may_found=viewer.actor_id is not None,
        paging=Paging(
            next_path=f"{PATH}?before={listed[-1]}" if is_more else "", first_path=PATH if before is not None else ""
        ),
    )
    return html(request, view)


def _find(conn: Connection, unit: Unit, viewer_id: int | None, before: int | None) -> Found:
    levels = [Visibility.PUBLIC, *([Visibility.ORGANISATION] if viewer_id is not None else []), Visibility.COMMUNITY]
    parts: dict[int, str] = {}
    invited: list[int] = []
    if viewer_id is not None:
        me = actors.load_actors_by_id(conn, [viewer_id])[viewer_id]
        states = community_members.load_memberships(conn, viewer_id)
        parts = {group: "member" if state == ACCEPTED else "asked" for group, state in states.items()}
        parts |= dict.fromkeys(community_roles.load_moderated(conn, me.uri, unit.now), "moderator")
        invited = [
            each.community_id
            for each in community_invitations.load_open_invitations(conn, person_id=viewer_id)
            if each.community_id not in parts
        ]
    others = communities.list_communities(conn, levels=levels, before=before, limit=_PAGE + 1)
    mine = sorted(parts, reverse=True) if before is None else []
    ids = {*others, *mine, *invited}
    known = communities.load_communities(conn, ids)
    shown = [group for group in others if group not in parts and _is_listed(known[group])]
    return Found(
        mine=[group for group in mine if group in known],
        invited=invited if before is None else [],
        others=shown,
        communities=known,
        people=showing.load_rows(conn, ids),
        threads=topics.count_topics(conn, ids),
        parts=parts,
    )


def _is_listed(community: Community) -> bool:
    """One that people join by invitation is for those who are invited; one that goes on no more is found by links."""
    is_secret = community.visibility is Visibility.COMMUNITY and community.join_policy is JoinPolicy.INVITE
    return not is_secret and not community.is_archived


def _cards(request: web.Request, found: Found, ids: Sequence[int]) -> tuple[CommunityCard, ...]:
    reader = reader_of(request)
    cards = []
    for group in ids:
        row, community = found.people.get(group), found.communities.get(group)
        if row is None or community is None or reader.hides_actor(row):
            continue
        part = found.parts.get(group, "")
        cards.append(
            CommunityCard(
                actor=replace(actor_card(row, reader), summary=_purpose(row, community)),
                path=community_path(row),
                members=row.followers_count,
                threads=found.threads.get(group, 0),
                way_in=JOINING[community.join_policy],
                part=PARTS[part] if part else "",
                topics=tuple(shorten(topic, 40) for topic in community.topics[:6]),
                is_closed=community.visibility is not Visibility.PUBLIC,
            )
        )
    return tuple(cards)


def _purpose(row: Any, community: Community) -> str:
    """The beginning of what it is for: in the profile the rules follow, and of a closed one that is silent."""
    told = descriptions.as_plain(community.purpose, markdown=True) if community.purpose else plain(row.summary)
    return shorten(told, _SUMMARY)


def crumbs_of(group: Any) -> tuple[Link, ...]:
    """Above the inner pages of a community."""
    title = group.name or group.username
    return Link(label=Sentence("Communities"), href=PATH), Link(label=title, href=community_path(group))


def community_path(row: Any) -> str:
    """``/c/metals``, ``/c/metals@learn.uni.example``"""
    return f"/c/{row.username}" if row.local else f"/c/{row.username}@{row.host}"
