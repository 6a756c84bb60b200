"""The words of the protocol: names, capabilities, types.

What documents of ours say of their words is in ``federation.contexts``; what we understand, in ``federation.terms``.
"""

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

#: Beside an Add to the list of a collection: the place that what is in it shall have, from 1.
POSITION = "rz:position"
