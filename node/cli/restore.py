"""``rhizome restore``: the one command that needs the node stopped, and a data folder with nothing in it."""

from pathlib import Path

import click

from node.cli.shared import with_config
from node.clock import to_rfc3339
from node.config import Config
from node.services.house.backups import restore_backup


@click.command("restore")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@with_config
def command(config: Config, directory: Path) -> None:
    """Bring the backup DIR into an empty data folder; ids and keys stay what they were."""
    restored = restore_backup(config, directory)
    rows = sum(restored.content.rows.values())
    click.echo(f"Restored {restored.host} as it was at {to_rfc3339(restored.made_at)}: {rows} rows.")
    click.echo(f"Next: rhizome serve --config {config.file}")
