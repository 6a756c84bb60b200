"""What every page has around its content, and how it leaves: as HTML with the headers of HTM8."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from aiohttp import hdrs, web

from node.domain.visibility import Visibility
from node.sentences import sentences
from node.state import NODE
from node.store.access.accounts import ADMIN, MEMBER
from node.translations import first_spoken
from web.design.page import Alternate, Notice, Page, View, Viewer
from web.language import choose
from web.sessions import session_of
from web.state import WEB

ACTIVITY = "application/activity+json"
#: What an address may hold between the angle brackets of a Link header.
_IN_LINK = "%:/?#[]@!$&'()*+,;=~"
SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    hdrs.VARY: "Accept, Accept-Language, Cookie",
}

_LED_BY, _OURS = "Sec-Fetch-Site", "same-origin"
#: What every page says after a form worked (:func:`done`).
_SAID: Mapping[str, str] = sentences(
    {
        "saved": "Saved.",
        "done": "Done.",
        "published": "It is published.",
        "sent": "It is sent. Only those whom it mentions can read it.",
        "deleted": "It has been deleted.",
    }
)


@cache
def security(media_origin: str = "") -> Mapping[str, str]:
    """The headers of a page; ``media_origin``: the host that serves our media, where that is another."""
    if not media_origin:
        return SECURITY
    policy = SECURITY["Content-Security-Policy"]
    for kind in ("img-src 'self'", "media-src 'self'"):
        policy = policy.replace(kind, f"{kind} {media_origin}")
    return {**SECURITY, "Content-Security-Policy": policy}


def page_of(request: web.Request, path: str, *, said: Mapping[str, str] = MappingProxyType({}), **what: Any) -> Page:
    """The frame of a page under ``path``, for whoever asks; ``what``: other fields of :class:`Page`.

    ``said``: what else it says after forms that lead here by :func:`done`.
    """
    session = session_of(request)
    viewer = None
    what["notice"] = what.get("notice") or _notice(request, said)
    if session is not None:
        viewer = Viewer(
            name=session.name or session.username,
            username=session.username,
            path=f"/@{session.username}",
            csrf=session.csrf,
            is_admin=session.role == ADMIN,
            is_moderator=session.role != MEMBER,
        )
    return Page(
        site=request.app[WEB].site(),
        path=path,
        now_at=request.app[NODE].clock.now(),
        language=language_of(request),
        viewer=viewer,
        **what,
    )


class _Told(Protocol):
    """What has a page: a post, an event, a resource."""

    @property
    def local(self) -> Any: ...
    @property
    def visibility(self) -> Any: ...


def embedding(request: web.Request, shown: _Told, path: str) -> tuple[Alternate, ...]:
    """Where sites that link to the page of something public of ours read what it is (``client_api.oembed``)."""
    if not shown.local or shown.visibility != Visibility.PUBLIC:
        return ()
    origin = request.app[NODE].config.origin
    told = f"{origin}/api/oembed?{urlencode({'url': origin + path})}"
    return (Alternate(media_type="application/json+oembed", href=told),)


def done(path: str, what: str) -> web.Response:
    """What was asked for by a form is done: on to the page that shows it and says so (``said`` of :func:`page_of`)."""
    page, mark, part = path.partition("#")
    return web.Response(status=303, headers={"Location": f"{page}{'&' if '?' in page else '?'}{what}{mark}{part}"})


def _notice(request: web.Request, said: Mapping[str, str]) -> Notice | None:
    """What was just done, where the address names it (``?published``), to whoever is signed in.

    Not where a link elsewhere, or in a mail, leads here by such an address; browsers tell.
    """
    if session_of(request) is None or request.headers.get(_LED_BY, _OURS) != _OURS:
        return None
    known = {**_SAID, **said}
    return next((Notice(text=known[name]) for name in request.query if name in known), None)


def language_of(request: web.Request) -> str:
    """What the address asks for (``lang``, as client apps do), else what the person chose, the browser, the node."""
    session = session_of(request)
    asked = [request.query.get("lang", ""), session.language if session else ""]
    asked.append(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))
    return choose(",".join(filter(None, asked)), first_spoken(request.app[NODE].config.node.languages))


def html(request: web.Request, view: View, status: int = 200) -> web.Response:
    """The page of a view. Nobody keeps what was made for somebody who is signed in."""
    body = request.app[WEB].render(view)
    is_private = view.page.viewer is not None or view.page.quiet
    headers = {
        **security(request.app[WEB].media_origin),
        hdrs.CACHE_CONTROL: "private, no-store" if is_private else "no-cache",
    }
    shown = next((each.href for each in view.page.alternates if each.media_type == ACTIVITY), None)
    if shown is not None:  # what fetches a page finds its object without reading it
        headers[hdrs.LINK] = f'<{quote(shown, safe=_IN_LINK)}>; rel="alternate"; type="{ACTIVITY}"'
    return web.Response(text=body, status=status, headers=headers, content_type="text/html")
