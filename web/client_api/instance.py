"""``/api/v1/instance``, ``/api/v2/instance`` and what hangs on them."""

import hashlib
from typing import Any

from aiohttp import hdrs, web

from node.domain.moderation import LIMITING, DomainPolicy
from node.errors import NotFound
from node.services.house.house import TextName
from node.state import NODE
from node.store.federation import policies
from node.store.house import rules, usage
from node.store.house.rules import NodeText
from node.store.posts import emojis
from web.client_api.answers import answer
from web.client_api.callers import require
from web.client_api.entities.look import instant
from web.client_api.entities.media import own_emoji
from web.client_api.house import HOUSE
from web.client_api.instance_documents import rule_entity
from web.design.languages import LANGUAGES
from web.state import WEB

_PEERS_AT_MOST = 50_000
_CACHED: dict[str, str] = {hdrs.CACHE_CONTROL: "public, max-age=60"}

Entity = dict[str, Any]


async def show_first(request: web.Request) -> web.Response:
    return answer((await request.app[HOUSE]().documents())[0], headers=_CACHED)


async def show_second(request: web.Request) -> web.Response:
    return answer((await request.app[HOUSE]().documents())[1], headers=_CACHED)


async def show_activity(request: web.Request) -> web.Response:
    return answer(await request.app[HOUSE]().activity(), headers=_CACHED)


async def show_rules(request: web.Request) -> web.Response:
    found = await request.app[NODE].store.read(rules.load_rules)
    return answer([rule_entity(rule) for rule in found], headers=_CACHED)


async def show_extended_description(request: web.Request) -> web.Response:
    """What administrators wrote, or else the description of the configuration."""
    node = request.app[NODE]
    found = (await node.store.read(rules.load_texts)).get(TextName.ABOUT)
    if found is None:
        content = request.app[WEB].site().tagline
        return answer({"updated_at": None, "content": content}, headers=_CACHED)
    return answer(_text(found), headers=_CACHED)


async def show_privacy_policy(request: web.Request) -> web.Response:
    return answer(_text(await _find(request, TextName.PRIVACY)), headers=_CACHED)


async def show_terms(request: web.Request) -> web.Response:
    found = await _find(request, TextName.TERMS)
    date = instant(found.updated_at)[:10]
    entity = {"effective_date": date, "effective": True, "content": found.html, "succeeded_by": None}
    return answer(entity, headers=_CACHED)


async def _find(request: web.Request, name: TextName) -> NodeText:
    found = (await request.app[NODE].store.read(rules.load_texts)).get(name)
    if found is None:
        raise NotFound
    return found


def _text(found: NodeText) -> Entity:
    return {"updated_at": instant(found.updated_at), "content": found.html}


async def show_peers(request: web.Request) -> web.Response:
    return answer(await request.app[NODE].store.read(usage.load_peer_hosts, _PEERS_AT_MOST), headers=_CACHED)


_SEVERITIES = {DomainPolicy.BLOCK: "suspend"} | dict.fromkeys(LIMITING, "silence")


async def show_domain_blocks(request: web.Request) -> web.Response:
    """For people of this node; the reasons are the administrators' own."""
    await require(request, "read")
    found = await request.app[NODE].store.read(policies.list_policies)
    return answer(
        [
            {
                "domain": row.domain,
                "digest": hashlib.sha256(row.domain.encode()).hexdigest(),
                "severity": _SEVERITIES[DomainPolicy(row.policy)],
                "comment": "",
            }
            for row in found
            if row.policy in _SEVERITIES
        ]
    )


async def show_languages(_request: web.Request) -> web.Response:
    return answer([{"code": code, "name": name} for code, name in LANGUAGES.items()], headers=_CACHED)


async def show_translation_languages(_request: web.Request) -> web.Response:
    """This node translates nothing."""
    return answer({}, headers=_CACHED)


async def show_emojis(request: web.Request) -> web.Response:
    """Pictures of this node that stand for words, those that may be used."""
    found = await request.app[NODE].store.read(lambda conn: emojis.list_emojis(conn, enabled_only=True))
    return answer([own_emoji(each) for each in found], headers=_CACHED)


async def show_health(request: web.Request) -> web.Response:
    """A word that says that the node answers; ``/readyz`` says whether all is well."""
    await request.app[NODE].store.read(lambda _: None)
    return web.Response(text="OK")


ROUTES = [
    web.get("/api/v1/instance", show_first, name="client-instance-v1"),
    web.get("/api/v2/instance", show_second, name="client-instance"),
    web.get("/api/v1/instance/rules", show_rules, name="client-rules"),
    web.get("/api/v1/instance/extended_description", show_extended_description, name="client-extended-description"),
    web.get("/api/v1/instance/privacy_policy", show_privacy_policy, name="client-privacy-policy"),
    web.get("/api/v1/instance/terms_of_service", show_terms, name="client-terms"),
    web.get("/api/v1/instance/peers", show_peers, name="client-peers"),
    web.get("/api/v1/instance/activity", show_activity, name="client-activity"),
    web.get("/api/v1/instance/domain_blocks", show_domain_blocks, name="client-instance-domain-blocks"),
    web.get("/api/v1/instance/translation_languages", show_translation_languages, name="client-translations"),
    web.get("/api/v1/instance/languages", show_languages, name="client-languages"),
    web.get("/api/v1/custom_emojis", show_emojis, name="client-custom-emojis"),
    web.get("/health", show_health, name="health"),
]
