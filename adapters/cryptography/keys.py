"""The key of an installation that was given none: in a file that is made once."""

import os
import secrets
from pathlib import Path

from domain.errors import SecretUnreadable, StorageFull

KEY_FILE = "secret.key"
"""under DATA_DIR; whoever has it, and the database, has the secrets"""

KEY_BYTES = 32
MIN_KEY_CHARS = 32
"""less is no key that was made here"""


def key_of_file(folder: Path) -> bytes:
    """The key in the folder's key file, which is made (mode 0600) if there is none.

    Of several processes that make it at the same time, all get the same.

    Raises:
        StorageFull: it can't be written.
        SecretUnreadable: it's there, and can't be read or is no key.
    """
    file = folder / KEY_FILE
    if not file.exists():
        _make(file)
    try:
        key = file.read_text("ascii").strip()
    except (OSError, UnicodeError) as error:
        raise SecretUnreadable(
            f"The key in {file} can't be read: {error}.", hint="Look at its owner and its mode."
        ) from error
    if len(key) < MIN_KEY_CHARS:
        raise SecretUnreadable(
            f"{file} holds no key.", hint="Bring back the file as it was, or remove it."
        )
    return key.encode()


def _make(file: Path) -> None:
    draft = file.with_name(f".{KEY_FILE}.{secrets.token_hex(8)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as writing:
                writing.write(secrets.token_hex(KEY_BYTES) + "\n")
                writing.flush()
                os.fsync(writing.fileno())
            os.link(draft, file)  # unlike a rename it never replaces what is there
        finally:
            draft.unlink()
    except FileExistsError:
        return  # somebody else was faster
    except OSError as error:
        raise StorageFull(
            f"The key file {file} can't be made: {error.strerror}.",
            hint="Point DATA_DIR at a folder that can be written, or set SECRET_KEY.",
        ) from error
