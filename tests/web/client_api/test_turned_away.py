"""Apps show nobody of a host that the node, or their reader, has blocked; what was told before counts, too."""

import pytest

from node.domain.moderation import DomainPolicy
from node.services.house import moderate
from node.store.federation import policies
from tests.client import app_of
from tests.network import network

pytestmark = pytest.mark.usefixtures("each_database")


async def test_notifications_and_conversations_name_nobody_of_a_blocked_host(tmp_path) -> None:
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        host = museum.system.node.config.host
        ada, ben, eve = await app_of(uni, "ada"), await app_of(uni, "ben"), await app_of(museum, "eve")
        posted = await ada.post("v1/statuses", status="Hello")
        await museum.system.federation.fetcher.actor(ada.me.uri)
        (found,) = (await eve.get("v2/search", q=posted["uri"], resolve=True))["statuses"]
        name = f"@ada@{uni.system.node.config.host}"
        await ben.post(f"v1/statuses/{posted['id']}/favourite")
        await eve.post(f"v1/statuses/{found['id']}/favourite")
        await eve.post("v1/statuses", status=f"{name} A word in private", visibility="direct")
        await net.settle()

        async def shown() -> list[list[str]]:
            listed = await ada.get("v1/notifications")
            grouped = await ada.get("v2/notifications")
            talks = await ada.get("v1/conversations")
            return [
                sorted(each["account"]["username"] for each in listed),
                sorted(each["username"] for each in grouped["accounts"]),
                [each["type"] for each in grouped["notification_groups"]],
                [person["username"] for each in talks for person in each["accounts"]],
            ]

        everything = [["ben", "eve", "eve"], ["ben", "eve"], ["mention", "favourite"], ["eve"]]
        without_eve = [["ben"], ["ben"], ["favourite"], []]
        assert await shown() == everything
        (talk,) = await ada.get("v1/conversations")
        await uni.store.write(policies.set_policy, host, DomainPolicy.BLOCK, "", uni.unit().now)
        await uni.system.federation.policies.load()
        assert await shown() == without_eve
        assert (await ada.ask("POST", f"v1/conversations/{talk['id']}/read")).status == 404
        await uni.store.write(policies.delete_policy, host)
        await uni.system.federation.policies.load()
        assert await shown() == everything
        domain = host.partition(":")[0]
        await ada.post("v1/domain_blocks", domain=domain)
        assert await shown() == without_eve
        await eve.post("v1/statuses", status=f"{name} And another", visibility="direct")
        await net.settle()
        await ada.delete("v1/domain_blocks", domain=domain)
        assert await shown() == without_eve


async def test_a_block_of_a_domain_ends_follows_whatever_the_port_of_its_hosts(tmp_path) -> None:
    async with network(tmp_path, "uni", "museum") as net:
        uni, museum = net.peers
        ada, eve = await app_of(uni, "ada"), await app_of(museum, "eve")
        boss = await uni.add_actor("boss")
        await uni.follow(ada.me, eve.me.uri)
        await net.settle()
        domain = museum.system.node.config.host.partition(":")[0]
        counted = await uni.store.read(policies.count_follows_by_domain)
        assert policies.follows_below(counted, domain) == 1
        assert (await uni.store.read(policies.count_effect, domain))["following"] == 1
        cut = await uni.store.write(moderate.set_policy, uni.unit(), boss.id, domain, DomainPolicy.BLOCK, "")
        assert cut == 1
        (told,) = await ada.get("v1/notifications")
        assert (told["type"], told["event"]["target_name"]) == ("severed_relationships", domain)
