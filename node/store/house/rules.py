"""What this node asks of everybody, and longer texts about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from node.store.database.engine import signal
from node.store.tables import node_texts, rules

#: Signalled by every change: whoever remembers what the node says about itself forgets it.
CHANGED = "node-texts"


@dataclass(frozen=True, slots=True)
class Rule:
    id: int
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class NodeText:
    """``html`` is clean."""

    markdown: str
    html: str
    updated_at: int


def load_rules(conn: Connection) -> list[Rule]:
    """In the order in which they are shown."""
    query = select(rules.c.id, rules.c.text, rules.c.hint).order_by(rules.c.position, rules.c.id)
    return [Rule(*row) for row in conn.execute(query)]


def put_rule(conn: Connection, rule: Rule) -> None:
    """Change a rule, or add it below the others."""
    values = {"text": rule.text, "hint": rule.hint}
    if not conn.execute(update(rules).where(rules.c.id == rule.id).values(**values)).rowcount:
        last = conn.scalar(select(func.max(rules.c.position))) or 0
        conn.execute(insert(rules).values(id=rule.id, position=last + 1, **values))
    signal(conn, CHANGED)


def order_rules(conn: Connection, ids: Sequence[int]) -> None:
    for position, rule_id in enumerate(ids, 1):
        conn.execute(update(rules).where(rules.c.id == rule_id).values(position=position))
    signal(conn, CHANGED)


def delete_rule(conn: Connection, rule_id: int) -> bool:
    signal(conn, CHANGED)
    return conn.execute(delete(rules).where(rules.c.id == rule_id)).rowcount > 0


def load_texts(conn: Connection) -> dict[str, NodeText]:
    """By name."""
    query = select(node_texts.c.name, node_texts.c.markdown, node_texts.c.html, node_texts.c.updated_at)
    return {row.name: NodeText(row.markdown, row.html, row.updated_at) for row in conn.execute(query)}


def put_text(conn: Connection, name: str, text: NodeText) -> None:
    """In the place of an earlier one; an empty one takes it away."""
    conn.execute(delete(node_texts).where(node_texts.c.name == name))
    if text.markdown.strip():
        values = {"markdown": text.markdown, "html": text.html, "updated_at": text.updated_at}
        conn.execute(insert(node_texts).values(name=name, **values))
    signal(conn, CHANGED)
