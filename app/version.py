"""Which release this is."""

from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version


@cache
def version() -> str:
    """The program's version, as installed; looking it up reads the package's files."""
    try:
        return installed_version("faceless")
    except PackageNotFoundError:  # run from its sources
        return "0+source"
