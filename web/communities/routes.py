"""The addresses of this package."""

from aiohttp import web

from web.communities import deciding, form, listing, log, moderating, people, reports, settings

_C = "/c/{name}"

ROUTES = [
    web.get("/communities", listing.show_list, name="communities"),
    web.get("/communities/new", form.show_new, name="community-new"),
    web.post("/communities/new", form.found, name="community-new-form"),
    web.get(f"{_C}/members", people.show_members, name="community-members"),
    web.post(f"{_C}/members", deciding.decide, name="community-members-form"),
    web.get(f"{_C}/log", log.show_log, name="community-log"),
    web.get(f"{_C}/reports", reports.show_reports, name="community-reports"),
    web.post(f"{_C}/reports", reports.decide, name="community-reports-form"),
    web.get(f"{_C}/settings", settings.show_settings, name="community-settings"),
    web.post(f"{_C}/settings", settings.change, name="community-settings-form"),
    web.post(f"{_C}/pictures", settings.show_pictures, name="community-pictures-form"),
    web.get(f"{_C}/moderate", moderating.show_post, name="community-moderate"),
    web.post(f"{_C}/moderate", moderating.moderate, name="community-moderate-form"),
]
