"""The ``@context`` of what we say: each document explains the words that it uses, and no others."""

import functools
from typing import Any

from federation.vocab import AS2, DATA_INTEGRITY, RHIZOME, SCHEMA, SECURITY

_MAIN_ENTITY_SCOPE = [
    None,
    {
        "@vocab": SCHEMA,
        "id": "@id",
        "type": "@type",
        "rz": RHIZOME,
        "license": {"@id": "https://schema.org/license", "@type": "@id"},
        "url": {"@id": "https://schema.org/url", "@type": "@id"},
        "sameAs": {"@id": "https://schema.org/sameAs", "@type": "@id"},
        "isBasedOn": {"@id": "https://schema.org/isBasedOn", "@type": "@id"},
        "item": {"@id": "https://schema.org/item", "@type": "@id"},
        "itemListElement": {"@id": "https://schema.org/itemListElement", "@container": "@list"},
        # all languages of a text, all labels of a concept, and what no property fits (federation.mapping.entity)
        "nameMap": {"@id": "https://schema.org/name", "@container": "@language"},
        "descriptionMap": {"@id": "https://schema.org/description", "@container": "@language"},
        "prefLabel": {"@id": "http://www.w3.org/2004/02/skos/core#prefLabel", "@container": "@language"},
        "Concept": "http://www.w3.org/2004/02/skos/core#Concept",
        "extensions": {"@id": "rz:extensions", "@type": "@json"},
    },
]

CONTEXT: list[Any] = [
    AS2,
    SECURITY,
    {
        "@version": 1.1,
        "rz": RHIZOME,
        "schema": SCHEMA,
        "toot": "http://joinmastodon.org/ns#",
        "gts": "https://gotosocial.org/ns#",
        "Hashtag": "as:Hashtag",
        "sensitive": "as:sensitive",
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "attributionDomains": {"@id": "toot:attributionDomains", "@container": "@set"},
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
        "Multikey": "https://w3id.org/security#Multikey",
        "assertionMethod": {"@id": "https://w3id.org/security#assertionMethod", "@type": "@id"},
        "controller": {"@id": "https://w3id.org/security#controller", "@type": "@id"},
        "publicKeyMultibase": "https://w3id.org/security#publicKeyMultibase",
        "implements": {"@id": "https://w3id.org/fep/844e/implements", "@type": "@id", "@container": "@set"},
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
        "catalogue": {"@id": "rz:catalogue", "@type": "@id"},
        "communities": {"@id": "rz:communities", "@type": "@id"},
        "steps": {"@id": "rz:steps", "@type": "@id"},
        "revision": "rz:revision",
        "digest": "rz:digest",
        "credential": {"@id": "rz:credential", "@type": "@id"},
        "acceptedAnswer": {"@id": "schema:acceptedAnswer", "@type": "@id"},
        "mainEntity": {"@id": "schema:mainEntity", "@context": _MAIN_ENTITY_SCOPE},
    },
]

