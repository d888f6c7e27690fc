"""``--server`` and ``--key-file``: the options that say whom to ask."""

from collections.abc import Callable
from pathlib import Path

import click


def with_server(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say whom to ask."""
    key_file = click.option(
        "--key-file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="File with the key; else FACELESS_KEY.",
    )
    server = click.option(
        "--server",
        metavar="URL",
        help="A server to ask, else FACELESS_SERVER; without one, this process works itself.",
    )
    return server(key_file(command))
