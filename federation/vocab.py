"""The words of the protocol: names, types, capabilities, contexts and the terms that we understand.

What we say is in ``CONTEXT`` and ``EXTRA_TERMS``; what we understand, however it is spelled, in ``KNOWN_IRIS`` and
``means``. No context is ever fetched.
"""

import functools
from typing import Any

from node.domain.actors import ActorKind
from node.domain.posts import PostKind

# -- names ----------------------------------------------------------------------------------------------------------

AS2 = "https://www.w3.org/ns/activitystreams"
AS = f"{AS2}#"
SECURITY = "https://w3id.org/security/v1"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
RHIZOME = "https://w3id.org/rhizome#"
SCHEMA = "https://schema.org/"

PUBLIC = f"{AS}Public"
PUBLIC_SPELLINGS = frozenset({PUBLIC, "as:Public", "Public"})
"""Rule 2: always the first when sending, any of them when receiving."""

# -- capabilities (FEP-844e) ----------------------------------------------------------------------------------------

HTTP_SIGNATURES = "https://datatracker.ietf.org/doc/html/rfc9421"
ED25519_SIGNATURES = "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25"
CATALOGUE_SYNC = f"{RHIZOME}catalogue-sync"

CAPABILITIES = (
    {"href": HTTP_SIGNATURES, "name": "RFC-9421: HTTP Message Signatures"},
    {"href": ED25519_SIGNATURES, "name": "RFC-9421 signatures using the Ed25519 algorithm"},
    {"href": CATALOGUE_SYNC, "name": "Rhizome catalogue synchronisation"},
)
"""What ``generator.implements`` of each of our actors lists."""

# -- types ----------------------------------------------------------------------------------------------------------

ACTOR_KINDS = {
    "Person": ActorKind.PERSON,
    "Organization": ActorKind.ORGANIZATION,
    "Group": ActorKind.GROUP,
    "Service": ActorKind.SERVICE,
    "Application": ActorKind.APPLICATION,
}
ACTOR_TYPES = tuple(ACTOR_KINDS)  # a tuple, so that a type that is a list is simply not among them
TYPE_OF_ACTOR = {kind: name for name, kind in ACTOR_KINDS.items()}

POST_KINDS = {
    "Note": PostKind.NOTE,
    "Article": PostKind.ARTICLE,
    "Page": PostKind.PAGE,
    "Question": PostKind.QUESTION,
    "Event": PostKind.EVENT,
    "Video": PostKind.VIDEO,
    "Audio": PostKind.AUDIO,
    "Image": PostKind.IMAGE,
    "Document": PostKind.DOCUMENT,
    "ChatMessage": PostKind.NOTE,  # private messages of Lemmy and Pleroma
}
TYPE_OF_POST = {kind: name for name, kind in reversed(POST_KINDS.items())}

_ACTIVITIES = (
    "Accept Add AnnounceRequest Announce Arrive Block Create Delete Dislike EmojiReact FeatureRequest Flag Follow "
    "Ignore Invite Join Leave Like LikeRequest Listen Lock Move Offer QuoteRequest Read Reject Remove ReplyRequest "
    "Resolve TentativeAccept TentativeReject Travel Undo Update View Warn"
)
ACTIVITY_TYPES = frozenset(_ACTIVITIES.split())
"""``Question`` is not among them: everybody sends it as an object (a poll)."""

COLLECTION_TYPES = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})
TOMBSTONE = "Tombstone"

# -- what we say ----------------------------------------------------------------------------------------------------

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
            elif key not in _OWN_SCOPE and isinstance(item, dict | list):
                _collect(item, words)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict | list):
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


# -- what we understand ---------------------------------------------------------------------------------------------

