"""``/`` for guests: the organisation, what it made, what came from others, who is here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, Row

from node.domain.uris import host_of
from node.sentences import Sentence
from node.state import NODE
from node.store.library.resources import Resource, Viewer
from node.store.people.actors import Actor, find_local_actor, load_profile
from node.store.posts import object_lists
from node.store.reading import showing
from node.store.search import counts, listing
from node.store.search.counts import Facets, Option
from node.store.search.wishes import Wish
from web.design.cards import Reader, actor_card, post_cards, resource_cards
from web.design.frame import ACTIVITY, html, page_of
from web.design.lists import FacetOption
from web.design.page import Alternate, Social
from web.design.parts import OrganisationCard, Prose, SafeHtml
from web.design.paths import CATALOGUE, catalogue_path
from web.design.reader import reader_of
from web.library.catalogue import label_of
from web.member.home import show_member_home
from web.pages.views import Counts, HomeView
from web.sessions import session_of
from web.viewer import viewer_of

_FEW, _SOME = 4, 6


@dataclass(frozen=True, slots=True)
class Found:
    own: Sequence[Resource]
    own_total: int
    network: Sequence[Resource]
    network_total: int
    facets: Facets
    kinds: dict[str, int]
    organisations: Sequence[Row[Any]]
    people: Sequence[Row[Any]]
    communities: Sequence[Row[Any]]
    posts: Sequence[Row[Any]]
    authors: dict[int, Row[Any]]
    organisation: Actor | None
    about: str


async def show_home(request: web.Request) -> web.Response:
    """The front page; a member who does not ask for it (``as=guest``) gets what is new for her."""
    if session_of(request) is not None and request.query.get("as") != "guest":
        return await show_member_home(request)
    node, reader = request.app[NODE], reader_of(request)
    found = await node.store.read(_find, viewer_of(request), node.config.node.handle)
    return html(request, _view(request, found, reader))


def _find(conn: Connection, viewer: Viewer, handle: str) -> Found:
    own = listing.find(conn, Wish(origin="local", viewer=viewer, limit=_SOME))
    network = listing.find(conn, Wish(origin="remote", viewer=viewer, limit=_SOME))
    posts = object_lists.list_public_posts(conn, local=True, before=None, limit=_FEW)
    organisation = find_local_actor(conn, handle)
    return Found(
        own=own.items,
        own_total=own.total,
        network=network.items,
        network_total=network.total,
        facets=counts.facets(conn, Wish(viewer=viewer)),
        kinds=showing.count_kinds(conn),
        organisations=showing.list_followed(conn, "organization", limit=12),
        people=showing.list_actors(conn, "person", local=True, limit=_SOME),
        communities=showing.list_actors(conn, "group", local=True, limit=_SOME),
        posts=posts,
        authors=showing.load_rows(conn, {row.actor_id for row in posts}),
        organisation=organisation,
        about=load_profile(conn, organisation.id).summary if organisation else "",
    )


def _view(request: web.Request, found: Found, reader: Reader) -> HomeView:
    site = page_of(request, "/").site
    hosts = {option.value: option.count for option in found.facets["origin"]}
    shown = [row for row in found.organisations if reader.lists_actor(row)]
    others = {host_of(each.uri) for each in found.network} | {row.host for row in shown}
    page = page_of(
        request,
        "/",
        description=site.tagline,
        social=Social(),
        alternates=(
            Alternate(media_type="application/json", href="/api/learning/v1/resources", title=Sentence("Resources")),
            *([Alternate(media_type=ACTIVITY, href=found.organisation.uri)] if found.organisation else []),
        ),
    )
    return HomeView(
        page=page,
        search_path=CATALOGUE,
        counts=Counts(
            own=found.own_total,
            network=found.network_total,
            organisations=len(others),
            people=found.kinds.get("person", 0),
            communities=found.kinds.get("group", 0),
        ),
        about=Prose(value=SafeHtml(found.about)) if found.about else None,
        own=resource_cards(found.own, reader),
        own_path=catalogue_path(origin="local"),
        network=resource_cards(found.network, reader),
        network_path=catalogue_path(origin="remote"),
        organisations=tuple(_organisation(row, hosts) for row in shown),
        kinds=_options("kind", found.facets["kind"], reader),
        topics=_options("topic", found.facets["topic"], reader),
        people=tuple(actor_card(row, reader) for row in found.people),
        communities=tuple(actor_card(row, reader) for row in found.communities),
        posts=post_cards(found.posts, found.authors, reader),
    )


def _organisation(row: Row[Any], counts: dict[str, int]) -> OrganisationCard:
    return OrganisationCard(
        name=row.name or row.username,
        host=row.host,
        path=f"/@{row.username}@{row.host}",
        catalogue_path=catalogue_path(host=row.host),
        resources=counts.get(row.host, 0),
    )


def _options(facet: str, options: Sequence[Option], reader: Reader) -> tuple[FacetOption, ...]:
    return tuple(
        FacetOption(
            label=label_of(facet, option, reader), count=option.count, path=catalogue_path(**{facet: option.value})
        )
        for option in options[:8]
    )
