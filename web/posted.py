"""The fields of a form, as far as they can be read at all."""

from aiohttp import web
from aiohttp.web_request import FileField
from multidict import MultiDictProxy

from node.errors import Malformed


async def read_posted(request: web.Request) -> MultiDictProxy[str | bytes | bytearray | FileField]:
    """What was sent with a POST. Malformed where its ``charset`` is none or its parts have no end."""
    try:
        return await request.post()
    except (ValueError, LookupError) as error:
        raise Malformed("The form cannot be read.") from error
