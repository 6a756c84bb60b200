"""Actors: read from the documents of every peer that we know, written for all of them.

Reading refuses only what cannot be an actor: no usable id, type, inbox or user name. Everything else that is wrong is
left out. What belongs to one actor lies on one origin; only the inboxes may be elsewhere, over https.
"""

import re
from collections.abc import Iterator
from typing import Any

from federation import jsonld
from federation.jsonld import Doc
from federation.mapping.addressing import without_blind
from federation.mapping.community import read_community
from federation.mapping.limits import (
    MAX_ALIASES,
    MAX_FIELD,
    MAX_FIELDS,
    MAX_KEYS,
    MAX_NAME,
    MAX_PEM,
    MAX_SUMMARY_BYTES,
    MAX_TAGS,
    MAX_USERNAME,
)
from federation.mapping.media import page_address, picture
from federation.mapping.tags import build_emojis, read_emojis
from federation.vocab import ACTOR_KINDS, CAPABILITIES, TYPE_OF_ACTOR
from node.clock import to_rfc3339
from node.domain.actors import ActorKey, ActorKind, KeyAlgorithm, OwnActor, ProfileField, RemoteActor
from node.domain.uris import host_of, is_web_uri, origin_of, same_origin
from node.errors import Malformed
from node.text.richtext import clean, clean_loose, clean_plain_field, cut

_USERNAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\Z")
_SERVER_NAME = re.compile(r"[A-Za-z0-9\[][A-Za-z0-9.:\]-]*\Z")  # an instance actor is called like its host
_HANDLE = re.compile(r"(?:acct:)?@?(?P<user>[A-Za-z0-9_.:-]{1,255})@(?P<host>[A-Za-z0-9.:\[\]-]{1,255})\Z")
_MAX_CAPABILITIES = 50
_ED25519_MULTIKEY = "z6Mk"  # base58 of the multicodec prefix ed01
_RSA_MULTIKEY = "z4MX"  # of 8524
#: Under these an actor lists its keys.
KEY_TERMS = ("publicKey", "assertionMethod")
_ED25519_PEM = "MCowBQYDK2VwAyEA"


# -- reading --------------------------------------------------------------------------------------------------------


def read_actor(document: object, *, own_origin: str = "") -> RemoteActor:
    """The actor that a document describes. ``own_origin``: ours, which no stranger's inbox may have.

    Raises ``Malformed`` for what is no actor, or none that could be dealt with.
    """
    doc = jsonld.read(document)
    kind = next((ACTOR_KINDS[name] for name in doc.types if name in ACTOR_KINDS), None)
    if kind is None:
        raise Malformed("This is not an actor.", detail=doc.type[:100])
    uri = doc.id
    if not is_web_uri(uri):
        raise Malformed("The actor has no usable id.", detail=uri[:200])
    inbox = _inbox(doc.ref("inbox"), uri, own_origin)
    if not inbox:
        raise Malformed("The actor has no usable inbox.", detail=uri)
    return RemoteActor(
        uri=uri,
        kind=kind,
        username=_username(doc, kind),
        host=host_of(uri),
        inbox=inbox,
        webfinger=_webfinger(doc),
        name=clean_plain_field(doc.text("name", MAX_NAME)),
        summary_html=clean_loose(cut(doc.text("summary"), MAX_SUMMARY_BYTES)),
        url=page_address(doc),
        outbox=_own(doc, "outbox", uri),
        shared_inbox=_shared_inbox(doc, uri, own_origin),
        followers=_own(doc, "followers", uri),
        following=_own(doc, "following", uri),
        featured=_own(doc, "featured", uri),
        catalogue=_own(doc, "catalogue", uri),
        moderators=_moderators(doc, uri) if kind is ActorKind.GROUP else "",
        icon=picture(doc, "icon"),
        image=picture(doc, "image"),
        fields=_fields(doc),
        emojis=read_emojis(doc.objects("tag")[:MAX_TAGS]),
        also_known_as=tuple(filter(is_web_uri, doc.refs("alsoKnownAs")))[:MAX_ALIASES],
        moved_to=moved_to if is_web_uri(moved_to := doc.ref("movedTo")) else "",
        keys=_keys(doc, uri),
        keys_elsewhere=_keys_elsewhere(doc, uri),
        capabilities=_capabilities(doc),
        locked=_is_locked(doc),
        discoverable=doc.flag("discoverable") or False,
        indexable=doc.flag("indexable") or False,
        suspended=doc.flag("suspended") or False,
        community=read_community(doc, locked=_is_locked(doc)) if kind is ActorKind.GROUP else None,
        published_at=doc.time("published"),
        document=without_blind(doc.raw),
    )