PREFIXES = {
    "as": AS,
    "sec": "https://w3id.org/security#",
    "ldp": "http://www.w3.org/ns/ldp#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes that the contexts of AS2 and security define; a document declares all others itself."""

TERMS: dict[str, str] = {
    AS: "Accept Activity Add Announce Application Arrive Article Audio Block Collection CollectionPage Create Delete "
    "Dislike Document Event Flag Follow Group Hashtag Ignore Image Invite Join Leave Like Link Listen Mention Move "
    "Note Object Offer OrderedCollection OrderedCollectionPage Organization Page Person Place Profile Question Read "
    "Reject Relationship Remove Service TentativeAccept TentativeReject Tombstone Travel Undo Update Video View "
    "accuracy actor alsoKnownAs altitude anyOf attachment attributedTo audience bcc bto cc closed comments content "
    "context current deleted describes duration endTime endpoints first followers following formerType generator "
    "height href hreflang icon image inReplyTo instrument items last latitude liked likes location longitude "
    "manuallyApprovesFollowers mediaType movedTo name next object oneOf origin outbox partOf preferredUsername prev "
    "preview provideClientKey proxyUrl published quoteUrl radius rel relationship replies result sensitive "
    "sharedInbox shares signClientKey source startIndex startTime streams subject summary tag target to totalItems "
    "units updated uploadMedia url width",
    "http://www.w3.org/ns/ldp#": "inbox",
    "https://w3id.org/security#": "Key Multikey DataIntegrityProof assertionMethod authentication controller "
    "cryptosuite expires owner privateKeyPem proof proofPurpose proofValue publicKey publicKeyMultibase publicKeyPem "
    "revoked signature signatureValue verificationMethod",
    "http://joinmastodon.org/ns#": "Emoji attributionDomains blurhash discoverable featured featuredCollections "
    "featuredTags focalPoint indexable memorial suspended votersCount",
    "https://gotosocial.org/ns#": "always approvalRequired approvedBy automaticApproval canAnnounce canFeature canLike "
    "canQuote canReply hidesCcPublicFromUnauthedWeb hidesToPublicFromUnauthedWeb interactingObject interactionPolicy "
    "interactionTarget manualApproval",
    "https://join-lemmy.org/ns#": "CommunityPostTag Lock Resolve Warn distinguished language locked moderators "
    "postingRestrictedToMods removeData stickied",
    "http://litepub.social/ns#": "ChatMessage EmojiReact capabilities directMessage formerRepresentations invisible "
    "listMessage",
    "https://misskey-hub.net/ns#": "_misskey_content _misskey_quote _misskey_reaction _misskey_summary _misskey_votes "
    "isCat",
    "http://fedibird.com/ns#": "emojiReactions quoteUri searchableBy",
    "http://ostatus.org#": "atomUri conversation inReplyToAtomUri",
    "schema:": "PostalAddress PropertyValue acceptedAnswer address addressCountry addressLocality addressRegion "
    "category identifier inLanguage license mainEntity maximumAttendeeCapacity postalCode propertyID "
    "remainingAttendeeCapacity streetAddress superEvent value",
    "http://www.w3.org/2002/12/cal/ical#": "status",
    "https://joinmobilizon.org/ns#": "Member ResourceCollection Todo TodoList anonymousParticipationEnabled contacts "
    "discussions draft events externalParticipationUrl isOnline joinMode memberCount members openness "
    "participantCount participationMessage posts repliesModerationOption resources timezone todos",
    "https://joinpeertube.org/ns#": "Infohash Playlist aspectRatio commentsEnabled commentsPolicy downloadEnabled "
    "playlists support uuid views waitTranscoding",
    "https://purl.archive.org/socialweb/webfinger#": "webfinger",
    "https://purl.archive.org/socialweb/thread#": "thread",
    "https://w3id.org/fep/044f#": "QuoteAuthorization QuoteRequest quote quoteAuthorization",
    "https://w3id.org/fep/171b/": "contextHistory",
    "https://w3id.org/fep/844e/": "implements",
    "https://w3id.org/fep/8a8e/": "EventCancelled EventPostponed EventScheduled attendees eventStatus organizers",
    "https://w3id.org/valueflows/ont/vf#": "Agreement Commitment Intent Proposal action publishes purpose reciprocal "
    "resourceConformsTo resourceQuantity satisfies stipulates unitBased",
    "http://www.ontology-of-units-of-measure.org/resource/om-2/": "hasNumericalValue hasUnit",
    RHIZOME: "buckets catalogue communities companions credential digest oldestRevision revision sequence steps",
}
"""The terms that we understand, by namespace (``schema:`` stands for the four spellings of schema.org)."""

_ALSO = {
    f"{AS}items": ("orderedItems",),
    f"{AS}content": ("contentMap",),
    f"{AS}name": ("nameMap",),
    f"{AS}summary": ("summaryMap",),
    "schema:identifier": ("uuid",),  # Mobilizon
    "schema:inLanguage": ("language",),  # Lemmy, PeerTube
    "schema:license": ("licence",),  # PeerTube
    "schema:location": ("location",),  # Mobilizon
}
"""Terms that stand for an address beside the one of its own name; read as they are written."""

_SCHEMA_SPELLINGS = ("https://schema.org/", "http://schema.org/", "http://schema.org#", "https://schema.org#")
_CORE = (AS, "http://www.w3.org/ns/ldp#", "https://w3id.org/security#")

KNOWN_IRIS: dict[str, str] = {
    namespace + term: term for namespace, terms in TERMS.items() for term in terms.split()
} | {"schema:location": "location"}
"""Address of a term -> the name that we read it by."""

CORE_TERMS = frozenset(term for iri, term in KNOWN_IRIS.items() if iri.startswith(_CORE)) | {
    term for iri, terms in _ALSO.items() if iri.startswith(_CORE) for term in terms
}
"""Terms of AS2 and of the security vocabulary: a context cannot give them another meaning unnoticed."""

KNOWN_TERMS = frozenset(KNOWN_IRIS.values()) | {term for terms in _ALSO.values() for term in terms}

_MEANINGS = frozenset((term, iri) for iri, term in KNOWN_IRIS.items()) | {
    (term, iri) for iri, terms in _ALSO.items() for term in terms
}


def known_iri(iri: str) -> str:
    """The address in the spelling of ``KNOWN_IRIS``: schema.org has four.

    >>> known_iri("http://schema.org#value"), known_iri("http://joinmastodon.org/ns#featured")
    ('schema:value', 'http://joinmastodon.org/ns#featured')
    """
    for spelling in _SCHEMA_SPELLINGS:
        if iri.startswith(spelling):
            return "schema:" + iri[len(spelling) :]
    return iri


def means(term: str, iri: str) -> bool:
    """Whether a document that maps a known term to this address means what we mean by it.

    The core vocabularies are exact. Extensions move between namespaces, so there the same local name is enough; and
    a word that is mapped to a whole namespace was meant as a prefix (``webfinger`` of WordPress).
    """
    if (term, iri) in _MEANINGS:
        return True
    return term not in CORE_TERMS and iri.endswith((f"#{term}", f"/{term}", f":{term}", "#", "/"))


#: Beside an Add to the list of a collection: the place that what is in it shall have, from 1.
POSITION = "rz:position"
