"""Takes in what people upload: recognised, bounded, made safe by the worker process, stored, told to the database.

Pictures are processed while their sender waits. Recordings are left to a job where FFmpeg can look into them, so that
a crash loses none; without FFmpeg they are kept as they came.
"""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from node.clock import DAY, Clock
from node.config.settings import MediaSettings
from node.domain.media import (
    DOCUMENTS,
    FORMS,
    Form,
    MediaPurpose,
    MediaState,
    check_description,
    make_key,
    read_focus,
    recognise,
    recognise_document,
)
from node.errors import Invalid, Unavailable
from node.jobs.kind import Kind, single
from node.jobs.kinds import MEDIA
from node.jobs.outcome import Done, Outcome
from node.media.facts import ATTACHED, AVATAR, EMOJI, HEADER, Facts
from node.media.links import MediaLinks
from node.media.processor import Processor
from node.ports import MediaStore
from node.sentences import Sentence
from node.services.context import Unit
from node.services.posts import emojis
from node.services.posts import media as service
from node.services.posts import upload_files as files
from node.store.database.engine import Store
from node.store.jobs import Job
from node.store.posts import media as table
from node.store.posts.media import Media

_MIB = 1_048_576
#: What apps load by the dozen: the limits that other servers put on emojis too.
MAX_EMOJI_BYTES, MAX_EMOJI_SIDE = 256 * 1024, 512
_EMOJI_FORMS = frozenset({"PNG", "GIF", "WEBP"})
_SHAPES = {MediaPurpose.ATTACHMENT: ATTACHED, MediaPurpose.AVATAR: AVATAR, MediaPurpose.HEADER: HEADER}


@dataclass(frozen=True, slots=True)
class Words:
    """What its owner says about an upload: description and ``x,y``, as they were sent."""

    description: str = ""
    focus: str = ""

    def columns(self) -> dict[str, Any]:
        """Raises Invalid."""
        x, y = read_focus(self.focus) if self.focus else (None, None)
        return {"description": check_description(self.description), "focus_x": x, "focus_y": y}


