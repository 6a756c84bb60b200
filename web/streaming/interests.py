"""What is listened to, and what is sent to those who listen."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from web.streaming.channels import Channel


class Delivery(NamedTuple):
    """One event for some of those who listen to a channel; ``viewers`` None: for all of them."""

    channel: Channel
    viewers: Collection[int] | None
    event: str
    payload: bytes | None


@dataclass(frozen=True, slots=True)
class Interests:
    """What is listened to in this process at one moment: the people behind each channel."""

    channels: Mapping[Channel, frozenset[int]]

    def people(self, *names: str) -> set[int]:
        """Those who listen to something of their own."""
        return {viewer for channel, viewers in self.channels.items() if channel.name in names for viewer in viewers}

    def of(self, name: str) -> list[Channel]:
        return [channel for channel in self.channels if channel.name == name]
