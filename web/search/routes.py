"""The address of the search."""

from aiohttp import web

from web.search import page

ROUTES = [web.get(page.PATH, page.show_search, name="search")]
