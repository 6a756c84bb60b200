"""The terms that we understand, however they are spelled. No context is ever fetched."""

from federation.vocab import AS, RHIZOME

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
