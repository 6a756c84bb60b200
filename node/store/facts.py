"""A few facts about this node itself."""

from sqlalchemy import Connection, delete, insert, select, update

from node.store.tables import facts

HOST = "host"  # under which all ids were minted
BACKED_UP_AT = "backed_up_at"  # the last verified backup, in milliseconds
KEYS_SWITCHED_AT = "keys_switched_at"  # when other keys of ours began to sign, in milliseconds
VAPID = "vapid"  # the sealed private key of push messages (node.services.news.vapid)


def load_fact(conn: Connection, name: str) -> str | None:
    value: str | None = conn.scalar(select(facts.c.value).where(facts.c.name == name))
    return value


def save_fact(conn: Connection, name: str, value: str) -> None:
    conn.execute(delete(facts).where(facts.c.name == name))
    conn.execute(insert(facts).values(name=name, value=value))


def hold(conn: Connection, name: str) -> None:
    """Until this unit ends, others (in every process) that hold the same fact wait, and then see what it did."""
    conn.execute(update(facts).where(facts.c.name == name).values(value=facts.c.value))
