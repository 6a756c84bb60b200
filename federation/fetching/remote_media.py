"""Files of other servers, fetched when a reader first sees them, kept for some days (MED8).

Readers get them from us, so other servers learn nothing about who reads here. A copy lies under the hash of its
address; what it is, its content says, and what is no picture or recording is not kept. An empty file stands for an
address that gave nothing usable, for some minutes. The folder is on this machine, even where other media are not:
losing it costs nothing but fetching again.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from federation.transport.http import OutboundClient
from node import log
from node.clock import DAY, HOUR, MINUTE, Clock
from node.config.settings import JobsSettings, MediaSettings
from node.domain.media import HEAD_BYTES, Form, recognise
from node.domain.moderation import Policies
from node.domain.uris import host_of
from node.errors import NodeError, NotFound

_FAILED_FOR = 10 * MINUTE
_TOUCH_EVERY = HOUR
_PARTIAL, _BROKEN_OFF = ".partial-", HOUR
_MIB = 1_048_576


@dataclass(frozen=True, slots=True)
class Copy:
    """A file of another server, as it lies here."""

    path: Path
    form: Form


class RemoteMedia:
    """The cache of one process in ``folder``, bounded by ``media``; any number of processes may share it."""

    def __init__(
        self,
        client: OutboundClient,
        clock: Clock,
        policies: Callable[[], Policies],
        folder: Path,
        media: MediaSettings,
        jobs: JobsSettings,
    ) -> None:
        self._client, self._clock, self._policies, self._folder = client, clock, policies, folder
        self._max_bytes, self._cache_bytes = media.file_mib * _MIB, media.cache_mib * _MIB
        self._keep_for = media.cache_days * DAY
        self._places = asyncio.Semaphore(jobs.fetches)
        self._fetching: dict[str, asyncio.Task[Copy | None]] = {}
        self._fetched_since_trim = 0

    async def find(self, url: str) -> Copy:
        """Our copy of a file, fetched if need be. Raises NotFound where there is none, or policy wants none."""
        host, policies = host_of(url), self._policies()
        if policies.is_blocked(host) or policies.refuses_media(host):
            raise NotFound
        known = await asyncio.to_thread(self._look, self._path(url))
        found = known if known is not None else await self._fetch_once(url)
        if not isinstance(found, Copy):
            raise NotFound
        return found

    def _path(self, url: str) -> Path:
        name = sha256(url.encode()).hexdigest()
        return self._folder / name[:2] / name

    def _look(self, path: Path) -> Copy | bool | None:
        """The copy that is there and young enough; False where the address gave nothing lately; None: fetch it."""
        with suppress(FileNotFoundError):  # at any moment: another process trims, too
            facts = path.stat()
            now, fetched_at = self._clock.now(), facts.st_mtime * 1000
            if fetched_at + (self._keep_for if facts.st_size else _FAILED_FOR) < now:
                return None
            if not facts.st_size:
                return False
            if facts.st_atime * 1000 + _TOUCH_EVERY < now:
                os.utime(path, (now / 1000, facts.st_mtime))
            form = _form_of(path)
            return Copy(path, form) if form is not None else None
        return None

    async def _fetch_once(self, url: str) -> Copy | None:
        """Whoever asks for the same file at the same time waits for one request."""
        task = self._fetching.get(url)
        if task is None:
            task = self._fetching[url] = asyncio.create_task(self._fetch(url), name="remote media")
            task.add_done_callback(lambda _: self._fetching.pop(url, None))
        return await asyncio.shield(task)

    async def _fetch(self, url: str) -> Copy | None:
        path = self._path(url)
        async with self._places:
            handle, name = await asyncio.to_thread(self._begin, path)
            with open(handle, "wb") as file:  # noqa: PTH123, ASYNC230 - a descriptor; pieces go to the page cache
                try:
                    await self._client.download(url, file, max_bytes=self._max_bytes)
                except (NodeError, OSError) as error:  # the disk may be full
                    log.event("media.not_fetched", error=error, url=url[:200])
                    file.seek(0)
                    file.truncate()
            return await asyncio.to_thread(self._end, Path(name), path)

    def _begin(self, path: Path) -> tuple[int, str]:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tempfile.mkstemp(dir=path.parent, prefix=_PARTIAL)

    def _end(self, partial: Path, path: Path) -> Copy | None:
        form = _form_of(partial)
        if form is None:
            partial.write_bytes(b"")
        size, now = partial.stat().st_size, self._clock.now() / 1000
        os.utime(partial, (now, now))
        partial.replace(path)
        self._fetched_since_trim += size
        if self._fetched_since_trim > self._cache_bytes // 8:
            self._trim(spare=path)
        return Copy(path, form) if form is not None else None

    # -- upkeep -----------------------------------------------------------------------------------------------------

    async def trim(self) -> None:
        """Remove copies that are too old, then the longest unused until the rest fits."""
        await asyncio.to_thread(self._trim)

    def _trim(self, spare: Path | None = None) -> None:
        self._fetched_since_trim = 0
        now, total = self._clock.now(), 0
        kept: list[tuple[float, int, Path]] = []
        for path, facts in self._copies():
            age, is_partial = now - facts.st_mtime * 1000, path.name.startswith(_PARTIAL)
            if path != spare and age > self._lasts(facts.st_size, is_partial=is_partial):
                path.unlink(missing_ok=True)
            elif not is_partial:  # somebody writes it
                kept.append((facts.st_atime, facts.st_size, path))
                total += facts.st_size
        for _, size, path in sorted(kept):
            if total <= self._cache_bytes:
                break
            if path != spare:
                path.unlink(missing_ok=True)
                total -= size

    def _lasts(self, size: int, *, is_partial: bool) -> int:
        """Milliseconds."""
        if is_partial:
            return _BROKEN_OFF
        return self._keep_for if size else _FAILED_FOR

    def _copies(self) -> Iterator[tuple[Path, os.stat_result]]:
        for folder in self._folder.glob("??"):
            for path in folder.iterdir():
                try:
                    facts = path.stat()
                except FileNotFoundError:  # another process trims, too
                    continue
                yield path, facts


def _form_of(path: Path) -> Form | None:
    with path.open("rb") as file:
        return recognise(file.read(HEAD_BYTES))
