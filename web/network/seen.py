"""The network as somebody sees it."""

from dataclasses import dataclass
from functools import cached_property

from node.domain.network import Network
from web.network.drawing import Drawing, draw


@dataclass(frozen=True)
class Seen:
    """The network with its drawing, as one viewer sees it."""

    network: Network
    own_host: str
    own_name: str

    @cached_property
    def drawing(self) -> Drawing:
        return draw(self.network, own_key=self.own_host, own_name=self.own_name)
