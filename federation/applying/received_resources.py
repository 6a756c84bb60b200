"""Learning resources among what arrives: an Article whose ``mainEntity`` is a LearningResource."""

from federation.applying.batch import Batch
from federation.builders.resource_documents import write_document
from federation.mapping.digest import article_digest
from federation.mapping.resource import RESOURCE_TYPES, read_article
from node.domain.posts import RemotePost
from node.services.library import catalogue, publish, received_resources
from node.store.library import resources
from node.store.people.actors import Actor
from node.store.posts.objects import Object

#: The kind of such an object's row.
KIND = "resource"


def is_resource(post: RemotePost) -> bool:
    """Whether the post carries a learning resource; courses and pathways are learning resources too."""
    entity = post.main_entity
    if post.type != "Article" or not entity:
        return False
    types = entity.get("type", entity.get("@type"))
    named = types if isinstance(types, list) else [types]
    return not RESOURCE_TYPES.isdisjoint(each for each in named if isinstance(each, str))


def store(batch: Batch, author: Actor, stored: Object, post: RemotePost) -> None:
    """Keep the record beside the post, searchable; keep the copy of its owner's catalogue right."""
    document = post.document or {}
    batch.flush()
    read = read_article(document)
    if read.record is not None:
        before = resources.load_by_objects(batch.conn, [stored.id]).get(stored.id)
        received_resources.store_remote_resource(
            batch.conn, batch.unit, object_id=stored.id, record=read.record, grade=read.grade, warnings=read.problems
        )
        if before is not None and before.record.get("visibility") != read.record.get("visibility"):
            publish.retell(batch.conn, batch.unit, before, write_document)
    if author.catalogue:
        catalogue.apply_remote_change(batch.conn, batch.unit, author, stored.uri, article_digest(document))


def remove(batch: Batch, author: Actor, known: Object) -> None:
    """The owner withdrew it."""
    if known.kind != KIND:
        return
    received_resources.remove_remote_resource(batch.conn, known.id)
    if author.catalogue:
        catalogue.apply_remote_change(batch.conn, batch.unit, author, known.uri, None)
