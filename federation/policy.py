"""The domain policies in memory, read again whenever anybody changes them."""

import asyncio

from node.domain.moderation import Policies
from node.store.database.engine import Store
from node.store.federation import policies


class PolicyWatch:
    """Answers with the policies of this moment; a change by any process is seen at once."""

    def __init__(self, store: Store, *, allow_list: bool, own_hosts: frozenset[str]) -> None:
        self._store, self._allow_list, self._own_hosts = store, allow_list, own_hosts
        self._current = Policies({}, allow_list, own_hosts=own_hosts)
        self._tasks: set[asyncio.Task[None]] = set()
        store.listen(self._on_signal)

    def __call__(self) -> Policies:
        return self._current

    async def load(self) -> None:
        self._current = await self._store.read(
            policies.load_policies, allow_list=self._allow_list, own_hosts=self._own_hosts
        )

    def _on_signal(self, name: str) -> None:
        if name == policies.SIGNAL:
            task = asyncio.get_running_loop().create_task(self.load(), name="load policies")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
