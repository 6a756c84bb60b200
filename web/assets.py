"""Style sheets, scripts, icons and drawings: read once, named by their content, kept by browsers for ever.

``Assets.url("rhizome.css")`` is an address that changes with the bytes, so what it answers never does. Style sheets
are joined from the parts listed in ``BUNDLES``; what they name with ``url("...")``, and what scripts import from
``"./..."``, is replaced by its own address.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import hdrs, web

STATIC = Path(__file__).parent / "static"
PREFIX = "/static/"
BUNDLES: Mapping[str, tuple[str, ...]] = {
    "rhizome.css": (
        "css/tokens.css",
        "css/base.css",
        "css/frame.css",
        "css/parts.css",
        "css/posts.css",
        "css/threads.css",
        "css/forms.css",
        "css/pages.css",
        "css/library.css",
        "css/member.css",
        "css/network.css",
        "css/courses.css",
        "css/search.css",
        "css/events.css",
        "css/admin.css",
        "css/print.css",
    ),
}
MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
}
_COMPRESSED = {".png"}
_IMPORT = re.compile(r'(?<= from )"\./([a-z]+\.js)"')
_REFERENCE = re.compile(r'url\("([a-z0-9./-]+)"\)')
_HEADERS: Mapping[str, str] = {
    hdrs.CACHE_CONTROL: "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    hdrs.VARY: hdrs.ACCEPT_ENCODING,
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served: ``name`` carries the hash (``rhizome.3f2a91c07b5e.css``)."""

    name: str
    media_type: str
    body: bytes
    is_compressed: bool  # already, by its own format


class Assets:
    """All static files, in memory (about 100 KiB)."""

    def __init__(self, folder: Path = STATIC) -> None:
        drawings = [path for path in sorted(folder.iterdir()) if path.suffix in MEDIA_TYPES]
        self._by_source = {path.name: _asset(path.name, path.read_bytes()) for path in drawings}
        for name, parts in BUNDLES.items():
            sheet = "\n".join((folder / part).read_text("utf-8") for part in parts)
            self._by_source[name] = _asset(name, self._resolved(sheet).encode())
        scripts = {path.name: path.read_text("utf-8") for path in sorted((folder / "js").iterdir())}
        for name in scripts:
            self._add_script(name, scripts)
        self._by_name = {asset.name: asset for asset in self._by_source.values()}

    def url(self, name: str) -> str:
        """The path of a file by the name it has in ``web/static``; KeyError where there is none."""
        return PREFIX + self._by_source[name].name

    def find(self, hashed_name: str) -> Asset | None:
        return self._by_name.get(hashed_name)

    async def serve(self, request: web.Request) -> web.Response:
        """Answer ``/static/{name}``; a name whose hash is not that of the present bytes is not found."""
        asset = self.find(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound(headers={"X-Content-Type-Options": "nosniff"})
        headers = {**_HEADERS, hdrs.CONTENT_TYPE: asset.media_type, hdrs.ETAG: f'"{asset.name}"'}
        if request.headers.get(hdrs.IF_NONE_MATCH) == headers[hdrs.ETAG]:
            return web.Response(status=304, headers=headers)
        if not asset.is_compressed and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            return web.Response(body=_gzipped(asset.body), headers={**headers, hdrs.CONTENT_ENCODING: "gzip"})
        return web.Response(body=asset.body, headers=headers)

    def _add_script(self, name: str, scripts: Mapping[str, str]) -> None:
        """What a script imports comes first, as its address is part of the script."""
        if name in self._by_source:
            return
        for needed in _IMPORT.findall(scripts[name]):
            self._add_script(needed, scripts)
        body = _IMPORT.sub(lambda match: f'"{self.url(match[1])}"', scripts[name])
        self._by_source[name] = _asset(name, body.encode())

    def _resolved(self, sheet: str) -> str:
        return _REFERENCE.sub(lambda match: f'url("{self.url(match[1])}")', sheet)


@cache
def packaged() -> Assets:
    """The files that come with the software; one set, however many nodes a process has."""
    return Assets()


def _asset(name: str, body: bytes) -> Asset:
    stem, _, suffix = name.rpartition(".")
    digest = hashlib.sha256(body).hexdigest()[:12]
    return Asset(f"{stem}.{digest}.{suffix}", MEDIA_TYPES[f".{suffix}"], body, f".{suffix}" in _COMPRESSED)


@cache
def _gzipped(body: bytes) -> bytes:
    """Made when a browser first asks for it, not while the node starts."""
    return gzip.compress(body, 9, mtime=0)
