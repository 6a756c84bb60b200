"""Adoption notes and reviews among what arrives: proven to be what they claim, or not taken in at all.

A note speaks for an organisation, so it counts only as that organisation's own: published by its actor, about the
resource that it answers, with an integrity proof on the note itself (FEP-8b32) by that actor's key. What fails is no
plain answer either: it was made to deceive.
"""

from federation.applying.batch import Batch
from federation.mapping import opinion
from federation.signatures.keypairs import PublicKey
from federation.signatures.multikey import decode_multikey
from federation.signatures.proofs import proof_key_id, verify_proof
from node.domain.actors import ActorKind
from node.domain.posts import RemotePost
from node.errors import NodeError
from node.services.library import opinions as service
from node.store.library import opinions, resources
from node.store.people import keys
from node.store.people.actors import Actor
from node.store.posts.objects import RESOURCE, Object

FORGED = "forged-opinion"


def refusal(batch: Batch, author: Actor, post: RemotePost) -> str:
    """Why an answer that claims to be a note or a review is not taken in; empty where nothing speaks against it."""
    entity = post.main_entity
    if entity is None or not (opinion.is_note(entity) or opinion.is_review(entity)):
        return ""
    if opinion.reference_of(entity, "author") != author.uri or not _is_about(batch, post):
        return FORGED
    if opinion.is_note(entity):
        is_genuine = author.kind == ActorKind.ORGANIZATION and _is_signed(batch, author, post)
        return "" if is_genuine and opinion.read_note(entity) is not None else FORGED
    return "" if opinion.read_review(entity) is not None else FORGED


def _is_about(batch: Batch, post: RemotePost) -> bool:
    """What it says it is about is what it answers, as far as that is known here."""
    parent = batch.object(post.in_reply_to)
    if not post.in_reply_to:
        return False
    if parent is None or parent.kind != RESOURCE:
        return parent is None
    held = resources.load_by_objects(batch.conn, [parent.id]).get(parent.id)
    about = opinion.reference_of(post.main_entity or {}, "itemReviewed")
    return held is None or about in {held.uri, held.record["id"]}


def _is_signed(batch: Batch, author: Actor, post: RemotePost) -> bool:
    document = post.document or {}
    key = keys.find_remote_key(batch.conn, proof_key_id(document) or "")
    if key is None or key.owner_uri != author.uri:
        return False
    try:
        read = decode_multikey if key.public.startswith("z") else PublicKey.from_pem
        signed = verify_proof(document, read(key.uri, key.public), now=batch.unit.now)
    except (NodeError, ValueError):
        return False
    return signed.get("id") == post.uri and signed.get("mainEntity") == post.main_entity


def store(batch: Batch, author: Actor, stored: Object, post: RemotePost, *, is_new: bool = False) -> None:
    """Keep what a note or a review says beside the answer that carries it."""
    entity = post.main_entity or {}
    if not post.in_reply_to or not (opinion.is_note(entity) or opinion.is_review(entity)):
        return
    batch.flush()
    opinions.drop(batch.conn, stored.id)
    note = opinion.read_note(entity) if opinion.is_note(entity) else None
    if note is not None:
        opinions.save_note(batch.conn, stored.id, post.in_reply_to, author.id, note)
    elif (review := opinion.read_review(entity)) is not None:
        opinions.save_review(batch.conn, stored.id, post.in_reply_to, author.id, *review)
    parent = batch.object(post.in_reply_to)
    if is_new and parent is not None and parent.kind == RESOURCE and parent.local:
        held = resources.load_by_objects(batch.conn, [parent.id]).get(parent.id)
        if held is not None:
            service.tell_author(batch.conn, batch.unit, stored.id, held)
