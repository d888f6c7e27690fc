"""How a command ends: its exit codes, and errors in words or as JSON."""

import re
import sys
from typing import Any, NoReturn

import click
import msgspec
from rich.console import Console
from rich.markup import escape

from app.config import Settings, load_settings
from domain import errors
from domain.errors import DomainError, FieldError, InvalidRequest, SettingsInvalid, TopicNotFound
from domain.generation.brief import SOURCE_FIELDS

EXIT_FAILED = 1
"""the work failed, or the doctor found something"""
EXIT_USAGE = 2
"""the command, its input or a setting was wrong"""
EXIT_INTERRUPTED = 130
"""Ctrl-C, as shells count it: 128 + SIGINT"""

EXIT_CODES = "Exit codes: 0 done, 1 failed, 2 wrong input or settings, 130 stopped with Ctrl-C."

INPUT_ERRORS = (
    errors.BackupUnusable,
    errors.InstallationNotEmpty,
    errors.InvalidRequest,
    errors.JobNotFound,
    errors.KeyNotFound,
    errors.LanguageUnsupported,
    errors.MediaNotFound,
    errors.MediaUnreadable,
    errors.MusicNotFound,
    errors.TooManyPresets,
    errors.NotImportable,
    errors.PresetNotFound,
    errors.SettingsInvalid,
    errors.TopicNotFound,
    errors.VoiceNotFound,
    errors.WritingSystemUnsupported,
)
"""what the caller can put right by asking for something else"""

OPTION_NAMES = {
    "/topic": "TOPIC",
    "/script": "--script",
    "/source_text": "--article",
    "/scenes": "--scenes",
    "/title": "--title",
    "/language": "--language",
    "/aspect_ratio": "--aspect",
    "/duration": "--duration",
    "/voice/id": "--voice",
    "/voice/speed": "--speed",
    "/music/mood": "--mood",
    "/brand/palette": "--palette",
    "/seed": "--seed",
    "/name": "--name",
    "/scopes": "--scope",
    "/account": "--account",
    "/expires_days": "--expires-days",
}
"""fields, as the commands spell them"""

out = Console()
err = Console(stderr=True)


def settings_or_leave() -> Settings:
    """The settings, or the end of the command with what is wrong in them."""
    try:
        return load_settings()
    except DomainError as error:
        fail(error)


def fail(error: DomainError, *, as_json: bool = False) -> NoReturn:
    """Say what is wrong and how to mend it, and leave with the fitting exit code."""
    if as_json:
        click.echo(msgspec.json.encode(_as_json(error)))
    else:
        say(error)
    sys.exit(EXIT_USAGE if isinstance(error, INPUT_ERRORS) else EXIT_FAILED)


def say(error: DomainError) -> None:
    """Say what is wrong and how to mend it, on standard error."""
    for line in _lines(error):
        err.print(line, soft_wrap=True)


def _lines(error: DomainError) -> list[str]:
    if isinstance(error, InvalidRequest):
        lines = []
        for wrong in map(_spelled, error.errors):
            lines.append(f"[red]{escape(_option(wrong.pointer))}[/] {escape(wrong.message)}")
            lines += [f"  {escape(wrong.hint)}"] if wrong.hint else []
        return lines
    if isinstance(error, SettingsInvalid):
        said = [f"[red]setting[/] {escape(problem)}" for problem in error.problems]
    else:
        said = [f"[red]{error.code}[/] {escape(error.message)}"]
    if error.hint_text:
        said.append(f"  {escape(error.hint_text)}")
    if isinstance(error, TopicNotFound) and error.suggestions:
        label = "Examples" if error.only_examples else "Suggestions"
        said.append(f"  {label}: {escape(', '.join(error.suggestions))}")
    return said


def _as_json(error: DomainError) -> dict[str, Any]:
    said: dict[str, Any] = {
        "error": {"code": error.code, "message": error.message, "hint": error.hint_text}
    }
    if isinstance(error, InvalidRequest):
        said["errors"] = error.errors
    if isinstance(error, TopicNotFound):
        said["suggestions"] = error.suggestions
    return said


def _spelled(wrong: FieldError) -> FieldError:
    """An error about what the video is made from, with the fields named as this command does."""
    if wrong.code != "exactly_one_source":
        return wrong

    def spell(text: str) -> str:
        fields = "|".join(SOURCE_FIELDS)
        return re.sub(rf"`?\b({fields})\b`?", lambda m: OPTION_NAMES[f"/{m[1]}"], text)

    return msgspec.structs.replace(wrong, message=spell(wrong.message), hint=spell(wrong.hint))


def _option(pointer: str) -> str:
    """The option that a JSON pointer means; the pointer itself deeper inside a file."""
    if pointer in ("", "/"):
        return "input"
    return OPTION_NAMES.get(pointer, pointer)
