"""Lists page by ids, with a Link header, and lose and repeat nothing."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import strategies as st

from tests.client import App, app_of
from tests.depth import examples
from tests.rows import each_row
from tests.web.client_api.conformance.conftest import Town

pytestmark = pytest.mark.asyncio(loop_scope="package")

NUMBER = 7
LISTS = [
    "v1/timelines/home", "v1/timelines/public", "v1/timelines/public?local=true", "v1/timelines/tag/paged",
    "v1/timelines/direct", "v1/timelines/list/{list}", "v1/accounts/{eve}/statuses",
    "v1/accounts/{eve}/statuses?exclude_replies=true", "v1/accounts/{eve}/followers", "v1/accounts/{eve}/following",
    "v1/bookmarks", "v1/favourites", "v1/notifications", "v1/notifications?types[]=favourite&types[]=mention",
    "v2/notifications?grouped_types[]=", "v1/blocks", "v1/mutes", "v1/domain_blocks", "v1/follow_requests",
    "v1/lists/{list}/accounts", "v1/statuses/{status}/favourited_by", "v1/statuses/{status}/reblogged_by",
    "v1/conversations", "v1/scheduled_statuses", "v1/followed_tags", "v1/endorsements",
]  # fmt: skip
#: Lists whose ids are those of what they show.
BY_ID = ["v1/timelines/home", "v1/timelines/public", "v1/accounts/{eve}/statuses", "v1/notifications"]


@dataclass
class Books:
    """Eve, all of whose lists have at least ``NUMBER`` entries."""

    town: Town
    eve: App
    names: dict[str, str]

    def path(self, path: str) -> str:
        return path.format(**self.names)


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def books(town: Town) -> AsyncIterator[Books]:
    eve = await app_of(town.peer, "eve")
    people = [await app_of(town.peer, f"p{number}") for number in range(NUMBER)]
    shy = [await app_of(town.peer, f"q{number}") for number in range(NUMBER)]
    listed = await eve.post("v1/lists", title="l")
    first = await town.say(eve, "first")
    for number, each in enumerate(people):
        await each.post(f"v1/accounts/{eve.me.id}/follow")
        await eve.post(f"v1/accounts/{each.me.id}/follow")
        await eve.post(f"v1/lists/{listed['id']}/accounts", account_ids=[str(each.me.id)])
        await eve.post(f"v1/accounts/{each.me.id}/endorse")
        await each.post(f"v1/statuses/{first['id']}/favourite")
        await each.post(f"v1/statuses/{first['id']}/reblog")
        said = await town.say(each, f"by {number} #paged")
        for act in ("favourite", "bookmark"):
            await eve.post(f"v1/statuses/{said['id']}/{act}")
        await town.say(each, "@eve", visibility="direct")
        await town.say(eve, f"mine {number}")
        await town.say(eve, "later", scheduled_at=f"2098-01-0{number + 1}T00:00:00Z")
        await eve.post(f"v1/tags/t{number}/follow")
        await eve.post("v1/domain_blocks", domain=f"d{number}.example")
    await eve.patch("v1/accounts/update_credentials", locked=True)
    for number, each in enumerate(shy):
        await eve.post(f"v1/accounts/{each.me.id}/{'block' if number % 2 else 'mute'}")
        await eve.post(f"v1/accounts/{people[number].me.id}/mute") if number < 1 else None
    for number in range(NUMBER):
        asking = await app_of(town.peer, f"r{number}")
        await asking.post(f"v1/accounts/{eve.me.id}/follow")
    await eve.post(f"v1/accounts/{people[0].me.id}/unmute")
    yield Books(town, eve, {"eve": str(eve.me.id), "list": listed["id"], "status": first["id"]})


def links(answer) -> dict[str, str]:
    found = re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers.get("Link", ""))
    return {rel: url for url, rel in found}


def keys(body) -> list[str]:
    entries = body["notification_groups"] if isinstance(body, dict) else body
    return [
        each if isinstance(each, str) else each.get("id") or each.get("group_key") or each["name"] for each in entries
    ]


async def walk(books: Books, path: str, limit: int, rel: str = "next") -> list[list[str]]:
    """The pages, along the Link headers."""
    url, pages = f"{books.path(path)}{'&' if '?' in path else '?'}limit={limit}", []
    for _ in range(300):
        answer = await books.eve.ask("GET", url)
        assert answer.status == 200
        page = keys(await answer.json())
        if page:
            pages.append(page)
        onward = links(answer).get(rel)
        if not onward or not page:
            return pages
        asked, sent = urlsplit(onward), urlsplit(url)
        assert onward.startswith(books.town.peer.origin + "/api/")
        kept = {name: value for name, value in parse_qsl(sent.query, True) if not name.endswith(("max_id", "min_id"))}
        assert kept.items() <= dict(parse_qsl(asked.query, True)).items()
        assert "_id=&" not in onward + "&"
        url = f"{asked.path}?{asked.query}"
    raise AssertionError(f"{path} does not end")


async def everything(books: Books, path: str) -> list[str]:
    return [each for page in await walk(books, path, 40) for each in page]


@each_row("path", LISTS)
async def test_walks_lose_and_repeat_nothing(books, path):
    whole = await everything(books, path)
    assert len(whole) >= (NUMBER // 2 if path in ("v1/blocks", "v1/mutes") else NUMBER)
    assert len(set(whole)) == len(whole)
    for limit in (1, 3):
        found = [each for page in await walk(books, path, limit) for each in page]
        assert found == whole


@each_row("path", LISTS)
async def test_walking_back_up_reaches_the_top(books, path):
    whole = await everything(books, path)
    pages = [await books.eve.ask("GET", f"{books.path(path)}{'&' if '?' in path else '?'}limit=2")]
    while onward := links(pages[-1]).get("next"):
        asked = urlsplit(onward)
        pages.append(await books.eve.ask("GET", f"{asked.path}?{asked.query}"))
        if not keys(await pages[-1].json()):
            pages.pop()
            break
    found = list(reversed(keys(await pages[-1].json())))
    answer = pages[-1]
    while above := links(answer).get("prev"):
        asked = urlsplit(above)
        answer = await books.eve.ask("GET", f"{asked.path}?{asked.query}")
        page = keys(await answer.json())
        if not page:
            break
        found += list(reversed(page))
    assert list(reversed(found)) == whole


@pytest.mark.parametrize("path", BY_ID)
async def test_any_window_is_the_part_that_its_ids_say(books, path):
    whole = [int(each) for each in await everything(books, path)]
    for below, above, since, limit in _windows():
        asked = {"limit": limit}
        ids = whole
        for name, at in (("max_id", below), ("min_id", above), ("since_id", since)):
            if at is not None:
                asked[name] = whole[at % len(whole)] + at % 3 - 1
        if "max_id" in asked:
            ids = [each for each in ids if each < asked["max_id"]]
        for name in ("since_id", "min_id"):
            if name in asked:
                ids = [each for each in ids if each > asked[name]]
        expected = ids[-limit:] if "min_id" in asked else ids[:limit]
        assert [int(each) for each in keys(await books.eve.get(books.path(path), **asked))] == expected, asked


def _windows() -> list[tuple[int | None, int | None, int | None, int]]:
    found: list[tuple[int | None, int | None, int | None, int]] = []
    places = st.none() | st.integers(0, 30)

    @seed(1)
    @examples(25, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(places, places, places, st.integers(1, 9))
    def draw(below, above, since, limit):
        found.append((below, above, since, limit))

    draw()
    return found


@each_row("limit", ["0", "-1", "nonsense", "100000", "9" * 30, "", "1.5"])
async def test_limits_are_clamped_not_refused(books, limit):
    assert len(await books.eve.get("v1/timelines/home", limit=limit)) <= 40


async def test_an_empty_list_leads_nowhere(books):
    answer = await books.town.dan.ask("GET", "v1/bookmarks?max_id=1")
    assert (await answer.json(), answer.headers.get("Link")) == ([], None)


async def test_links_are_never_of_the_host_that_is_asked_for(books):
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
        answer = await books.eve.ask("GET", "v1/timelines/home?limit=1", headers=headers)
        assert "evil.example" not in answer.headers.get("Link", "")
