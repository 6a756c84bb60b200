"""The fields of a form, as far as they can be read at all."""

import codecs

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_request import FileField
from multidict import MultiDictProxy

from node.errors import Malformed

#: RuntimeError is what a transfer encoding raises that there is not.
_UNREADABLE = (ValueError, LookupError, RuntimeError, HttpProcessingError)
#: Python knows codecs that no form is in, and one that takes minutes for a mebibyte (punycode).
_CHARSETS = frozenset({"ascii", "cp1252", "iso8859-1", "utf-8"})


class _Part(BodyPartReader):
    def get_charset(self, default: str) -> str:
        return _known(super().get_charset(default))


MultipartReader.part_reader_cls = _Part


async def read_posted(request: web.Request) -> MultiDictProxy[str | bytes | bytearray | FileField]:
    """What was sent with a POST. Malformed where it is none: no charset, parts without end, heads of parts that lie."""
    try:
        _known(request.charset or "utf-8")
        return await request.post()
    except _UNREADABLE as error:
        raise Malformed("The form cannot be read.") from error


def _known(charset: str) -> str:
    """Raises LookupError for whatever forms are not written in."""
    name = codecs.lookup(charset).name
    if name not in _CHARSETS:
        raise LookupError(charset)
    return name
