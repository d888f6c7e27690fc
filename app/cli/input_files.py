"""Files that are handed to a command: text and JSON, with every slip named by its option."""

from typing import Any, BinaryIO

import click
import msgspec

from app.cli.endings import WrongInput

FILE = click.File("rb")


def text_of(file: BinaryIO, option: str) -> str:
    """The text of a file.

    Raises:
        WrongInput: it isn't UTF-8.
    """
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"isn't UTF-8 text (byte {error.start})"
        hint = "Save the file as plain text in UTF-8."
        raise WrongInput(option, message, hint, "not_utf8") from error


def json_of(file: BinaryIO, option: str, hint: str) -> Any:
    """The JSON of a file.

    Args:
        hint: what belongs into it.

    Raises:
        WrongInput: it isn't JSON.
    """
    raw = file.read().removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(raw)
    except RecursionError as error:
        raise WrongInput(option, "is nested too deep", "Flatten it.", "too_deep") from error
    except UnicodeDecodeError as error:
        message = f"isn't UTF-8 text (byte {error.start})"
        raise WrongInput(option, message, "Save the file in UTF-8.", "not_utf8") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise WrongInput(option, f"can't be read: {error}", hint, "malformed_json") from error


def object_of(file: BinaryIO, option: str, hint: str) -> dict[str, Any]:
    """The JSON object of a file.

    Raises:
        WrongInput: it is none.
    """
    value = json_of(file, option, hint)
    if not isinstance(value, dict):
        raise WrongInput(option, "isn't a JSON object", hint, "malformed_json")
    return value
