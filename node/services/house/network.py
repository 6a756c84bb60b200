"""The network as one viewer may see it: for the map, for the learning API, for administrators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from node.domain.moderation import Policies
from node.domain.network import Bridge, Goods, House, Network
from node.domain.uris import host_of
from node.store.federation import network as store
from node.store.library.resources import ANYBODY, Viewer

#: More organisations than any network that was heard of; what is beyond is not shown.
MOST_HOUSES = 1_000
MOST_BRIDGES = 60


@dataclass(frozen=True, slots=True)
class _Counted:
    resources: store.Counts
    courses: store.Counts
    events: store.Counts
    statuses: store.Counts  # posts and open resources
    open_resources: store.Counts

    def goods(self, host: str, origin: str) -> Goods:
        """``origin``: the host of its addresses, which need not be that of its handles."""
        courses = self.courses.get(origin, 0)
        return Goods(
            resources=max(0, self.resources.get(origin, 0) - courses),
            courses=courses,
            events=self.events.get(host, 0),
            posts=max(0, self.statuses.get(host, 0) - self.open_resources.get(origin, 0)),
        )


def load_network(conn: Connection, viewer: Viewer, policies: Policies, *, own_host: str, now: int) -> Network:
    """What this viewer may see; hosts that policies block or limit are left out, as they are from all lists."""
    communities = [
        each
        for each in store.load_communities(conn, viewer, limit=MOST_BRIDGES)
        if each.local or _is_shown(policies, each)
    ]
    homes = store.load_homes_of_members(conn, [each.actor_id for each in communities])
    meeting = {host for hosts in homes.values() for host in hosts} | {each.host for each in communities}
    known: dict[str, store.Organisation] = {}
    for each in store.load_organisations(conn, limit=MOST_HOUSES):
        if (each.is_followed or each.follows_us or each.host in meeting) and _is_shown(policies, each):
            known.setdefault(each.host, each)
    resources = store.count_resources(conn, viewer)
    counted = _Counted(
        resources=resources,
        courses=store.count_courses(conn, viewer),
        events=store.count_events(conn, viewer, now),
        statuses=store.count_statuses(conn, [own_host, *known]),
        open_resources=store.count_resources(conn, ANYBODY) if viewer.is_member else resources,
    )
    followers = store.count_follows(conn, known, of_us=True)
    following = store.count_follows(conn, known, of_us=False)
    houses = [
        House(
            actor_id=each.actor_id,
            host=host,
            username=each.username,
            name=each.name,
            received=counted.goods(host, host_of(each.uri)),
            is_followed=each.is_followed,
            follows_us=each.follows_us,
            followers=followers.get(host, 0),
            following=following.get(host, 0),
        )
        for host, each in known.items()
    ]
    bridges = _bridges(communities, homes, {own_host, *known})
    return Network(
        own=counted.goods(own_host, own_host),
        houses=sorted(houses, key=lambda house: (-house.weight, house.host)),
        bridges=bridges,
    )


def _is_shown(policies: Policies, actor: store.Organisation | store.Community) -> bool:
    host, uri = actor.host, actor.uri
    if policies.is_blocked(host) or policies.is_limited(host):
        return False
    return not policies.is_suspended(uri) and not policies.is_silenced(uri)


def _bridges(
    communities: Sequence[store.Community], homes: Mapping[int, Sequence[str]], hosts: set[str]
) -> Sequence[Bridge]:
    """Those that join at least two of these hosts; its home comes first."""
    found = []
    for each in communities:
        joined = [host for host in homes.get(each.actor_id, ()) if host in hosts and host != each.host]
        houses = (each.host, *joined) if each.host in hosts else tuple(joined)
        if len(houses) > 1:
            found.append(
                Bridge(
                    actor_id=each.actor_id,
                    username=each.username,
                    name=each.name,
                    home=each.host,
                    local=each.local,
                    houses=houses,
                    members=each.members,
                )
            )
    return sorted(found, key=lambda bridge: (-len(bridge.houses), -bridge.members, bridge.actor_id))
