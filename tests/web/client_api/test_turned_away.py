"""Apps show nobody of a host that the node, or their reader, has blocked: nothing that was told before either."""

from node.domain.moderation import DomainPolicy
from node.store.federation import policies
from tests.client import app_of
from tests.network import network


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
        await ada.post("v1/domain_blocks", domain=host.partition(":")[0])
        assert await shown() == without_eve
        assert (await ada.ask("POST", f"v1/conversations/{talk['id']}/read")).status == 404
        await ada.delete("v1/domain_blocks", domain=host.partition(":")[0])
        assert await shown() == everything
        await uni.store.write(policies.set_policy, host, DomainPolicy.BLOCK, "", uni.unit().now)
        await uni.system.federation.policies.load()
        assert await shown() == without_eve