EXTRA_TERMS: dict[str, Any] = {
    # profiles and posts; the wrong schema.org address is the one that Mastodon expects
    "PropertyValue": "http://schema.org#PropertyValue",
    "value": "http://schema.org#value",
    "Emoji": "toot:Emoji",
    "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
    "blurhash": "toot:blurhash",
    "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
    "suspended": "toot:suspended",
    "votersCount": "toot:votersCount",
    "ostatus": "http://ostatus.org#",
    "conversation": "ostatus:conversation",
    "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
    # quotes (FEP-044f)
    "fep044f": "https://w3id.org/fep/044f#",
    "quote": {"@id": "fep044f:quote", "@type": "@id"},
    "quoteAuthorization": {"@id": "fep044f:quoteAuthorization", "@type": "@id"},
    "QuoteAuthorization": "fep044f:QuoteAuthorization",
    "QuoteRequest": "fep044f:QuoteRequest",
    "fedibird": "http://fedibird.com/ns#",
    "quoteUri": "fedibird:quoteUri",
    "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
    "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    # communities
    "lemmy": "https://join-lemmy.org/ns#",
    "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
    "Lock": "lemmy:Lock",
    "language": "schema:inLanguage",
    "identifier": "schema:identifier",
    # reactions
    "litepub": "http://litepub.social/ns#",
    "EmojiReact": "litepub:EmojiReact",
    # events (FEP-8a8e and Mobilizon)
    "fep8a8e": "https://w3id.org/fep/8a8e/",
    "mz": "https://joinmobilizon.org/ns#",
    "ical": "http://www.w3.org/2002/12/cal/ical#",
    "timezone": "mz:timezone",
    "uuid": "schema:identifier",
    "category": "schema:category",
    "status": "ical:status",
    "eventStatus": {"@id": "fep8a8e:eventStatus", "@type": "@vocab"},
    "EventScheduled": "fep8a8e:EventScheduled",
    "EventCancelled": "fep8a8e:EventCancelled",
    "EventPostponed": "fep8a8e:EventPostponed",
    "joinMode": "mz:joinMode",
    "externalParticipationUrl": {"@id": "mz:externalParticipationUrl", "@type": "schema:URL"},
    "anonymousParticipationEnabled": "mz:anonymousParticipationEnabled",
    "maximumAttendeeCapacity": "schema:maximumAttendeeCapacity",
    "remainingAttendeeCapacity": "schema:remainingAttendeeCapacity",
    "participantCount": "mz:participantCount",
    "participationMessage": "mz:participationMessage",
    "companions": "rz:companions",
    "sequence": "rz:sequence",
    "commentsEnabled": "https://joinpeertube.org/ns#commentsEnabled",
    "repliesModerationOption": "mz:repliesModerationOption",
    "draft": "mz:draft",
    "isOnline": "mz:isOnline",
    "inLanguage": "schema:inLanguage",
    "contacts": {"@id": "mz:contacts", "@type": "@id"},
    "organizers": {"@id": "fep8a8e:organizers", "@type": "@id"},
    "attendees": {"@id": "fep8a8e:attendees", "@type": "@id"},
    "superEvent": {"@id": "schema:superEvent", "@type": "@id"},
    "address": {"@id": "schema:address", "@type": "@id"},
    "PostalAddress": "schema:PostalAddress",
    "streetAddress": "schema:streetAddress",
    "postalCode": "schema:postalCode",
    "addressLocality": "schema:addressLocality",
    "addressRegion": "schema:addressRegion",
    "addressCountry": "schema:addressCountry",
    # offers and requests (FEP-0837)
    "vf": "https://w3id.org/valueflows/ont/vf#",
    "om2": "http://www.ontology-of-units-of-measure.org/resource/om-2/",
    "Intent": "vf:Intent",
    "Agreement": "vf:Agreement",
    "Commitment": "vf:Commitment",
    "purpose": "vf:purpose",
    "publishes": "vf:publishes",
    "reciprocal": "vf:reciprocal",
    "action": "vf:action",
    "stipulates": "vf:stipulates",
    "satisfies": {"@id": "vf:satisfies", "@type": "@id"},
    "resourceConformsTo": "vf:resourceConformsTo",
    "resourceQuantity": "vf:resourceQuantity",
    "unitBased": "vf:unitBased",
    "hasUnit": "om2:hasUnit",
    "hasNumericalValue": "om2:hasNumericalValue",
}
"""Terms that some of our documents use beyond ``CONTEXT``."""

_DEFINITIONS: dict[str, Any] = CONTEXT[2] | EXTRA_TERMS
_SECURITY_TERMS = frozenset({"publicKey", "publicKeyPem", "owner"})
_TYPE_KEYS = frozenset({"type", "eventStatus"})
_OWN_SCOPE = frozenset({"mainEntity", "@context"})  # not searched: they have contexts of their own


def explains_itself(value: Any) -> bool:
    """Whether this is a document with a context of its own, as what others wrote is carried."""
    return isinstance(value, dict) and "@context" in value


def with_context(document: dict[str, Any], *, signed: bool = False) -> dict[str, Any]:
    """The document with its ``@context`` in front: ours, trimmed to the terms that it uses.

    ``signed`` adds the context that integrity proofs need (FEP-8b32). A context that is already there is replaced,
    unless a proof covers it.
    """
    if "proof" in document and "@context" in document:
        return document
    words: set[str] = set()
    _collect(document, words)
    context = _trim(frozenset(words))
    names = [*context[:1], DATA_INTEGRITY, *context[1:]] if signed else list(context)
    return {"@context": names, **{name: value for name, value in document.items() if name != "@context"}}


def _collect(value: Any, words: set[str]) -> None:
    """Every word of a document of ours that a context may have to explain."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _DEFINITIONS or key in _SECURITY_TERMS:
                words.add(key)
            elif (prefix := key.partition(":")[0]) in _DEFINITIONS:
                words.add(prefix)
            if key in _TYPE_KEYS:
                named = item if isinstance(item, list) else (item,)  # what we answer is repeated there as it came
                words.update(word for word in named if isinstance(word, str) and word in _DEFINITIONS)
            elif key not in _OWN_SCOPE and not explains_itself(item):
                _collect(item, words)
    elif isinstance(value, list):
        for item in value:
            if not explains_itself(item):
                _collect(item, words)


@functools.lru_cache(maxsize=512)
def _trim(words: frozenset[str]) -> tuple[Any, ...]:
    needed = words | {prefix for word in words for prefix in _prefixes(_DEFINITIONS.get(word))}
    terms = {word: definition for word, definition in _DEFINITIONS.items() if word in needed}
    if "mainEntity" in terms:
        terms = {"@version": 1.1, **terms}
    security = (SECURITY,) if words & _SECURITY_TERMS else ()
    return (AS2, *security, *((terms,) if terms else ()))


def _prefixes(definition: Any) -> set[str]:
    """The prefixes that a term definition is written with."""
    parts = definition.values() if isinstance(definition, dict) else (definition,)
    found = {part.partition(":")[0] for part in parts if isinstance(part, str)}
    return {prefix for prefix in found if prefix in _DEFINITIONS}
