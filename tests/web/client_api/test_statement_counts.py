"""Every list of the client API takes the same number of statements for 1, 20 and 40 rows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from node.clock import MINUTE
from node.domain.moderation import DomainPolicy
from node.store.federation import policies
from node.store.house import announcements, rules
from tests import media_files as files
from tests.answers import ANSWERS
from tests.client import App, app_of
from tests.records import record
from tests.statements import counted
from tests.web.conftest import Site

pytestmark = pytest.mark.usefixtures("each_database")

SIZES = (1, 20, 40)
#: Route -> address below ``/api``.
LISTS = {
    "client-rules": "v1/instance/rules",
    "client-instance-domain-blocks": "v1/instance/domain_blocks",
    "client-custom-emojis": "v1/custom_emojis",
    "client-announcements": "v1/announcements",
    "client-accounts": "v1/accounts?{accounts}",
    "client-suggestions-v1": "v1/suggestions?limit=40",
    "client-account-lists": "v1/accounts/{friend}/lists",
    "client-statuses": "v1/statuses?{statuses}",
    "client-status-history": "v1/statuses/{edited}/history",
    "client-notification-group": "v2/notifications/{group}",
    "client-notification-group-accounts": "v2/notifications/{group}/accounts?limit=40",
    "client-notification-requests": "v1/notifications/requests?limit=40",
    "client-filters": "v2/filters",
    "client-filters-first": "v1/filters",
    "client-filter-keywords": "v2/filters/{filter}/keywords",
    "client-filter-statuses": "v2/filters/{filter}/statuses",
    "client-featured-tags": "v1/featured_tags",
    "client-featured-tags-suggestions": "v1/featured_tags/suggestions",
    "client-account-featured-tags": "v1/accounts/{me}/featured_tags",
    "client-trends": "v1/trends?limit=40",
    "client-trends-tags": "v1/trends/tags?limit=40",
    "client-trends-statuses": "v1/trends/statuses?limit=40",
    "client-trends-links": "v1/trends/links?limit=40",
}
#: Fewer rows than 40 even where there is more.
MOST = {
    "client-notification-group": 8,
    "client-statuses": 20,
    "client-featured-tags": 10,
    "client-featured-tags-suggestions": 10,
    "client-account-featured-tags": 10,
    "client-trends": 20,
    "client-trends-tags": 20,
    "client-trends-links": 20,
}
#: Of one length for everybody.
FIXED = {"client-activity", "client-languages"}
#: Route -> the module beside this one that counts.
ELSEWHERE = {
    "client-account-endorsements": "people",
    "client-account-search": "people",
    "client-account-statuses": "timelines",
    "client-blocks": "people",
    "client-bookmarks": "timelines",
    "client-conversations": "announcements",
    "client-direct": "timelines",
    "client-directory": "suggestions",
    "client-endorsements": "people",
    "client-familiar-followers": "relationships",
    "client-favourites": "timelines",
    "client-follow-requests": "people",
    "client-followed-tags": "tags",
    "client-follows": "people",
    "client-home": "timelines",
    "client-link-timeline": "timelines",
    "client-list-members": "lists",
    "client-list-timeline": "timelines",
    "client-lists": "lists",
    "client-mutes": "people",
    "client-notification-groups": "notifications",
    "client-notifications": "notifications",
    "client-public": "timelines",
    "client-relationships": "relationships",
    "client-scheduled": "timelines",
    "client-search": "search",
    "client-search-v1": "search",
    "client-status-context": "statuses_reading",
    "client-status-favourited-by": "statuses_reading",
    "client-status-quotes": "statuses_reading",
    "client-status-reblogged-by": "statuses_reading",
    "client-suggestions": "suggestions",
    "client-tag-timeline": "timelines",
}
_WHOLE = {"Context", "GroupedNotifications", "Search", "SearchV1"}


def test_no_list_is_forgotten():
    lists = {name for name, answer in ANSWERS.items() if isinstance(answer, list) or answer in _WHOLE}
    assert lists == LISTS.keys() | FIXED | ELSEWHERE.keys()
    for module in set(ELSEWHERE.values()):
        assert "with counted(" in (Path(__file__).parent / f"test_{module}.py").read_text()


@dataclass
class World:
    """Somebody who has so many of everything."""

    site: Site
    me: App
    asked: App
    filter_id: str
    edited: str
    liked: str
    friend: App
    picture: Path
    group: str = ""
    people: list[App] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)

    def address(self, path: str) -> str:
        return path.format(
            accounts="&".join(f"id[]={person.me.id}" for person in self.people),
            statuses="&".join(f"id[]={each}" for each in self.statuses[:20]),
            friend=self.friend.me.id,
            edited=self.edited,
            group=self.group,
            filter=self.filter_id,
            me=self.me.me.id,
        )

    async def grow(self, size: int) -> None:
        for number in range(len(self.people), size):
            await self._add(number)
        self.site.clock.advance(2 * MINUTE)  # a look at the whole is kept for a minute
        (self.group,) = [found["group_key"] for found in (await self.me.get("v2/notifications"))["notification_groups"]]

    async def _add(self, number: int) -> None:
        """One more of everything."""
        name = f"{chr(97 + number // 26)}{chr(97 + number % 26)}"
        person = await app_of(self.site.peer, f"p{name}", discoverable=True)
        self.people.append(person)
        await person.post(f"v1/statuses/{self.liked}/favourite")
        posted = await person.post("v1/statuses", status=f"@{self.asked.me.username} about #tag{name}")
        self.statuses.append(posted["id"])
        me = self.me
        await self.friend.post("v1/statuses", status=f"about #tag{name}")
        await me.post(f"v1/statuses/{posted['id']}/favourite")
        if number < MOST["client-featured-tags"]:
            await me.post("v1/featured_tags", name=f"tag{name}")
        made = await me.post("v1/lists", title=name)
        await me.post(f"v1/lists/{made['id']}/accounts", account_ids=[str(self.friend.me.id)])
        words = {"context": ["home"], "keywords_attributes": [{"keyword": name}]}
        if number:
            await me.post("v2/filters", title=name, **words)
            await me.put(f"v1/statuses/{self.edited}", status=f"Version {number}")
        await me.post(f"v2/filters/{self.filter_id}/keywords", keyword=f"word{name}")
        await me.post(f"v2/filters/{self.filter_id}/statuses", status_id=posted["id"])
        published = await self.site.peer.publish(record(id=f"https://learn.uni.example/r/{name}#resource"))
        await me.post(f"v1/statuses/{published.object_id}/favourite")
        await self.site.peer.system.node.uploads.add_emoji(f"emoji{name}", "", self.picture, by=None)
        unit = self.site.peer.unit()

        def of_the_node(conn: Any) -> None:
            rules.put_rule(conn, rules.Rule(unit.ids.new(), f"Rule {name}", ""))
            policies.set_policy(conn, f"{name}.example", DomainPolicy.BLOCK, "", unit.now)
            said = {"source": name, "content": f"<p>{name}</p>", "published_at": unit.now, "updated_at": unit.now}
            announcements.insert_announcement(conn, {"id": unit.ids.new(), "all_day": False, **said})

        await self.site.store.write(of_the_node)


@pytest.fixture
async def world(site: Site, tmp_path: Path) -> World:
    me, asked, friend = [await app_of(site.peer, name) for name in ("ada", "ben", "cleo")]
    await me.post(f"v1/accounts/{friend.me.id}/follow")
    await asked.patch("v2/notifications/policy", for_not_following="filter")
    made = await me.post("v2/filters", title="All", context=["home"])
    edited, liked = [await me.post("v1/statuses", status=text) for text in ("Version 0", "Liked")]
    (tmp_path / "owl.png").write_bytes(files.picture("PNG", 16, 16))
    return World(site, me, asked, made["id"], edited["id"], liked["id"], friend, tmp_path / "owl.png")


async def test_the_number_of_rows_adds_no_statement(world: World) -> None:
    counts: dict[str, list[int]] = {name: [] for name in LISTS}
    who = {"client-notification-requests": world.asked, "client-featured-tags-suggestions": world.friend}
    for size in SIZES:
        await world.grow(size)
        for name, path in LISTS.items():
            app = who.get(name, world.me)
            await app.get(world.address(path))  # what is remembered between requests is
            with counted(world.site.store) as seen:
                found = await app.get(world.address(path))
            rows = found["accounts"] if name == "client-notification-group" else found
            assert len(rows) >= min(size, MOST.get(name, size)), name
            counts[name].append(len(seen))
    assert {name: numbers for name, numbers in counts.items() if len(set(numbers)) > 1} == {}
