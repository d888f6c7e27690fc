"""Routes under ``/api``, one module per resource; ``app.main`` puts them together."""