class Uploads:
    """From a file on its way to a row of ``media``. ``folder``: for files on their way, on this machine."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        unit: Callable[[], Unit],
        storage: MediaStore,
        links: MediaLinks,
        settings: MediaSettings,
        folder: Path,
        is_disk_low: Callable[[], bool],
    ) -> None:
        self._store, self._clock, self._unit, self._settings, self._folder = store, clock, unit, settings, folder
        self._is_disk_low = is_disk_low
        self.storage, self.links, self.processor = storage, links, Processor()

    async def close(self) -> None:
        await self.processor.close()
        await self.storage.close()

    @property
    def largest_bytes(self) -> int:
        """Of anything that may be uploaded."""
        return max(self._settings.image_mib, self._settings.file_mib) * _MIB

    # -- taking in --------------------------------------------------------------------------------------------------

    async def take(
        self, owner_id: int, source: Path, words: Words, *, thumbnail: Path | None = None, wait: bool = False
    ) -> Media:
        """An upload for a post. ``wait``: process a recording now and not in a job. Raises Invalid, Unavailable."""
        columns, form = words.columns(), await self._recognise(source)
        async with self.scratch() as folder:
            if not form.demuxer:
                facts = await self.processor.attached_picture(source, folder, form, ATTACHED)
            elif not self.processor.has_ffmpeg:
                facts = files.as_it_came(form)
                await asyncio.to_thread(shutil.copyfile, source, folder / "original")
            elif wait:
                facts = await self.processor.recording(source, folder, form)
            else:
                return await self._take_later(owner_id, source, form, columns, thumbnail)
            facts = await self._with_thumbnail(facts, folder, thumbnail)
            return await self._keep(owner_id, MediaPurpose.ATTACHMENT, folder, facts, columns)

    async def take_file(self, owner_id: int, source: Path, words: Words) -> Media:
        """A file of a resource: a picture or recording as in a post, or a document, which is kept as it came.

        Raises Invalid, Unavailable.
        """
        form = await self._recognise(source, documents=True)
        if form.name not in DOCUMENTS:
            return await self.take(owner_id, source, words, wait=True)
        async with self.scratch() as folder:
            await asyncio.to_thread(shutil.copyfile, source, folder / "original")
            return await self._keep(owner_id, MediaPurpose.ATTACHMENT, folder, files.as_it_came(form), words.columns())

    async def take_picture(self, owner_id: int, source: Path, purpose: MediaPurpose) -> Media:
        """An avatar or header for ``services.posts.media.show_on_profile``. Raises Invalid, Unavailable."""
        form = await self._recognise(source)
        if form.demuxer:
            raise Invalid("A picture is expected.")
        async with self.scratch() as folder:
            facts = await self.processor.picture(source, folder, form, _SHAPES[purpose])
            return await self._keep(owner_id, purpose, folder, facts, {})

    async def add_emoji(self, shortcode: str, category: str, source: Path, *, by: int | None) -> None:
        """Let everybody here use a small picture as ``:shortcode:``; ``by``: None for the command line.

        Raises Invalid, Conflict, Unavailable.
        """
        await self._store.read(emojis.check, shortcode, category)  # before a picture is stored for nothing
        found = await self._take_emoji(await self._store.read(emojis.owner_id), source)
        await self._store.write(emojis.add, self._unit(), shortcode, category, found, self.links, by=by)

    async def _take_emoji(self, owner_id: int, source: Path) -> Media:
        form = await self._recognise(source)
        if form.name not in _EMOJI_FORMS:
            raise Invalid("An emoji is a PNG, GIF or WebP picture.")
        if (await asyncio.to_thread(source.stat)).st_size > MAX_EMOJI_BYTES:
            raise Invalid(Sentence("An emoji has at most {n} KiB.", n=MAX_EMOJI_BYTES >> 10))
        async with self.scratch() as folder:
            facts = await self.processor.picture(source, folder, form, EMOJI)
            if max(facts.original.width, facts.original.height) > MAX_EMOJI_SIDE:  # one that moves stays as large
                raise Invalid(Sentence("An emoji that moves has at most {n} pixels on a side.", n=MAX_EMOJI_SIDE))
            return await self._keep(owner_id, MediaPurpose.EMOJI, folder, facts, {})

    async def set_picture(self, actor_id: int, source: Path, purpose: MediaPurpose) -> str:
        """The same, shown at once; answers its address."""
        found = await self.take_picture(actor_id, source, purpose)
        url = self.links.stored(found.key)
        await self._store.write(service.show_on_profile, self._unit(), actor_id, purpose, found.id, url)
        return url

    async def set_thumbnail(self, owner_id: int, media_id: int, thumbnail: Path) -> None:
        """Another small picture for an upload that no post shows yet. Raises NotFound, Invalid, Unavailable."""
        found = await self._store.read(service.find_own, owner_id, media_id)
        if found.object_id is not None:
            raise Invalid("A post shows this; edit the post.")
        async with self.scratch() as folder:
            facts = await self._with_thumbnail(files.as_it_came(FORMS["MP4"]), folder, thumbnail)
            assert facts.small is not None
            key = make_key(secrets.token_hex(16), FORMS[facts.small.form].suffix, small=True)
            await self.storage.put(key, folder / "small")
        changed = {"small_key": key, "small_width": facts.small.width, "small_height": facts.small.height}
        await self._store.write(_replace_small, self._unit(), media_id, {**changed, "blurhash": facts.blurhash})

    async def _recognise(self, source: Path, *, documents: bool = False) -> Form:
        if self._is_disk_low():
            raise Unavailable("The node has no room for files right now; try again later.")
        size, head = await asyncio.to_thread(files.look_at, source)
        if not size:
            raise Invalid("This file is empty.")
        form = recognise(head) or (recognise_document(head) if documents else None)
        if form is None and documents:
            raise Invalid("This is no picture, recording or document of a kind that the node takes.")
        if form is None:
            raise Invalid("This is no picture, sound or video of a kind that the node takes.")
        is_file = bool(form.demuxer) or form.name in DOCUMENTS
        most = self._settings.file_mib if is_file else self._settings.image_mib
        if size > most * _MIB:
            raise Invalid(
                Sentence("A recording has at most {n} MiB.", n=most)
                if form.demuxer
                else Sentence("A file has at most {n} MiB.", n=most)
                if is_file
                else Sentence("A picture has at most {n} MiB.", n=most)
            )
        return form

    async def _with_thumbnail(self, facts: Facts, folder: Path, thumbnail: Path | None) -> Facts:
        if thumbnail is None:
            return facts
        form = await self._recognise(thumbnail)
        if form.demuxer:
            raise Invalid("A thumbnail is a picture.")
        async with self.scratch() as other:
            seen = await self.processor.picture(thumbnail, other, form, ATTACHED)
            await asyncio.to_thread((other / "small").replace, folder / "small")
        return Facts(facts.kind, facts.original, seen.small, seen.blurhash, facts.duration, facts.frame_rate)

    # -- keeping ----------------------------------------------------------------------------------------------------

    async def _keep(
        self, owner_id: int, purpose: MediaPurpose, folder: Path, facts: Facts, columns: dict[str, Any]
    ) -> Media:
        """The row first, so that files of an upload that breaks off are found and removed with it."""
        values = files.columns_of(facts) | {"bytes": await asyncio.to_thread(files.bytes_of, folder)}
        media_id = await self._add(owner_id, purpose, columns | values)
        await self._put(folder, values)
        await self._store.write(service.finish, self._unit(), media_id, values)
        found = await self._store.read(table.find_media, media_id)
        assert found is not None
        return found

    async def _add(self, owner_id: int, purpose: MediaPurpose, values: dict[str, Any]) -> int:
        new = {**values, "state": MediaState.PROCESSING.value}
        quota = self._settings.quota_mib * _MIB
        return await self._store.write(service.add, self._unit(), owner_id, purpose, new, quota_bytes=quota)

    async def _put(self, folder: Path, values: dict[str, Any]) -> None:
        await self.storage.put(values["key"], folder / "original")
        if values["small_key"]:
            await self.storage.put(values["small_key"], folder / "small")

    async def _take_later(
        self, owner_id: int, source: Path, form: Form, columns: dict[str, Any], thumbnail: Path | None
    ) -> Media:
        size, _ = await asyncio.to_thread(files.look_at, source)
        key = make_key(secrets.token_hex(16), form.suffix)
        values = {
            "kind": form.kind.value,
            "media_type": form.media_type,
            "source_key": key,
            "bytes": size,
        }
        media_id = await self._add(owner_id, MediaPurpose.ATTACHMENT, columns | values)
        if thumbnail is not None:
            await self.set_thumbnail(owner_id, media_id, thumbnail)
        await self.storage.put(key, source)
        await self._store.write(service.process_later, self._unit(), media_id)
        found = await self._store.read(table.find_media, media_id)
        assert found is not None
        return found

    # -- jobs -------------------------------------------------------------------------------------------------------

    def kind(self) -> Kind:
        """The work of ``node.jobs.kinds.MEDIA``."""
        return single(MEDIA, self._run, slots=1)

    async def _run(self, job: Job) -> Outcome:
        if job.ref is None:
            await self.storage.delete(job.payload["remove"])
            return Done()
        found = await self._store.read(table.find_media, job.ref)
        if found is not None and found.state == MediaState.PROCESSING and found.source_key:
            await self._process(found)
        return Done()

    async def _process(self, found: Media) -> None:
        form = next(form for form in FORMS.values() if form.media_type == found.media_type)
        async with self.scratch() as folder:
            source = folder / "source"
            await self._fetch(found.source_key, source)
            try:
                facts = await self.processor.recording(source, folder, form)
            except Invalid as error:
                await self._store.write(service.fail, self._unit(), found.id, error.public)
                return
            await asyncio.to_thread(source.unlink)
            values = files.columns_of(facts)
            if found.small_key:  # its owner gave a picture of it
                values = {name: value for name, value in values.items() if not name.startswith(("small_", "blurhash"))}
            values["bytes"] = await asyncio.to_thread(files.bytes_of, folder)
            await self._put(folder, {"small_key": "", **values})
        await self._store.write(service.finish, self._unit(), found.id, values)

    async def _fetch(self, key: str, target: Path) -> None:
        stored = await self.storage.get(key)
        if stored.path is not None:
            await asyncio.to_thread(shutil.copyfile, stored.path, target)
        elif stored.pieces is not None:
            with target.open("wb") as file:
                async for piece in stored.pieces:
                    file.write(piece)

    async def expire(self) -> None:
        """Upkeep: forget what nothing shows, and files on their way whose upload broke off."""
        await self._store.write(service.expire, self._unit())
        await asyncio.to_thread(files.sweep, self._folder, self._clock.now() - DAY)

    @asynccontextmanager
    async def scratch(self) -> AsyncIterator[Path]:
        """A folder for files on their way, gone afterwards."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=self._folder))
        try:
            yield folder
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _replace_small(conn: Any, unit: Unit, media_id: int, values: dict[str, Any]) -> None:
    before = table.find_media(conn, media_id)
    if before is not None and table.update_media(conn, media_id, **values):
        service.forget_files(conn, unit, [before.small_key])
    else:
        service.forget_files(conn, unit, [values["small_key"]])
