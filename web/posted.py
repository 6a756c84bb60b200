"""The fields of a form, as far as they can be read at all."""

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_request import FileField
from multidict import MultiDictProxy

from node.errors import Malformed

#: RuntimeError is what a transfer encoding raises that there is not.
_UNREADABLE = (ValueError, LookupError, RuntimeError, HttpProcessingError)


async def read_posted(request: web.Request) -> MultiDictProxy[str | bytes | bytearray | FileField]:
    """What was sent with a POST. Malformed where it is none: no charset, parts without end, heads of parts that lie."""
    try:
        return await request.post()
    except _UNREADABLE as error:
        raise Malformed("The form cannot be read.") from error
