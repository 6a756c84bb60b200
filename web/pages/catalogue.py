"""``/resources``: the catalogue, searched, narrowed, sorted, page by page. The query is that of the learning API."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import Connection

from federation.mapping.concepts import shipped
from node.domain.licences import describe
from node.domain.text import pick
from node.sentences import Sentence, sentences
from node.state import NODE
from node.store import listing
from node.store.listing import Option, Page, Sort, Wish, spelled
from web.learning_api.resources import PARAMETERS, read_wish
from web.pages.cards import Reader, resource_cards
from web.pages.frame import html, page_of
from web.pages.languages import LANGUAGES
from web.pages.parts import Chip, FacetGroup, FacetOption, Paging, SortOption
from web.pages.paths import CATALOGUE
from web.pages.reader import reader_of
from web.pages.views import Alternate, CatalogueView, Social
from web.pages.words import KINDS

_HEADINGS: Mapping[str, str] = sentences(
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
_ORIGINS = sentences({"local": "Our own", "remote": "From our network"})
_SORTS = sentences({Sort.RELEVANCE: "Best first", Sort.NEWEST: "Newest first", Sort.TITLE: "By title"})
_MAX_OPTIONS = 12

Pairs = Sequence[tuple[str, str]]


async def show_catalogue(request: web.Request) -> web.Response:
    wish = read_wish(request)
    found, facets = await request.app[NODE].store.read(_find, wish)
    return html(request, _view(request, wish, found, facets))


def _find(conn: Connection, wish: Wish) -> tuple[Page, dict[str, list[Option]]]:
    return listing.find(conn, wish), listing.facets(conn, wish)


def _view(request: web.Request, wish: Wish, found: Page, facets: dict[str, list[Option]]) -> CatalogueView:
    reader, query = reader_of(request), request.query.get("q", "")
    chosen = _chosen(request)
    sort = request.query.get("sort", "")
    kept = [*chosen, *([("sort", sort)] if sort else [])]
    asked = [*([("q", query)] if query else []), *kept]
    page = page_of(
        request,
        CATALOGUE,
        title=Sentence("Catalogue"),
        section=CATALOGUE,
        noindex=bool(asked or wish.cursor),
        social=Social(),
        alternates=(Alternate(media_type="application/json", href=_path(asked, base="/api/learning/v1/resources")),),
    )
    return CatalogueView(
        page=page,
        search_path=CATALOGUE,
        query=query,
        kept=tuple(kept),
        total=found.total,
        cards=resource_cards(found.items, reader),
        facets=tuple(_groups(asked, facets, reader)),
        chips=tuple(_chips(asked, facets, reader)),
        sorts=tuple(_sorts(asked, wish)),
        paging=Paging(
            next_path=_path([*asked, ("cursor", found.next)]) if found.next else "",
            first_path=_path(asked) if wish.cursor else "",
        ),
        clear_path=_path([("q", query)] if query else []),
    )


def _chosen(request: web.Request) -> list[tuple[str, str]]:
    names = [*PARAMETERS, "origin"]
    return [(name, value) for name, value in request.query.items() if name in names and value]


def _path(pairs: Pairs, base: str = CATALOGUE) -> str:
    return f"{base}?{urlencode(list(pairs))}" if pairs else base


def _without(pairs: Pairs, *dropped: tuple[str, str]) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair not in dropped]


def _groups(asked: Pairs, facets: dict[str, list[Option]], reader: Reader) -> list[FacetGroup]:
    groups = []
    for name, heading in _HEADINGS.items():
        facet = PARAMETERS[name]
        options = [_option(name, facet, option, asked, reader) for option in facets.get(facet, ())[:_MAX_OPTIONS]]
        if len(options) > 1 or any(option.selected for option in options):
            groups.append(FacetGroup(key=name, label=heading, options=tuple(options)))
    return groups


def _option(name: str, facet: str, option: Option, asked: Pairs, reader: Reader) -> FacetOption:
    same = [pair for pair in asked if pair[0] == name and spelled(facet, pair[1]) == option.value]
    pairs = _without(asked, *same) if same else [*asked, (name, option.value)]
    return FacetOption(
        label=label_of(facet, option, reader), count=option.count, path=_path(pairs), selected=bool(same)
    )


def _chips(asked: Pairs, facets: dict[str, list[Option]], reader: Reader) -> list[Chip]:
    chips = []
    for name, value in asked:
        if name == "origin":
            label, heading = _ORIGINS.get(value, value), "From"
        elif name in PARAMETERS:
            facet = PARAMETERS[name]
            counted = {option.value: option for option in facets.get(facet, ())}
            option = counted.get(spelled(facet, value), Option(spelled(facet, value), 0))
            label, heading = label_of(facet, option, reader), _HEADINGS.get(name, name.capitalize())
        else:
            continue
        chips.append(Chip(facet=heading, label=label, remove_path=_path(_without(asked, (name, value)))))
    return chips


def _sorts(asked: Pairs, wish: Wish) -> list[SortOption]:
    rest = [pair for pair in asked if pair[0] != "sort"]
    has_words = not wish.query.blank
    present = Sort.NEWEST if wish.sort is Sort.RELEVANCE and not has_words else wish.sort
    return [
        SortOption(label=label, path=_path([*rest, ("sort", sort.value)]), selected=sort is present)
        for sort, label in _SORTS.items()
        if has_words or sort is not Sort.RELEVANCE
    ]


def label_of(facet: str, option: Option, reader: Reader) -> str:
    """What a facet value is called."""
    value = option.value
    if facet == "kind":
        return KINDS.get(value, value)
    if facet == "language":
        return LANGUAGES.get(value, value)
    if facet == "licence":
        return describe(value).short
    return shipped().label(value, reader.languages) or pick(option.labels, reader.languages) or value
