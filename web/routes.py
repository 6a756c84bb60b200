"""Where every page, API and document of the node is found: what watches it from the start, all else in areas."""

from aiohttp import web

from node import proxies
from web import health
from web.areas import Area

ROUTES = [
    web.get("/healthz", health.healthz, name="healthz"),
    web.get(proxies.PATH, health.judge_proxies, name="judge_proxies"),
    web.get("/readyz", health.readyz, name="readyz"),
]

AREAS = (
    Area("federation.routes", "/ap", "/nodeinfo", "/.well-known"),
    Area("web.learning_api.routes", "/api/learning"),
    Area("web.client_api.routes", "/api", "/health"),
    Area("web.streaming.pages", "/live"),
    Area("web.oauth.routes", "/oauth", "/.well-known/oauth-authorization-server"),
    Area("web.admin.routes", "/admin"),
    Area(
        "web.account.routes",
        *("/settings", "/admin/pictures", "/join", "/confirm", "/forgot", "/reset", "/email"),
        *("/sign-in/code", "/sign-in/organisation"),
    ),
    Area("web.network.routes", "/network"),
    Area(
        "web.library.routes",
        *("/resources", "/resources.atom", "/collections", "/pathways", "/r"),
    ),
    Area("web.courses.routes", "/courses"),
    Area("web.search.routes", "/search"),
    Area("web.notifications.pages", "/notifications"),
    Area("web.threads.routes", "/c", "/compose", "/questions", "/posts", "/bookmarks", "/scheduled"),
    Area("web.events.routes", "/events", "/e", "/calendar", "/calendar.ics", "/c"),
    Area("web.communities.routes", "/communities", "/c"),
    Area("web.pages.routes", "/"),
)
