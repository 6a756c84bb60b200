"""``rhizome backup``: copy everything while the node serves, or compare such a copy with its manifest."""

import asyncio
from pathlib import Path

import click

from node.app.database import open_store
from node.cli.shared import with_config
from node.clock import SystemClock, to_rfc3339
from node.config import Config
from node.services.house.backups import Backup, make_backup, verify_backup
from node.store import facts


@click.command("backup")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--verify", is_flag=True, help="Make nothing: verify the backup that DIR is.")
@click.option("--with-secrets", is_flag=True, help="Copy the secrets too: keep such a backup like a key.")
@with_config
def command(config: Config, directory: Path, *, verify: bool, with_secrets: bool) -> None:
    """Make a new backup below DIR and verify it; works while the node runs."""
    if verify:
        _tell(verify_backup(directory))
        return
    now = SystemClock().now()
    made = verify_backup(make_backup(config, directory.absolute(), now, with_secrets=with_secrets))
    asyncio.run(_note(config, now))
    _tell(made)


async def _note(config: Config, now: int) -> None:
    """For ``/readyz`` and ``rhizome check``."""
    store = open_store(config)
    await store.open()
    try:
        await store.write(facts.save_fact, facts.BACKED_UP_AT, str(now))
    finally:
        await store.close()


def _tell(backup: Backup) -> None:
    rows = sum(backup.content.rows.values())
    click.echo(f"{backup.folder} is whole: {backup.host}, {to_rfc3339(backup.made_at)}, {rows} rows.")
