"""The map of the network is kept while nothing changes: counting it reads all follows of all communities.

Like the timelines of apps (``web.client_api.remembering``) it is kept for each viewer with the version of the database
that it was made from (``Store.version``), its drawing with it.
"""

from collections import OrderedDict
from dataclasses import dataclass

from aiohttp import web

from node.clock import MINUTE
from node.domain.moderation import Policies
from web.network.seen import Seen

#: Events pass by the clock, without a commit.
_FRESH_FOR = MINUTE
_MOST = 32


@dataclass(frozen=True, slots=True)
class _Kept:
    seen: Seen
    version: int
    made_at: int
    policies: Policies


class Networks:
    """The networks that were asked for lately, by the actor who asked, None for strangers."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int | None, _Kept] = OrderedDict()

    def find(self, viewer_id: int | None, version: int, now: int, policies: Policies) -> Seen | None:
        """What this viewer saw, if she would see the same now."""
        kept = self._kept.get(viewer_id)
        if kept is None or kept.version != version or kept.policies != policies:
            return None
        return kept.seen if 0 <= now - kept.made_at < _FRESH_FOR else None

    def keep(self, viewer_id: int | None, version: int, now: int, policies: Policies, seen: Seen) -> None:
        """Remember what was made from this version, or a later one."""
        self._kept[viewer_id] = _Kept(seen, version, now, policies)
        self._kept.move_to_end(viewer_id)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)


NETWORKS = web.AppKey("NETWORKS", Networks)
