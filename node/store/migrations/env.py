"""Runs migrations on the connection that ``node.store.database.migrate`` hands over."""

from alembic import context

from node.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes tables by copying them
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
