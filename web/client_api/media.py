"""``/api/v2/media``, ``/api/v1/media``: uploads for posts; ``DELETE /api/v1/profile/...``: pictures of the profile."""

from aiohttp import web

from node.domain.media import MediaState
from node.errors import Invalid
from node.services.posts import media as service
from node.services.posts.uploads import Words
from node.state import NODE
from node.store.posts.media import Media
from web.client_api.answers import answer, empty
from web.client_api.callers import require
from web.client_api.media_entities import media_attachment
from web.client_api.parameters import read_id, read_parameters
from web.state import WEB
from web.uploads import on_disk, roomy

_SCOPE = "write:media"
_FILES = 2  # file and thumbnail


async def upload(request: web.Request) -> web.Response:
    """200 where it is done at once, 202 while it is processed."""
    return await _upload(request, wait=False)


async def upload_and_wait(request: web.Request) -> web.Response:
    """As clients of old do: the answer comes when it is done."""
    return await _upload(request, wait=True)


async def _upload(request: web.Request, *, wait: bool) -> web.Response:
    caller = await require(request, _SCOPE)
    uploads = request.app[NODE].uploads
    async with roomy(request, files=_FILES) as wide:
        sent = await read_parameters(wide)
        words = Words(sent.text("description") or "", sent.text("focus") or "")
        async with on_disk(request, sent.file("file"), sent.file("thumbnail")) as (file, thumbnail):
            if file is None:
                raise Invalid("A file is expected in the field file.")
            found = await uploads.take(caller.actor_id, file, words, thumbnail=thumbnail, wait=wait)
    return _shown(request, found, while_processing=202)


async def show(request: web.Request) -> web.Response:
    """206 while it is processed, 422 where that failed."""
    caller = await require(request, _SCOPE)
    found = await request.app[NODE].store.read(service.find_own, caller.actor_id, _id(request))
    if found.state == MediaState.FAILED:
        raise Invalid(found.problem)
    return _shown(request, found, while_processing=206)


async def change(request: web.Request) -> web.Response:
    """Description, focus and thumbnail of an upload that no post shows yet."""
    caller, node = await require(request, _SCOPE), request.app[NODE]
    media_id = _id(request)
    async with roomy(request, files=1) as wide:
        sent = await read_parameters(wide)
        found = await node.store.write(
            service.describe,
            caller.actor_id,
            media_id,
            description=sent.text("description"),
            focus=sent.text("focus"),
        )
        async with on_disk(request, sent.file("thumbnail")) as (thumbnail,):
            if thumbnail is not None:
                await node.uploads.set_thumbnail(caller.actor_id, media_id, thumbnail)
                found = await node.store.read(service.find_own, caller.actor_id, media_id)
    return _shown(request, found, while_processing=206)


async def delete(request: web.Request) -> web.Response:
    """Only what no post shows."""
    caller, node = await require(request, _SCOPE), request.app[NODE]
    await node.store.write(service.delete_own, node.unit(), caller.actor_id, _id(request))
    return empty()


def _shown(request: web.Request, found: Media, *, while_processing: int) -> web.Response:
    status = while_processing if found.state == MediaState.PROCESSING else 200
    return answer(media_attachment(found, request.app[WEB].pictures), status=status)


def _id(request: web.Request) -> int:
    return read_id(request.match_info["id"])


ROUTES = [
    web.post("/api/v2/media", upload, name="media-upload"),
    web.post("/api/v1/media", upload_and_wait, name="media-upload-v1"),
    web.get("/api/v1/media/{id:[0-9]{1,19}}", show, name="media-show"),
    web.put("/api/v1/media/{id:[0-9]{1,19}}", change, name="media-change"),
    web.delete("/api/v1/media/{id:[0-9]{1,19}}", delete, name="media-delete"),
]