def _inbox(address: str, uri: str, own_origin: str) -> str:
    """On the actor's origin, or elsewhere over https, but never here."""
    origin = origin_of(address)
    if not origin or origin == own_origin:
        return ""
    return address if origin == origin_of(uri) or origin.startswith("https:") else ""


def _shared_inbox(doc: Doc, uri: str, own_origin: str) -> str:
    """Under ``endpoints``, or at the top level (Discourse)."""
    endpoints = doc.child("endpoints")
    address = endpoints.ref("sharedInbox") if endpoints else ""
    return _inbox(address or doc.ref("sharedInbox"), uri, own_origin)


def _username(doc: Doc, kind: ActorKind) -> str:
    """``preferredUsername``, else the user of ``webfinger``. Raises ``Malformed`` for what is no name."""
    name = doc.text("preferredUsername") or _webfinger(doc).rpartition("@")[0]
    is_name = _USERNAME.match(name) or (kind is ActorKind.APPLICATION and _SERVER_NAME.match(name))
    if not is_name or len(name) > MAX_USERNAME:
        raise Malformed("The actor has no usable user name.", detail=name[:200])
    return name


def claim_of(document: object) -> str:
    """The handle that an actor's document claims, as ``RemoteActor.webfinger`` has it."""
    return _webfinger(jsonld.read(document))


def _webfinger(doc: Doc) -> str:
    found = _HANDLE.match(doc.text("webfinger"))
    return f"{found['user']}@{found['host'].lower()}" if found else ""


def _own(doc: Doc, term: str, uri: str) -> str:
    """A collection of the actor, where it lies on its own origin."""
    address = doc.ref(term)
    if address and not same_origin(address, uri):
        doc.warn(term, "on another host")
        return ""
    return address


def _moderators(doc: Doc, uri: str) -> str:
    """The collection of a community's moderators: ``attributedTo`` (FEP-1b12), ``moderators`` (older Lemmy).

    PeerTube lists the owner of a channel there, as an object, and Mobilizon names nobody.
    """
    listed = "" if doc.child("attributedTo") else _own(doc, "attributedTo", uri)
    return listed or _own(doc, "moderators", uri)


def _fields(doc: Doc) -> tuple[ProfileField, ...]:
    properties = [each for each in doc.objects("attachment") if each.type == "PropertyValue"]
    fields = (
        ProfileField(clean_plain_field(each.text("name", MAX_FIELD)), clean(each.text("value", MAX_FIELD)))
        for each in properties[:MAX_FIELDS]
    )
    return tuple(field for field in fields if field.name)


def _is_locked(doc: Doc) -> bool:
    """Mobilizon's groups also say so by ``openness``."""
    flag = doc.flag("manuallyApprovesFollowers")
    return flag if flag is not None else doc.text("openness") in {"invite_only", "moderated"}


def _capabilities(doc: Doc) -> tuple[str, ...]:
    """What its server implements (FEP-844e)."""
    listed = [each for generator in (doc, *doc.objects("generator")) for each in generator.refs("implements")]
    return tuple(dict.fromkeys(listed))[:_MAX_CAPABILITIES]


# -- keys -----------------------------------------------------------------------------------------------------------


def _keys(doc: Doc, uri: str) -> tuple[ActorKey, ...]:
    """Keys that lie on the actor's origin and name it as their owner, each id once."""
    found = [*_pem_keys(doc, uri), *_multikeys(doc, uri)]
    return tuple({key.id: key for key in reversed(found)}.values())[::-1][:MAX_KEYS]


def _keys_elsewhere(doc: Doc, uri: str) -> tuple[str, ...]:
    """Ids of keys that lie at addresses of their own, on the actor's origin."""
    return tuple(each for term in KEY_TERMS for each in key_ids(doc, term) if same_origin(each, uri))[:MAX_KEYS]


def key_ids(doc: Doc, term: str) -> list[str]:
    """Ids of the keys that stand in an actor's ``publicKey`` or ``assertionMethod`` by no more than that."""
    shown = {each.id for each in doc.objects(term)}
    return [each for each in doc.refs(term) if each not in shown]


def _pem_keys(doc: Doc, uri: str) -> Iterator[ActorKey]:
    for key in doc.objects("publicKey"):
        pem = key.text("publicKeyPem")
        if not _belongs_to(key, uri, "owner") or "PUBLIC KEY-----" not in pem or len(pem) > MAX_PEM:
            doc.warn("publicKey", "not usable")
            continue
        is_ed25519 = _ED25519_PEM in pem
        yield ActorKey(key.id, KeyAlgorithm.ED25519 if is_ed25519 else KeyAlgorithm.RSA, pem)


