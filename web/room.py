"""What is not taken in while the disk is nearly full (REL4): anything that somebody would store.

Reading goes on, and so does what makes room or lets somebody in to make it. A form whose text would be lost with a page
of error asks for itself, and comes back with everything in it (``later``).
"""

import re

from aiohttp import hdrs, web

from node import health
from node.errors import Unavailable
from node.sentences import Sentence
from node.state import NODE

NOT_STORED = Sentence(
    "The node can store nothing right now. Nothing of what you wrote is lost: send it again in a few minutes."
)
_AGAIN_SECONDS = 60
#: Ways that store nothing: DELETE makes room.
_HARMLESS = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS, hdrs.METH_DELETE})
#: Signing in and out, what administrators do about it, and the inboxes, which look by themselves.
_OPEN = ("/sign-in", "/sign-out", "/oauth/", "/admin/", "/ap/")
_MAKES_ROOM = re.compile(r"-(?:delete|remove|revoke|end|withdraw|leave)(?:-form)?\Z")
#: Forms that ask for themselves.
KEEPING = frozenset(
    {"compose-form", "question-new-form", "thread-new-form", "post-edit-form"}
    | {"resource-new-form", "resource-edit-form", "event-publish", "event-change"}
    | {"resource-used-form", "resource-review-form", "community-new-form", "community-settings-form"}
)


def check_route(request: web.Request) -> None:
    """Raises Unavailable where a request would store something and nothing more is taken in."""
    if request.method in _HARMLESS or request.path.startswith(_OPEN):
        return
    name = request.match_info.route.name or ""
    if name not in KEEPING and not _MAKES_ROOM.search(name):
        check(request)


def check(request: web.Request) -> None:
    """Raises Unavailable where nothing more is taken in."""
    config = request.app[NODE].config
    if health.is_disk_low(config.data_dir, config.limits.disk_free_mib):
        raise Unavailable(
            "The node has no room for anything new right now; try again later.", retry_after_seconds=_AGAIN_SECONDS
        )


def later(form: web.Response, error: Unavailable) -> web.Response:
    """The form as it was sent, as the answer that it cannot be stored now."""
    form.set_status(web.HTTPServiceUnavailable.status_code)
    form.headers[hdrs.RETRY_AFTER] = str(error.retry_after_seconds)
    return form
