"""What people call a post that is more than that."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, case, select

from node.domain.communities import TopicKind
from node.domain.courses import KIND as COURSE
from node.domain.posts import PostKind
from node.store.database.prepared import Prepared
from node.store.posts.objects import RESOURCE
from node.store.tables import objects, resources, topics

#: Of a row of ``OBJECTS``: event, question, resource or course; of what is none of them ''.
CALLED = case(
    (resources.c.kind == COURSE, COURSE),
    (objects.c.kind.in_([PostKind.EVENT.value, RESOURCE]), objects.c.kind),
    (topics.c.kind == TopicKind.QUESTION.value, TopicKind.QUESTION.value),
    else_="",
).label("called")
OBJECTS = objects.outerjoin(topics, topics.c.object_id == objects.c.id).outerjoin(
    resources, resources.c.object_id == objects.c.id
)
_BY_ID = Prepared(
    select(objects.c.id, CALLED).select_from(OBJECTS).where(objects.c.id.in_(bindparam("ids", expanding=True))),
    many="ids",
)


def load_called(conn: Connection, object_ids: Collection[int]) -> dict[int, str]:
    """What these are called, by id."""
    return dict(_BY_ID.run(conn, {"ids": list(object_ids)})) if object_ids else {}
