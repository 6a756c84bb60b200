"""Accounts about topics: what fits is shown to followers here and on another node; busy days come in a digest."""

from pathlib import Path

import pytest

from federation.actors.topic_accounts import create_topic_account, prepare_topic_account
from node.clock import DAY, HOUR, FixedClock
from node.domain.media import MediaPurpose
from node.domain.selections import of_query
from node.domain.visibility import Visibility
from node.secretbox import SecretBox
from node.services.accounts.house_profiles import HouseProfile
from node.services.accounts.topic_accounts import remove
from node.services.library.digests import A_DAY, Digests
from node.store.library.topic_accounts import TopicAccount
from tests.client import App
from tests.media_files import picture
from tests.network import SECRET, Network, Peer, network
from tests.records import record

pytestmark = pytest.mark.usefixtures("each_database")
NOW = 1_790_000_000_000
_WOUNDS = "https://w3id.org/kim/hochschulfaechersystematik/n185"


def resource(peer: Peer, number: int, **parts):
    return record(id=f"{peer.origin}/r/{number}", name={"en": f"Wound care {number}"}, **parts)


async def topic_account(peer: Peer, query: str = "q=wound") -> TopicAccount:
    profile = HouseProfile(name="New in nursing", description="What is new.", topics=("nursing",))
    unit = peer.unit()
    new = prepare_topic_account(unit, SecretBox(SECRET), "nursing", profile, of_query(query))
    return await peer.store.write(lambda conn: create_topic_account(conn, unit, new, by=None))


def _square(folder: Path) -> Path:
    drawn = folder / "square.png"
    drawn.write_bytes(picture())
    return drawn


async def home(app: App) -> list[tuple[str, str]]:
    """``(who showed it, title)`` of the home timeline, the newest first."""
    found = await app.get("v1/timelines/home", limit=40)
    return [(each["account"]["acct"].partition("@")[0], (each["reblog"] or each)["content"]) for each in found]


async def tell(net: Network, peer: Peer) -> None:
    await Digests(peer.store, peer.unit, ("en",)).run()
    await net.settle()


async def test_what_fits_is_shown_to_followers_here_and_elsewhere_once(tmp_path) -> None:
    async with network(tmp_path, "uni", "museum", clock=FixedClock(NOW)) as net:
        uni, museum = net.peers
        ada, eve = await uni.add_actor("ada"), await museum.add_actor("eve")
        await uni.publish(resource(uni, 1))
        await uni.publish(record(id=f"{uni.origin}/r/casting"))
        account = await topic_account(uni, f"q=wound&topic={_WOUNDS}&topic=none")
        await net.settle()
        shown = await App(uni).get(f"v1/accounts/{account.actor.id}/statuses")
        assert shown == []  # the words fit, the topic does not
        here = App(uni, await uni.token(ada), ada)
        assert (await here.post(f"v1/accounts/{account.actor.id}/follow"))["following"]
        await museum.follow(eve, account.actor.uri)
        await net.settle()
        there = App(museum, await museum.token(eve), eve)
        seen = (await there.get("v2/search", q=account.actor.handle, type="accounts"))["accounts"][0]
        assert (seen["bot"], seen["display_name"]) == (True, "New in nursing")

        about = [{"id": _WOUNDS, "prefLabel": {"en": "Nursing"}}]
        await uni.publish(resource(uni, 2, about=about))
        await uni.publish(resource(uni, 3, about=about), Visibility.ORGANISATION)
        await net.settle()
        for app in (here, there):
            assert [(who, "Wound care 2" in text) for who, text in await home(app)] == [("nursing", True)]
        document = (await uni.get(account.actor.uri))[1]
        assert (document["type"], "catalogue" in document) == ("Service", False)
        await uni.system.node.uploads.set_picture(account.actor.id, _square(tmp_path), MediaPurpose.AVATAR)
        await net.settle()
        seen = await there.get(f"v1/accounts/{seen['id']}")
        assert seen["avatar"].startswith(f"{museum.origin}/media/remote/")
        # what no longer fits is taken back everywhere, what fits again is not news
        await uni.publish(resource(uni, 2))
        await net.settle()
        assert [await home(app) for app in (here, there)] == [[], []]


async def test_a_resource_of_the_network_is_shown_and_an_account_that_goes_takes_its_boosts_along(tmp_path) -> None:
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        ada, eve = await uni.add_actor("ada"), await museum.add_actor("eve")
        await uni.follow(ada, (await museum.organisation()).uri)
        account = await topic_account(uni)
        await museum.follow(eve, account.actor.uri)
        await net.settle()
        await museum.publish(resource(museum, 1))
        await net.settle()
        here, there = App(uni, await uni.token(ada), ada), App(museum, await museum.token(eve), eve)
        assert [who for who, _ in await home(here)] == ["museum"]  # she follows its owner, not the account
        assert [who for who, _ in await home(there)] == ["nursing"]
        assert len(await App(uni).get(f"v1/accounts/{account.actor.id}/statuses")) == 1
        await uni.store.write(remove, uni.unit(), "nursing")
        await net.settle()
        assert await home(there) == []
        assert (await uni.get(account.actor.uri))[0] == 410


async def test_of_a_busy_day_the_rest_comes_in_one_digest(tmp_path) -> None:
    clock = FixedClock(NOW)
    async with network(tmp_path, "uni", "museum", clock=clock) as net:
        uni, museum = net.peers
        ada, bob, eve = await uni.add_actor("ada"), await uni.add_actor("bob"), await museum.add_actor("eve")
        account = await topic_account(uni)
        house = await uni.organisation()
        await museum.follow(eve, house.uri)
        await net.settle()
        here, loud, there = (
            App(uni, await uni.token(ada), ada),
            App(uni, await uni.token(bob), bob),
            App(museum, await museum.token(eve), eve),
        )
        await here.post(f"v1/accounts/{account.actor.id}/follow")
        await loud.post(f"v1/accounts/{house.id}/follow", notify=True)
        for number in range(A_DAY + 3):
            await uni.publish(resource(uni, number))
        await net.settle()
        assert len(await home(here)) == len(await home(there)) == A_DAY
        assert len(await home(loud)) == A_DAY + 3  # whoever rings the bell hears of each
        await tell(net, uni)
        assert len(await home(here)) == A_DAY  # not yet a day

        clock.advance(DAY + HOUR)
        await tell(net, uni)
        for app, who in ((here, "nursing"), (there, "uni")):
            (name, text), *rest = await home(app)
            assert (name, len(rest)) == (who, A_DAY)
            assert ("3 more new resources" in text, text.count(f'href="{uni.origin}/r/')) == (True, 3)
        await tell(net, uni)
        assert len(await home(here)) == A_DAY + 1
