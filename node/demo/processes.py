"""The nodes of the demo as processes of their own, driven through the command line like any other node."""

import asyncio
import http.client
import json
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from node.demo.organisations import Organisation
from node.errors import Unavailable

_STOP_WITHIN = 20.0  # seconds; then it is killed, which loses nothing either
_ASK_AGAIN = 0.5


class Served:
    """One organisation, its configuration, and the process that serves it."""

    def __init__(self, organisation: Organisation, folder: Path) -> None:
        self.organisation = organisation
        self.folder = folder / organisation.key
        self.file = self.folder / "rhizome.toml"
        self._process: asyncio.subprocess.Process | None = None

    def check_free(self) -> None:
        """Raises Unavailable where something else listens at its address: that would be taken for the node."""
        host, _, port = self.organisation.host.rpartition(":")
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, int(port)))
            except OSError as error:
                raise Unavailable(
                    f"Something else serves at {self.organisation.host} already. Is it another demo? End it first.",
                    detail=str(error),
                ) from error

    async def initialise(self) -> None:
        """Write its configuration, unless it is there from an earlier start."""
        if self.file.exists():
            return
        who = self.organisation
        words = ("--host", who.host, "--name", who.name, "--handle", who.handle, "--data", str(self.folder / "data"))
        await self.run("init", *words, "--development")

    async def run(self, *words: str) -> None:
        """One ``rhizome`` command for this node; Unavailable with its last words where it fails."""
        process = await self._spawn(*words, output=asyncio.subprocess.PIPE)
        said, _ = await process.communicate()
        if process.returncode:
            raise Unavailable(f"rhizome {words[0]} failed for {self.organisation.name}.", detail=said.decode()[-500:])

    async def start(self) -> None:
        """Serve, and come back when it listens; its log goes to ``serve.log`` in its folder."""
        with (self.folder / "serve.log").open("ab") as log:
            self._process = await self._spawn("serve", output=log.fileno())
        while not await asyncio.to_thread(self._answers):
            if self._process.returncode is not None:
                log_file = self.folder / "serve.log"
                raise Unavailable(f"{self.organisation.name} does not start; {log_file} says why.")
            await asyncio.sleep(_ASK_AGAIN)

    async def stop(self) -> None:
        """Let it finish what it does; kill it where it does not end."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def count(self, origin: str) -> int:
        """How many resources it shows to everybody: its own (``local``), or those of others (``remote``)."""
        found = await asyncio.to_thread(self._get, f"/api/learning/v1/resources?origin={origin}&limit=1")
        return int(found["total"]) if found else 0

    async def _spawn(self, *words: str, output: int) -> asyncio.subprocess.Process:
        who = self.organisation
        environment = {
            **os.environ,
            "RHIZOME_NODE__ACCENT": who.accent,
            "RHIZOME_NODE__DESCRIPTION": who.description,
            "RHIZOME_NODE__LANGUAGES": ",".join(who.languages),
            "RHIZOME_LOG__FORMAT": "text",
        }
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "node",
            *words,
            "--config",
            str(self.file),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
            start_new_session=True,  # Ctrl-C is told once, by us
        )

    def _answers(self) -> bool:
        return self._get("/readyz") is not None

    def _get(self, path: str) -> Any:
        """The JSON that its own address answers; None where it does not (yet)."""
        host, _, port = self.organisation.host.rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=5)
        with suppress(OSError, http.client.HTTPException, ValueError), closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == http.client.OK:
                return json.loads(body)
        return None


async def wait_for_each_other(nodes: Sequence[Served], *, within: float) -> bool:
    """Whether every node shows what the others publish before so many seconds have gone by.

    Somebody may have withdrawn something since an earlier start: it is not waited for.
    """
    shown = [min(each.organisation.shown_to_all, await each.count("local")) for each in nodes]
    end = asyncio.get_running_loop().time() + within
    while asyncio.get_running_loop().time() < end:
        counts = [await each.count("remote") for each in nodes]
        if all(count >= sum(shown) - own for count, own in zip(counts, shown, strict=True)):
            return True
        await asyncio.sleep(_ASK_AGAIN)
    return False
