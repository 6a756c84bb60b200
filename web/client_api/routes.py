"""Every address of the client API, in one list; a module of handlers lists its own."""

from aiohttp import web

from web.client_api import (
    accounts,
    announcements,
    apps,
    conversations,
    filters,
    instance,
    lists,
    markers,
    media,
    notification_policy,
    notifications,
    people,
    profile,
    profile_pictures,
    push,
    relationships,
    statuses,
    tags,
    timelines,
    trends,
)
from web.streaming import handlers as streaming

ROUTES: list[web.RouteDef] = [
    *accounts.ROUTES,
    *announcements.ROUTES,
    *apps.ROUTES,
    *conversations.ROUTES,
    *filters.ROUTES,
    *instance.ROUTES,
    *people.ROUTES,
    *profile.ROUTES,
    *relationships.ROUTES,
    *lists.ROUTES,
    *markers.ROUTES,
    *media.ROUTES,
    *notification_policy.ROUTES,
    *notifications.ROUTES,
    *profile_pictures.ROUTES,
    *push.ROUTES,
    *statuses.ROUTES,
    *streaming.ROUTES,
    *tags.ROUTES,
    *timelines.ROUTES,
    *trends.ROUTES,
]