def _multikeys(doc: Doc, uri: str) -> Iterator[ActorKey]:
    """Keys as FEP-521a lists them."""
    algorithms = {_ED25519_MULTIKEY: KeyAlgorithm.ED25519, _RSA_MULTIKEY: KeyAlgorithm.RSA}
    for key in doc.objects("assertionMethod"):
        text = key.text("publicKeyMultibase")
        algorithm = algorithms.get(text[:4])
        if algorithm is None or not _belongs_to(key, uri, "controller") or len(text) > MAX_PEM:
            doc.warn("assertionMethod", "not usable")
            continue
        yield ActorKey(key.id, algorithm, text)


def _belongs_to(key: Doc, uri: str, owner: str) -> bool:
    return same_origin(key.id, uri) and key.ref(owner) == uri


# -- writing --------------------------------------------------------------------------------------------------------


def build_actor(actor: OwnActor) -> dict[str, Any]:
    """The document of one of our actors, without ``@context``; what is empty is left out."""
    uri = actor.uri
    document: dict[str, Any] = {
        "id": uri,
        "type": TYPE_OF_ACTOR[actor.kind],
        "preferredUsername": actor.username,
        "webfinger": f"{actor.username}@{actor.host}",
        "name": actor.name or actor.username,
        "summary": actor.summary_html,
        "url": actor.url or uri,
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers",
        "following": f"{uri}/following",
        "endpoints": {"sharedInbox": shared_inbox_of(uri)},
        "manuallyApprovesFollowers": actor.locked,
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        **_build_keys(actor),
        "generator": {"type": "Application", "implements": [dict(each) for each in CAPABILITIES]},
    }
    optional = _build_optional(actor) | _KIND_SPECIFIC.get(actor.kind, _nothing)(actor)
    return document | {key: value for key, value in optional.items() if value not in (None, "", [])}


def shared_inbox_of(uri: str) -> str:
    """The shared inbox of the node that an actor of ours lives on."""
    return f"{origin_of(uri)}/ap/inbox"


def _build_keys(actor: OwnActor) -> dict[str, Any]:
    """Lemmy takes one ``publicKey``, Mastodon the first of several: all others stand among the Multikeys."""
    main = next(key for key in actor.keys if not key.is_multikey)
    multikeys = [
        {"id": key.id, "type": "Multikey", "controller": actor.uri, "publicKeyMultibase": key.public}
        for key in actor.keys
        if key.is_multikey
    ]
    public_key = {"id": main.id, "owner": actor.uri, "publicKeyPem": main.public}
    return {"publicKey": public_key, **({"assertionMethod": multikeys} if multikeys else {})}


def _build_optional(actor: OwnActor) -> dict[str, Any]:
    uri = actor.uri
    return {
        "catalogue": f"{uri}/catalogue" if actor.has_catalogue else "",
        "icon": _build_picture(actor.icon),
        "image": _build_picture(actor.image),
        "attachment": [
            {"type": "PropertyValue", "name": field.name, "value": field.value_html} for field in actor.fields
        ],
        "tag": build_emojis(actor.emojis),
        "alsoKnownAs": list(actor.also_known_as),
        "movedTo": actor.moved_to,
        "attributionDomains": list(actor.attribution_domains),
        "published": to_rfc3339(actor.published_at) if actor.published_at else "",
        "updated": to_rfc3339(actor.updated_at) if actor.updated_at else "",
        "mainEntity": actor.main_entity,
        "suspended": actor.suspended or None,
    }


def _build_picture(address: str) -> dict[str, str] | None:
    """Lemmy takes exactly these two members."""
    return {"type": "Image", "url": address} if address else None


def _nothing(_actor: OwnActor) -> dict[str, Any]:
    return {}


def _group(actor: OwnActor) -> dict[str, Any]:
    return {
        "attributedTo": f"{actor.uri}/moderators",
        "featured": f"{actor.uri}/featured",
        "postingRestrictedToMods": actor.posting_restricted,
    }


def _with_featured(actor: OwnActor) -> dict[str, Any]:
    return {"featured": f"{actor.uri}/featured"}


def _organization(actor: OwnActor) -> dict[str, Any]:
    return _with_featured(actor) | {"communities": f"{actor.uri}/communities"}


def _person(actor: OwnActor) -> dict[str, Any]:
    return _with_featured(actor) | {"featuredTags": f"{actor.uri}/tags"}


_KIND_SPECIFIC = {
    ActorKind.PERSON: _person,
    ActorKind.ORGANIZATION: _organization,
    ActorKind.GROUP: _group,
    ActorKind.SERVICE: _with_featured,
}
