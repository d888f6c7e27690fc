"""Importing: requests to other programs, as requests to this one."""

from domain.importing.model import Imported, Note
from domain.importing.reading import FORMATS, read_request

__all__ = ["FORMATS", "Imported", "Note", "read_request"]
