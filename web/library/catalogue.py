"""``/resources``: the catalogue, searched, narrowed, sorted, page by page. The query is that of the learning API."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection

from federation.mapping.concepts import shipped
from node.domain.selections import of_pairs, query_of
from node.domain.text import pick
from node.sentences import Sentence, sentences
from node.state import NODE
from node.store.library import opinions, topic_accounts
from node.store.library.opinions import Counts
from node.store.library.topic_accounts import TopicAccount
from node.store.search import listing
from node.store.search.counts import Option
from node.store.search.listing import Page
from node.store.search.wishes import Sort, Wish
from web.design.cards import Reader, resource_cards
from web.design.frame import html, page_of
from web.design.languages import LANGUAGES
from web.design.licences import licence_name
from web.design.lists import Paging
from web.design.narrowing import Narrowing, Pairs
from web.design.page import Alternate, Social
from web.design.parts import Link
from web.design.paths import CATALOGUE
from web.design.reader import reader_of
from web.design.terms import KINDS
from web.library.views import CatalogueView
from web.queries import RESOURCE_FACETS, resources_asked

HEADINGS: Mapping[str, str] = sentences(
    {
        "kind": "Kind",
        "topic": "Topic",
        "level": "Level",
        "language": "Language",
        "licence": "Licence",
        "audience": "For",
        "type": "Form",
        "host": "From",
    }
)
ORIGINS: Mapping[str, Mapping[str, str]] = {"origin": sentences({"local": "Our own", "remote": "From our network"})}
_SORTS = sentences(
    {Sort.RELEVANCE: "Best first", Sort.NEWEST: "Newest first", Sort.TITLE: "By title", Sort.USED: "Most used"}
)


async def show_catalogue(request: web.Request) -> web.Response:
    wish = resources_asked(request)
    store = request.app[NODE].store
    found, used = await store.read(_find, wish)
    accounts = await store.read(topic_accounts.list_all)
    return html(request, _view(request, wish, found, used, accounts))


def _find(conn: Connection, wish: Wish) -> tuple[Page, dict[str, Counts]]:
    """What is listed; in the order by use also how many organisations used each."""
    found = listing.find(conn, wish, with_facets=True)
    uris = [each.uri for each in found.items] if wish.sort is Sort.USED else []
    used = opinions.load_counts(conn, uris, wish.viewer.actor_id) if uris else {}
    return found, used


def _view(
    request: web.Request,
    wish: Wish,
    found: Page,
    used: Mapping[str, Counts],
    accounts: Sequence[TopicAccount],
) -> CatalogueView:
    reader, query = reader_of(request), request.query.get("q", "")
    asked = asked_of(request)
    narrowing = narrowing_of(CATALOGUE, asked, reader)
    page = page_of(
        request,
        CATALOGUE,
        title=Sentence("Catalogue"),
        section=CATALOGUE,
        said={"withdrawn": Sentence("It is withdrawn, and other organisations hear of it.")},
        noindex=bool(asked or wish.cursor),
        social=Social(),
        alternates=(
            Alternate(media_type="application/json", href=_json_path(asked)),
            Alternate(media_type="application/atom+xml", href=_feed_path(asked), title=Sentence("New resources")),
        ),
    )
    return CatalogueView(
        page=page,
        search_path=CATALOGUE,
        query=query,
        kept=tuple(pair for pair in asked if pair[0] != "q"),
        total=found.total,
        cards=tuple(
            replace(card, organisations=used[each.uri].organisations) if each.uri in used else card
            for each in found.items
            for card in resource_cards([each], reader)
        ),
        facets=narrowing.groups(found.facets),
        chips=narrowing.chips(found.facets, ORIGINS),
        sorts=narrowing.sorts(*sorts_of(wish)),
        paging=Paging(
            next_path=narrowing.path([*asked, ("cursor", found.next)]) if found.next else "",
            first_path=narrowing.path(asked) if wish.cursor else "",
        ),
        clear_path=narrowing.path([("q", query)] if query else []),
        accounts=tuple(Link(label=each.actor.title, href=f"/@{each.actor.username}") for each in accounts),
        topic_path="" if (chosen := of_pairs(asked)).is_empty else f"/admin/topics?{query_of(chosen)}",
    )


def asked_of(request: web.Request) -> Pairs:
    """What was typed and chosen, as the address says it."""
    query, sort = request.query.get("q", ""), request.query.get("sort", "")
    names = [*RESOURCE_FACETS, "origin"]
    chosen = [(name, value) for name, value in request.query.items() if name in names and value]
    return [*([("q", query)] if query else []), *chosen, *([("sort", sort)] if sort else [])]


def narrowing_of(base: str, asked: Pairs, reader: Reader, *, without: str = "") -> Narrowing:
    """A list of resources; ``without`` leaves a facet out that has only one value there."""
    headings = {name: heading for name, heading in HEADINGS.items() if name != without}
    return Narrowing(base, asked, RESOURCE_FACETS, headings, lambda facet, option: label_of(facet, option, reader))


def sorts_of(wish: Wish) -> tuple[Mapping[str, str], str]:
    """The orders that there are for what was asked, and which of them it has."""
    has_words = not wish.query.blank
    present = Sort.NEWEST if wish.sort is Sort.RELEVANCE and not has_words else wish.sort
    return {sort.value: label for sort, label in _SORTS.items() if has_words or sort is not Sort.RELEVANCE}, present


def _json_path(asked: Pairs) -> str:
    base = "/api/learning/v1/resources"
    return f"{base}?{urlencode(list(asked))}" if asked else base


def _feed_path(asked: Pairs) -> str:
    return f"/resources.atom?{urlencode(list(asked))}" if asked else "/resources.atom"


def label_of(facet: str, option: Option, reader: Reader) -> str:
    """What a facet value is called."""
    value = option.value
    if facet == "kind":
        return KINDS.get(value, value)
    if facet == "language":
        return LANGUAGES.get(value, value)
    if facet == "licence":
        return licence_name(value)
    return shipped().label(value, reader.languages) or pick(option.labels, reader.languages) or value
