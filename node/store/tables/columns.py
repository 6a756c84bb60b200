"""What the columns of all tables are made of."""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, Dialect, ForeignKey, Integer, MetaData, Text, types

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Json(types.TypeDecorator[Any]):
    """A JSON value as text: the same bytes on both databases, and no driver that parses what nobody asked for."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 (the interface)
        return None if value is None else orjson.dumps(value).decode()

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Any]:  # noqa: ARG002 (the interface)
        return _loads


def _loads(value: str | None) -> Any:
    return None if value is None else orjson.loads(value)


def id_column() -> Column[int]:
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)


def actor_column(name: str, *, nullable: bool = False, index: bool = False, primary: bool = False) -> Column[int]:
    return Column(
        name, ForeignKey("actors.id", ondelete="CASCADE"), nullable=nullable, index=index, primary_key=primary
    )
