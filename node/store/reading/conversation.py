"""What an object answers, and what answers it: ids for apps, whole rows for pages; whoever may read them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import CTE, BigInteger, Connection, Row, bindparam, literal, select

from node.store.database.prepared import Prepared
from node.store.tables import objects

MAX_DEPTH = 20
_OBJECT: Any = bindparam("object", type_=BigInteger)
_DEEPEST: Any = bindparam("deepest", type_=BigInteger)
_LIMIT: Any = bindparam("limit", type_=BigInteger)


def _above() -> CTE:
    """``id, depth`` of what an object answers, the nearest at depth 1; the last id is NULL."""
    first = select(objects.c.in_reply_to_id.label("id"), literal(1).label("depth")).where(objects.c.id == _OBJECT)
    chain, parent = first.cte("ancestors", recursive=True), objects.alias()
    return chain.union_all(
        select(parent.c.in_reply_to_id, chain.c.depth + 1).where(parent.c.id == chain.c.id, chain.c.depth < _DEEPEST)
    )


def _below() -> CTE:
    """``id, parent_id, depth`` of what answers an object, and what answers that, from depth 0."""
    columns = (objects.c.id, objects.c.in_reply_to_id.label("parent_id"), literal(0).label("depth"))
    first = select(*columns).where(objects.c.in_reply_to_id == _OBJECT)
    tree, child = first.cte("answers", recursive=True), objects.alias()
    return tree.union_all(
        select(child.c.id, child.c.in_reply_to_id, tree.c.depth + 1).where(
            child.c.in_reply_to_id == tree.c.id, tree.c.depth < _DEEPEST
        )
    )


@cache
def _ancestor_ids() -> Prepared:
    chain = _above()
    return Prepared(select(chain.c.id).where(chain.c.id.is_not(None)).order_by(chain.c.depth.desc()))


@cache
def _ancestors() -> Prepared:
    chain = _above()
    query = select(objects, chain.c.depth).join(chain, chain.c.id == objects.c.id)
    return Prepared(query.order_by(chain.c.depth.desc()), named=True)


@cache
def _answer_ids() -> Prepared:
    tree = _below()
    return Prepared(select(tree.c.id, tree.c.parent_id).order_by(tree.c.id).limit(_LIMIT))


@cache
def _answers() -> Prepared:
    tree = _below()
    query = select(objects, tree.c.depth).join(tree, tree.c.id == objects.c.id)
    return Prepared(query.order_by(objects.c.id).limit(_LIMIT), named=True)


def load_ancestor_ids(conn: Connection, object_id: int, most: int) -> list[int]:
    """What an object answers, the farthest first."""
    return [row[0] for row in _ancestor_ids().run(conn, {"object": object_id, "deepest": most})]


def load_ancestors(conn: Connection, object_id: int) -> Sequence[Row[Any]]:
    """Whole rows of what an object answers, the farthest first; one statement."""
    return _ancestors().run(conn, {"object": object_id, "deepest": MAX_DEPTH})


def load_answer_ids(conn: Connection, object_id: int, *, deepest: int, most: int) -> list[int]:
    """What answers an object, and what answers that: each answer after what it answers, the older first."""
    children: dict[int, list[int]] = {}
    for answer_id, parent_id in _answer_ids().run(conn, {"object": object_id, "deepest": deepest, "limit": most}):
        children.setdefault(parent_id, []).append(answer_id)
    ordered: list[int] = []
    waiting = list(reversed(children.get(object_id, [])))
    while waiting:
        ordered.append(waiting.pop())
        waiting += reversed(children.get(ordered[-1], []))
    return ordered


def load_answers(conn: Connection, object_id: int, *, limit: int = 200) -> Sequence[Row[Any]]:
    """Whole rows of the replies to an object and to those, each with its ``depth`` from 0, the oldest first."""
    return _answers().run(conn, {"object": object_id, "deepest": MAX_DEPTH, "limit": limit})
