"""Adoption notes, signed by the organisation: prepared, given a proof of their own, stored with it.

The proof (FEP-8b32) is on the note itself and not only on the activity that carries it, so that whoever holds a copy,
however it came there, can show who said it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from federation.contexts import with_context
from federation.mapping.opinion import build_note
from federation.mapping.post_document import build_post
from federation.signatures.keypairs import Algorithm
from federation.signatures.keys import Keyring
from federation.signatures.proofs import add_proof
from node.clock import to_rfc3339
from node.domain.posts import OwnPost
from node.services.context import Unit
from node.services.library import opinions
from node.services.library.authoring import Author, load_author
from node.services.library.opinions import Answer
from node.store.database.engine import Store
from node.store.posts.objects import Object


class AdoptionNotes:
    """Publishes notes in the name of the organisation."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store, self._keyring = store, keyring

    async def publish(
        self, unit: Unit, actor_id: int, slug: str, sent: Mapping[str, Any], *, note_id: int | None = None
    ) -> Object:
        """Say how the organisation used a resource, or change what it said (``note_id``).

        Raises Invalid with JSON paths, NotFound, Forbidden.
        """
        author, answer, row = await self._store.read(_prepare, unit, actor_id, slug, sent, note_id)
        document = with_context(_document(answer, row), signed=True)
        key = await self._keyring.signing_key(answer.author.id, Algorithm.ED25519)
        signed = add_proof(document, key, created_at=unit.now)
        return await self._store.write(opinions.save_note, unit, author, answer, signed)


def _prepare(
    conn: Connection, unit: Unit, actor_id: int, slug: str, sent: Mapping[str, Any], note_id: int | None
) -> tuple[Author, Answer, dict[str, Any]]:
    author = load_author(conn, actor_id)
    answer = opinions.prepare_note(conn, unit, author, slug, sent, note_id)
    return author, answer, opinions.row_of(conn, unit, answer)


def _document(answer: Answer, row: Mapping[str, Any]) -> dict[str, Any]:
    """The answer as other servers get it."""
    note = answer.details["adoption"]
    post = OwnPost(
        uri=row["uri"],
        author_uri=answer.author.uri,
        visibility=answer.visibility,
        published_at=answer.published_at,
        content_html=answer.content,
        content_map=answer.details["content_map"],
        language=answer.language,
        url=row["url"],
        in_reply_to=row["in_reply_to"],
        context=row["context"],
        audience=row["audience"],
        updated_at=answer.updated_at,
        main_entity=build_note(
            note,
            uri=row["uri"],
            about=answer.resource.record["id"],
            author_uri=answer.author.uri,
            author_name=answer.author.title,
        ),
    )
    document = build_post(post)
    return {**document, "cc": [*document["cc"], *answer.named], "published": to_rfc3339(answer.published_at)}
