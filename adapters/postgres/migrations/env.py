"""How alembic reaches the database: over the connection that ``adapters.postgres.schema`` gives."""

from alembic import context

from adapters.postgres.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # on SQLite too: the caller's transaction holds it all
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
