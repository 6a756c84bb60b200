"""Hosts of a domain, as a condition of statements."""

from sqlalchemy import ColumnElement, literal

from node.store.tables import actors


def is_at(domain: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Of ``actors``: at home at this domain, a name or a column, or anywhere below it; the port does not matter.

    What ``domain_blocks.is_below`` and ``Policies.find`` say, for many.
    """
    host = literal(".") + actors.c.host + ":"
    if isinstance(domain, str):
        return host.contains(f".{domain}:", autoescape=True)
    return host.contains("." + domain + ":")
