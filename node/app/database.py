"""The database that the configuration names: opened, and brought up to this version."""

from node import metrics
from node.config import Config
from node.guard import refuse_upgrade_while_served
from node.store.database import migrate
from node.store.database.engine import Store


def open_store(config: Config) -> Store:
    """The store that the configuration names; drivers load with it. It must be opened by the caller."""
    if config.is_sqlite:
        from node.store.database.sqlite import SqliteBackend  # late: psycopg and aiosqlite exclude each other

        return Store(SqliteBackend(config.database_path), dialect="sqlite", on_commit=metrics.committed)
    from node.store.database.postgresql import PostgresqlBackend  # late: the same

    backend = PostgresqlBackend(config.database.url, pool=config.database.pool)
    return Store(backend, dialect="postgresql", on_commit=metrics.committed)


def migrate_database(config: Config) -> bool:
    """Bring the database up to this version, a verified copy first on SQLite; answers whether anything was done."""
    if not config.is_sqlite:
        from node.store.database.postgresql import driver_url  # late, as above

        return migrate.migrate(driver_url(config.database.url))
    config.data_dir.mkdir(parents=True, exist_ok=True)
    if config.database_path.exists() and migrate.is_current_file(config.database_path):
        return False

    def before(version: str) -> None:
        from node.services.house.backups import copy_before_upgrade  # late: an upgrade is rare

        refuse_upgrade_while_served(config.data_dir)
        copy_before_upgrade(config, version)

    return migrate.migrate(f"sqlite:///{config.database_path}", before=before)
