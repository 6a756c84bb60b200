"""Running commands beside a node, and asking its store what became of it."""

import asyncio
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from node import cli
from node.app.database import open_store
from node.config import Config

PASSWORD = "correct horse battery"


def rhizome(file: Path, *words: Any, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(cli.main, [*map(str, words), "--config", str(file)], input=stdin)


def ask(config: Config, fn: Any, *args: Any) -> Any:
    async def run() -> Any:
        store = open_store(config)
        await store.open()
        try:
            return await store.read(fn, *args)
        finally:
            await store.close()

    return asyncio.run(run())


def add_user(file: Path, name: str = "ada", *words: str, email: str = "ada@x.org", password: str = PASSWORD) -> Result:
    return rhizome(file, "user", "add", name, "--email", email, "--password-stdin", *words, stdin=password + "\n")


def record(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"https://uni.example/r/{number}",
        "kind": "article",
        "name": {"en": f"Course {number}"},
        "description": {"en": "A course."},
        "inLanguage": ["en"],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        **more,
    }


def lines(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(each) + "\n" for each in records)
