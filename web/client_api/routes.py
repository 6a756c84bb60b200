"""Every address of the client API, in one list; a module of handlers lists its own."""

from aiohttp import web

from web.client_api import (
    accounts,
    announcements,
    apps,
    conversations,
    filters,
    instance,
    joining,
    lists,
    markers,
    media,
    not_here,
    notification_policy,
    notifications,
    oembed,
    people,
    profile,
    profile_pictures,
    push,
    relationships,
    reports,
    scheduled,
    search,
    status_acts,
    status_details,
    statuses,
    suggestions,
    tags,
    timelines,
    trends,
)
from web.streaming import handlers as streaming

_ROUTES: list[web.RouteDef] = [
    *accounts.ROUTES,
    *announcements.ROUTES,
    *apps.ROUTES,
    *conversations.ROUTES,
    *filters.ROUTES,
    *instance.ROUTES,
    *people.ROUTES,
    *profile.ROUTES,
    *joining.ROUTES,
    *relationships.ROUTES,
    *reports.ROUTES,
    *search.ROUTES,
    *lists.ROUTES,
    *markers.ROUTES,
    *media.ROUTES,
    *not_here.ROUTES,
    *notification_policy.ROUTES,
    *notifications.ROUTES,
    *oembed.ROUTES,
    *profile_pictures.ROUTES,
    *push.ROUTES,
    *scheduled.ROUTES,
    *status_acts.ROUTES,
    *status_details.ROUTES,
    *statuses.ROUTES,
    *suggestions.ROUTES,
    *streaming.ROUTES,
    *tags.ROUTES,
    *timelines.ROUTES,
    *trends.ROUTES,
]


def _with_slash(route: web.RouteDef) -> web.RouteDef:
    """The same address with a slash at its end: Mastodon.py asks so for instance and reports, and others may."""
    return web.route(route.method, f"{route.path}/", route.handler, name=f"{route.kwargs['name']}.slash")


ROUTES = [*_ROUTES, *(_with_slash(route) for route in _ROUTES if "{" not in route.path)]
