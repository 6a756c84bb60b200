"""``rhizome migrate``: bring the database up to this version, after a backup."""

import click

from node.app.database import migrate_database
from node.cli.shared import with_config
from node.config import Config
from node.store.database.migrate import HEAD


@click.command("migrate")
@with_config
def command(config: Config) -> None:
    """Bring the database up to this version; the node must not be running."""
    done = migrate_database(config)
    click.echo(f"The schema of the database is {'now' if done else 'already'} {HEAD}.")
