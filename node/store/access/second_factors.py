"""Second factors: the sealed secret of an account, the last code that was taken, and recovery codes as hashes."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, insert, select, update

from node.store.access.hashes import hash_of
from node.store.tables import accounts, recovery_codes


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """``last_step``: of the last code that was taken; older ones are not taken any more."""

    sealed: bytes = field(repr=False)
    last_step: int
    recovery_codes: int


def find_factor(conn: Connection, actor_id: int) -> SecondFactor | None:
    left = select(func.count()).where(recovery_codes.c.actor_id == actor_id).scalar_subquery()
    query = select(accounts.c.totp_sealed, accounts.c.totp_step, left).where(accounts.c.actor_id == actor_id)
    row = conn.execute(query).first()
    return SecondFactor(*row) if row and row.totp_sealed is not None else None


def set_factor(conn: Connection, actor_id: int, sealed: bytes, step: int, codes: Collection[str]) -> None:
    """A new secret and new recovery codes; the old ones end."""
    conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(totp_sealed=sealed, totp_step=step))
    replace_codes(conn, actor_id, codes)


def replace_codes(conn: Connection, actor_id: int, codes: Collection[str]) -> None:
    conn.execute(delete(recovery_codes).where(recovery_codes.c.actor_id == actor_id))
    if codes:
        conn.execute(insert(recovery_codes), [{"actor_id": actor_id, "code_hash": hash_of(code)} for code in codes])


def remove_factor(conn: Connection, actor_id: int) -> None:
    conn.execute(update(accounts).where(accounts.c.actor_id == actor_id).values(totp_sealed=None, totp_step=0))
    replace_codes(conn, actor_id, ())


def take_step(conn: Connection, actor_id: int, step: int) -> bool:
    """Note the step of a code; False where it was taken before."""
    query = update(accounts).where(accounts.c.actor_id == actor_id, accounts.c.totp_step < step)
    return conn.execute(query.values(totp_step=step)).rowcount == 1


def take_code(conn: Connection, actor_id: int, code: str) -> bool:
    """Use a recovery code up; False where there is no such code."""
    query = delete(recovery_codes).where(
        recovery_codes.c.actor_id == actor_id, recovery_codes.c.code_hash == hash_of(code)
    )
    return conn.execute(query).rowcount == 1
