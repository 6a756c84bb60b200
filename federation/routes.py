"""Every address that other servers use, in one list."""

from aiohttp import web

from federation.builders import documents
from federation.serving import actors, catalogues, collections, courses, discovery, inboxes, objects
from federation.serving.partner_entries import show_partner_entries

_ACTOR = r"/ap/a/{actor:\d{1,19}}"
_OBJECT = r"/ap/o/{object:\d{1,19}}"
_DATE = _OBJECT + r"/dates/{day:\d{4}-\d\d-\d\d}"

ROUTES = [
    web.get("/.well-known/webfinger", discovery.webfinger, name="webfinger"),
    web.get("/.well-known/host-meta", discovery.host_meta, name="host-meta"),
    web.get("/.well-known/host-meta.json", discovery.host_meta_json, name="host-meta-json"),
    web.get("/.well-known/nodeinfo", discovery.nodeinfo_links, name="nodeinfo-links"),
    web.get(r"/nodeinfo/{version:2\.[01]}", discovery.nodeinfo, name="nodeinfo"),
    web.post("/ap/inbox", inboxes.post_to_shared, name="shared-inbox"),
    web.get(documents.INSTANCE_PATH, actors.show_instance, name="instance"),
    web.post(f"{documents.INSTANCE_PATH}/inbox", inboxes.post_to_instance, name="instance-inbox"),
    web.get(
        f"{documents.INSTANCE_PATH}/{{collection:outbox|followers|following}}",
        collections.show_actor_collection,
        name="instance-collection",
    ),
    web.get(_ACTOR, actors.show_actor, name="actor"),
    web.post(f"{_ACTOR}/inbox", inboxes.post_to_actor, name="inbox"),
    web.get(f"{_ACTOR}/catalogue", catalogues.show_catalogue, name="catalogue"),
    web.get(f"{_ACTOR}/catalogue/buckets", catalogues.show_catalogue, name="catalogue-buckets"),
    web.get(f"{_ACTOR}/catalogue/partners", show_partner_entries, name="catalogue-partners"),
    web.get(
        f"{_ACTOR}/followers_synchronization", collections.show_followers_on_host, name="followers-synchronization"
    ),
    web.get(
        f"{_ACTOR}/{{collection:{'|'.join(collections.NAMES)}}}",
        collections.show_actor_collection,
        name="actor-collection",
    ),
    web.get(_OBJECT, objects.show_object, name="object"),
    web.get(f"{_OBJECT}/instances/{{instance:i[0-9a-f]{{11}}}}", courses.show_instance, name="course-instance"),
    web.get(f"{_OBJECT}/items", objects.show_items, name="collection-items"),
    web.get(_DATE, objects.show_date, name="event-date-object"),
    *(
        route
        for prefix, name in ((_OBJECT, ""), (_DATE, "event-date-"))
        for route in (
            web.get(f"{prefix}/replies", collections.show_replies, name=f"{name}replies"),
            web.get(f"{prefix}/{{reactions:likes|shares}}", collections.show_reaction_count, name=f"{name}reactions"),
            web.get(f"{prefix}/{{part:attendees|organizers}}", objects.show_part, name=f"{name}part"),
        )
    ),
    web.get(r"/ap/c/{context:\d{1,19}}", collections.show_context, name="context"),
    web.get(r"/ap/x/{activity:\d{1,19}}", objects.show_activity, name="activity"),
    web.get(r"/ap/q/{stamp:\d{1,19}}", objects.show_quote_stamp, name="quote-stamp"),
]
