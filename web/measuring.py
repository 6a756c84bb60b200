"""``/metrics`` on a listener of its own: what is counted as it happens, and what is measured when somebody asks."""

import asyncio
import math
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage

from aiohttp import web
from sqlalchemy import Connection, text

from node import log, metrics
from node.clock import MINUTE, SECOND
from node.errors import Unavailable
from node.state import NODE, Node
from node.store import facts
from node.store.federation import hosts
from node.store.house import queue
from node.store.house.queue import Count

#: Media are many files; their sum is taken this often at most.
_MEDIA_EVERY = 5 * MINUTE
_DATABASE_BYTES = text("SELECT pg_database_size(current_database())")


@dataclass(frozen=True, slots=True)
class Found:
    """What the database says: jobs by kind, open circuits, when the last backup was verified, its own size."""

    jobs: list[Count]
    held: int
    backed_up_at: int | None
    database_bytes: int | None  # None: a file that can be looked at


def _look(conn: Connection, now: int) -> Found:
    backed_up_at = facts.load_fact(conn, facts.BACKED_UP_AT)
    return Found(
        queue.count_by_kind(conn, now),
        hosts.count_held(conn),
        int(backed_up_at) if backed_up_at else None,
        conn.scalar(_DATABASE_BYTES) if conn.dialect.name == "postgresql" else None,
    )


class Measuring:
    """Sets the gauges of ``node.metrics``."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._media, self._media_at = 0, -_MEDIA_EVERY

    async def measure(self) -> None:
        """Look at the database and the disk. Raises Unavailable where the database cannot be asked."""
        node, now = self._node, self._node.clock.now()
        if now - self._media_at >= _MEDIA_EVERY:
            self._media, self._media_at = await asyncio.to_thread(_sum, node.config.data_dir / "media"), now
        found = await node.store.read(_look, now)
        metrics.jobs_counted(
            {
                count.kind: {
                    "due": count.due,
                    "later": count.later,
                    "failing": count.failing,
                    "parked": count.parked,
                }
                for count in found.jobs
            },
            {count.kind: max(0, now - count.oldest_due_at) / SECOND for count in found.jobs if count.oldest_due_at},
        )
        metrics.circuits_counted(found.held)
        metrics.backup_verified(math.inf if found.backed_up_at is None else (now - found.backed_up_at) / SECOND)
        metrics.storage_measured(self._sizes(found), free=disk_usage(node.config.data_dir).free)

    def _sizes(self, found: Found) -> dict[str, int]:
        if found.database_bytes is not None:
            return {"database": found.database_bytes, "media": self._media}
        path = self._node.config.database_path
        wal = path.with_name(f"{path.name}-wal")
        return {"database": _size(path), "wal": _size(wal), "media": self._media}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone meanwhile, or not there yet
        return 0


def _sum(folder: Path) -> int:
    return sum(_size(path) for path in folder.rglob("*") if path.is_file())


MEASURING = web.AppKey("MEASURING", Measuring)


async def show_metrics(request: web.Request) -> web.Response:
    """What could not be measured keeps its last value: a database that is away is when figures are wanted most."""
    try:
        await request.app[MEASURING].measure()
    except Unavailable as error:
        log.event("metrics.incomplete", level=log.WARNING, error=error)
    return web.Response(body=metrics.render(), headers={"Content-Type": metrics.CONTENT_TYPE})


def build_metrics_app(node: Node) -> web.Application:
    """The application of the separate listener (``[metrics] listen``)."""
    app = web.Application()
    app[NODE] = node
    app[MEASURING] = Measuring(node)
    app.add_routes([web.get("/metrics", show_metrics)])
    return app
